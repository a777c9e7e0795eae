//! The keys of the checklist's screen.

use super::keys::{Binding, Key, Purpose, bind, intents, usual};
use crate::words::{Phrase, Words};
use std::collections::BTreeMap;

intents! { pub Intent {
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
}}

impl Purpose for Intent {
    const ALL: &'static [Self] = Self::ALL;
    const TABLE: &'static [Binding<Self>] = TABLE;

    fn key(self) -> &'static str {
        self.word()
    }

    fn told(words: &'static Words) -> [&'static BTreeMap<String, Phrase>; 2] {
        [&words.keys, &words.key_words]
    }
}

/// The table.
pub const TABLE: &[Binding<Intent>] = &[
    bind(usual::DOWN, Intent::Down, "next line", None),
    bind(usual::UP, Intent::Up, "previous line", None),
    bind(usual::PAGE_DOWN, Intent::PageDown, "a page down", None),
    bind(usual::PAGE_UP, Intent::PageUp, "a page up", None),
    bind(usual::FIRST, Intent::First, "first line", None),
    bind(usual::LAST, Intent::Last, "last line", None),
    bind(usual::NEXT_BAD, Intent::NextProblem, "next problem", None),
    bind(
        usual::OPEN,
        Intent::Open,
        "read the detail; open or close a group",
        Some("read"),
    ),
    bind(
        usual::BACK,
        Intent::Back,
        "back to the list; undo the filter",
        None,
    ),
    bind(usual::SWITCH, Intent::Switch, "to the other pane", None),
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
        usual::FILTER,
        Intent::Filter,
        "show only what has these words",
        Some("filter"),
    ),
    bind(
        usual::COPY,
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
        usual::THEME,
        Intent::Theme,
        "colours for dark, for light, or none",
        None,
    ),
    bind(usual::HELP, Intent::Help, "these keys", Some("help")),
    bind(usual::QUIT, Intent::Quit, "quit", Some("quit")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_hold_together() {
        crate::tui::keys::tests::hold_together::<Intent>();
    }
}
