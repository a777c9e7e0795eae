//! What judging the devices found.

use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::super::addresses::Span;
use super::super::model::{Answer, Decision, Hook, Kind, RuleRef};
use super::super::ranges::{OLD_AFTER_DAYS, Phase};

/// What the rules and the list together amount to, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symptom {
    /// A published range does not get through.
    Missing,
    /// The rules do not tell.
    Undecided,
    /// A rule admits more than what is published around it.
    TooWide,
    /// Ranges that are no longer published still get through.
    Stale,
    /// The list itself is old, or a part of it is not known.
    ListOld,
    /// All published ranges get through, and no more.
    Complete,
}

impl Symptom {
    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Undecided => "undecided",
            Self::TooWide => "too-wide",
            Self::Stale => "stale",
            Self::ListOld => "list-old",
            Self::Complete => "complete",
        }
    }
}

/// The symptom with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The symptom.
    pub symptom: Symptom,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The day judged.
    pub on: Date,
    /// The port.
    pub port: u16,
    /// The devices, outermost first.
    pub devices: Vec<DeviceSeen>,
    /// The sets of the regions that are in use or coming.
    pub sets: Vec<SetSeen>,
    /// What does not get through, by the device that stops it.
    pub missing: Vec<Found>,
    /// What the rules do not tell.
    pub undecided: Vec<Found>,
    /// What is admitted around published ranges.
    pub too_wide: Vec<Found>,
    /// What is no longer published and still admitted.
    pub stale: Vec<Found>,
    /// Sets that end soon.
    pub expiring: Vec<String>,
    /// Sets whose ranges are not known.
    pub unknown: Vec<String>,
    /// How many days ago the newest set in use was read.
    pub age_days: Option<i32>,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSeen {
    /// Its file.
    pub file: String,
    /// The format.
    pub kind: Kind,
    /// Where the connection is judged in it.
    pub hook: Hook,
}

/// A set with the answer for each of its ranges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSeen {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Where it stands on the day.
    pub phase: Phase,
    /// Whether its ranges are known.
    pub known: bool,
    /// Its ranges.
    pub ranges: Vec<RangeSeen>,
}

/// A published range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeSeen {
    /// The network.
    pub cidr: IpNet,
    /// The answer for the whole way, worst of its parts.
    pub answer: Answer,
    /// The answer of each device for each part of it.
    pub cells: Vec<Cell>,
}

/// What one device says to a part of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The device, an index of the devices.
    pub device: usize,
    /// The part.
    pub part: Span,
    /// The answer and the rule.
    #[serde(flatten)]
    pub decision: Decision,
}

/// Addresses of which something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The networks.
    pub cidrs: Vec<IpNet>,
    /// The set they are of, where they are of one.
    pub set: Option<String>,
    /// The device, an index of the devices; `None` when it is all of them.
    pub device: Option<usize>,
    /// The rule that decides.
    pub by: Option<RuleRef>,
    /// The construct that is not understood.
    pub construct: Option<String>,
}

impl Evidence {
    /// The symptom, by precedence.
    pub fn symptom(&self) -> Symptom {
        let old = self.age_days.is_some_and(|days| days > OLD_AFTER_DAYS);
        let listed = self.sets.iter().any(|set| set.phase == Phase::Current);
        if !self.missing.is_empty() {
            Symptom::Missing
        } else if !self.undecided.is_empty() {
            Symptom::Undecided
        } else if !self.too_wide.is_empty() {
            Symptom::TooWide
        } else if !self.stale.is_empty() {
            Symptom::Stale
        } else if old || !listed || !self.unknown.is_empty() {
            Symptom::ListOld
        } else {
            Symptom::Complete
        }
    }
}
