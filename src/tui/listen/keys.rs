//! The keys of the webhook lab's screen.

use crate::tui::keys::{Binding, Key, Purpose, bind, intents, usual};
use crate::words::{Phrase, Words};
use std::collections::BTreeMap;

intents! { pub(crate) Intent {
    /// One line down.
    Down = "down",
    /// One line up.
    Up = "up",
    /// One page down.
    PageDown = "page-down",
    /// One page up.
    PageUp = "page-up",
    /// To the oldest.
    First = "first",
    /// To the newest, and along with those that come.
    Last = "last",
    /// To the next event that was refused.
    NextRefused = "next-refused",
    /// Into the detail.
    Open = "open",
    /// Back, or out of the filter.
    Back = "back",
    /// To the other pane.
    Switch = "switch",
    /// Show only some.
    Filter = "filter",
    /// Show only one state of the signature.
    Signature = "signature",
    /// Show the lives of the jobs.
    Jobs = "jobs",
    /// Copy the event.
    Copy = "copy",
    /// Other colours.
    Theme = "theme",
    /// Show the keys.
    Help = "help",
    /// Leave.
    Quit = "quit",
}}

impl Purpose for Intent {
    const ALL: &'static [Self] = Self::ALL;
    const TABLE: &'static [Binding<Self>] = TABLE;

    fn key(self) -> &'static str {
        self.word()
    }

    fn told(words: &'static Words) -> [&'static BTreeMap<String, Phrase>; 2] {
        [&words.webhook.keys, &words.webhook.key_words]
    }
}

/// The table.
pub(crate) const TABLE: &[Binding<Intent>] = &[
    bind(usual::DOWN, Intent::Down, "next event", None),
    bind(usual::UP, Intent::Up, "previous event", None),
    bind(usual::PAGE_DOWN, Intent::PageDown, "a page down", None),
    bind(usual::PAGE_UP, Intent::PageUp, "a page up", None),
    bind(usual::FIRST, Intent::First, "the oldest event", None),
    bind(
        usual::LAST,
        Intent::Last,
        "the newest event, and along with those that come",
        Some("newest"),
    ),
    bind(
        usual::NEXT_BAD,
        Intent::NextRefused,
        "the next event that was refused",
        Some("refused"),
    ),
    bind(usual::OPEN, Intent::Open, "read the detail", Some("read")),
    bind(
        usual::BACK,
        Intent::Back,
        "back to the list; undo the filter",
        None,
    ),
    bind(usual::SWITCH, Intent::Switch, "to the other pane", None),
    bind(
        &[Key::Char('J')],
        Intent::Jobs,
        "the lives of the jobs",
        Some("jobs"),
    ),
    bind(
        usual::FILTER,
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
        usual::COPY,
        Intent::Copy,
        "copy the event to the clipboard, as one line of JSON",
        Some("copy"),
    ),
    bind(
        usual::THEME,
        Intent::Theme,
        "colours for dark, for light, or none",
        None,
    ),
    bind(usual::HELP, Intent::Help, "these keys", Some("help")),
    bind(
        usual::QUIT,
        Intent::Quit,
        "quit, and stop listening",
        Some("quit"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_hold_together() {
        crate::tui::keys::tests::hold_together::<Intent>();
    }
}
