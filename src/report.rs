//! What a run comes to: a fold of its events.

mod chain;
mod checkmk;
mod html;
mod json;
mod junit;
mod linear;
mod markdown;
mod nagios;
mod prometheus;
mod range_map;
mod shape;
mod spoken;
mod text;
mod told;
mod tree;
mod way;

pub use chain::{Chain, Link, Span, Standing, chains};
pub use checkmk::checkmk;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub(crate) use linear::worded;
pub use linear::{Screenless, linear};
pub use markdown::markdown;
pub use nagios::{Service, nagios};
pub use prometheus::prometheus;
pub(crate) use range_map::{Cell as RangeCell, Range, RangeMap, Rule, Says as RangeSays, Spot};
pub use shape::Shape;
pub use text::{Style, text};
pub(crate) use told::{about_chain, facts};
pub(crate) use tree::{MOST_LINES, members, plain, seen};
pub(crate) use way::mark_shape;

use crate::catalog::{Catalog, CheckId, Grade, Group, Owner, Severity, Verdict};
use crate::event::{Began, Event, Finding, What};
use crate::plan::RowId;
use crate::probe::{Evidence, Measurement};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Not yet measured.
    Waiting,
    /// Being measured.
    Running,
    /// Judged.
    Judged(Box<Finding>),
    /// Not asked, since another check failed.
    Blocked(CheckId),
    /// Not asked, by the request.
    Skipped(String),
    /// Our own fault.
    Broke(String),
}

/// One row of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub id: RowId,
    /// Its group.
    pub group: Group,
    /// Its question.
    pub question: String,
    /// What a failure means.
    pub severity: Severity,
    /// Whether an unknown here leaves the run undecided.
    pub required: bool,
    /// The check whose failure it only locates.
    pub locates: Option<CheckId>,
    /// The checks whose failure explains one of this.
    pub follows: Vec<CheckId>,
    /// Where it stands, in the words of the checklist's language.
    pub state: State,
    /// The same as the run told it, where that was in other words: what programs read is the same in every language.
    pub recorded: Option<State>,
}

impl Row {
    /// Where it stands, as the run told it.
    pub(crate) fn told(&self) -> &State {
        self.recorded.as_ref().unwrap_or(&self.state)
    }

    /// The finding, if it was judged.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.state {
            State::Judged(finding) => Some(finding),
            State::Waiting
            | State::Running
            | State::Blocked(_)
            | State::Skipped(_)
            | State::Broke(_) => None,
        }
    }

    /// The verdict, if it was judged.
    pub fn verdict(&self) -> Option<Verdict> {
        self.finding().map(|finding| finding.verdict)
    }
}

/// A failure that no other failure explains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Root {
    /// The check.
    pub check: CheckId,
    /// Its symptom.
    pub symptom: String,
    /// Who can fix it.
    pub owner: Option<Owner>,
    /// The checks it stands in the way of.
    pub explains: Vec<CheckId>,
    /// What it is about, where there are several.
    pub subject: Option<String>,
}

/// How many rows stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Healthy.
    pub pass: usize,
    /// Working, and worth a look.
    pub warn: usize,
    /// Broken.
    pub fail: usize,
    /// Measured, and not told.
    pub unknown: usize,
    /// Not asked, since another failed.
    pub blocked: usize,
    /// Not asked, by the request.
    pub skipped: usize,
    /// Our own fault.
    pub broke: usize,
}

/// How a run ends for whoever called it (contract §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// No check failed and nothing required stayed unknown.
    Healthy = 0,
    /// At least one check failed.
    Unhealthy = 1,
    /// Usage or configuration: nothing was sent.
    Usage = 2,
    /// None failed, but something required is unknown.
    Undecided = 3,
    /// The user stopped it.
    Interrupted = 130,
}

/// The state of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How it began.
    pub began: Option<Box<Began>>,
    /// The rows, in checklist order.
    pub rows: Vec<Row>,
    /// The evidence.
    pub evidence: BTreeMap<Measurement, Evidence>,
    /// Measurements with their beginning and length, milliseconds, in the order they ended.
    pub times: Vec<(Measurement, u64, u64)>,
    /// How long the run took so far, milliseconds.
    pub took_ms: u64,
    /// Whether it is over.
    pub finished: bool,
    /// Whether the user stopped it.
    pub cancelled: bool,
}

impl Report {
    /// Takes one event in; the catalogue tells what a row is about.
    pub fn apply(&mut self, event: &Event, catalog: &Catalog) {
        self.took_ms = event.after_ms;
        match &event.what {
            What::Began(began) => {
                self.rows = began.rows.iter().map(|id| row(id, catalog)).collect();
                self.evidence.clear();
                self.times.clear();
                self.finished = false;
                self.cancelled = false;
                self.began = Some(began.clone());
            }
            What::Started { measurement } => {
                for row in self
                    .rows
                    .iter_mut()
                    .filter(|row| row.state == State::Waiting)
                {
                    if measured_by(&row.id, measurement, catalog) {
                        row.state = State::Running;
                    }
                }
            }
            What::Measured {
                measurement,
                evidence,
                took_ms,
            } => {
                self.times.push((
                    measurement.clone(),
                    event.after_ms.saturating_sub(*took_ms),
                    *took_ms,
                ));
                self.evidence
                    .insert(measurement.clone(), (**evidence).clone());
            }
            What::Judged { row, finding } => {
                self.set(row, State::Judged(finding.clone()), catalog);
            }
            What::Blocked { row, by } => self.set(row, State::Blocked(by.clone()), catalog),
            What::Skipped { row, reason } => self.set(row, State::Skipped(reason.clone()), catalog),
            What::Broke { row, how } => self.set(row, State::Broke(how.clone()), catalog),
            What::Cancelled => {
                self.finished = true;
                self.cancelled = true;
            }
            What::Finished => self.finished = true,
        }
    }

