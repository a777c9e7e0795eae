//! Draws the model: pure, and only with widgets, which let nothing through that a terminal would obey.

use super::keys::Intent;
use super::model::{Mode, Model, SIGNATURES, Secret, face};
use super::place::places;
use super::{event, list, page};
use crate::tui::keys::footers;
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
        let words = &model.look.words.webhook.refused;
        let at = refused.at.map(clock).unwrap_or_default();
        let until = clock(until);
        // The time is what matters: no narrow screen may cut it off.
        let told = [&words.at, &words.at_short]
            .map(|told| format!(" ! {}", told.with(&[("at", &at), ("until", &until)])));
        let text = told.iter().find(|text| width(text) <= cells);
        let text = text.unwrap_or(&told[1]);
        lines.push(Line::styled(
            fit(&safe(text, model.look), cells, model.look),
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
    let words = &look.words.webhook.list;
    let badge = match model.secret {
        Secret::Set => String::new(),
        Secret::Absent if cells >= 60 => format!(" {} ", words.no_secret),
        Secret::Absent => format!(" {} ", words.no_secret_short),
    };
    let room = cells.saturating_sub(width(name) + width(&badge));
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
    let words = &look.words.webhook.tally;
    let mut pieces = vec![(words.events.of(events), Role::Text)];
    for (signature, count) in SIGNATURES.into_iter().zip(model.by_signature) {
        let (shape, role) = face(signature);
        if count > 0 {
            let sign = look.sign(shape, 0);
            let word = signature.word(look.words);
            pieces.push((format!("{sign} {count} {word}"), role));
        }
    }
    let more = [
        (model.unseen(), &words.unseen, Role::Warn),
        (counts.unusable, &words.unusable, Role::Warn),
        (counts.forwarded, &words.forwarded, Role::Quiet),
        (counts.lost, &words.lost, Role::Fail),
    ];
    for (count, what, role) in more {
        if count > 0 {
            pieces.push((what.with(&[("count", &count)]), role));
        }
    }
    let kept = model.events.len();
    if heard > kept as u64 {
        pieces.push((words.kept.with(&[("count", &kept)]), Role::Quiet));
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
    let told = footers::<Intent>(look.words);
    footer::keys(&told, (look, filter.trim()), cells)
}
