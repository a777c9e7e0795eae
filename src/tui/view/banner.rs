//! What is wrong, who can fix it, what to do first, and how sure that is: for whoever reads nothing else.

use crate::report::{Report, Row, State};
use crate::tui::conclusion::{self, Conclusion, first_remedy, sureness};
use crate::tui::model::Model;
use crate::tui::text::{commands, fit, many, safe, width, wrap};
use crate::tui::theme::{Look, Role, Shape, face};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

/// A labelled piece of the banner: how much of it must be seen decides who gives way on a small screen.
struct Piece {
    label: &'static str,
    text: String,
    role: Role,
    /// The lines that it keeps when there is too little room.
    keeps: usize,
}

/// The banner in at most so many lines.
pub(crate) fn lines(model: &Model, cells: usize, room: usize) -> Vec<Line<'static>> {
    if room == 0 || cells < 4 {
        return Vec::new();
    }
    let (title, role, pieces) = told(model);
    let mut lines = vec![framed(
        model.look,
        role,
        title_line(&title, role, cells - 2, model.look),
    )];
    if room > 1 {
        for line in fitted(&pieces, cells - 2, room - 1, model.look) {
            lines.push(framed(model.look, role, line));
        }
    }
    lines.truncate(room);
    lines
}

/// A bar before the line.
fn framed(look: Look, role: Role, mut spans: Vec<Span<'static>>) -> Line<'static> {
    spans.insert(0, Span::styled(look.either("▌ ", "| "), look.style(role)));
    Line::from(spans)
}

fn title_line(title: &[String], role: Role, cells: usize, look: Look) -> Vec<Span<'static>> {
    let roles = [
        look.style(role).add_modifier(Modifier::BOLD),
        look.style(Role::Heading),
        look.style(Role::Quiet),
    ];
    let mut left = cells;
    let mut spans = Vec::new();
    for (text, style) in title.iter().zip(roles) {
        let text = fit(text, left, look);
        left = left.saturating_sub(width(&text) + 2);
        spans.push(Span::styled(text, style));
        spans.push(Span::raw("  "));
    }
    spans
}

/// Title, role and pieces of the conclusion.
fn told(model: &Model) -> (Vec<String>, Role, Vec<Piece>) {
    let look = model.look;
    let sign = |shape: Shape, text: &str| format!("{} {text}", look.sign(shape, model.frame));
    match conclusion::of(model) {
        Conclusion::Nothing => (
            vec![sign(Shape::Waiting, "nothing has been asked yet")],
            Role::Quiet,
            Vec::new(),
        ),
        Conclusion::Running => (
            vec![sign(Shape::Running, "asking")],
            Role::Running,
            vec![plain(now_asked(&model.report))],
        ),
        Conclusion::Stopped => {
            let text = "No problem was found by then; what was not answered is marked as unknown.";
            (
                vec![sign(Shape::Unknown, "stopped before the end")],
                Role::Unknown,
                vec![plain(text.into())],
            )
        }
        Conclusion::Healthy(look_at) => healthy(model, &look_at),
        Conclusion::Undecided(rows) => {
            let title = vec![
                sign(Shape::Unknown, "not decided"),
                name(rows.first().copied(), look),
            ];
            let text = "Nothing failed, but something that is needed could not be told.";
            let mut pieces = rows.first().map(|row| about(row)).unwrap_or_default();
            if pieces.is_empty() {
                pieces.push(plain(text.into()));
            }
            (title, Role::Unknown, pieces)
        }
        Conclusion::Problems(rows) => problems(model, &rows),
    }
}

/// A sentence of its own.
fn plain(text: String) -> Piece {
    Piece {
        label: "",
        text,
        role: Role::Text,
        keeps: 3,
    }
}

/// A row by name, with what it is about.
fn name(row: Option<&Row>, look: Look) -> String {
    row.map(|row| match &row.id.subject {
        Some(subject) => format!("{}  {}", row.id.check, safe(&subject.to_string(), look)),
        None => row.id.check.to_string(),
    })
    .unwrap_or_default()
}

/// What is being measured at this moment.
fn now_asked(report: &Report) -> String {
    let names: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| row.state == State::Running)
        .map(|row| row.id.check.as_str())
        .collect();
    if names.is_empty() {
        "No problem so far.".into()
    } else {
        format!("No problem so far. Now: {}", names.join(", "))
    }
}

fn healthy(model: &Model, look_at: &[&Row]) -> (Vec<String>, Role, Vec<Piece>) {
    let sign = |shape: Shape, text: &str| format!("{} {text}", model.look.sign(shape, 0));
    let sure = sureness(model.report.grade());
    let sure = Piece {
        label: "Sure",
        text: sure.into(),
        role: Role::Quiet,
        keeps: 0,
    };
    match look_at.first() {
        None => (
            vec![sign(Shape::Pass, "no problem was found from here")],
            Role::Pass,
            vec![sure],
        ),
        Some(row) => {
            let title = many(
                look_at.len(),
                "thing deserves a look",
                "things deserve a look",
            );
            let title = sign(Shape::Warn, &format!("no problem, but {title}"));
            (
                vec![title, name(Some(row), model.look)],
                Role::Warn,
                about(row),
            )
        }
    }
}