    fn set(&mut self, id: &RowId, state: State, catalog: &Catalog) {
        let said = spoken::said(self, id, &state, catalog);
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == *id) {
            (row.state, row.recorded) = match said {
                Some(said) => (said, Some(state)),
                None => (state, None),
            };
        }
    }

    /// How many rows stand where; those still open count nowhere.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            match &row.state {
                State::Waiting | State::Running => {}
                State::Blocked(_) => counts.blocked += 1,
                State::Skipped(_) => counts.skipped += 1,
                State::Broke(_) => counts.broke += 1,
                State::Judged(finding) => match finding.verdict {
                    Verdict::Pass => counts.pass += 1,
                    Verdict::Warn => counts.warn += 1,
                    Verdict::Unknown => counts.unknown += 1,
                    Verdict::Fail => counts.fail += 1,
                },
            }
        }
        counts
    }

    /// Failures that nothing else explains, in checklist order: what to fix now.
    pub fn roots(&self) -> Vec<Root> {
        let failed = self
            .rows
            .iter()
            .filter(|row| row.verdict() == Some(Verdict::Fail));
        let roots = failed
            .filter(|row| row.locates.is_none() && !self.is_shadow(row))
            .filter_map(|row| {
                let finding = row.finding()?;
                Some(Root {
                    check: row.id.check.clone(),
                    symptom: finding.symptom.clone(),
                    owner: finding.owner,
                    explains: self.explained_by(&row.id.check),
                    subject: row.id.subject.as_ref().map(ToString::to_string),
                })
            });
        roots.collect()
    }

    /// Whether another failure about the same explains this one.
    fn is_shadow(&self, row: &Row) -> bool {
        let fails = |other: &&Row| other.verdict() == Some(Verdict::Fail);
        self.rows
            .iter()
            .filter(fails)
            .any(|other| row.follows.contains(&other.id.check) && row.id.meets(&other.id))
    }

    /// The checks that a failing one stands in the way of, or that only locate it.
    fn explained_by(&self, check: &CheckId) -> Vec<CheckId> {
        let mut explained: Vec<CheckId> = Vec::new();
        for row in &self.rows {
            let blocked = matches!(&row.state, State::Blocked(by) if by == check);
            let locates = row.follows.contains(check) && row.verdict() == Some(Verdict::Fail)
                || row.locates.as_ref() == Some(check) && row.verdict() == Some(Verdict::Fail);
            if (blocked || locates) && !explained.contains(&row.id.check) {
                explained.push(row.id.check.clone());
            }
        }
        explained
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        let failed = self
            .rows
            .iter()
            .any(|row| row.verdict() == Some(Verdict::Fail));
        let open = |row: &&Row| match &row.state {
            State::Judged(finding) => finding.verdict == Verdict::Unknown,
            State::Skipped(_) => false,
            State::Blocked(_) | State::Broke(_) | State::Waiting | State::Running => true,
        };
        let broke = self
            .rows
            .iter()
            .any(|row| matches!(row.state, State::Broke(_)));
        if self.cancelled {
            Exit::Interrupted
        } else if failed {
            Exit::Unhealthy
        } else if broke
            || self
                .rows
                .iter()
                .filter(|row| row.required)
                .any(|row| open(&row))
        {
            Exit::Undecided
        } else {
            Exit::Healthy
        }
    }

    /// The grade that the whole report can have: how sure the least sure failure or pass is.
    pub fn grade(&self) -> Grade {
        if self
            .rows
            .iter()
            .filter_map(Row::finding)
            .any(|finding| finding.grade == Grade::ObservedHere)
        {
            Grade::ObservedHere
        } else {
            Grade::Derived
        }
    }
}

/// An open row.
fn row(id: &RowId, catalog: &Catalog) -> Row {
    let check = catalog.get(id.check.as_str());
    Row {
        id: id.clone(),
        group: check.map_or(Group::History, |check| check.group),
        question: check
            .map(|check| check.question.clone())
            .unwrap_or_default(),
        severity: check.map_or(Severity::Advice, |check| check.severity),
        required: check.is_some_and(|check| check.required),
        locates: check.and_then(|check| check.locates.clone()),
        follows: check.map_or_else(Vec::new, |check| check.follows.clone()),
        state: State::Waiting,
        recorded: None,
    }
}

/// Whether a row is read from a measurement.
fn measured_by(id: &RowId, measurement: &Measurement, catalog: &Catalog) -> bool {
    catalog.get(id.check.as_str()).is_some_and(|check| {
        let probe = check.reads.probe();
        let subject = id
            .subject
            .as_ref()
            .and_then(|subject| subject.within(probe.per()));
        *measurement == Measurement { probe, subject }
    })
}
