//! Keys while something is open over the panes.

use super::browse::{filtered, go};
use crate::tui::keys::{Intent, Key, intent};
use crate::tui::model::{Effect, Focus, Format, Mode, Model};

/// A key while the filter is being typed.
pub(super) fn typed(model: &mut Model, key: Key) -> Option<Effect> {
    match key {
        Key::Ctrl('c') => return Some(Effect::Quit),
        Key::Enter => model.mode = Mode::Browse,
        Key::Esc => {
            model.filter.clear();
            model.mode = Mode::Browse;
        }
        Key::Backspace if model.filter.is_empty() => model.mode = Mode::Browse,
        Key::Backspace => {
            model.filter.pop();
        }
        Key::Ctrl('u') => model.filter.clear(),
        Key::Char(character) if model.filter.chars().count() < 200 => model.filter.push(character),
        Key::Down => go(model, 1),
        Key::Up => go(model, -1),
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Home
        | Key::End
        | Key::Tab
        | Key::BackTab => {}
    }
    model.focus = Focus::List;
    model.moved = true;
    filtered(model);
    None
}

/// A key while the help is open.
pub(super) fn in_help(model: &mut Model, key: Key) -> Option<Effect> {
    match intent(key) {
        Some(Intent::Quit) if key == Key::Ctrl('c') => return Some(Effect::Quit),
        Some(Intent::Down) => model.help_top += 1,
        Some(Intent::Up) => model.help_top = model.help_top.saturating_sub(1),
        Some(Intent::PageDown) => model.help_top += usize::from(model.size.height / 2),
        Some(Intent::PageUp) => {
            model.help_top = model
                .help_top
                .saturating_sub(usize::from(model.size.height / 2));
        }
        Some(_) | None => model.mode = Mode::Browse,
    }
    None
}

/// A key while a format is being chosen.
pub(super) fn in_save(model: &mut Model, key: Key) -> Option<Effect> {
    model.mode = Mode::Browse;
    match key {
        Key::Char('t') => Some(Effect::Save(Format::Text)),
        Key::Char('j') => Some(Effect::Save(Format::Json)),
        Key::Ctrl('c') => Some(Effect::Quit),
        _ => None,
    }
}
