//! The last line: the keys that matter, what is being typed, or what was just done.

use crate::tui::command;
use crate::tui::intents::Intent;
use crate::tui::keys::footers;
use crate::tui::model::{Format, Mode, Model};
use crate::tui::text::{fit, safe, width};
use crate::tui::theme::{Look, Role};
use ratatui::text::{Line, Span};

/// One line.
pub(super) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let words = &look.words.footer;
    let line = match model.mode {
        Mode::Filter => {
            let label = format!(" {} / ", words.filter);
            typing(look, (label, &model.filter), cells)
        }
        Mode::Command => command(model, cells),
        Mode::Save => formats(look),
        Mode::Browse | Mode::Help | Mode::Times | Mode::Start | Mode::Pick | Mode::Changes => {
            match &model.notice {
                Some(notice) => Line::styled(
                    format!(
                        " {}",
                        fit(&safe(notice, look), cells.saturating_sub(2), look)
                    ),
                    look.style(Role::Heading),
                ),
                None => keys(&footers::<Intent>(look.words), (look, &model.filter), cells),
            }
        }
    };
    vec![line]
}

/// The formats of a report with their keys.
fn formats(look: Look) -> Line<'static> {
    let mut spans = vec![Span::styled(
        format!(" {}  ", look.words.footer.save),
        look.style(Role::Heading),
    )];
    for (key, format) in Format::ALL {
        spans.push(Span::styled(key.to_string(), look.style(Role::Key)));
        spans.push(Span::raw(format!(" {}  ", format.name())));
    }
    spans.push(Span::styled(
        look.words.footer.not.to_string(),
        look.style(Role::Quiet),
    ));
    Line::from(spans)
}

/// The command as typed so far, and what it could become.
fn command(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    let mut line = typing(look, (" : ".to_owned(), &model.command), cells);
    let left = cells.saturating_sub(line.width() + 2);
    let all = command::completions(&model.command, model).join("  ");
    let all = fit(&format!("  {all}"), left, look);
    line.spans.push(Span::styled(all, look.style(Role::Quiet)));
    line
}

/// What is being typed; its end stays in sight.
pub(crate) fn typing(look: Look, (label, typed): (String, &str), cells: usize) -> Line<'static> {
    let typed = safe(typed, look);
    let mut seen = typed.as_str();
    while width(seen) + 12 > cells.max(13) {
        seen = &seen[seen.chars().next().map_or(0, char::len_utf8)..];
    }
    Line::from(vec![
        Span::styled(label, look.style(Role::Heading)),
        Span::raw(seen.to_owned()),
        Span::styled(" ", look.style(Role::Chosen)),
    ])
}

/// Keys and their words, as many as fit; the filter in force comes first, and help and the way out always.
pub(crate) fn keys(
    told: &[(String, &'static str)],
    (look, filter): (Look, &str),
    cells: usize,
) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    if !filter.is_empty() {
        let filter = safe(filter, look);
        let text = look.words.footer.filtered.with(&[("filter", &filter)]);
        let text = fit(&text, cells / 2, look);
        used += width(&text) + 2;
        spans.push(Span::styled(text, look.style(Role::Warn)));
        spans.push(Span::raw("  "));
    }
    let cost = |(key, word): &(String, &str)| width(key) + width(word) + 3;
    let last = told.len().saturating_sub(2);
    used += told[last..].iter().map(cost).sum::<usize>();
    for (at, (key, word)) in told.iter().enumerate() {
        if at < last {
            used += cost(&(key.clone(), word));
            if used > cells + 2 {
                continue;
            }
        }
        spans.push(Span::styled(key.clone(), look.style(Role::Key)));
        spans.push(Span::styled(format!(" {word}  "), look.style(Role::Quiet)));
    }
    Line::from(spans)
}
