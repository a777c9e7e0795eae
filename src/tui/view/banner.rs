//! What is wrong, who can fix it, what to do first, and how sure that is: for whoever reads nothing else.

use crate::report::{Report, Row, State};
use crate::tui::conclusion::{self, Conclusion, first_remedy};
use crate::tui::model::Model;
use crate::tui::text::{commands, fit, pad, safe, width, wrap};
use crate::tui::theme::{Look, Role, Shape, face};
use crate::words::Words;
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
        if !spans.is_empty() && !text.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(text, style));
    }
    spans
}

/// Title, role and pieces of the conclusion.
fn told(model: &Model) -> (Vec<String>, Role, Vec<Piece>) {
    let look = model.look;
    let words = &look.words.banner;
    let sign = |shape: Shape, text: &str| format!("{} {text}", look.sign(shape, model.frame));
    match conclusion::of(model) {
        Conclusion::Nothing => (
            vec![sign(Shape::Waiting, &words.nothing)],
            Role::Quiet,
            Vec::new(),
        ),
        Conclusion::Running => (
            vec![sign(Shape::Running, &words.asking)],
            Role::Running,
            vec![plain(now_asked(&model.report, look.words))],
        ),
        Conclusion::Stopped => (
            vec![sign(Shape::Unknown, &words.stopped)],
            Role::Unknown,
            vec![plain(words.stopped_then.to_string())],
        ),
        Conclusion::Healthy(look_at) => healthy(model, &look_at),
        Conclusion::Undecided(rows) => {
            let title = vec![
                sign(Shape::Unknown, &words.undecided),
                name(rows.first().copied(), look),
            ];
            let first = rows.first();
            let mut pieces = first.map(|row| about(row, look.words)).unwrap_or_default();
            if pieces.is_empty() {
                pieces.push(plain(words.undecided_why.to_string()));
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
fn now_asked(report: &Report, words: &Words) -> String {
    let names: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| row.state == State::Running)
        .map(|row| row.id.check.as_str())
        .collect();
    if names.is_empty() {
        words.banner.no_problem_yet.to_string()
    } else {
        words.banner.now.with(&[("checks", &names.join(", "))])
    }
}

fn healthy(model: &Model, look_at: &[&Row]) -> (Vec<String>, Role, Vec<Piece>) {
    let sign = |shape: Shape, text: &str| format!("{} {text}", model.look.sign(shape, 0));
    let words = model.look.words;
    let sure = Piece {
        label: &words.banner.sure,
        text: model.report.grade().told(words).into(),
        role: Role::Quiet,
        keeps: 0,
    };
    match look_at.first() {
        None => (
            vec![sign(Shape::Pass, &words.banner.healthy)],
            Role::Pass,
            vec![sure],
        ),
        Some(row) => {
            let title = sign(Shape::Warn, &words.banner.look.of(look_at.len()));
            (
                vec![title, name(Some(row), model.look)],
                Role::Warn,
                about(row, words),
            )
        }
    }
}

fn problems(model: &Model, rows: &[&Row]) -> (Vec<String>, Role, Vec<Piece>) {
    let words = model.look.words;
    let count = if model.running() {
        words.banner.problems_so_far.of(rows.len())
    } else {
        words.banner.problems.of(rows.len())
    };
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
        title.push(if rows.len() == 1 {
            words.banner.because_it.of(waiting)
        } else {
            words.banner.because_that.of(waiting)
        });
    }
    let mut pieces = about(first, words);
    if rows.len() > 1 {
        let others: Vec<String> = rows[1..]
            .iter()
            .map(|row| {
                let owner = row.finding().and_then(|finding| finding.owner);
                let owner = owner
                    .map(|owner| format!(" ({})", owner.title(words)))
                    .unwrap_or_default();
                format!("{}{owner}", row.id.check)
            })
            .collect();
        pieces.push(Piece {
            label: &words.banner.also,
            text: others.join(", "),
            role: Role::Text,
            keeps: 1,
        });
    }
    (title, Role::Fail, pieces)
}

/// What is to be said of a row that is not as it should be.
fn about(row: &Row, all: &'static Words) -> Vec<Piece> {
    let words = &all.banner;
    let finding = match &row.state {
        State::Judged(finding) => finding,
        State::Broke(how) => return vec![plain(words.broke.with(&[("how", how)]))],
        State::Blocked(by) => return vec![plain(words.blocked.with(&[("check", by)]))],
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
            label: &words.who,
            text: words.can_fix.with(&[("owner", &owner.title(all))]),
            role,
            keeps: 1,
        });
    }
    if let Some(remedy) = first_remedy(finding) {
        pieces.push(Piece {
            label: &words.first,
            text: remedy.into(),
            role: Role::Text,
            keeps: 9,
        });
    }
    pieces.push(Piece {
        label: &words.sure,
        text: finding.grade.told(all).into(),
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
                    pad(label, indent, look),
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
