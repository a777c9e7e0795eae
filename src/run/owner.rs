//! The owner of a run: the one task that knows where everything stands.

use super::judge::untold;
use super::{Run, Source, judge};
use crate::catalog::{CheckId, Verdict};
use crate::event::{Began, Event, Finding, What};
use crate::plan::Fate;
use crate::probe::{At, Before, Cx, Evidence, Measurement};
use crate::wire::Session;
use crate::words::Lang;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

/// How long the undoing of changes may take at the end of a run.
const UNDO: Duration = Duration::from_secs(5);

/// Where a row stands.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Waiting,
    Judged(Verdict),
    Blocked(CheckId),
    Skipped,
    Broke,
}

/// Where a measurement stands.
pub(super) enum Stage {
    Running {
        began_ms: u64,
    },
    Done {
        evidence: Evidence,
        began_ms: u64,
        took_ms: u64,
    },
    Panicked(String),
    Absent,
}

/// Everything that changes during a run.
pub(super) struct RunOwner {
    run: Run,
    events: UnboundedSender<Event>,
    began: tokio::time::Instant,
    states: Vec<State>,
    stages: BTreeMap<Measurement, Stage>,
    under_way: JoinSet<(Measurement, Evidence)>,
    tasks: BTreeMap<tokio::task::Id, Measurement>,
}

impl RunOwner {
    /// A run that has not begun.
    pub(super) fn new(run: Run, events: UnboundedSender<Event>) -> Self {
        let states = vec![State::Waiting; run.plan.rows().len()];
        Self {
            run,
            events,
            began: tokio::time::Instant::now(),
            states,
            stages: BTreeMap::new(),
            under_way: JoinSet::new(),
            tasks: BTreeMap::new(),
        }
    }

    /// Milliseconds since the run began.
    fn after_ms(&self) -> u64 {
        match self.run.source {
            Source::Live { .. } => {
                u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
            }
            Source::Recorded(ref recording) => recording.took_ms(),
        }
    }

    fn say(&self, what: What) {
        self.say_at(self.after_ms(), what);
    }

    fn say_at(&self, after_ms: u64, what: What) {
        // Whoever listened may have gone; the run still ends in order.
        let _ = self.events.send(Event { after_ms, what });
    }

    /// Tells the plan, and the rows that are not asked.
    pub(super) fn begin(&mut self) {
        let vantage = self.run.vantage.clone();
        self.say(What::Began(Box::new(Began {
            version: env!("CARGO_PKG_VERSION").into(),
            at: self.run.at,
            settings: (*self.run.settings).clone(),
            selection: self.run.selection.clone(),
            host: vantage.host,
            cloud_roots: vantage.cloud_roots,
            cloud_store: vantage.cloud_store,
            rows: self
                .run
                .plan
                .rows()
                .iter()
                .map(|planned| planned.row.clone())
                .collect(),
        })));
        for at in 0..self.states.len() {
            let planned = &self.run.plan.rows()[at];
            if let Fate::Skip(reason) = &planned.fate {
                self.say(What::Skipped {
                    row: planned.row.clone(),
                    reason: reason.clone(),
                });
                self.states[at] = State::Skipped;
            }
        }
    }

    /// Starts what can start and judges what can be judged, until nothing is left.
    pub(super) async fn measure(&mut self) {
        loop {
            while self.step() {}
            match self.under_way.join_next_with_id().await {
                None => return,
                Some(Ok((id, (measurement, evidence)))) => {
                    self.tasks.remove(&id);
                    self.measured(measurement, evidence);
                }
                Some(Err(error)) => {
                    if let Some(measurement) = self.tasks.remove(&error.id()) {
                        let how = panic_text(error);
                        self.stages.insert(measurement, Stage::Panicked(how));
                    }
                }
            }
        }
    }

    /// One round over the rows; says whether anything changed.
    fn step(&mut self) -> bool {
        let mut changed = false;
        for at in 0..self.states.len() {
            if self.states[at] != State::Waiting {
                continue;
            }
            if let Some(by) = self.blocked_by(at) {
                self.say(What::Blocked {
                    row: self.run.plan.rows()[at].row.clone(),
                    by: by.clone(),
                });
                self.states[at] = State::Blocked(by);
                changed = true;
                continue;
            }
            changed |= self.start(at);
            if self.settled(&self.run.plan.rows()[at].needs) {
                changed |= self.conclude(at);
            }
        }
        changed
    }

    /// Whether a row is still open that does not wait for the others.
    fn others_are_open(&self) -> bool {
        let rows = self.run.plan.rows().iter().zip(&self.states);
        rows.into_iter()
            .any(|(planned, state)| *state == State::Waiting && !planned.check.last)
    }

    /// Whether all those rows hold.
    fn settled(&self, rows: &[usize]) -> bool {
        rows.iter().all(|need| {
            matches!(
                self.states[*need],
                State::Judged(Verdict::Pass | Verdict::Warn)
            )
        })
    }

    /// The check that stands in a row's way: the first that failed, through those that it blocked.
    fn blocked_by(&self, at: usize) -> Option<CheckId> {
        self.run.plan.rows()[at]
            .needs
            .iter()
            .find_map(|need| match &self.states[*need] {
                State::Judged(Verdict::Fail | Verdict::Unknown) | State::Broke => {
                    Some(self.run.plan.rows()[*need].row.check.clone())
                }
                State::Blocked(by) => Some(by.clone()),
                State::Judged(Verdict::Pass | Verdict::Warn) | State::Waiting | State::Skipped => {
                    None
                }
            })
    }

