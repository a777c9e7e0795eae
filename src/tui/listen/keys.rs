//! The keys of the webhook lab's screen.

use crate::tui::keys::{Binding, Key, bind};

/// What a key is pressed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// One page down.
    PageDown,
    /// One page up.
    PageUp,
    /// To the oldest.
    First,
    /// To the newest, and along with those that come.
    Last,
    /// To the next event that was refused.
    NextRefused,
    /// Into the detail.
    Open,
    /// Back, or out of the filter.
    Back,
    /// To the other pane.
    Switch,
    /// Show only some.
    Filter,
    /// Show only one state of the signature.
    Signature,
    /// Show the lives of the jobs.
    Jobs,
    /// Copy the event.
    Copy,
    /// Other colours.
    Theme,
    /// Show the keys.
    Help,
    /// Leave.
    Quit,
}

/// The table: decoding, footer and help come from it.
pub(crate) const TABLE: &[Binding<Intent>] = &[
    bind(
        &[Key::Char('j'), Key::Down],
        Intent::Down,
        "next event",
        None,
    ),
    bind(
        &[Key::Char('k'), Key::Up],
        Intent::Up,
        "previous event",
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
        "the oldest event",
        None,
    ),
    bind(
        &[Key::Char('G'), Key::End],
        Intent::Last,
        "the newest event, and along with those that come",
        Some("newest"),
    ),
    bind(
        &[Key::Char('n')],
        Intent::NextRefused,
        "the next event that was refused",
        Some("refused"),
    ),
    bind(
        &[Key::Enter, Key::Right, Key::Char('l')],
        Intent::Open,
        "read the detail",
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
        Intent::Jobs,
        "the lives of the jobs",
        Some("jobs"),
    ),
    bind(
        &[Key::Char('/')],
        Intent::Filter,
        "show only what has these words",
        Some("filter"),
    ),
    bind(
        &[Key::Char('v')],
        Intent::Signature,
        "only valid signatures, only invalid ones, only missing ones, all",
        Some("signature"),
    ),
    bind(
        &[Key::Char('y')],
        Intent::Copy,
        "copy the event to the clipboard, as one line of JSON",
        Some("copy"),
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
        "quit, and stop listening",
        Some("quit"),
    ),
];

/// What a key is pressed for.
pub(super) fn intent(key: Key) -> Option<Intent> {
    TABLE
        .iter()
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.intent)
}
