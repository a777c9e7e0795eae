//! What a key does to a filter while it is being typed; every screen with a list has one.

use super::keys::Key;

/// The longest text that can be typed, in characters.
pub(crate) const LONGEST: usize = 200;

/// What is left to the screen, once the text is as the key wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Go on typing.
    Type,
    /// Go on typing, and move so many lines.
    Move(isize),
    /// The filter is done, kept or emptied.
    Leave,
    /// Leave the program.
    Quit,
}

/// Changes the filter as the key wants it.
pub(crate) fn typed(filter: &mut String, key: Key) -> Then {
    match key {
        Key::Ctrl('c') => return Then::Quit,
        Key::Enter => return Then::Leave,
        Key::Esc => {
            filter.clear();
            return Then::Leave;
        }
        Key::Backspace if filter.is_empty() => return Then::Leave,
        Key::Backspace => drop(filter.pop()),
        Key::Ctrl('u') => filter.clear(),
        Key::Char(character) if filter.chars().count() < LONGEST => filter.push(character),
        Key::Down => return Then::Move(1),
        Key::Up => return Then::Move(-1),
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
    Then::Type
}
