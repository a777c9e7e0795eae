//! The detail: what the signature is worth and why, what the event tells, the life of its job, and what was sent.

use super::model::{Heard, MOST_BODY, Model, face};
use crate::tui::text::{broken, pad, time, width};
use crate::tui::theme::{Look, Role, Shape};
use crate::tui::view::detail::Page;
use crate::webhook::event::{Event, Job, Problem};
use crate::webhook::life::{Life, Stage, clock};
use crate::webhook::line::Line as Told;
use crate::words::Phrase;
use crate::words::webhook::Detail;
use ratatui::text::Line;
use std::fmt::{Display, Write as _};

/// All lines about the chosen event, in so many cells.
pub(super) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    if cells == 0 {
        return Vec::new();
    }
    let mut page = Page::new(cells, model.look);
    match model.chosen_event() {
        Some(heard) => told(&mut page, model, heard),
        None => waiting(&mut page, model),
    }
    page.lines
}

/// Nothing came in yet: how something would.
fn waiting(page: &mut Page, model: &Model) {
    if !model.events.is_empty() {
        return;
    }
    let words = &model.look.words.webhook.detail;
    let address = [("address", &model.address as &dyn Display)];
    page.text("", &words.none, Role::Heading);
    page.text("1. ", &words.add.with(&address), Role::Text);
    page.text("2. ", &words.play.with(&address), Role::Text);
}

/// One event.
fn told(page: &mut Page, model: &Model, heard: &Heard) {
    let line = &heard.line;
    let words = &page.look.words.webhook;
    let (shape, role) = face(line.signature);
    let kind = line.kind.as_deref().unwrap_or(&words.lines.no_event);
    page.signed(
        (shape, role),
        &format!("{}  {kind}", line.signature.word(page.look.words)),
        Role::Heading,
    );
    let detail = &words.detail;
    let from = line.from.map(|from| detail.from.with(&[("from", &from)]));
    let at = line.at.map(|at| detail.at.with(&[("at", &clock(at))]));
    let bytes = Some(detail.bytes.of(line.bytes));
    let came: Vec<String> = [from, at, bytes].into_iter().flatten().collect();
    page.text("", &came.join(", "), Role::Quiet);
    if line.repeated {
        page.text("! ", &detail.repeated, Role::Warn);
    }
    refused(page, line);
    for job in &line.event.jobs {
        if let Some(life) = model.lives.of(job) {
            drawn(page, life);
        }
    }
    fields(page, &line.event);
    page.heading(&detail.headers);
    page.table(&heard.headers);
    body(page, heard, model.look);
}

/// Why an event was refused, what to do about it, and what it may come to.
fn refused(page: &mut Page, line: &Told) {
    let words = page.look.words;
    let detail = &words.webhook.detail;
    if let Some(told) = line.why.and_then(|why| why.told(words)) {
        page.heading(&detail.why);
        page.text("", &told.says, Role::Text);
        if !line.causes.is_empty() {
            let causes: Vec<&str> = line.causes.iter().map(|cause| cause.key()).collect();
            let causes = detail.cause.with(&[("cause", &causes.join(" + "))]);
            page.text("", &causes, Role::Quiet);
        }
        page.heading(&detail.what_to_do);
        page.text("", &told.remedy, Role::Text);
    }
    if let Some(held_back) = line.held_back(words) {
        page.gap();
        page.text("! ", &held_back, Role::Warn);
    }
}

/// What a step of a life looks like.
pub(super) fn step(stage: Stage, look: Look) -> (&'static str, Role) {
    match stage {
        Stage::Created => (look.sign(Shape::Waiting, 0), Role::Text),
        Stage::Started => (look.either("▸", ">"), Role::Running),
        Stage::Suspended => (look.sign(Shape::Warn, 0), Role::Warn),
        Stage::Completed => (look.sign(Shape::Pass, 0), Role::Pass),
        Stage::Faulted => (look.sign(Shape::Fail, 0), Role::Fail),
        Stage::Stopped => (look.sign(Shape::Skipped, 0), Role::Warn),
    }
}

