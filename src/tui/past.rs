//! How each row did, run after run, and how that is drawn in one line.

use super::theme::{Look, Role, Shape};
use crate::plan::RowId;
use crate::report::{Row, State};
use std::collections::{BTreeMap, VecDeque};

/// The most runs that are kept of a row.
const MOST: usize = 24;
/// The heights of a bar, from low to high.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The same in ASCII.
const PLAIN: [&str; 8] = [".", ".", ":", ":", "=", "=", "#", "#"];

/// How a row did in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// How it stood at the end.
    pub(crate) shape: Shape,
    /// How long its measurement took, in milliseconds; none where nothing was measured.
    pub(crate) took_ms: Option<u64>,
}

/// How each row did so far, the last run at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    rows: BTreeMap<RowId, VecDeque<Turn>>,
}

impl Past {
    /// Adds what a run came to.
    pub(crate) fn add<'a>(&mut self, rows: impl Iterator<Item = &'a Row>) {
        for row in rows {
            if matches!(row.state, State::Waiting | State::Running) {
                continue;
            }
            let measured = row.finding().filter(|one| one.measurement.is_some());
            let turns = self.rows.entry(row.id.clone()).or_default();
            if turns.len() == MOST {
                turns.pop_front();
            }
            turns.push_back(Turn {
                shape: Shape::of(&row.state),
                took_ms: measured.map(|finding| finding.took_ms),
            });
        }
    }

    /// Forgets everything: another target has another past.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// The runs of a row; none where there is nothing to compare.
    pub(crate) fn of(&self, row: &RowId) -> Option<Vec<Turn>> {
        let turns = self.rows.get(row).filter(|turns| turns.len() > 1)?;
        Some(turns.iter().copied().collect())
    }
}

/// A bar for each run: its height is the time against the longest, its colour and the sign below how the row stood.
pub(crate) fn bars(turns: &[Turn], look: Look) -> Vec<(String, Role)> {
    let longest = turns.iter().filter_map(|turn| turn.took_ms).max();
    let bar = |turn: &Turn| {
        let level = turn.took_ms.zip(longest).map(|(took, longest)| {
            let level = took.saturating_mul(BARS.len() as u64 - 1) / longest.max(1);
            usize::try_from(level).unwrap_or(0).min(BARS.len() - 1)
        });
        let drawn = level.map_or(" ", |level| look.either(BARS[level], PLAIN[level]));
        (drawn.to_owned(), turn.shape.role())
    };
    turns.iter().map(bar).collect()
}

/// The sign of each run.
pub(crate) fn signs(turns: &[Turn], look: Look) -> Vec<(String, Role)> {
    let sign = |turn: &Turn| (look.sign(turn.shape, 0).to_owned(), turn.shape.role());
    turns.iter().map(sign).collect()
}
