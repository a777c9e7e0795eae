//! The detail: what the signature is worth and why, what the event tells, the life of its job, and what was sent.

use super::model::{Heard, MOST_BODY, Model, face};
use crate::tui::text::{broken, time};
use crate::tui::theme::{Look, Role, Shape};
use crate::tui::view::detail::Page;
use crate::webhook::event::{Event, Job, Problem};
use crate::webhook::life::{Life, Stage, clock};
use ratatui::text::Line;
use std::fmt::Write as _;

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
    page.text("", "No event has come in yet.", Role::Heading);
    let address = &model.address;
    page.text(
        "1. ",
        &format!("Add a webhook in Orchestrator under Tenant > Webhooks with the URL {address}/, or its address as Orchestrator reaches this machine."),
        Role::Text,
    );
    page.text(
        "2. ",
        &format!(
            "Run `orch-doctor webhook send {address}/` in another terminal to play Orchestrator."
        ),
        Role::Text,
    );
}

/// One event.
fn told(page: &mut Page, model: &Model, heard: &Heard) {
    let line = &heard.line;
    let (shape, role) = face(line.signature);
    let kind = line.kind.as_deref().unwrap_or("no event");
    page.signed(
        (shape, role),
        &format!("{}  {kind}", line.signature.key()),
        Role::Heading,
    );
    let from = line.from.map(|from| format!("from {from}, "));
    let at = line.at.map(|at| format!("at {}, ", clock(at)));
    let came = format!(
        "{}{}{} bytes",
        from.unwrap_or_default(),
        at.unwrap_or_default(),
        line.bytes
    );
    page.text("", &came, Role::Quiet);
    if line.repeated {
        page.text("! ", "An event of this identity came before.", Role::Warn);
    }
    if let Some(says) = line.says {
        page.heading("WHY IT WAS REFUSED");
        page.text("", says, Role::Text);
        if !line.causes.is_empty() {
            let causes: Vec<&str> = line.causes.iter().map(|cause| cause.key()).collect();
            page.text("", &format!("cause: {}", causes.join(" + ")), Role::Quiet);
        }
    }
    if let Some(remedy) = line.remedy {
        page.heading("WHAT TO DO");
        page.text("", remedy, Role::Text);
    }
    if let Some(until) = line.held_back_until {
        page.gap();
        page.text("! ", &held_back(&clock(until)), Role::Warn);
    }
    for job in &line.event.jobs {
        if let Some(life) = model.lives.of(job) {
            drawn(page, life);
        }
    }
    fields(page, &line.event);
    page.heading("HEADERS");
    page.table(&heard.headers);
    body(page, heard, model.look);
}

/// What a refusal may come to.
pub(super) fn held_back(until: &str) -> String {
    format!(
        "If Orchestrator sent it, it may hold this webhook back until {until} (one hour after a failed delivery)."
    )
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
    let name = life.process.as_deref().unwrap_or("job");
    let number = life.id.map(|id| format!(" #{id}")).unwrap_or_default();
    page.heading("THE JOB'S LIFE");
    page.text("", &format!("{name}{number}"), Role::Heading);
    let mut before: Option<jiff::Timestamp> = None;
    for (at, one) in life.steps.iter().enumerate() {
        if at > 0 {
            let took = one.at.zip(before).map(|(now, before)| {
                let took = now.duration_since(before).as_millis();
                time(u64::try_from(took).unwrap_or(0))
            });
            page.trunk(took.as_deref().unwrap_or("some time"), Role::Quiet);
        }
        let (sign, role) = step(one.stage, page.look);
        let when = one
            .at
            .map_or_else(|| "at a time not told".to_owned(), clock);
        let before_it = format!("{sign} {:<9}  ", one.stage.word());
        page.labelled((&before_it, role), &when, Role::Text);
        before = one.at.or(before);
    }
    if life.last().is_some_and(|last| !last.stage.is_end()) {
        page.broken("its end has not come in", Role::Quiet);
    }
}

/// What the event tells, as names and values.
fn fields(page: &mut Page, event: &Event) {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push((name.to_owned(), value));
        }
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    add("type", event.kind.clone());
    add("event id", event.event_id.clone());
    add("happened at", event.timestamp.map(|at| at.to_string()));
    add("tenant", number(event.tenant_id));
    add("folder", number(event.folder_id));
    add("user", number(event.user_id));
    for job in &event.jobs {
        add("job", Some(job_told(job)));
    }
    if let Some(subject) = &event.subject {
        add("name", subject.name.clone());
        add("number", number(subject.id));
        add("key", subject.key.clone());
        add("state", subject.status.clone());
    }
    let problem = event.problem.map(|problem| match problem {
        Problem::NotJson => "the body is no JSON",
        Problem::NotAnObject => "the body is JSON and no object",
        Problem::NoType => "the event names no type",
        Problem::TooLong => "the event is too long to be shown whole",
    });
    add("problem", problem.map(str::to_owned));
    if !rows.is_empty() {
        page.heading("WHAT IT TELLS");
        page.table(&rows);
    }
}

/// One job in words.
fn job_told(job: &Job) -> String {
    let mut text = job.process.clone().unwrap_or_default();
    let mut add = |word: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a String does not fail.
            let _ = write!(text, " {word}{value}");
        }
    };
    add("", job.version.clone());
    add("#", job.id.map(|id| id.to_string()));
    add("", job.state.clone());
    add("on ", job.robot.clone());
    add("started ", job.started.map(clock));
    add("ended ", job.ended.map(clock));
    add("says: ", job.info.clone());
    add("key ", job.key.clone());
    text.trim().to_owned()
}

/// The body as it was sent, line by line, with what cannot be seen written out.
fn body(page: &mut Page, heard: &Heard, look: Look) {
    page.heading("BODY");
    let text = written_out(&heard.body);
    for line in text.split('\n') {
        for piece in broken(line, page.cells(), look) {
            page.pieces(&[(piece, Role::Text)]);
        }
    }
    let more = heard.line.bytes.saturating_sub(heard.body.len());
    if more > 0 {
        page.text(
            "",
            &format!("{more} more bytes; {MOST_BODY} are kept."),
            Role::Quiet,
        );
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