/// A life from its first step down to its last, with the time between them.
fn drawn(page: &mut Page, life: &Life) {
    let words = page.look.words;
    let told = &words.webhook.life;
    let name = life.process.as_deref().unwrap_or(&told.job);
    let number = life.id.map(|id| format!(" #{id}")).unwrap_or_default();
    page.heading(&told.title);
    page.text("", &format!("{name}{number}"), Role::Heading);
    let widths = life.steps.iter().map(|step| width(step.stage.word(words)));
    let widest = widths.max().unwrap_or(0).max(9);
    let mut before: Option<jiff::Timestamp> = None;
    for (at, one) in life.steps.iter().enumerate() {
        if at > 0 {
            let took = one.at.zip(before).map(|(now, before)| {
                let took = now.duration_since(before).as_millis();
                time(u64::try_from(took).unwrap_or(0))
            });
            page.trunk(took.as_deref().unwrap_or(&told.some_time), Role::Quiet);
        }
        let (sign, role) = step(one.stage, page.look);
        let when = one.at.map_or_else(|| told.no_time.to_string(), clock);
        let word = pad(one.stage.word(words), widest, page.look);
        page.labelled((&format!("{sign} {word}  "), role), &when, Role::Text);
        before = one.at.or(before);
    }
    if life.last().is_some_and(|last| !last.stage.is_end()) {
        page.broken(&told.open, Role::Quiet);
    }
}

/// What the event tells, as names and values.
fn fields(page: &mut Page, event: &Event) {
    let words = &page.look.words.webhook.detail;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut add = |name: &Phrase, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push((name.to_string(), value));
        }
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    add(&words.kind, event.kind.clone());
    add(&words.event_id, event.event_id.clone());
    add(&words.happened_at, event.timestamp.map(|at| at.to_string()));
    add(&words.tenant, number(event.tenant_id));
    add(&words.folder, number(event.folder_id));
    add(&words.user, number(event.user_id));
    for job in &event.jobs {
        add(&words.job, Some(job_told(job, words)));
    }
    if let Some(subject) = &event.subject {
        add(&words.name, subject.name.clone());
        add(&words.number, number(subject.id));
        add(&words.key, subject.key.clone());
        add(&words.state, subject.status.clone());
    }
    let problem = event.problem.map(|problem| match problem {
        Problem::NotJson => &words.not_json,
        Problem::NotAnObject => &words.not_an_object,
        Problem::NoType => &words.no_type,
        Problem::TooLong => &words.too_long,
    });
    add(&words.problem, problem.map(ToString::to_string));
    if !rows.is_empty() {
        page.heading(&words.tells);
        page.table(&rows);
    }
}

/// One job in words.
fn job_told(job: &Job, words: &Detail) -> String {
    let put = |phrase: &Phrase, hole: &str, value: Option<&str>| {
        value.map(|value| phrase.with(&[(hole, &value)]))
    };
    let (started, ended) = (job.started.map(clock), job.ended.map(clock));
    let pieces = [
        job.process.clone(),
        job.version.clone(),
        job.id.map(|id| format!("#{id}")),
        job.state.clone(),
        put(&words.on, "robot", job.robot.as_deref()),
        put(&words.started, "at", started.as_deref()),
        put(&words.ended, "at", ended.as_deref()),
        put(&words.info, "info", job.info.as_deref()),
        put(&words.job_key, "key", job.key.as_deref()),
    ];
    pieces.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The body as it was sent, line by line, with what cannot be seen written out.
fn body(page: &mut Page, heard: &Heard, look: Look) {
    let words = &page.look.words.webhook.detail;
    page.heading(&words.body);
    let text = written_out(&heard.body);
    for line in text.split('\n') {
        for piece in broken(line, page.cells(), look) {
            page.pieces(&[(piece, Role::Text)]);
        }
    }
    let more = heard.line.bytes.saturating_sub(heard.body.len());
    if more > 0 {
        let more = words
            .more_bytes
            .with(&[("count", &more), ("kept", &MOST_BODY)]);
        page.text("", &more, Role::Quiet);
    }
}

/// Bytes as text; those that are none stand as `‹0xFF›`.
fn written_out(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String does not fail.
            let _ = write!(text, "‹0x{byte:02X}›");
        }
    }
    text
}