fn problems(model: &Model, rows: &[&Row]) -> (Vec<String>, Role, Vec<Piece>) {
    let so_far = if model.running() { " so far" } else { "" };
    let count = format!("{}{so_far}", many(rows.len(), "PROBLEM", "PROBLEMS"));
    let Some(first) = rows.first() else {
        return (Vec::new(), Role::Fail, Vec::new());
    };
    let mut title = vec![
        format!("{} {count}", model.look.sign(Shape::Fail, 0)),
        name(Some(first), model.look),
    ];
    let waiting = model
        .report
        .rows
        .iter()
        .filter(|row| matches!(row.state, State::Blocked(_)))
        .count();
    if waiting > 0 {
        let it = if rows.len() == 1 { "it" } else { "that" };
        title.push(format!(
            "{} because of {it}",
            many(waiting, "check not asked", "checks not asked")
        ));
    }
    let mut pieces = about(first);
    if rows.len() > 1 {
        let others: Vec<String> = rows[1..]
            .iter()
            .map(|row| {
                let owner = row.finding().and_then(|finding| finding.owner);
                let owner = owner
                    .map(|owner| format!(" ({})", owner.title()))
                    .unwrap_or_default();
                format!("{}{owner}", row.id.check)
            })
            .collect();
        pieces.push(Piece {
            label: "Also",
            text: others.join(", "),
            role: Role::Text,
            keeps: 1,
        });
    }
    (title, Role::Fail, pieces)
}

/// What is to be said of a row that is not as it should be.
fn about(row: &Row) -> Vec<Piece> {
    let finding = match &row.state {
        State::Judged(finding) => finding,
        State::Broke(how) => return vec![plain(format!("A fault of orch-doctor itself: {how}"))],
        State::Blocked(by) => return vec![plain(format!("Not asked: {by} comes first."))],
        State::Waiting | State::Running | State::Skipped(_) => return Vec::new(),
    };
    let role = face(&row.state).2;
    let mut pieces = vec![Piece {
        label: "",
        text: finding.says.clone(),
        role: Role::Heading,
        keeps: 3,
    }];
    if let Some(owner) = finding.owner {
        pieces.push(Piece {
            label: "Who",
            text: format!("{} can fix it", owner.title()),
            role,
            keeps: 1,
        });
    }
    if let Some(remedy) = first_remedy(finding) {
        pieces.push(Piece {
            label: "First",
            text: remedy.into(),
            role: Role::Text,
            keeps: 9,
        });
    }
    pieces.push(Piece {
        label: "Sure",
        text: sureness(finding.grade).into(),
        role: Role::Quiet,
        keeps: 0,
    });
    pieces
}

/// The pieces in lines, cut where there is too little room: each keeps what it must before another gets more.
fn fitted(pieces: &[Piece], cells: usize, room: usize, look: Look) -> Vec<Vec<Span<'static>>> {
    let labelled = cells >= 50;
    let indent = if labelled { 6 } else { 0 };
    let mut all: Vec<Vec<String>> = pieces
        .iter()
        .map(|piece| {
            let label = if piece.label.is_empty() || labelled {
                String::new()
            } else {
                format!("{}: ", piece.label)
            };
            wrap(
                &safe(&format!("{label}{}", piece.text), look),
                cells - if piece.label.is_empty() { 0 } else { indent },
            )
        })
        .collect();
    cut(&mut all, pieces, (cells - indent, room), look);
    let mut lines = Vec::new();
    for (piece, text) in pieces.iter().zip(all) {
        for (at, line) in commands(text, look.quotes()).into_iter().enumerate() {
            let mut spans = Vec::new();
            if labelled && !piece.label.is_empty() {
                let label = if at == 0 { piece.label } else { "" };
                spans.push(Span::styled(
                    format!("{label:<indent$}"),
                    look.style(Role::Quiet),
                ));
            }
            for (text, command) in line {
                spans.push(Span::styled(
                    text,
                    look.style(if command { Role::Accent } else { piece.role }),
                ));
            }
            lines.push(spans);
        }
    }
    lines
}

/// Takes lines off until it fits: first what may go, then from the sentence, then from the remedy.
fn cut(all: &mut [Vec<String>], pieces: &[Piece], (cells, room): (usize, usize), look: Look) {
    let least: [fn(&Piece) -> usize; 3] = [
        |piece| piece.keeps,
        |piece| piece.keeps.min(2),
        |piece| piece.keeps.min(1),
    ];
    for floor in least {
        for (at, piece) in pieces.iter().enumerate().rev() {
            while all.iter().map(Vec::len).sum::<usize>() > room && all[at].len() > floor(piece) {
                shorten(&mut all[at], cells, look);
            }
        }
    }
}

/// Takes the last line off; the one before it says so.
fn shorten(text: &mut Vec<String>, cells: usize, look: Look) {
    text.pop();
    if let Some(last) = text.last_mut() {
        let mark = look.either("…", "~");
        *last = if last.ends_with(mark) || width(last) >= cells {
            fit(&format!("{last}{mark}"), cells, look)
        } else {
            format!("{last}{mark}")
        };
    }
}
