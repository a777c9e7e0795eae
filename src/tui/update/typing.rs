//! Keys while something is open over the panes.

use super::browse::{act, filtered, go};
use super::{note, watch};
use crate::tui::command::{self, Command};
use crate::tui::filtering::{self, LONGEST, Then};
use crate::tui::intents::Intent;
use crate::tui::keys::{Key, intent};
use crate::tui::model::{Chosen, Effect, Focus, Format, Mode, Model};
use crate::tui::start;

/// A key while the filter is being typed.
pub(super) fn typed(model: &mut Model, key: Key) -> Option<Effect> {
    match filtering::typed(&mut model.filter, key) {
        Then::Quit => return Some(Effect::Quit),
        Then::Leave => model.mode = Mode::Browse,
        Then::Move(lines) => go(model, lines),
        Then::Type => {}
    }
    model.focus = Focus::List;
    model.moved = true;
    filtered(model);
    None
}

/// A key while a command is being typed.
pub(super) fn command(model: &mut Model, key: Key) -> Option<Effect> {
    match key {
        Key::Ctrl('c') => return Some(Effect::Quit),
        Key::Enter => {
            model.mode = Mode::Browse;
            return match command::parse(&model.command, model) {
                Ok(command) => perform(model, command),
                Err(reason) => note(model, reason),
            };
        }
        Key::Esc => model.mode = Mode::Browse,
        Key::Backspace if model.command.is_empty() => model.mode = Mode::Browse,
        Key::Backspace => {
            model.command.pop();
        }
        Key::Ctrl('u') => model.command.clear(),
        Key::Tab | Key::Right => model.command = command::completed(&model.command, model),
        Key::Char(character) if model.command.chars().count() < LONGEST => {
            model.command.push(character);
        }
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Up
        | Key::Down
        | Key::PageUp
        | Key::PageDown
        | Key::Home
        | Key::End
        | Key::BackTab => {}
    }
    None
}

/// Does what a command says.
fn perform(model: &mut Model, command: Command) -> Option<Effect> {
    match command {
        Command::Act(intent) => return act(model, intent),
        Command::Save(format) => return Some(Effect::Save(format)),
        Command::Filter(words) => {
            model.filter = words;
            model.focus = Focus::List;
            model.moved = true;
            filtered(model);
        }
        Command::Go(check) => {
            let row = model.report.rows.iter().find(|row| row.id.check == check);
            model.chosen = row.map(|row| Chosen::Row(row.id.clone()));
            model.open_up();
            model.moved = true;
            model.detail_top = 0;
        }
        Command::Theme(theme) => model.look.theme = theme,
        Command::Watch(seconds) => watch::every(model, seconds * 1_000),
    }
    None
}

/// A key while a page is open over everything.
pub(super) fn in_page(model: &mut Model, key: Key) -> Option<Effect> {
    match intent(key) {
        Some(Intent::Quit) if key == Key::Ctrl('c') => return Some(Effect::Quit),
        Some(Intent::Down) => model.page_top += 1,
        Some(Intent::Up) => model.page_top = model.page_top.saturating_sub(1),
        Some(Intent::PageDown) => model.page_top += usize::from(model.size.height / 2),
        Some(Intent::PageUp) => {
            model.page_top = model
                .page_top
                .saturating_sub(usize::from(model.size.height / 2));
        }
        Some(_) | None => model.mode = model.home(),
    }
    None
}

/// A key while a run to compare with is being chosen.
pub(super) fn in_pick(model: &mut Model, key: Key) -> Option<Effect> {
    let last = model.pick.files.len().saturating_sub(1);
    match key {
        Key::Ctrl('c') => return Some(Effect::Quit),
        Key::Esc => model.mode = Mode::Browse,
        Key::Enter => {
            model.mode = Mode::Browse;
            return model.pick.file().map(Effect::ReadEarlier);
        }
        Key::Up => model.pick.at = model.pick.at.saturating_sub(1),
        Key::Down => model.pick.at = (model.pick.at + 1).min(last),
        Key::Home => model.pick.at = 0,
        Key::End => model.pick.at = last,
        Key::Backspace => drop(model.pick.typed.pop()),
        Key::Ctrl('u') => model.pick.typed.clear(),
        Key::Char(character) if model.pick.typed.chars().count() < LONGEST => {
            model.pick.typed.push(character);
        }
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Tab
        | Key::BackTab => {}
    }
    // The chosen file stays in sight below the path and the title.
    let height = usize::from(model.size.height);
    model.page_top = (model.pick.at + 8).saturating_sub(height);
    None
}

/// Text that was pasted, where one line of text is typed.
pub(super) fn pasted(model: &mut Model, text: &str) {
    let line: Vec<char> = text
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|one| !one.is_control())
        .take(LONGEST)
        .collect();
    match model.mode {
        Mode::Start => start::pasted(model, text),
        Mode::Filter => {
            model.filter.extend(line);
            filtered(model);
        }
        Mode::Command => model.command.extend(line),
        Mode::Pick => model.pick.typed.extend(line),
        Mode::Browse | Mode::Help | Mode::Times | Mode::Save | Mode::Changes => {}
    }
}

/// A key while a format is being chosen.
pub(super) fn in_save(model: &mut Model, key: Key) -> Option<Effect> {
    model.mode = Mode::Browse;
    if key == Key::Ctrl('c') {
        return Some(Effect::Quit);
    }
    let chosen = Format::ALL
        .iter()
        .find(|(letter, _)| key == Key::Char(*letter));
    chosen.map(|(_, format)| Effect::Save(*format))
}
