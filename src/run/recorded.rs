//! Evidence from a recording, in the place of the world.

use super::owner::Stage;
use crate::event::{Event, What};
use crate::probe::{Evidence, Measurement};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The evidence of an earlier run.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    seen: Arc<BTreeMap<Measurement, (Evidence, u64, u64)>>,
    took_ms: u64,
}

impl Recording {
    /// Takes the evidence out of a run's events.
    pub fn of(events: &[Event]) -> Self {
        let measured = events.iter().filter_map(|event| match &event.what {
            What::Measured {
                measurement,
                evidence,
                took_ms,
            } => Some((
                measurement.clone(),
                (
                    (**evidence).clone(),
                    event.after_ms.saturating_sub(*took_ms),
                    *took_ms,
                ),
            )),
            _ => None,
        });
        let took_ms = events.last().map_or(0, |event| event.after_ms);
        Self {
            seen: Arc::new(measured.collect()),
            took_ms,
        }
    }

    /// A recording written by hand.
    pub fn from_evidence(seen: impl IntoIterator<Item = (Measurement, Evidence)>) -> Self {
        let seen = seen
            .into_iter()
            .map(|(measurement, evidence)| (measurement, (evidence, 0, 0)));
        Self {
            seen: Arc::new(seen.collect()),
            took_ms: 0,
        }
    }

    /// How long the earlier run took, milliseconds.
    pub fn took_ms(&self) -> u64 {
        self.took_ms
    }

    /// The evidence of one measurement.
    pub fn get(&self, measurement: &Measurement) -> Option<&Evidence> {
        self.seen.get(measurement).map(|(evidence, _, _)| evidence)
    }

    /// The stage a recorded measurement is in, and what to tell of it.
    pub(super) fn stage(&self, measurement: &Measurement) -> (Stage, Option<(Evidence, u64)>) {
        match self.seen.get(measurement) {
            Some((evidence, began_ms, took_ms)) => {
                let (evidence, began_ms, took_ms) = (evidence.clone(), *began_ms, *took_ms);
                (
                    Stage::Done {
                        evidence: evidence.clone(),
                        began_ms,
                        took_ms,
                    },
                    Some((evidence, took_ms)),
                )
            }
            None => (Stage::Absent, None),
        }
    }
}
