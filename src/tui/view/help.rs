//! The keys, from the table of keys.

use crate::tui::intents::TABLE;
use crate::tui::keys::named;
use crate::tui::model::Model;
use crate::tui::text::{fit, width, wrap};
use crate::tui::theme::{Role, Shape};
use crate::words::Words;
use ratatui::text::{Line, Span};

/// What each sign means.
fn signs(words: &Words) -> [(Shape, Role, &str); 9] {
    let (help, states) = (&words.help, &words.states);
    [
        (Shape::Pass, Role::Pass, &help.pass),
        (Shape::Warn, Role::Warn, &help.warn),
        (Shape::Fail, Role::Fail, &help.fail),
        (Shape::Unknown, Role::Unknown, &help.unknown),
        (Shape::Blocked, Role::Quiet, &help.blocked),
        (Shape::Skipped, Role::Quiet, &help.skipped),
        (Shape::Broke, Role::Broke, &help.broke),
        (Shape::Running, Role::Running, &states.running),
        (Shape::Waiting, Role::Quiet, &states.waiting),
    ]
}

/// All lines of the help.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let words = &look.words.help;
    let heading = |text: &str| {
        let text = fit(&format!(" {text}"), cells, look);
        Line::styled(text, look.style(Role::Accent))
    };
    let indent = TABLE
        .iter()
        .map(|binding| width(&named(binding)))
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
    let mut lines = vec![heading(&words.keys)];
    for binding in TABLE {
        lines.extend(row(named(binding), Role::Key, binding.help(look.words)));
    }
    lines.push(Line::default());
    lines.push(heading(&look.words.start.help_title));
    for (keys, help) in crate::tui::start::keys(&look.words.start) {
        lines.extend(row(keys.into(), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading(&words.filter));
    for (typed, help) in crate::tui::entries::filters(words) {
        lines.extend(row(typed.into(), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading(&words.commands));
    for (typed, help) in crate::tui::command::spoken(words) {
        lines.extend(row(format!(":{typed}"), Role::Key, help));
    }
    lines.push(Line::default());
    lines.push(heading(&words.signs));
    for (shape, role, text) in signs(look.words) {
        lines.extend(row(look.sign(shape, model.frame).into(), role, text));
    }
    lines
}