    /// Starts a row's measurement, if it has not been and what it starts from is there.
    fn start(&mut self, at: usize) -> bool {
        let planned = &self.run.plan.rows()[at];
        if self.stages.contains_key(&planned.measurement)
            || !self.settled(&planned.starts_after)
            || (planned.check.last && self.others_are_open())
        {
            return false;
        }
        let measurement = planned.measurement.clone();
        self.say(What::Started {
            measurement: measurement.clone(),
        });
        let began_ms = self.after_ms();
        match self.run.source.clone() {
            Source::Recorded(recording) => {
                let (stage, told) = recording.stage(&measurement);
                if let Some((evidence, took_ms)) = told {
                    self.say(What::Measured {
                        measurement: measurement.clone(),
                        evidence: Box::new(evidence),
                        took_ms,
                    });
                }
                self.stages.insert(measurement, stage);
            }
            Source::Live { world, session } => {
                self.stages
                    .insert(measurement.clone(), Stage::Running { began_ms });
                let cx = self.cx(world, session, &measurement);
                let task = measurement.clone();
                let handle = self.under_way.spawn(async move {
                    let evidence = Box::pin(task.probe.measure(&cx)).await;
                    (task, evidence)
                });
                self.tasks.insert(handle.id(), measurement);
            }
        }
        true
    }

    /// What a measurement is made with.
    fn cx(&self, world: World, session: Arc<Session>, measurement: &Measurement) -> Cx {
        let seen = self
            .stages
            .iter()
            .filter_map(|(measurement, stage)| match stage {
                Stage::Done { evidence, .. } => Some((measurement.clone(), evidence.clone())),
                Stage::Running { .. } | Stage::Panicked(_) | Stage::Absent => None,
            });
        let noted = self.run.noted.clone().map(|all| (measurement.probe, all));
        Cx {
            settings: Arc::clone(&self.run.settings),
            session,
            world,
            before: Before::new(seen.collect(), noted),
            subject: measurement.subject.clone(),
        }
    }

    fn measured(&mut self, measurement: Measurement, evidence: Evidence) {
        let now = self.after_ms();
        let began_ms = match self.stages.get(&measurement) {
            Some(Stage::Running { began_ms }) => *began_ms,
            _ => now,
        };
        let took_ms = now.saturating_sub(began_ms);
        let told = What::Measured {
            measurement: measurement.clone(),
            evidence: Box::new(evidence.clone()),
            took_ms,
        };
        // A recording takes the beginning from this time and the length, so it must be the very same.
        self.say_at(now, told);
        self.stages.insert(
            measurement,
            Stage::Done {
                evidence,
                began_ms,
                took_ms,
            },
        );
    }

    /// Judges a row whose measurement is there.
    fn conclude(&mut self, at: usize) -> bool {
        let planned = &self.run.plan.rows()[at];
        let settings = Arc::clone(&self.run.settings);
        let subject = planned.row.subject.as_ref();
        let context = At {
            now: self.run.at,
            settings: &settings,
            subject,
            words: Lang::En.words(),
        };
        let row = planned.row.clone();
        let (what, state) = match self.stages.get(&planned.measurement) {
            None | Some(Stage::Running { .. }) => return false,
            Some(Stage::Absent) => {
                let finding = untold("The recording holds no evidence for this.");
                (
                    What::Judged {
                        row,
                        finding: Box::new(finding),
                    },
                    State::Judged(Verdict::Unknown),
                )
            }
            Some(Stage::Panicked(how)) => (
                What::Broke {
                    row,
                    how: how.clone(),
                },
                State::Broke,
            ),
            Some(Stage::Done {
                evidence,
                began_ms,
                took_ms,
            }) => match judge(&planned.check, evidence, &context) {
                Err(how) => (What::Broke { row, how }, State::Broke),
                Ok(finding) => {
                    let verdict = finding.verdict;
                    let measurement = Some(planned.measurement.clone());
                    let finding = Finding {
                        measurement,
                        began_ms: *began_ms,
                        took_ms: *took_ms,
                        ..finding
                    };
                    (
                        What::Judged {
                            row,
                            finding: Box::new(finding),
                        },
                        State::Judged(verdict),
                    )
                }
            },
        };
        self.say(what);
        self.states[at] = state;
        true
    }

    /// Tells of every row that is still open, and that the run is over.
    pub(super) fn end(&mut self, ended: What) {
        while self.step_without_starting() {}
        for at in 0..self.states.len() {
            if self.states[at] == State::Waiting {
                let row = self.run.plan.rows()[at].row.clone();
                let says = match ended {
                    What::Cancelled => "The run was stopped before this was known.",
                    _ => "The run's deadline came before this was known.",
                };
                self.say(What::Judged {
                    row,
                    finding: Box::new(untold(says)),
                });
                self.states[at] = State::Judged(Verdict::Unknown);
            }
        }
        self.say(ended);
    }

    /// Stops what is under way and undoes what it changed on Orchestrator, however the run came to its end.
    pub(super) async fn undo(&mut self) {
        self.under_way.shutdown().await;
        if let Source::Live { session, .. } = &self.run.source {
            // Orchestrator may be gone by now; the next run looks for what is left.
            let _ = tokio::time::timeout(UNDO, session.settle()).await;
        }
    }

    /// A round that starts nothing more.
    fn step_without_starting(&mut self) -> bool {
        let mut changed = false;
        for at in 0..self.states.len() {
            if self.states[at] == State::Waiting && self.settled(&self.run.plan.rows()[at].needs) {
                changed |= self.conclude(at);
            }
        }
        changed
    }
}

/// The text a panic left.
fn panic_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a probe panicked".into()),
        Err(_) => "a probe was cancelled".into(),
    }
}
