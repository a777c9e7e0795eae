//! Rows that stand elsewhere than in an earlier run.

use super::{Sight, Standing};
use crate::words::Words;

/// A row that stands elsewhere than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The check.
    pub check: String,
    /// Of what, where there are several.
    pub about: Option<String>,
    /// Where it stood.
    pub before: Standing,
    /// Where it stands.
    pub after: Standing,
}

/// The rows that both runs have and that stand elsewhere; the comparison itself is none of them.
pub fn turns(before: &Sight, after: &Sight) -> Vec<Turn> {
    let both = before.rows.iter().filter_map(|(row, old)| {
        let new = after.rows.get(row)?;
        let (check, about) = row.clone();
        (new != old && check != "nothing-changed").then_some(Turn {
            check,
            about,
            before: *old,
            after: *new,
        })
    });
    both.collect()
}

impl Turn {
    /// Whether it stands worse than before.
    pub fn is_worse(&self) -> bool {
        self.after > self.before
    }
}

impl Standing {
    /// It in a word.
    pub fn word(self, words: &Words) -> String {
        let said = &words.facts.comparison;
        let word = match self {
            Self::Pass => &said.pass,
            Self::Warn => &said.warn,
            Self::Unknown => &said.unknown,
            Self::Fail => &said.fail,
        };
        word.to_string()
    }
}
