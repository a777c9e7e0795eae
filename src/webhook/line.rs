//! What is said about one event: its signature, why that is so, what the event tells, and the life of its job.

use super::event::Event;
use super::forensics::{Cause, Forensics};
use super::life::{Life, Lives, clock};
use super::signature::{self, Presented, Signature, SigningKey};
use crate::words::webhook::Advice;
use crate::words::{Lang, Words};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::net::SocketAddr;

/// How long Orchestrator holds a webhook back after a delivery that failed.
pub const BREAKER: SignedDuration = SignedDuration::from_hours(1);

/// An event and everything said about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// When it came in.
    pub at: Option<Timestamp>,
    /// Who sent it.
    pub from: Option<SocketAddr>,
    /// How long its body is.
    pub bytes: usize,
    /// What its signature is worth.
    pub signature: Signature,
    /// Why, in one word, when that was found.
    pub cause: Option<Cause>,
    /// Every difference that explains the signature, when there are several.
    pub causes: Vec<Cause>,
    /// The same for whoever tells it in another language.
    #[serde(skip)]
    pub why: Option<Why>,
    /// The same in a sentence.
    pub says: Option<&'static str>,
    /// What to do about it.
    pub remedy: Option<&'static str>,
    /// Until when Orchestrator may hold this webhook back, because this event was refused.
    pub held_back_until: Option<Timestamp>,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether an event of this identity came before.
    pub repeated: bool,
    /// What the event tells.
    pub event: Event,
    /// The life of its job as far as it is known.
    pub life: Option<Life>,
}

/// Why an event is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It carries no signature.
    Missing,
    /// Its signature differs, and by this.
    Cause(Cause),
    /// Its signature differs, and nothing explains it.
    Unexplained,
    /// Its signature differs; more was not looked into.
    Hurried,
}

/// How much time there is for an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Enough.
    Calm,
    /// None: events wait.
    Hurried,
}

/// Says what there is to say about event after event.
#[derive(Default)]
pub struct Teller {
    key: Option<SigningKey>,
    forensics: Option<Forensics>,
    lives: Lives,
}

impl Teller {
    /// Begins with nothing known, under a secret or without one.
    pub fn new(secret: Option<&[u8]>) -> Self {
        Self {
            key: secret.map(SigningKey::new),
            forensics: secret.map(Forensics::new),
            lives: Lives::default(),
        }
    }

    /// The key alone, for a receiver.
    pub fn key(&self) -> Option<SigningKey> {
        self.key.clone()
    }

    /// The lives of the jobs that were told of.
    pub const fn lives(&self) -> &Lives {
        &self.lives
    }

    /// Judges and explains an event.
    pub fn tell(&mut self, presented: &Presented, body: &[u8], pace: Pace) -> Line {
        let signature = signature::judge(self.key.as_ref(), presented, body);
        let explanation = match (signature, &self.forensics, pace) {
            (Signature::Invalid, Some(forensics), Pace::Calm) => forensics.explain(presented, body),
            _ => None,
        };
        let causes = explanation
            .map(|explanation| explanation.causes)
            .unwrap_or_default();
        let cause = causes.first().copied();
        let why = Why::of(signature, cause, pace);
        // What is written down is English in every language.
        let told = why.and_then(|why| why.told(Lang::En.words()));
        let event = Event::decode(body);
        // What is not known to come from Orchestrator must not change what is known of its jobs.
        let (repeated, life) = if signature.is_accepted() {
            (self.lives.is_repeated(&event), self.lives.apply(&event))
        } else {
            (false, None)
        };
        Line {
            at: None,
            from: None,
            bytes: body.len(),
            signature,
            cause,
            causes,
            why,
            says: told.map(|told| &*told.says),
            remedy: told.map(|told| &*told.remedy),
            held_back_until: None,
            kind: event.kind.clone(),
            repeated,
            event,
            life,
        }
    }
}

impl Line {
    /// What the refusal may come to, in a language.
    pub fn held_back(&self, words: &'static Words) -> Option<String> {
        let until = clock(self.held_back_until?);
        Some(words.webhook.refused.held_back.with(&[("until", &until)]))
    }

    /// The line with where and when the event came from; a refused one may have opened Orchestrator's circuit breaker.
    #[must_use]
    pub fn received(self, from: SocketAddr, at: Timestamp) -> Self {
        let held_back_until = if self.signature.is_accepted() {
            None
        } else {
            at.checked_add(BREAKER).ok()
        };
        Self {
            from: Some(from),
            at: Some(at),
            held_back_until,
            ..self
        }
    }
}

impl Why {
    /// The sentences in a language.
    pub fn told(self, words: &'static Words) -> Option<&'static Advice> {
        let refused = &words.webhook.refused;
        match self {
            Self::Missing => Some(&refused.missing),
            Self::Cause(cause) => cause.told(words),
            Self::Unexplained => Some(&refused.unexplained),
            Self::Hurried => Some(&refused.hurried),
        }
    }

    /// Why an event with this signature is refused, if it is.
    const fn of(signature: Signature, cause: Option<Cause>, pace: Pace) -> Option<Self> {
        match (signature, cause, pace) {
            (Signature::Valid | Signature::Unchecked, _, _) => None,
            (Signature::Missing, _, _) => Some(Self::Missing),
            (Signature::Invalid, Some(cause), _) => Some(Self::Cause(cause)),
            (Signature::Invalid, None, Pace::Calm) => Some(Self::Unexplained),
            (Signature::Invalid, None, Pace::Hurried) => Some(Self::Hurried),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &[u8] = br#"{"Type":"job.created","EventId":"1","Jobs":[{"Id":3}],"Timestamp":"2026-11-22T10:00:00Z"}"#;

    fn told(teller: &mut Teller, secret: &[u8]) -> Line {
        let value = SigningKey::new(secret).sign(JOB);
        teller.tell(&Presented::One(value), JOB, Pace::Calm)
    }

    #[test]
    fn a_line_carries_the_words_others_rely_on() {
        let mut teller = Teller::new(Some(b"key"));
        let line = serde_json::to_value(told(&mut teller, b"key\n")).unwrap();
        assert_eq!(
            (line["signature"].as_str(), line["cause"].as_str()),
            (Some("invalid"), Some("trailing-newline"))
        );
        assert_eq!(line["type"], "job.created");
        let line = serde_json::to_value(told(&mut teller, b"key")).unwrap();
        assert_eq!(
            (line["signature"].as_str(), line["cause"].is_null()),
            (Some("valid"), true)
        );
        let line = teller.tell(&Presented::Nothing, JOB, Pace::Calm);
        assert_eq!(serde_json::to_value(line).unwrap()["signature"], "missing");
    }

    #[test]
    fn only_accepted_events_change_what_is_known() {
        let mut teller = Teller::new(Some(b"key"));
        assert_eq!(told(&mut teller, b"other").life, None);
        let first = told(&mut teller, b"key");
        assert!(!first.repeated && first.life.is_some());
        assert!(told(&mut teller, b"key").repeated);
        assert_eq!(teller.lives().newest().count(), 1);
    }

    #[test]
    fn a_refused_event_says_until_when_orchestrator_may_hold_back() {
        let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let from = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut teller = Teller::new(Some(b"key"));
        let refused = told(&mut teller, b"other").received(from, at);
        assert_eq!(
            refused.held_back_until.unwrap().to_string(),
            "2026-11-22T11:00:00Z"
        );
        assert_eq!(
            told(&mut teller, b"key").received(from, at).held_back_until,
            None
        );
    }
}
