//! Keys, and how a screen's table of them is read: decoding, footer and help come from the table.

use crate::words::{Phrase, Words};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::collections::BTreeMap;
use std::fmt;

/// A key, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// A character with Ctrl.
    Ctrl(char),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
}

impl Key {
    /// The key of a terminal's event; none for releases and for keys that mean nothing here.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind != KeyEventKind::Press {
            return None;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        if event.modifiers.contains(KeyModifiers::ALT) {
            return None;
        }
        Some(match event.code {
            KeyCode::Char(character) if control => Self::Ctrl(character.to_ascii_lowercase()),
            KeyCode::Char(character) => Self::Char(character),
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Esc,
            KeyCode::Tab => Self::Tab,
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Backspace => Self::Backspace,
            _ => return None,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Char(' ') => "Space",
            Self::Char(character) => return write!(f, "{character}"),
            Self::Ctrl(character) => return write!(f, "Ctrl-{}", character.to_ascii_uppercase()),
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Left => "Left",
            Self::Right => "Right",
            Self::PageUp => "PgUp",
            Self::PageDown => "PgDn",
            Self::Home => "Home",
            Self::End => "End",
            Self::Enter => "Enter",
            Self::Esc => "Esc",
            Self::Tab => "Tab",
            Self::BackTab => "Shift-Tab",
            Self::Backspace => "Backspace",
        };
        f.write_str(name)
    }
}

/// Defines what keys are pressed for on one screen: the intents and their words.
macro_rules! intents {
    ($see:vis $name:ident { $( $(#[$doc:meta])* $intent:ident = $word:literal ),* $(,)? }) => {
        /// What a key is pressed for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $see enum $name { $( $(#[$doc])* $intent ),* }

        impl $name {
            /// Every intent.
            $see const ALL: &'static [Self] = &[$(Self::$intent),*];

            /// Its word, by which it is typed and told in other languages.
            $see const fn word(self) -> &'static str {
                match self { $(Self::$intent => $word),* }
            }
        }
    };
}
pub(crate) use intents;

/// What keys are pressed for on one screen.
pub trait Purpose: Copy + PartialEq + 'static {
    /// Everything that keys are pressed for there.
    const ALL: &'static [Self];

    /// The keys of that screen: decoding, footer and help come from it.
    const TABLE: &'static [Binding<Self>];

    /// Its word in the catalogues.
    fn key(self) -> &'static str;

    /// The sentences of the help and the words of the footer that a language has for this screen.
    fn told(words: &'static Words) -> [&'static BTreeMap<String, Phrase>; 2];
}

/// Keys, what they are pressed for, and how that is told.
#[derive(Clone, Copy, Debug)]
pub struct Binding<I: 'static> {
    /// The keys.
    pub keys: &'static [Key],
    /// What for.
    pub intent: I,
    /// The sentence in the help.
    pub help: &'static str,
    /// The word in the footer, where it has one.
    pub footer: Option<&'static str>,
}

