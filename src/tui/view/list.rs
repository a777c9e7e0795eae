//! The checklist: groups, rows with their state, and what was not asked folded behind its cause.

use crate::report::Row;
use crate::tui::entries::{Entry, Fold, Heading};
use crate::tui::model::{Focus, Model};
use crate::tui::text::{fit, pad, safe, time, width};
use crate::tui::theme::{Look, Role, Shape, face};
use ratatui::text::{Line, Span};

/// The width from which the time of each row is shown.
const WITH_TIME: usize = 46;

/// The lines in sight.
pub(super) fn lines(model: &Model, (cells, height): (usize, usize)) -> Vec<Line<'static>> {
    if model.entries.is_empty() && !model.filter.is_empty() {
        return vec![Line::styled(
            format!(" {}", model.look.words.list.nothing_fits),
            model.look.style(Role::Quiet),
        )];
    }
    let chosen = model.chosen_at();
    let seen = model
        .entries
        .iter()
        .enumerate()
        .skip(model.list_top)
        .take(height);
    seen.map(|(at, entry)| line(model, entry, cells, chosen == Some(at)))
        .collect()
}

fn line(model: &Model, entry: &Entry, cells: usize, chosen: bool) -> Line<'static> {
    let words = &model.look.words.list;
    match entry {
        Entry::Heading(what) => heading(model, *what, cells),
        Entry::Row { at, inside } => match model.report.rows.get(*at) {
            Some(row) => row_line(model, row, cells, (*inside, chosen)),
            None => Line::default(),
        },
        Entry::Fold { fold, count, open } => {
            let text = match fold {
                Fold::Because(_) if cells < 42 => words.because_short.with(&[("count", count)]),
                Fold::Because(_) => words.because.of(*count),
                Fold::Skipped => words.left_out.of(*count),
            };
            let (shape, indent) = match fold {
                Fold::Because(_) => (Shape::Blocked, "    "),
                Fold::Skipped => (Shape::Skipped, "  "),
            };
            let arrow = match open {
                true => model.look.either(" ▾", " v"),
                false => model.look.either(" ▸", " >"),
            };
            let text = format!("{indent}{} {text}", model.look.sign(shape, 0));
            let text = format!(
                "{}{arrow}",
                fit(&text, cells.saturating_sub(width(arrow)), model.look)
            );
            marked(
                model,
                vec![Span::styled(text, model.look.style(Role::Quiet))],
                cells,
                chosen,
            )
        }
    }
}

fn heading(model: &Model, what: Heading, cells: usize) -> Line<'static> {
    let title = match what {
        Heading::Group(group) => group.title(model.look.words),
        Heading::Question(question) => {
            let whole = model.look.words.complaint(question.asks);
            if width(whole) + 2 > cells {
                model.look.words.complaint(question.short)
            } else {
                whole
            }
        }
    };
    let title = format!(" {title}");
    Line::styled(
        fit(&title, cells, model.look),
        model.look.style(Role::Accent),
    )
}

/// Sign, name, what it is about, and the state in words.
fn row_line(
    model: &Model,
    row: &Row,
    cells: usize,
    (inside, chosen): (bool, bool),
) -> Line<'static> {
    let look = model.look;
    let (shape, _, role) = face(&row.state);
    let word = shape.told(look.words);
    let indent = match (inside, model.stood(row)) {
        (true, _) => "      ",
        (false, None) => "  ",
        (false, Some(_)) => look.either(" ≠", " *"),
    };
    let took = row
        .finding()
        .filter(|finding| finding.measurement.is_some())
        .map(|finding| time(finding.took_ms));
    let took = if cells >= WITH_TIME {
        format!(" {:>7}", took.unwrap_or_default())
    } else {
        String::new()
    };
    let end = format!(" {word}{took} ");
    let room = cells.saturating_sub(width(indent) + 2 + width(&end));
    let name = fit(row.id.check.as_str(), room, look);
    let subject = row
        .id
        .subject
        .as_ref()
        .map(|subject| subject.process.as_ref().unwrap_or(&subject.folder));
    let subject = subject
        .map(|subject| format!(" {}", safe(subject, look)))
        .unwrap_or_default();
    let subject = pad(&subject, room.saturating_sub(width(&name)), look);
    let spans = vec![
        Span::styled(
            format!("{indent}{} ", look.sign(shape, model.frame)),
            look.style(role),
        ),
        Span::raw(name),
        Span::styled(subject, look.style(Role::Quiet)),
        Span::styled(end, look.style(role)),
    ];
    marked(model, spans, cells, chosen)
}

/// The line, marked where it is the chosen one.
fn marked(model: &Model, spans: Vec<Span<'static>>, cells: usize, chosen: bool) -> Line<'static> {
    if chosen {
        mark((model.look, model.focus), spans, cells)
    } else {
        Line::from(spans)
    }
}

/// The chosen line is turned round, or underlined while the keys go elsewhere; a mark says it without either.
pub(crate) fn mark(
    (look, focus): (Look, Focus),
    mut spans: Vec<Span<'static>>,
    cells: usize,
) -> Line<'static> {
    if let Some(first) = spans.first_mut() {
        let rest: String = first.content.chars().skip(1).collect();
        first.content = format!("{}{rest}", look.either("›", ">")).into();
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(cells.saturating_sub(used))));
    let role = match focus {
        Focus::List => Role::Chosen,
        Focus::Detail => Role::Kept,
    };
    let style = look.style(role);
    for span in &mut spans {
        span.style = span.style.patch(style);
    }
    Line::from(spans)
}
