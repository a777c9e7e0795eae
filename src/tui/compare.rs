//! The run on the screen beside an earlier one.

use crate::history::{Change, Sight, Turn, changes, read, turns};
use crate::report::{Report, json};

/// What differs from an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The file of the earlier run.
    pub file: String,
    /// When it began, as it was written.
    pub began: Option<String>,
    /// What changed, in causal order.
    pub changes: Vec<Change>,
    /// Rows that stand elsewhere, those that are worse first.
    pub turns: Vec<Turn>,
}

impl Comparison {
    /// Compares; nothing where the text is no run.
    pub(crate) fn of(file: String, text: &str, report: &Report) -> Option<Self> {
        let before = read(text)?;
        let after: Sight = read(&json(report).to_string())?;
        let mut turns = turns(&before, &after);
        let place = |turn: &Turn| {
            report
                .rows
                .iter()
                .position(|row| row.id.check.as_str() == turn.check)
        };
        turns.sort_by_key(|turn| (!turn.is_worse(), place(turn)));
        Some(Self {
            file,
            began: before.began.clone(),
            changes: changes(&before, &after),
            turns,
        })
    }
}

/// The choice of a file to compare with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Recordings of this folder.
    pub(crate) files: Vec<String>,
    /// The chosen one.
    pub(crate) at: usize,
    /// A path that is typed instead.
    pub(crate) typed: String,
}

impl Pick {
    /// The file that Enter takes.
    pub(crate) fn file(&self) -> Option<String> {
        let typed = self.typed.trim();
        if typed.is_empty() {
            return self.files.get(self.at).cloned();
        }
        Some(typed.to_owned())
    }
}
