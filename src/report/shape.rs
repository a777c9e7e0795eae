//! What a row's state looks like: shape before colour, and a word beside it.

use super::State;
use crate::catalog::Verdict;
use crate::words::Words;

/// A sign that stands before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Not yet measured.
    Waiting,
    /// Being measured.
    Running,
    /// Healthy.
    Pass,
    /// Worth a look.
    Warn,
    /// Not told.
    Unknown,
    /// Broken.
    Fail,
    /// Not asked because of another.
    Blocked,
    /// Not asked, by the request.
    Skipped,
    /// Our own fault.
    Broke,
}

impl Shape {
    /// The shape of a state.
    pub fn of(state: &State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Running => Self::Running,
            State::Blocked(_) => Self::Blocked,
            State::Skipped(_) => Self::Skipped,
            State::Broke(_) => Self::Broke,
            State::Judged(finding) => match finding.verdict {
                Verdict::Pass => Self::Pass,
                Verdict::Warn => Self::Warn,
                Verdict::Unknown => Self::Unknown,
                Verdict::Fail => Self::Fail,
            },
        }
    }

    /// Its character.
    pub fn symbol(self, ascii: bool) -> &'static str {
        let (symbol, plain) = match self {
            Self::Waiting => ("·", "."),
            Self::Running => ("…", "~"),
            Self::Pass => ("√", "+"),
            Self::Warn => ("!", "!"),
            Self::Unknown => ("?", "?"),
            Self::Fail => ("×", "x"),
            Self::Blocked => ("∅", "o"),
            Self::Skipped => ("–", "-"),
            Self::Broke => ("‼", "#"),
        };
        if ascii { plain } else { symbol }
    }

    /// Its word in a language.
    pub fn told(self, words: &Words) -> &str {
        let states = &words.states;
        match self {
            Self::Waiting => &states.waiting,
            Self::Running => &states.running,
            Self::Pass => &states.pass,
            Self::Warn => &states.warn,
            Self::Unknown => &states.unknown,
            Self::Fail => &states.fail,
            Self::Blocked => &states.blocked,
            Self::Skipped => &states.skipped,
            Self::Broke => &states.broke,
        }
    }

    /// Its word as it is typed into a filter, the same in every language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "asking",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Fail => "FAIL",
            Self::Blocked => "not asked",
            Self::Skipped => "skipped",
            Self::Broke => "broke",
        }
    }
}