impl<I: Purpose> Binding<I> {
    /// The sentence in the help, in a language; the table's own where that has none.
    pub fn help(&self, words: &'static Words) -> &'static str {
        let [sentences, _] = I::told(words);
        let told = sentences.get(self.intent.key());
        told.map_or(self.help, |phrase| phrase)
    }

    /// The word in the footer, in a language.
    pub fn footer(&self, words: &'static Words) -> Option<&'static str> {
        let [_, footers] = I::told(words);
        let told = footers.get(self.intent.key());
        self.footer.map(|own| told.map_or(own, |phrase| phrase))
    }
}

/// One line of a table.
pub(crate) const fn bind<I: Copy>(
    keys: &'static [Key],
    intent: I,
    help: &'static str,
    footer: Option<&'static str>,
) -> Binding<I> {
    Binding {
        keys,
        intent,
        help,
        footer,
    }
}

/// The keys that do the same on every screen.
pub(crate) mod usual {
    use super::Key;

    pub(crate) const DOWN: &[Key] = &[Key::Char('j'), Key::Down];
    pub(crate) const UP: &[Key] = &[Key::Char('k'), Key::Up];
    pub(crate) const PAGE_DOWN: &[Key] = &[Key::PageDown, Key::Ctrl('d'), Key::Char(' ')];
    pub(crate) const PAGE_UP: &[Key] = &[Key::PageUp, Key::Ctrl('u')];
    pub(crate) const FIRST: &[Key] = &[Key::Char('g'), Key::Home];
    pub(crate) const LAST: &[Key] = &[Key::Char('G'), Key::End];
    pub(crate) const NEXT_BAD: &[Key] = &[Key::Char('n')];
    pub(crate) const OPEN: &[Key] = &[Key::Enter, Key::Right, Key::Char('l')];
    pub(crate) const BACK: &[Key] = &[Key::Esc, Key::Left, Key::Char('h')];
    pub(crate) const SWITCH: &[Key] = &[Key::Tab, Key::BackTab];
    pub(crate) const FILTER: &[Key] = &[Key::Char('/')];
    pub(crate) const COPY: &[Key] = &[Key::Char('y')];
    pub(crate) const THEME: &[Key] = &[Key::Char('t')];
    pub(crate) const HELP: &[Key] = &[Key::Char('?')];
    pub(crate) const QUIT: &[Key] = &[Key::Char('q'), Key::Ctrl('c')];
}

/// The keys of one binding, as they are told.
pub(crate) fn named<I>(binding: &Binding<I>) -> String {
    let keys = binding.keys.iter().map(ToString::to_string);
    keys.collect::<Vec<_>>().join(" ")
}

/// What a key is pressed for.
pub(crate) fn intent<I: Purpose>(key: Key) -> Option<I> {
    I::TABLE
        .iter()
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.intent)
}

/// The first key of each line that has a word in the footer, with that word.
pub(crate) fn footers<I: Purpose>(words: &'static Words) -> Vec<(String, &'static str)> {
    let told = |binding: &Binding<I>| {
        let key = binding.keys.first()?.to_string();
        Some((key, binding.footer(words)?))
    };
    I::TABLE.iter().filter_map(told).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::words::Lang;
    use std::collections::BTreeSet;

    /// Holds a screen's keys together: none stands twice, every intent has a line, and another language tells every line.
    pub(crate) fn hold_together<I: Purpose + fmt::Debug>() {
        let all = I::ALL;
        let keys: Vec<Key> = I::TABLE
            .iter()
            .flat_map(|binding| binding.keys)
            .copied()
            .collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{key} stands twice");
        }
        for intent in all {
            let lines = I::TABLE.iter().filter(|line| line.intent == *intent);
            assert_eq!(lines.count(), 1, "{intent:?}");
        }
        let words: BTreeSet<&str> = all.iter().map(|intent| intent.key()).collect();
        assert_eq!((words.len(), I::TABLE.len()), (all.len(), all.len()));
        assert!(I::TABLE.iter().all(|binding| !binding.keys.is_empty()));
        let [sentences, footers] = I::told(Lang::Ja.words());
        let told: BTreeSet<&str> = sentences.keys().map(|key| &**key).collect();
        assert_eq!(told, words, "the sentences in words/ja.toml");
        let with_word = I::TABLE.iter().filter(|binding| binding.footer.is_some());
        let words: BTreeSet<&str> = with_word.map(|binding| binding.intent.key()).collect();
        let told: BTreeSet<&str> = footers.keys().map(|key| &**key).collect();
        assert_eq!(told, words, "the words of the footer in words/ja.toml");
    }

    #[test]
    fn only_a_press_is_a_key() {
        let mut event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(Key::of(&event), Some(Key::Char('q')));
        event.kind = KeyEventKind::Release;
        assert_eq!(Key::of(&event), None);
        event.kind = KeyEventKind::Repeat;
        assert_eq!(Key::of(&event), None);
    }
}
