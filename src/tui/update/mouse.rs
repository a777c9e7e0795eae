//! The mouse, for whoever likes it: nothing needs it.

use super::browse::{choose, open};
use super::here;
use crate::tui::model::{Focus, Mode, Model};
use crate::tui::start;
use crate::tui::view::{self, page};
use ratatui::layout::Position;

/// The wheel goes to the pane under it.
pub(super) fn turned(model: &mut Model, at: Position, lines: i16) {
    let lines = isize::from(lines);
    if page::is_open(model) {
        model.page_top = model.page_top.saturating_add_signed(lines);
    } else if model.mode == Mode::Start {
        // The keys alone scroll it.
    } else if here(model).detail.contains(at) {
        model.detail_top = model.detail_top.saturating_add_signed(lines);
    } else {
        model.list_top = model.list_top.saturating_add_signed(lines);
        keep_chosen_in_sight(model);
    }
}

/// The list was scrolled: what is chosen goes along.
fn keep_chosen_in_sight(model: &mut Model) {
    let height = usize::from(here(model).list.height);
    model.list_top = model
        .list_top
        .min(model.entries.len().saturating_sub(height));
    let Some(at) = model.chosen_at() else { return };
    let seen = model.list_top..(model.list_top + height);
    if seen.contains(&at) || height == 0 {
        return;
    }
    // The first line stays free for the name of a group.
    let seen = (seen.start + usize::from(seen.start > 0))..seen.end;
    let mut inside = seen.filter(|line| model.choice(*line).is_some());
    let next = if at < model.list_top {
        inside.next()
    } else {
        inside.next_back()
    };
    if let Some(next) = next {
        choose(model, next);
    }
}

/// A click chooses a line, or goes to the detail.
pub(super) fn clicked(model: &mut Model, at: Position) {
    if page::is_open(model) {
        model.mode = model.home();
        return;
    }
    if model.mode == Mode::Start {
        if let Some((spot, place)) = view::start::spot_at(model, at) {
            start::clicked(model, spot, place);
        }
        return;
    }
    let areas = here(model);
    if areas.list.contains(at) {
        model.focus = Focus::List;
        let line = model.list_top + usize::from(at.y - areas.list.y);
        let again = model.choice(line).is_some() && model.choice(line) == model.chosen;
        choose(model, line);
        if again {
            open(model);
        }
    } else if areas.detail.contains(at) {
        model.focus = Focus::Detail;
    }
}
