//! The one table of keys: decoding, footer and help come from it.

use crate::words::Words;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
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

/// Defines the intents, their words and the list of all of them.
macro_rules! intents {
    ($( $(#[$doc:meta])* $intent:ident = $word:literal ),* $(,)?) => {
        /// What a key is pressed for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Intent { $( $(#[$doc])* $intent ),* }

        impl Intent {
            /// Every intent.
            pub const ALL: &'static [Self] = &[$(Self::$intent),*];

            /// Its word after `:`.
            pub fn word(self) -> &'static str {
                match self { $(Self::$intent => $word),* }
            }
        }
    };
}

intents! {
    /// One line down.
    Down = "down",
    /// One line up.
    Up = "up",
    /// One page down.
    PageDown = "page-down",
    /// One page up.
    PageUp = "page-up",
    /// To the first line.
    First = "first",
    /// To the last line.
    Last = "last",
    /// To the next problem.
    NextProblem = "next-problem",
    /// Into the detail, or open and close a group.
    Open = "open",
    /// Back, or out of whatever is open.
    Back = "back",
    /// To the other pane.
    Switch = "switch",
    /// Show only some.
    Filter = "filter",
    /// Ask the chosen check again.
    Rerun = "again",
    /// Ask everything again.
    RerunAll = "all-again",
    /// To the next range of the map.
    NextRange = "next-range",
    /// To the range before.
    PreviousRange = "previous-range",
    /// To the next device of the map.
    NextDevice = "next-device",
    /// To the device before.
    PreviousDevice = "previous-device",
    /// Stop the run.
    Stop = "stop",
    /// Ask everything again every so often.
    Watch = "watch",
    /// Copy the finding.
    Copy = "copy",
    /// Copy a command.
    CopyCommand = "copy-command",
    /// Save the report.
    Save = "save",
    /// Show what changed since an earlier run.
    Compare = "compare",
    /// Start from another symptom, or on another target.
    Start = "start",
    /// Show when what was measured.
    Times = "times",
    /// Other colours.
    Theme = "theme",
    /// Type a command.
    Command = "command",
    /// Show the keys.
    Help = "help",
    /// Leave.
    Quit = "quit",
}

/// Keys, what they are pressed for, and how that is told.
#[derive(Clone, Copy, Debug)]
pub struct Binding<I: 'static = Intent> {
    /// The keys.
    pub keys: &'static [Key],
    /// What for.
    pub intent: I,
    /// The sentence in the help.
    pub help: &'static str,
    /// The word in the footer, where it has one.
    pub footer: Option<&'static str>,
}

