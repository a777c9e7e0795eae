//! The life of each job, put together from the events that tell of it.

use super::event::{Event, Job};
use crate::words::Words;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{HashSet, VecDeque};
use std::fmt::Write as _;

/// Jobs remembered.
const MOST_LIVES: usize = 1_000;
/// Event identities remembered, to tell repetitions.
const MOST_EVENTS: usize = 4_096;

/// One step in a job's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Orchestrator made the job.
    Created,
    /// A robot began to run it.
    Started,
    /// It waits for something and will go on.
    Suspended,
    /// It ended well.
    Completed,
    /// It ended badly.
    Faulted,
    /// Somebody ended it.
    Stopped,
}

/// A step and when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which step.
    pub stage: Stage,
    /// When, if an event said so.
    pub at: Option<Timestamp>,
}

/// What is known of one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// The job's number.
    pub id: Option<i64>,
    /// The job's identity.
    pub key: Option<String>,
    /// The process it runs.
    pub process: Option<String>,
    /// The steps, in the order of a life whatever the order of arrival.
    pub steps: Vec<Step>,
}

impl Stage {
    /// The step a type of event tells of.
    fn of(kind: &str) -> Option<Self> {
        match kind.strip_prefix("job.")? {
            "created" => Some(Self::Created),
            "started" => Some(Self::Started),
            "suspended" => Some(Self::Suspended),
            "completed" => Some(Self::Completed),
            "faulted" => Some(Self::Faulted),
            "stopped" => Some(Self::Stopped),
            _ => None,
        }
    }

    /// The word for it, in a language.
    pub fn word(self, words: &'static Words) -> &'static str {
        let stages = &words.webhook.stages;
        match self {
            Self::Created => &stages.created,
            Self::Started => &stages.started,
            Self::Suspended => &stages.suspended,
            Self::Completed => &stages.completed,
            Self::Faulted => &stages.faulted,
            Self::Stopped => &stages.stopped,
        }
    }

    /// Whether nothing comes after it.
    pub const fn is_end(self) -> bool {
        match self {
            Self::Completed | Self::Faulted | Self::Stopped => true,
            Self::Created | Self::Started | Self::Suspended => false,
        }
    }
}

impl Life {
    /// The last step.
    pub fn last(&self) -> Option<Step> {
        self.steps.last().copied()
    }

    /// On one line: `InvoiceBot #30  created 10:00:00Z → started 10:00:02Z (2 s) → completed 10:00:08Z (6 s)`.
    pub fn told(&self, words: &'static Words) -> String {
        let told = &words.webhook.life;
        let mut text = self.process.as_deref().unwrap_or(&told.job).to_owned();
        if let Some(id) = self.id {
            let _ = write!(text, " #{id}");
        }
        // Writing to a String does not fail.
        let mut before: Option<Timestamp> = None;
        for (at, step) in self.steps.iter().enumerate() {
            text.push_str(if at == 0 { "  " } else { " → " });
            text.push_str(step.stage.word(words));
            let Some(time) = step.at else { continue };
            let _ = write!(text, " {}", clock(time));
            if let Some(before) = before {
                let took = time.duration_since(before).as_secs_f64().max(0.0);
                let seconds = format!("{took:.0}");
                let _ = write!(text, " ({})", told.took.with(&[("seconds", &seconds)]));
            }
            before = Some(time);
        }
        text
    }

    /// Whether an event about this job belongs to this life.
    fn is_of(&self, job: &Job) -> bool {
        match (&self.key, &job.key) {
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            _ => self.id.is_some() && self.id == job.id,
        }
    }

    /// Adds a step unless it is known; a later time for a known step does not move it.
    fn add(&mut self, step: Step) {
        match self
            .steps
            .iter_mut()
            .find(|known| known.stage == step.stage)
        {
            Some(known) => known.at = known.at.or(step.at),
            None => self.steps.push(step),
        }
        self.steps.sort_by_key(|step| step.stage);
    }
}

/// The time of day, UTC.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

/// The jobs seen of late.
#[derive(Default)]
pub struct Lives {
    newest_last: VecDeque<Life>,
    seen: HashSet<String>,
    order: VecDeque<String>,
}

impl Lives {
    /// Takes an event in and returns the life of the first job it tells of.
    pub fn apply(&mut self, event: &Event) -> Option<Life> {
        let stage = Stage::of(event.kind.as_deref()?)?;
        let mut first = None;
        for job in &event.jobs {
            let Some(life) = self.life_of(job) else {
                continue;
            };
            if stage != Stage::Created && job.started.is_some() {
                life.add(Step {
                    stage: Stage::Started,
                    at: job.started,
                });
            }
            let told = if stage.is_end() { job.ended } else { None };
            life.add(Step {
                stage,
                at: told.or(event.timestamp),
            });
            life.process = life.process.take().or_else(|| job.process.clone());
            first = first.or_else(|| Some(life.clone()));
        }
        first
    }

