//! The only code that changes the model.

use super::keys::Intent;
use super::model::{Effect, Mode, Model, Msg, SIGNATURES};
use super::place::places;
use super::{event, page};
use crate::tui::filtering::{self, Then};
use crate::tui::keys::{Key, intent};
use crate::tui::model::Focus;
use crate::webhook::signature::Signature;
use ratatui::layout::Position;

/// Takes in what happened; says what the shell has to do about it.
pub(crate) fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    let mut effect = None;
    match msg {
        Msg::Counted(counts, missed) => {
            if (model.counts, model.missed) == (counts, missed) {
                return None;
            }
            (model.counts, model.missed) = (counts, missed);
        }
        Msg::Heard(heard) => {
            for one in heard {
                model.take(one);
            }
        }
        Msg::Key(key) => {
            model.notice = None;
            effect = pressed(model, key);
        }
        Msg::Resize(size) => model.size = size,
        Msg::Wheel(x, y, lines) => turned(model, Position { x, y }, isize::from(lines)),
        Msg::Click(x, y) => clicked(model, Position { x, y }),
    }
    model.revision += 1;
    settle(model);
    effect
}

/// A key, for whatever is open.
fn pressed(model: &mut Model, key: Key) -> Option<Effect> {
    match model.mode {
        Mode::Browse => intent(key).and_then(|intent| act(model, intent)),
        Mode::Help | Mode::Jobs => in_page(model, key),
        Mode::Filter => typed(model, key),
    }
}

/// What an intent does while nothing is open over the panes.
fn act(model: &mut Model, intent: Intent) -> Option<Effect> {
    match intent {
        Intent::Down => go(model, 1),
        Intent::Up => go(model, -1),
        Intent::PageDown => go(model, page_of(model)),
        Intent::PageUp => go(model, -page_of(model)),
        Intent::First => go(model, isize::MIN),
        Intent::Last => {
            if model.focus == Focus::List {
                model.along = true;
            }
            go(model, isize::MAX);
        }
        Intent::NextRefused => next_refused(model),
        Intent::Open => {
            if model.chosen.is_some() {
                model.focus = Focus::Detail;
            }
        }
        Intent::Back => back(model),
        Intent::Switch => {
            model.focus = match model.focus {
                Focus::List => Focus::Detail,
                Focus::Detail => Focus::List,
            };
        }
        Intent::Filter => {
            model.focus = Focus::List;
            model.mode = Mode::Filter;
        }
        Intent::Signature => {
            model.only = after(model.only);
            model.sift();
        }
        Intent::Jobs => open(model, Mode::Jobs),
        Intent::Help => open(model, Mode::Help),
        Intent::Copy => return copy(model),
        Intent::Theme => {
            model.look.theme = model.look.theme.next(None);
            let colours = &model.look.words.notices.colours;
            model.notice = Some(colours.with(&[("name", &model.look.theme.name())]));
        }
        Intent::Quit => return Some(Effect::Quit),
    }
    None
}

/// The state of the signature to show next: each in turn, then all.
fn after(only: Option<Signature>) -> Option<Signature> {
    let next = match only {
        None => 0,
        Some(only) => SIGNATURES.iter().position(|one| *one == only)? + 1,
    };
    SIGNATURES.get(next).copied()
}

/// Opens a page over everything.
fn open(model: &mut Model, mode: Mode) {
    model.page_top = 0;
    model.mode = mode;
}

