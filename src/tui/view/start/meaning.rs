//! What a choice of the start screen means: the questions it leads to, or the target in full.

use super::{Marked, dot, heading, target};
use crate::tui::model::Model;
use crate::tui::start::{Field, Place, Spot, place};
use crate::tui::text::{fit, pad, safe, width, wrap};
use crate::tui::theme::{Look, Role, Shape};
use ratatui::text::{Line, Span};

/// What the choice means: the questions, or the target.
pub(super) fn lines(model: &Model, cells: usize) -> Vec<Marked> {
    if cells < 8 {
        return Vec::new();
    }
    match model.start.spot {
        Spot::Symptom => questions(model, cells),
        Spot::Secret => masked(model, cells),
        Spot::Field(_) => form(model, cells),
        Spot::Place => match place(model) {
            Place::New => form(model, cells),
            other => described(model, other, cells),
        },
    }
}

/// Text in lines.
fn text(
    lines: &mut Vec<Marked>,
    (before, text): (&str, &str),
    role: Role,
    (cells, look): (usize, Look),
) {
    let indent = width(before);
    for (at, line) in wrap(&safe(text, look), cells.saturating_sub(indent + 1).max(4))
        .into_iter()
        .enumerate()
    {
        let before = if at == 0 {
            before.to_owned()
        } else {
            " ".repeat(indent)
        };
        lines.push((
            Line::from(vec![
                Span::raw(before),
                Span::styled(line, look.style(role)),
            ]),
            None,
        ));
    }
}

/// The documented questions of the symptom, and the checks that answer each.
fn questions(model: &Model, cells: usize) -> Vec<Marked> {
    let (look, complaint) = (model.look, model.start.complaint());
    let mut lines = vec![heading(&look.words.start.asked, look)];
    if complaint.questions().is_empty() {
        let count = model.catalog.checks().len();
        let all = look.words.start.all_checks.with(&[("count", &count)]);
        text(&mut lines, (" ", &all), Role::Text, (cells, look));
        return lines;
    }
    for (at, question) in complaint.questions().iter().enumerate() {
        text(
            &mut lines,
            (
                &format!(" {}. ", at + 1),
                look.words.complaint(question.asks),
            ),
            Role::Text,
            (cells, look),
        );
    }
    lines.push((Line::default(), None));
    text(
        &mut lines,
        (" ", &look.words.start.needs),
        Role::Quiet,
        (cells, look),
    );
    lines
}

/// A target that is not typed.
fn described(model: &Model, place: Place, cells: usize) -> Vec<Marked> {
    let look = model.look;
    let offers = &model.start.offers;
    let words = &look.words.start;
    let mut lines = vec![heading(&words.place, look)];
    let mut say = |words: &str, role| text(&mut lines, (" ", words), role, (cells, look));
    match place {
        Place::Same => {
            say(&target(model), Role::Heading);
            say(&words.same, Role::Text);
        }
        Place::Profile(at) => {
            if let Some(profile) = offers.profiles.get(at) {
                say(&profile.url, Role::Heading);
                say(
                    &words.tenant.with(&[("tenant", &profile.tenant)]),
                    Role::Text,
                );
                say(&words.signs_in.with(&[("who", &profile.who)]), Role::Text);
                if profile.asks {
                    say(&words.asks_next, Role::Text);
                }
            }
        }
        Place::Recent(at) => {
            if let Some(recent) = offers.recents.get(at) {
                say(&recent.url, Role::Heading);
                say(
                    &words.tenant.with(&[("tenant", &recent.tenant)]),
                    Role::Text,
                );
                match &recent.profile {
                    Some(path) => say(
                        &look
                            .words
                            .start
                            .with_profile
                            .with(&[("path", &path.display())]),
                        Role::Text,
                    ),
                    None => say(&words.no_account, Role::Text),
                }
            }
        }
        Place::Demo => {
            say(&words.demo_is, Role::Text);
            say(
                &format!(
                    "{} {} {}",
                    look.either("‹", "<"),
                    model.start.fault(),
                    look.either("›", ">")
                ),
                Role::Heading,
            );
            say(&words.demo_keys, Role::Quiet);
        }
        Place::New => {}
    }
    lines
}

