//! Draws the model: pure, and only with widgets, which let nothing through that a terminal would obey.

use super::event::held_back;
use super::keys::TABLE;
use super::model::{Mode, Model, SIGNATURES, Secret, face};
use super::place::places;
use super::{event, list, page};
use crate::tui::text::{fit, safe, width};
use crate::tui::theme::Role;
use crate::tui::view::{bar, cells, footer, put};
use crate::webhook::life::clock;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the model.
pub(crate) fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if let Some(lines) = page::lines(model, usize::from(area.width)) {
        let seen = lines.into_iter().skip(model.page_top).collect();
        return put(frame, area, seen);
    }
    let places = places(model);
    put(frame, places.header, header(model, cells(places.header)));
    put(frame, places.list, list::lines(model, cells(places.list)));
    put(frame, places.divider, divider(model, places.divider));
    let lines = event::lines(model, usize::from(places.detail.width));
    let count = lines.len();
    let seen = lines.into_iter().skip(model.detail_top).collect();
    put(frame, places.detail, seen);
    if count > usize::from(places.detail.height) {
        let edge = Rect {
            x: places.detail.right().saturating_sub(1),
            width: 1.min(places.detail.width),
            ..places.detail
        };
        let bar = bar(model.look, edge.height, (count, model.detail_top), " ");
        put(frame, edge, bar);
    }
    let cells = usize::from(places.footer.width);
    put(frame, places.footer, vec![foot(model, cells)]);
}

/// The line between list and detail; upright it tells where in the list one is.
fn divider(model: &Model, area: Rect) -> Vec<Line<'static>> {
    if area.width <= 1 {
        let list = (model.fitting.len() + 1, model.list_top);
        return bar(model.look, area.height, list, "│");
    }
    let line = model.look.either("─", "-").repeat(usize::from(area.width));
    vec![Line::styled(line, model.look.style(Role::Line))]
}

/// Where it listens, what was counted, and what the last refusal may come to.
fn header(model: &Model, (cells, height): (usize, usize)) -> Vec<Line<'static>> {
    let mut lines = vec![first(model, cells), counted(model, cells)];
    if let Some(refused) = &model.refused
        && let Some(until) = refused.held_back_until
    {
        let at = refused.at.map(clock).unwrap_or_default();
        let text = format!(
            " ! An event was refused at {at}. {}",
            held_back(&clock(until))
        );
        lines.push(Line::styled(
            fit(&safe(&text, model.look), cells, model.look),
            model.look.style(Role::Warn),
        ));
    }
    lines.truncate(height);
    lines
}

/// Where it listens.
fn first(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    let name = if cells >= 60 {
        " webhook listen  "
    } else {
        " "
    };
    let badge = match model.secret {
        Secret::Set => "",
        Secret::Absent if cells >= 60 => " NO --secret: SIGNATURES ARE NOT CHECKED ",
        Secret::Absent => " NOT CHECKED ",
    };
    let room = cells.saturating_sub(width(name) + width(badge));
    let address = fit(&safe(&model.address, look), room, look);
    let gap = room.saturating_sub(width(&address));
    Line::from(vec![
        Span::styled(name, look.style(Role::Accent)),
        Span::styled(address, look.style(Role::Heading)),
        Span::raw(" ".repeat(gap)),
        Span::styled(badge, look.style(Role::Badge)),
    ])
}

/// How many events stand where.
fn counted(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    let counts = model.counts;
    let heard: u64 = model.by_signature.iter().sum();
    let events = usize::try_from(heard).unwrap_or(usize::MAX);
    let word = if events == 1 { "event" } else { "events" };
    let mut pieces = vec![(format!("{events} {word}"), Role::Text)];
    for (signature, count) in SIGNATURES.into_iter().zip(model.by_signature) {
        let (shape, role) = face(signature);
        if count > 0 {
            let sign = look.sign(shape, 0);
            pieces.push((format!("{sign} {count} {}", signature.key()), role));
        }
    }
    let more = [
        (model.unseen(), "answered and not shown", Role::Warn),
        (counts.unusable, "unusable", Role::Warn),
        (counts.forwarded, "handed on", Role::Quiet),
        (counts.lost, "not handed on", Role::Fail),
    ];
    for (count, what, role) in more {
        if count > 0 {
            pieces.push((format!("{count} {what}"), role));
        }
    }
    let kept = model.events.len();
    if heard > kept as u64 {
        pieces.push((format!("the last {kept} are kept"), Role::Quiet));
    }
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (text, role) in pieces {
        used += width(&text) + 2;
        if used <= cells + 2 {
            spans.push(Span::styled(format!("{text}  "), look.style(role)));
        }
    }
    Line::from(spans)
}

/// The last line: the keys that matter, what is being typed, or what was just done.
fn foot(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    if model.mode == Mode::Filter {
        let label = format!(" {} / ", look.words.footer.filter);
        return footer::typing(look, (label, &model.filter), cells);
    }
    if let Some(notice) = &model.notice {
        let text = fit(&safe(notice, look), cells.saturating_sub(2), look);
        return Line::styled(format!(" {text}"), look.style(Role::Heading));
    }
    let only = model.only.map(|only| format!("signature:{}", only.key()));
    let filter = [only.unwrap_or_default(), model.filter.clone()].join(" ");
    let told = TABLE
        .iter()
        .filter_map(|binding| Some((binding.keys.first()?.to_string(), binding.footer?)));
    footer::keys(&told.collect::<Vec<_>>(), (look, filter.trim()), cells)
}
