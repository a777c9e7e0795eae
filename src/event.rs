//! The only thing a run says: owned, serialisable events. Screen, reports, recordings and replays are folds of them.

use crate::catalog::{Grade, Owner, Verdict};
use crate::config::Settings;
use crate::plan::{RowId, Selection};
use crate::probe::{Evidence, Measurement};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the run began.
    pub after_ms: u64,
    /// What happened.
    pub what: What,
}

/// What can happen in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// The run began with this plan.
    Began(Box<Began>),
    /// A measurement started.
    Started {
        /// What is measured.
        measurement: Measurement,
    },
    /// A measurement ended.
    Measured {
        /// What was measured.
        measurement: Measurement,
        /// What was seen.
        evidence: Box<Evidence>,
        /// How long it took.
        took_ms: u64,
    },
    /// A row was judged.
    Judged {
        /// The row.
        row: RowId,
        /// What it comes to.
        finding: Box<Finding>,
    },
    /// A row is not asked, since another failed.
    Blocked {
        /// The row.
        row: RowId,
        /// The check that failed first.
        by: crate::catalog::CheckId,
    },
    /// A row is not asked, by the request.
    Skipped {
        /// The row.
        row: RowId,
        /// Why.
        reason: String,
    },
    /// Our own fault.
    Broke {
        /// The row.
        row: RowId,
        /// What went wrong.
        how: String,
    },
    /// The user stopped the run.
    Cancelled,
    /// The run ended.
    Finished,
}

/// How a run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Began {
    /// The version of the tool.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// What was asked for.
    pub settings: Settings,
    /// Which checks were wanted.
    pub selection: Selection,
    /// The machine it ran on.
    pub host: String,
    /// The roots that stood for the cloud's: `mozilla`, or the file.
    pub cloud_roots: String,
    /// The same in words, with version and date where they have one.
    pub cloud_store: String,
    /// The rows, in checklist order.
    pub rows: Vec<RowId>,
}

/// An outcome with its holes filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The symptom's key.
    pub symptom: String,
    /// What it means for the question.
    pub verdict: Verdict,
    /// How sure that is.
    pub grade: Grade,
    /// One sentence with the real values.
    pub says: String,
    /// Who can fix it.
    pub owner: Option<Owner>,
    /// Steps, in order.
    pub remedies: Vec<String>,
    /// The measurement it was read from; none where nothing was measured.
    pub measurement: Option<Measurement>,
    /// When its measurement began, milliseconds since the run began.
    pub began_ms: u64,
    /// How long its measurement took, milliseconds.
    pub took_ms: u64,
}
