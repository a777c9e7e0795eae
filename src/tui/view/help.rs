//! The keys, from the table of keys.

use crate::tui::keys::{Binding, TABLE};
use crate::tui::model::Model;
use crate::tui::text::{width, wrap};
use crate::tui::theme::{Role, Shape};
use ratatui::text::{Line, Span};

/// What each sign means.
const SIGNS: [(Shape, Role, &str); 9] = [
    (Shape::Pass, Role::Pass, "pass: it holds"),
    (
        Shape::Warn,
        Role::Warn,
        "warn: it works, and deserves a look",
    ),
    (Shape::Fail, Role::Fail, "FAIL: it does not hold"),
    (
        Shape::Unknown,
        Role::Unknown,
        "unknown: measured, and could not be told",
    ),
    (
        Shape::Blocked,
        Role::Quiet,
        "not asked, because another check comes first",
    ),
    (
        Shape::Skipped,
        Role::Quiet,
        "skipped: left out by the request",
    ),
    (
        Shape::Broke,
        Role::Broke,
        "broke: a fault of orch-doctor itself",
    ),
    (Shape::Running, Role::Running, "asking"),
    (Shape::Waiting, Role::Quiet, "waiting"),
];

/// The keys of one binding.
fn keys(binding: &Binding) -> String {
    binding
        .keys
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// All lines of the help.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let heading = |text: &str| Line::styled(format!(" {text}"), look.style(Role::Accent));
    let indent = TABLE
        .iter()
        .map(|binding| width(&keys(binding)))
        .max()
        .unwrap_or(0)
        .min(cells / 2)
        + 3;
    let row = |first: String, role: Role, text: &str| -> Vec<Line<'static>> {
        let wrapped = wrap(text, cells.saturating_sub(indent + 1));
        let lines = wrapped.into_iter().enumerate().map(|(at, line)| {
            let first = if at == 0 {
                first.clone()
            } else {
                String::new()
            };
            let gap = " ".repeat(indent.saturating_sub(width(&first) + 1));
            Line::from(vec![
                Span::raw(" "),
                Span::styled(first, look.style(role)),
                Span::raw(gap),
                Span::raw(line),
            ])
        });
        lines.collect()
    };
    let mut lines = vec![heading("KEYS")];
    for binding in TABLE {
        lines.extend(row(keys(binding), Role::Key, binding.help));
    }
    lines.push(Line::default());
    lines.push(heading("ON THE START SCREEN"));
    for (keys, help) in crate::tui::start::KEYS {
        lines.extend(row((*keys).into(), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading("FILTER"));
    for (typed, help) in crate::tui::entries::FILTERS {
        lines.extend(row((*typed).into(), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading("COMMANDS (AND EVERY ACTION BY ITS WORD)"));
    for (typed, help) in crate::tui::command::SPOKEN {
        lines.extend(row(format!(":{typed}"), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading("SIGNS"));
    for (shape, role, text) in SIGNS {
        lines.extend(row(look.sign(shape, model.frame).into(), role, text));
    }
    lines
}