impl Binding {
    /// The sentence in the help, in a language; the table's own where that has none.
    pub fn help(&self, words: &'static Words) -> &'static str {
        let told = words.keys.get(self.intent.word());
        told.map_or(self.help, |phrase| phrase)
    }

    /// The word in the footer, in a language.
    pub fn footer(&self, words: &'static Words) -> Option<&'static str> {
        let told = words.key_words.get(self.intent.word());
        self.footer.map(|own| told.map_or(own, |phrase| phrase))
    }
}

/// One line of the table.
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

/// The table.
pub const TABLE: &[Binding] = &[
    bind(
        &[Key::Char('j'), Key::Down],
        Intent::Down,
        "next line",
        None,
    ),
    bind(
        &[Key::Char('k'), Key::Up],
        Intent::Up,
        "previous line",
        None,
    ),
    bind(
        &[Key::PageDown, Key::Ctrl('d'), Key::Char(' ')],
        Intent::PageDown,
        "a page down",
        None,
    ),
    bind(
        &[Key::PageUp, Key::Ctrl('u')],
        Intent::PageUp,
        "a page up",
        None,
    ),
    bind(
        &[Key::Char('g'), Key::Home],
        Intent::First,
        "first line",
        None,
    ),
    bind(&[Key::Char('G'), Key::End], Intent::Last, "last line", None),
    bind(&[Key::Char('n')], Intent::NextProblem, "next problem", None),
    bind(
        &[Key::Enter, Key::Right, Key::Char('l')],
        Intent::Open,
        "read the detail; open or close a group",
        Some("read"),
    ),
    bind(
        &[Key::Esc, Key::Left, Key::Char('h')],
        Intent::Back,
        "back to the list; undo the filter",
        None,
    ),
    bind(
        &[Key::Tab, Key::BackTab],
        Intent::Switch,
        "to the other pane",
        None,
    ),
    bind(
        &[Key::Char('J')],
        Intent::NextRange,
        "on the map of ranges: next range, and the rule that decides",
        None,
    ),
    bind(
        &[Key::Char('K')],
        Intent::PreviousRange,
        "on the map of ranges: previous range",
        None,
    ),
    bind(
        &[Key::Char('L')],
        Intent::NextDevice,
        "on the map of ranges: next device",
        None,
    ),
    bind(
        &[Key::Char('H')],
        Intent::PreviousDevice,
        "on the map of ranges: previous device",
        None,
    ),
    bind(
        &[Key::Char('r')],
        Intent::Rerun,
        "ask this check again, and what waits for it",
        Some("again"),
    ),
    bind(
        &[Key::Char('R')],
        Intent::RerunAll,
        "ask everything again",
        Some("all"),
    ),
    bind(&[Key::Char('x')], Intent::Stop, "stop the run", None),
    bind(
        &[Key::Char('w')],
        Intent::Watch,
        "watch: ask everything again every 30 seconds",
        None,
    ),
    bind(
        &[Key::Char(':')],
        Intent::Command,
        "type a command; Tab completes it",
        None,
    ),
    bind(
        &[Key::Char('/')],
        Intent::Filter,
        "show only what has these words",
        Some("filter"),
    ),
    bind(
        &[Key::Char('y')],
        Intent::Copy,
        "copy the finding to the clipboard",
        Some("copy"),
    ),
    bind(
        &[Key::Char('c')],
        Intent::CopyCommand,
        "copy a command of the remedies; again for the next",
        None,
    ),
    bind(
        &[Key::Char('s')],
        Intent::Save,
        "save the report as a file",
        Some("save"),
    ),
    bind(
        &[Key::Char('d')],
        Intent::Compare,
        "what changed since an earlier run",
        None,
    ),
    bind(
        &[Key::Char('o')],
        Intent::Start,
        "start from a symptom, or on another target",
        Some("symptom"),
    ),
    bind(
        &[Key::Char('T')],
        Intent::Times,
        "when what was measured, and what the run waited for",
        None,
    ),
    bind(
        &[Key::Char('t')],
        Intent::Theme,
        "colours for dark, for light, or none",
        None,
    ),
    bind(&[Key::Char('?')], Intent::Help, "these keys", Some("help")),
    bind(
        &[Key::Char('q'), Key::Ctrl('c')],
        Intent::Quit,
        "quit",
        Some("quit"),
    ),
];

/// The keys of one binding, as they are told.
pub(crate) fn named<I>(binding: &Binding<I>) -> String {
    let keys = binding.keys.iter().map(ToString::to_string);
    keys.collect::<Vec<_>>().join(" ")
}

/// What a key is pressed for.
pub(crate) fn intent(key: Key) -> Option<Intent> {
    TABLE
        .iter()
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.intent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_twice() {
        let keys: Vec<Key> = TABLE
            .iter()
            .flat_map(|binding| binding.keys)
            .copied()
            .collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{key} stands twice");
        }
    }

    #[test]
    fn every_intent_has_a_key() {
        for intent in Intent::ALL {
            assert_eq!(
                TABLE
                    .iter()
                    .filter(|binding| binding.intent == *intent)
                    .count(),
                1,
                "{intent:?}"
            );
        }
        let words: std::collections::BTreeSet<&str> =
            Intent::ALL.iter().map(|intent| intent.word()).collect();
        assert_eq!(words.len(), Intent::ALL.len());
        assert!(TABLE.iter().all(|binding| !binding.keys.is_empty()));
    }

    #[test]
    fn every_key_is_told_in_japanese() {
        let words = crate::words::Lang::Ja.words();
        let mut told: Vec<&str> = TABLE.iter().map(|binding| binding.intent.word()).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            words.keys.keys().collect::<Vec<_>>(),
            "[keys] of words/ja.toml"
        );
        let footer = TABLE.iter().filter(|binding| binding.footer.is_some());
        let mut told: Vec<&str> = footer.map(|binding| binding.intent.word()).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            words.key_words.keys().collect::<Vec<_>>(),
            "[key_words] of words/ja.toml"
        );
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
