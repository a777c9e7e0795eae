//! What differs from an earlier run, in the order in which one thing causes another; and the choice of that run.

use crate::history::Turn;
use crate::tui::compare::Comparison;
use crate::tui::model::Model;
use crate::tui::text::{safe, wrap};
use crate::tui::theme::{Look, Role};
use ratatui::text::{Line, Span};

/// Lines of text below a beginning.
fn text(
    lines: &mut Vec<Line<'static>>,
    (before, words): (&str, &str),
    role: Role,
    (cells, look): (usize, Look),
) {
    let indent = before.chars().count();
    for (at, line) in wrap(&safe(words, look), cells.saturating_sub(indent + 1).max(4))
        .into_iter()
        .enumerate()
    {
        let before = if at == 0 {
            before.to_owned()
        } else {
            " ".repeat(indent)
        };
        lines.push(Line::from(vec![
            Span::styled(before, look.style(role)),
            Span::styled(line, look.style(role)),
        ]));
    }
}

/// The comparison.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let room = (cells, look);
    let mut lines = Vec::new();
    let Some(Comparison {
        file,
        began,
        changes,
        turns,
    }) = &model.comparison
    else {
        return lines;
    };
    let unknown: &str = &look.words.compare.unknown_time;
    let when = began.as_deref().unwrap_or(unknown);
    text(
        &mut lines,
        (" ", &look.words.compare.title),
        Role::Accent,
        room,
    );
    text(
        &mut lines,
        (
            " ",
            &look
                .words
                .compare
                .since
                .with(&[("file", file), ("when", &when)]),
        ),
        Role::Quiet,
        room,
    );
    lines.push(Line::default());
    if changes.is_empty() && turns.is_empty() {
        text(
            &mut lines,
            (" ", &look.words.compare.nothing),
            Role::Text,
            room,
        );
    }
    for (at, change) in changes.iter().enumerate() {
        text(
            &mut lines,
            (&format!(" {}. ", at + 1), &change.sentence(look.words)),
            Role::Text,
            room,
        );
    }
    rows(&mut lines, turns, room);
    lines.push(Line::default());
    text(
        &mut lines,
        (" ", &look.words.compare.back),
        Role::Quiet,
        room,
    );
    lines
}

/// The rows that stand elsewhere, those that are worse first.
fn rows(lines: &mut Vec<Line<'static>>, turns: &[Turn], room: (usize, Look)) {
    let look = room.1;
    let (worse, other): (Vec<_>, Vec<_>) = turns.iter().partition(|turn| turn.is_worse());
    for (title, turns, role) in [
        (&*look.words.compare.worse, worse, Role::Fail),
        (&*look.words.compare.different, other, Role::Text),
    ] {
        if turns.is_empty() {
            continue;
        }
        lines.push(Line::default());
        text(lines, (" ", title), Role::Accent, room);
        for turn in turns {
            let about = turn
                .about
                .as_deref()
                .map_or(String::new(), |about| format!(" ({about})"));
            let arrow = look.either("→", "->");
            let words = format!(
                "{}{about}: {} {arrow} {}",
                turn.check,
                turn.before.word(look.words),
                turn.after.word(look.words)
            );
            text(lines, (" ", &words), role, room);
        }
    }
}

/// The recordings that can be compared with.
pub(crate) fn pick(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let room = (cells, look);
    let mut lines = Vec::new();
    text(
        &mut lines,
        (" ", &look.words.compare.pick),
        Role::Accent,
        room,
    );
    text(
        &mut lines,
        (" ", &look.words.compare.pick_told),
        Role::Quiet,
        room,
    );
    lines.push(Line::default());
    let typed = safe(&model.pick.typed, look);
    lines.push(Line::from(vec![
        Span::styled(
            format!(" {}  ", look.words.compare.path),
            look.style(Role::Key),
        ),
        Span::raw(typed.clone()),
        Span::styled(" ", look.style(Role::Badge)),
    ]));
    lines.push(Line::default());
    if model.pick.files.is_empty() {
        text(
            &mut lines,
            (" ", &look.words.compare.none),
            Role::Quiet,
            room,
        );
    }
    for (at, file) in model.pick.files.iter().enumerate() {
        let here = at == model.pick.at && typed.is_empty();
        let (mark, role) = if here {
            (look.either(" › ", " > "), Role::Chosen)
        } else {
            ("   ", Role::Text)
        };
        text(&mut lines, (mark, file), role, room);
    }
    lines
}