/// A secret that is typed, and not shown.
fn masked(model: &Model, cells: usize) -> Vec<Marked> {
    let look = model.look;
    let mut lines = vec![heading(&look.words.start.secret, look)];
    let told = &look.words.start.secret_told;
    text(&mut lines, (" ", told), Role::Text, (cells, look));
    lines.push((Line::default(), None));
    let dots = model.start.secret.dots(dot(look));
    let dots = end(&dots, cells.saturating_sub(4), look);
    let spans = vec![
        Span::raw("  "),
        Span::raw(dots),
        Span::styled(" ", look.style(Role::Badge)),
    ];
    lines.push((Line::from(spans), Some((Spot::Secret, 0))));
    lines
}

/// The end of a text that fits so many cells; a mark says that something stands before it.
fn end(text: &str, cells: usize, look: Look) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mark = look.either("…", "~");
    let mut seen = text;
    while width(seen) + 1 > cells && !seen.is_empty() {
        seen = &seen[seen.chars().next().map_or(0, char::len_utf8)..];
    }
    format!("{mark}{seen}")
}

/// The target that is typed, with what is to be said of the field that the keys go to.
fn form(model: &Model, cells: usize) -> Vec<Marked> {
    const LABEL: usize = 10;
    let look = model.look;
    let form = &model.start.form;
    let mut lines = vec![heading(&look.words.start.target, look)];
    for field in form.fields() {
        let here = model.start.spot == Spot::Field(field);
        let room = cells.saturating_sub(LABEL + 4);
        let shown = safe(&form.shown(field, (dot(look), &look.words.start)), look);
        let (value, role) = match shown.is_empty() {
            true if here => (String::new(), Role::Text),
            true => (fit(field.hint(&look.words.start), room, look), Role::Quiet),
            false if here => (end(&shown, room, look), Role::Heading),
            false => (fit(&shown, room, look), Role::Text),
        };
        let mark = if here { look.either("›", ">") } else { " " };
        let label = look.style(if here { Role::Key } else { Role::Quiet });
        let mut spans = vec![
            Span::styled(
                format!(
                    " {mark} {}",
                    pad(field.label(&look.words.start), LABEL, look)
                ),
                label,
            ),
            Span::styled(value, look.style(role)),
        ];
        if here && field != Field::SignIn {
            spans.push(Span::styled(" ", look.style(Role::Badge)));
        }
        lines.push((Line::from(spans), Some((Spot::Field(field), 0))));
        said(model, field, &mut lines, cells);
    }
    lines
}

/// What is to be said of a field, or what to enter where the keys go to it.
fn said(model: &Model, field: Field, lines: &mut Vec<Marked>, cells: usize) {
    let look = model.look;
    let here = model.start.spot == Spot::Field(field);
    let advice = model.start.form.advice(field, &model.catalog, look.words);
    // What has not been reached yet is not complained about.
    let advice = advice.filter(|_| here || field == Field::Url);
    match advice {
        Some((shape, words)) => {
            let role = match shape {
                Shape::Pass => Role::Pass,
                Shape::Fail => Role::Fail,
                Shape::Warn
                | Shape::Waiting
                | Shape::Running
                | Shape::Unknown
                | Shape::Blocked
                | Shape::Skipped
                | Shape::Broke => Role::Warn,
            };
            let before = format!("     {} ", look.sign(shape, 0));
            text(lines, (&before, &words), role, (cells, look));
        }
        None if here => text(
            lines,
            ("     ", field.hint(&look.words.start)),
            Role::Quiet,
            (cells, look),
        ),
        None => {}
    }
}