    /// Whether this very event came before.
    pub fn is_repeated(&mut self, event: &Event) -> bool {
        let Some(id) = &event.event_id else {
            return false;
        };
        if !self.seen.insert(id.clone()) {
            return true;
        }
        self.order.push_back(id.clone());
        if self.order.len() > MOST_EVENTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        false
    }

    /// The life of a job, where it is known.
    pub fn of(&self, job: &Job) -> Option<&Life> {
        self.newest().find(|life| life.is_of(job))
    }

    /// The newest life first.
    pub fn newest(&self) -> impl Iterator<Item = &Life> {
        self.newest_last.iter().rev()
    }

    /// The life an event's job belongs to, begun if need be; nothing for a job without identity.
    fn life_of(&mut self, job: &Job) -> Option<&mut Life> {
        if job.key.is_none() && job.id.is_none() {
            return None;
        }
        let at = self
            .newest_last
            .iter()
            .position(|life| life.is_of(job))
            .unwrap_or_else(|| {
                if self.newest_last.len() == MOST_LIVES {
                    self.newest_last.pop_front();
                }
                self.newest_last.push_back(Life {
                    id: job.id,
                    key: job.key.clone(),
                    process: None,
                    steps: Vec::new(),
                });
                self.newest_last.len() - 1
            });
        let life = &mut self.newest_last[at];
        life.id = life.id.or(job.id);
        life.key = life.key.take().or_else(|| job.key.clone());
        Some(life)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn event(kind: &str, at: &str, job: &str) -> Event {
        Event::decode(format!(r#"{{"Type":"{kind}","EventId":"{kind}{at}","Timestamp":"2026-11-22T10:00:{at}Z","Jobs":[{job}]}}"#).as_bytes())
    }

    fn told(lives: &Lives) -> String {
        let life = lives.newest().next().unwrap();
        let steps: Vec<_> = life
            .steps
            .iter()
            .map(|step| format!("{} {}", step.stage.word(Lang::En.words()), step.at.unwrap()))
            .collect();
        steps.join(", ").replace("2026-11-22T10:00:", "")
    }

    #[test]
    fn a_life_is_in_order_whatever_the_order_of_arrival() {
        let mut lives = Lives::default();
        lives.apply(&event("job.completed", "09", r#"{"Id":1,"Key":"A","StartTime":"2026-11-22T10:00:02Z","EndTime":"2026-11-22T10:00:08Z"}"#));
        lives.apply(&event("job.started", "03", r#"{"Id":1,"Key":"a"}"#));
        lives.apply(&event(
            "job.created",
            "01",
            r#"{"Id":1,"ReleaseName":"InvoiceBot"}"#,
        ));
        assert_eq!(told(&lives), "created 01Z, started 02Z, completed 08Z");
        assert_eq!(lives.newest().count(), 1);
        assert_eq!(
            lives.newest().next().unwrap().process.as_deref(),
            Some("InvoiceBot")
        );
    }

    #[test]
    fn jobs_are_kept_apart_and_bounded() {
        let mut lives = Lives::default();
        for id in 0..MOST_LIVES + 5 {
            lives.apply(&event("job.created", "01", &format!(r#"{{"Id":{id}}}"#)));
        }
        assert_eq!(lives.newest().count(), MOST_LIVES);
        assert_eq!(lives.newest().next().unwrap().id, Some(1_004));
    }

    #[test]
    fn a_repeated_event_is_told() {
        let mut lives = Lives::default();
        let ping = Event::decode(br#"{"Type":"ping","EventId":"1"}"#);
        assert!(!lives.is_repeated(&ping));
        assert!(lives.is_repeated(&ping));
        assert!(!lives.is_repeated(&Event::decode(br#"{"Type":"ping"}"#)));
        assert!(!lives.is_repeated(&Event::decode(br#"{"Type":"ping"}"#)));
    }

    #[test]
    fn a_job_without_identity_has_no_life() {
        let mut lives = Lives::default();
        assert_eq!(lives.apply(&event("job.created", "01", "{}")), None);
        assert_eq!(lives.newest().count(), 0);
    }
}