/// The lines of a page of the pane that the keys go to.
fn page_of(model: &Model) -> isize {
    let places = places(model);
    let lines = match model.focus {
        Focus::List => places.list.height.saturating_sub(1),
        Focus::Detail => places.detail.height,
    };
    isize::try_from(lines.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Goes so many lines on in the pane that the keys go to.
fn go(model: &mut Model, lines: isize) {
    match model.focus {
        Focus::Detail => model.detail_top = model.detail_top.saturating_add_signed(lines),
        Focus::List => {
            let Some(last) = model.fitting.len().checked_sub(1) else {
                return;
            };
            let now = model.chosen_at().unwrap_or(last);
            choose(model, now.saturating_add_signed(lines).min(last));
        }
    }
}

/// Chooses an event on the user's behalf; the newest is followed.
fn choose(model: &mut Model, at: usize) {
    let chosen = model.fitting.get(at).copied();
    model.along = at + 1 >= model.fitting.len();
    if chosen.is_some() && chosen != model.chosen {
        model.chosen = chosen;
        model.detail_top = 0;
    }
}

/// Chooses the next event that was refused.
fn next_refused(model: &mut Model) {
    let words = &model.look.words.webhook.notices;
    let from = model.chosen_at().map_or(0, |at| at + 1);
    let count = model.fitting.len();
    let refused = |at: &usize| {
        let heard = model
            .fitting
            .get(*at)
            .and_then(|number| model.event(*number));
        heard.is_some_and(|heard| !heard.line.signature.is_accepted())
    };
    match (from..count).chain(0..from.min(count)).find(refused) {
        Some(at) => choose(model, at),
        None => model.notice = Some(words.no_refused.to_string()),
    }
}

/// Back to the list, then out of the filter.
fn back(model: &mut Model) {
    if model.focus == Focus::Detail {
        model.focus = Focus::List;
    } else if !model.filter.is_empty() || model.only.is_some() {
        model.filter.clear();
        model.only = None;
        model.sift();
    }
}

/// The chosen event for the clipboard.
fn copy(model: &mut Model) -> Option<Effect> {
    let words = &model.look.words.webhook.notices;
    let Some(heard) = model.chosen_event() else {
        model.notice = Some(words.nothing_to_copy.to_string());
        return None;
    };
    let text = serde_json::to_string(&heard.line).ok()?;
    model.notice = Some(words.copied.to_string());
    Some(Effect::Copy(text))
}

/// A key while the filter is being typed.
fn typed(model: &mut Model, key: Key) -> Option<Effect> {
    match filtering::typed(&mut model.filter, key) {
        Then::Quit => return Some(Effect::Quit),
        Then::Leave => model.mode = Mode::Browse,
        Then::Move(lines) => go(model, lines),
        Then::Type => {}
    }
    model.focus = Focus::List;
    model.sift();
    None
}

/// A key while a page is open over everything.
fn in_page(model: &mut Model, key: Key) -> Option<Effect> {
    let half = usize::from(model.size.height / 2);
    match intent(key) {
        Some(Intent::Quit) if key == Key::Ctrl('c') => return Some(Effect::Quit),
        Some(Intent::Down) => model.page_top += 1,
        Some(Intent::Up) => model.page_top = model.page_top.saturating_sub(1),
        Some(Intent::PageDown) => model.page_top += half,
        Some(Intent::PageUp) => model.page_top = model.page_top.saturating_sub(half),
        Some(_) | None => model.mode = Mode::Browse,
    }
    None
}

/// The wheel goes to the pane under it.
fn turned(model: &mut Model, at: Position, lines: isize) {
    let places = places(model);
    if matches!(model.mode, Mode::Help | Mode::Jobs) {
        model.page_top = model.page_top.saturating_add_signed(lines);
    } else if places.detail.contains(at) {
        model.detail_top = model.detail_top.saturating_add_signed(lines);
    } else {
        let focus = std::mem::take(&mut model.focus);
        go(model, lines);
        model.focus = focus;
    }
}

/// A click chooses an event, or goes to the detail.
fn clicked(model: &mut Model, at: Position) {
    if matches!(model.mode, Mode::Help | Mode::Jobs) {
        model.mode = Mode::Browse;
        return;
    }
    let places = places(model);
    if places.list.contains(at) {
        model.focus = Focus::List;
        if let Some(line) = usize::from(at.y - places.list.y).checked_sub(1) {
            let place = model.list_top + line;
            if place < model.fitting.len() {
                choose(model, place);
            }
        }
    } else if places.detail.contains(at) {
        model.focus = Focus::Detail;
    }
}

/// Keeps every place within what there is, and the chosen event in sight.
fn settle(model: &mut Model) {
    let newest = model.fitting.back().copied();
    let gone = model.chosen_at().is_none();
    if model.along || gone {
        // An event that made room or does not fit the filter gives its place to its neighbour.
        let next = model
            .fitting
            .iter()
            .copied()
            .find(|number| Some(*number) >= model.chosen);
        let next = if model.along { newest } else { next.or(newest) };
        if next != model.chosen {
            model.chosen = next;
            model.detail_top = 0;
        }
    }
    let places = places(model);
    let height = usize::from(places.list.height.saturating_sub(1));
    if let Some(at) = model.chosen_at() {
        model.list_top = model
            .list_top
            .min(at)
            .max((at + 1).saturating_sub(height.max(1)));
    }
    let most = model.fitting.len().saturating_sub(height);
    model.list_top = model.list_top.min(most);
    let lines = event::lines(model, usize::from(places.detail.width)).len();
    let most = lines.saturating_sub(usize::from(places.detail.height));
    model.detail_top = model.detail_top.min(most);
    let lines = page::lines(model, usize::from(model.size.width)).map_or(0, |lines| lines.len());
    let most = lines.saturating_sub(usize::from(model.size.height));
    model.page_top = model.page_top.min(most);
}
