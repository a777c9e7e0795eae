//! The start screen: what happens, where, and what that would ask.

mod meaning;

use crate::catalog::Complaint;
use crate::tui::model::Model;
use crate::tui::start::{Field, Place, Spot, Stage, place, places};
use crate::tui::text::{fit, safe, width, wrap};
use crate::tui::theme::{Look, Role};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The width from which the choices and what they mean stand side by side.
const SIDE_BY_SIDE: u16 = 72;

/// The height from which there is room for a second line of the header and for rules.
const ROOMY: u16 = 16;

/// A line, and what a click on it chooses.
type Marked = (Line<'static>, Option<(Spot, usize)>);

/// The parts of the screen.
struct Parts {
    header: Rect,
    rule: Rect,
    choices: Rect,
    divider: Rect,
    meaning: Rect,
    footer: Rect,
}

/// The parts of a screen of that size; on a narrow one either the choices or the form have all of it.
fn parts(model: &Model, area: Rect) -> Parts {
    let roomy = area.height >= ROOMY;
    let line = |top: u16, height: u16| Rect {
        y: area.y + top.min(area.height),
        height: height.min(area.height.saturating_sub(top)),
        ..area
    };
    let header = if roomy { 2 } else { 1 };
    let rule = u16::from(roomy);
    let top = header + rule;
    let body = line(top, area.height.saturating_sub(top + 1));
    let wide = (body.width * 9 / 20).clamp(34, 66);
    let typing = matches!(model.start.spot, Spot::Field(_) | Spot::Secret);
    let none = Rect { width: 0, ..body };
    let (choices, divider, meaning) = if area.width >= SIDE_BY_SIDE {
        let at = |x: u16, width: u16| Rect {
            x: body.x + x,
            width,
            ..body
        };
        (
            at(0, wide),
            at(wide, 1),
            at(wide + 1, body.width - wide - 1),
        )
    } else if typing {
        (none, none, body)
    } else {
        (body, none, none)
    };
    Parts {
        header: line(0, header),
        rule: line(header, rule),
        choices,
        divider,
        meaning,
        footer: line(area.height.saturating_sub(1), 1),
    }
}

/// Draws it.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let look = model.look;
    let parts = parts(model, frame.area());
    super::put(
        frame,
        parts.header,
        header(look, usize::from(parts.header.width)),
    );
    let rule = look.either("─", "-").repeat(usize::from(parts.rule.width));
    super::put(
        frame,
        parts.rule,
        vec![Line::styled(rule, look.style(Role::Line))],
    );
    let choices = windowed(
        choices(model, usize::from(parts.choices.width)),
        parts.choices,
        model,
    );
    super::put(
        frame,
        parts.choices,
        choices.into_iter().map(|(line, _)| line).collect(),
    );
    let bar = vec![
        Line::styled(look.either("│", "|"), look.style(Role::Line));
        usize::from(parts.divider.height)
    ];
    super::put(frame, parts.divider, bar);
    let meaning = windowed(
        meaning::lines(model, usize::from(parts.meaning.width)),
        parts.meaning,
        model,
    );
    super::put(
        frame,
        parts.meaning,
        meaning.into_iter().map(|(line, _)| line).collect(),
    );
    super::put(
        frame,
        parts.footer,
        vec![footer(model, usize::from(parts.footer.width))],
    );
}

/// What a click there chooses.
pub(crate) fn spot_at(model: &Model, at: Position) -> Option<(Spot, usize)> {
    let size = model.size;
    let parts = parts(model, Rect::new(0, 0, size.width, size.height));
    let under = |area: Rect, lines: Vec<Marked>| {
        let lines = windowed(lines, area, model);
        lines
            .into_iter()
            .nth(usize::from(at.y - area.y))
            .and_then(|(_, spot)| spot)
    };
    if parts.choices.contains(at) {
        under(
            parts.choices,
            choices(model, usize::from(parts.choices.width)),
        )
    } else if parts.meaning.contains(at) {
        under(
            parts.meaning,
            meaning::lines(model, usize::from(parts.meaning.width)),
        )
    } else {
        None
    }
}

/// The lines that fit, the one that the keys go to among them.
fn windowed(lines: Vec<Marked>, area: Rect, model: &Model) -> Vec<Marked> {
    let height = usize::from(area.height);
    let here = (model.start.spot, index(model));
    let last = lines
        .iter()
        .rposition(|(_, spot)| *spot == Some(here))
        .unwrap_or(0);
    // What is said of it stands below it, up to the next that can be chosen.
    let said = lines[last..]
        .iter()
        .skip(1)
        .take_while(|(_, spot)| spot.is_none());
    let below = last + said.count();
    let most = lines.len().saturating_sub(height);
    let top = (below + 2).saturating_sub(height).min(most).min(last);
    lines.into_iter().skip(top).take(height).collect()
}

/// The place of what is chosen within its part.
fn index(model: &Model) -> usize {
    match model.start.spot {
        Spot::Symptom => model.start.symptom,
        Spot::Place => model.start.place.min(places(model).len().saturating_sub(1)),
        Spot::Field(_) | Spot::Secret => 0,
    }
}

/// What this is.
fn header(look: Look, cells: usize) -> Vec<Line<'static>> {
    let words = &look.words.start;
    let title = format!(" orch-doctor  {}", words.title);
    let promise = format!(" {}", words.promise);
    vec![
        Line::styled(fit(&title, cells, look), look.style(Role::Heading)),
        Line::styled(fit(&promise, cells, look), look.style(Role::Quiet)),
    ]
}

