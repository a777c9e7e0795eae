//! The list: time, signature, type, what it is about, folder.

use super::model::{Heard, Model, face};
use crate::tui::text::{fit, pad, safe, width};
use crate::tui::theme::Role;
use crate::tui::view::list::mark;
use crate::webhook::line::Line as Told;
use crate::words::Words;
use ratatui::text::{Line, Span};

/// The width of sign and word of a signature.
const SIGNATURE: usize = 11;

/// The width from which a type has a column of its own.
const WIDE: usize = 56;

/// The width from which the folder is shown.
const WITH_FOLDER: usize = 64;

/// The names of the columns, then the events in sight.
pub(super) fn lines(model: &Model, (cells, height): (usize, usize)) -> Vec<Line<'static>> {
    let look = model.look;
    let words = &look.words.webhook.list;
    let folder = width(&words.folder) + 1;
    let names = columns(
        [
            "UTC",
            &words.signature,
            &words.kind,
            &words.about,
            &words.folder,
        ]
        .map(str::to_owned),
        (cells, folder),
    );
    let names = fit(&names.join(" "), cells.saturating_sub(1), look);
    let mut lines = vec![Line::styled(format!(" {names}"), look.style(Role::Accent))];
    let chosen = model.chosen_at();
    let seen = model.fitting.iter().enumerate().skip(model.list_top);
    for (at, number) in seen.take(height.saturating_sub(1)) {
        if let Some(heard) = model.event(*number) {
            lines.push(line(model, heard, (cells, folder), chosen == Some(at)));
        }
    }
    if model.fitting.is_empty() {
        let text = match model.events.len() {
            0 => &words.none,
            _ => &words.nothing_fits,
        };
        lines.push(Line::styled(format!(" {text}"), look.style(Role::Quiet)));
    }
    lines
}

/// One event.
fn line(
    model: &Model,
    heard: &Heard,
    (cells, folder_cells): (usize, usize),
    chosen: bool,
) -> Line<'static> {
    let look = model.look;
    let told = &heard.line;
    let (shape, role) = face(told.signature);
    let at = told
        .at
        .map(|at| at.strftime("%H:%M:%S").to_string())
        .unwrap_or_default();
    let words = look.words;
    let no_event = &words.webhook.lines.no_event;
    let kind = told.kind.as_deref().unwrap_or(no_event);
    let folder = told.event.folder_id.map(|folder| folder.to_string());
    let texts = [
        at,
        format!("{} {}", look.sign(shape, 0), told.signature.word(words)),
        safe(kind, look),
        safe(&about(told, words), look),
        folder.unwrap_or_default(),
    ];
    let roles = [Role::Quiet, role, Role::Text, Role::Text, Role::Quiet];
    let mut spans = vec![Span::raw(" ")];
    let cells_of = columns(texts, (cells, folder_cells)).into_iter().zip(roles);
    for (text, role) in cells_of {
        spans.push(Span::styled(text, look.style(role)));
        spans.push(Span::raw(" "));
    }
    if chosen {
        mark((look, model.focus), spans, cells)
    } else {
        Line::from(spans)
    }
}

/// The texts in columns, the last in so many cells: narrow screens leave the last ones off.
fn columns(texts: [String; 5], (cells, folder_cells): (usize, usize)) -> Vec<String> {
    let look = crate::tui::theme::Look::default();
    let [at, signature, kind, about, folder] = texts;
    let fixed = 1 + 8 + 1 + SIGNATURE + 1;
    let left = cells.saturating_sub(fixed + 1);
    let mut columns = vec![pad(&at, 8, look), pad(&signature, SIGNATURE, look)];
    if cells < WIDE {
        columns.push(pad(&kind, left, look));
        return columns;
    }
    let (kind_cells, folder_cells) = (left / 3, if cells < WITH_FOLDER { 0 } else { folder_cells });
    columns.push(pad(&kind, kind_cells, look));
    let rest = left.saturating_sub(kind_cells + 1 + folder_cells);
    columns.push(pad(&about, rest, look));
    if folder_cells > 0 {
        columns.push(fit(&folder, folder_cells, look));
    }
    columns
}

/// What an event is about: its job and process, or its queue, robot …
pub(super) fn about(line: &Told, words: &'static Words) -> String {
    let told = &words.webhook;
    let event = &line.event;
    let number = |id: Option<i64>| id.map(|id| format!("#{id}")).unwrap_or_default();
    let known = line.life.as_ref().and_then(|life| life.process.as_deref());
    let mut text = match (event.jobs.as_slice(), &event.subject) {
        ([job, rest @ ..], _) => {
            let name = job.process.as_deref().or(known).unwrap_or(&told.life.job);
            let named = format!("{name} {}", number(job.id));
            match rest.len() {
                0 => named,
                more => told.list.more.with(&[("name", &named), ("count", &more)]),
            }
        }
        ([], Some(subject)) => {
            let name = subject.name.as_deref().or(subject.key.as_deref());
            let status = subject.status.as_deref().unwrap_or_default();
            format!(
                "{} {} {status}",
                name.unwrap_or_default(),
                number(subject.id)
            )
        }
        ([], None) => String::new(),
    };
    if line.repeated {
        text = format!("{text} {}", told.lines.seen_before);
    }
    text.trim().to_owned()
}
