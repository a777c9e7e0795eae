//! The way of the packets to the host, where a row was read from them.

use super::{Report, Row, Shape};
use crate::probe::Evidence;
use crate::probe::tcp::{Drawing, Mark, Names};
use crate::words::Words;

/// The sign of what is known of the packets at a step.
pub(crate) fn mark_shape(mark: Mark) -> Shape {
    match mark {
        Mark::Came => Shape::Pass,
        Mark::Stopped => Shape::Fail,
        Mark::Unsure => Shape::Unknown,
        Mark::Beyond => Shape::Waiting,
    }
}

impl Report {
    /// The way of the packets that a row was read from.
    pub fn way(&self, row: &Row, words: &Words) -> Option<Drawing> {
        let began = self.began.as_deref()?;
        let measurement = row.finding()?.measurement.as_ref()?;
        let Evidence::Tcp(seen) = self.evidence.get(measurement)? else {
            return None;
        };
        let names = Names {
            here: &began.host,
            host: &began.settings.target.host.to_string(),
        };
        seen.drawing(names, words)
    }
}