/// The name of a part.
fn heading(text: &str, look: Look) -> Marked {
    (
        Line::styled(format!(" {text}"), look.style(Role::Accent)),
        None,
    )
}

/// A choice: marked where it is chosen, turned round where the keys go to it.
fn choice(model: &Model, cells: usize, (text, spot, at): (&str, Spot, usize)) -> Vec<Marked> {
    let look = model.look;
    let here = model.start.spot == spot && index(model) == at;
    let kept = match spot {
        Spot::Symptom => model.start.symptom == at,
        Spot::Place => model.start.place == at && model.start.spot != Spot::Symptom,
        Spot::Field(_) | Spot::Secret => false,
    };
    let indent = 5;
    let lines = wrap(&safe(text, look), cells.saturating_sub(indent + 1).max(4));
    let marked = lines.into_iter().enumerate().map(|(line, text)| {
        let number = if spot == Spot::Symptom {
            format!("{} ", at + 1)
        } else {
            "  ".into()
        };
        let mark = if here || kept {
            look.either("›", ">")
        } else {
            " "
        };
        let before = if line == 0 {
            format!(" {mark} {number}")
        } else {
            " ".repeat(indent)
        };
        let used = width(&before) + width(&text);
        let fill = " ".repeat(cells.saturating_sub(used));
        let role = if here {
            Role::Chosen
        } else if kept {
            Role::Heading
        } else {
            Role::Text
        };
        let style = look.style(role);
        let spans = vec![
            Span::styled(before, style),
            Span::styled(text, style),
            Span::styled(fill, style),
        ];
        (Line::from(spans), Some((spot, at)))
    });
    marked.collect()
}

/// What happens, and where.
fn choices(model: &Model, cells: usize) -> Vec<Marked> {
    if cells == 0 {
        return Vec::new();
    }
    let look = model.look;
    let mut lines = vec![heading(&look.words.start.symptoms, look)];
    for (at, complaint) in Complaint::ALL.into_iter().enumerate() {
        lines.extend(choice(
            model,
            cells,
            (look.words.complaint(complaint.title()), Spot::Symptom, at),
        ));
    }
    lines.push((Line::default(), None));
    lines.push(heading(&look.words.start.places, look));
    for (at, one) in places(model).into_iter().enumerate() {
        let text = named(model, one);
        lines.extend(choice(model, cells, (&text, Spot::Place, at)));
    }
    lines
}

/// A line under "where".
fn named(model: &Model, place: Place) -> String {
    let offers = &model.start.offers;
    let words = &model.look.words.start;
    match place {
        Place::Same => words.again.with(&[("target", &target(model))]),
        Place::Profile(at) => offers.profiles.get(at).map_or_else(String::new, |profile| {
            format!("{}  {}", profile.path.display(), profile.url)
        }),
        Place::Recent(at) => offers.recents.get(at).map_or_else(String::new, |recent| {
            words
                .recent
                .with(&[("url", &recent.url), ("tenant", &recent.tenant)])
        }),
        Place::New if model.start.form.url.is_empty() => words.url.to_string(),
        Place::New => words.url_is.with(&[(
            "url",
            &model.start.form.shown(Field::Url, (dot(model.look), words)),
        )]),
        Place::Demo => words.demo.to_string(),
    }
}

/// The target of the run on the screen.
fn target(model: &Model) -> String {
    let began = model.report.began.as_ref();
    began.map_or_else(
        || model.target.clone(),
        |began| began.settings.target.typed.clone(),
    )
}

/// What stands for a character that is not shown.
fn dot(look: Look) -> &'static str {
    look.either("•", "*")
}

/// What was refused, or the keys that matter here.
fn footer(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    if model.start.stage == Stage::Waiting {
        return Line::styled(
            fit(&format!(" {}", look.words.start.preparing), cells, look),
            look.style(Role::Running),
        );
    }
    if let Some(notice) = &model.start.notice {
        let text = fit(&format!(" {}", safe(notice, look)), cells, look);
        return Line::styled(text, look.style(Role::Heading));
    }
    let keys = keys(model);
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (key, word) in keys {
        used += width(key) + width(word) + 3;
        if used > cells + 2 {
            break;
        }
        spans.push(Span::styled(key, look.style(Role::Key)));
        spans.push(Span::styled(format!(" {word}  "), look.style(Role::Quiet)));
    }
    Line::from(spans)
}

/// The keys that matter here.
fn keys(model: &Model) -> Vec<(&'static str, &'static str)> {
    let words = &model.look.words.start;
    let back: (&str, &str) = ("Esc", &words.key_back);
    let begin: (&str, &str) = ("Enter", &words.key_begin);
    let mut keys = match model.start.spot {
        Spot::Symptom => {
            let behind = model.report.began.is_some();
            let last = if behind {
                back
            } else {
                ("", &*words.key_paste)
            };
            vec![
                ("Enter", &*words.key_where),
                ("1-5", &words.key_choose),
                last,
            ]
        }
        Spot::Place => match place(model) {
            Place::New => vec![("Enter", &*words.key_type), back],
            Place::Demo => vec![begin, ("Left Right", &words.key_fault), back],
            Place::Same | Place::Profile(_) | Place::Recent(_) => vec![begin, back],
        },
        Spot::Field(_) => vec![begin, ("Tab", &words.key_next), back],
        Spot::Secret => vec![begin, ("Esc", &words.key_forget)],
    };
    match model.start.spot {
        Spot::Symptom | Spot::Place => {
            keys.extend([("?", &*words.key_help), ("q", &words.key_quit)]);
        }
        Spot::Field(_) | Spot::Secret => keys.push(("Ctrl-C", &words.key_quit)),
    }
    keys
}
