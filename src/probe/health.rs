//! Orchestrator's own health check: needs no account.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::wire::envelope::{Envelope, Shape};
use crate::wire::{Failure, Request};
use serde::{Deserialize, Serialize};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What `api/health` said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The answer.
    pub envelope: Option<Envelope>,
    /// Why there is none.
    pub failure: Option<Failure>,
    /// The word in the body: `Healthy`, `Degraded`, `Unhealthy`; none where it is empty.
    pub word: Option<String>,
}

/// Asks for the health of what Orchestrator cannot do without (documented from 20.10 on).
pub async fn measure(cx: &Cx) -> Seen {
    let path = format!("{}/api/health", cx.settings.target.base());
    match cx.session.exchange(&Request::get(path)).await {
        Err(failure) => Seen {
            envelope: None,
            failure: Some(failure),
            word: None,
        },
        Ok(response) => {
            let text = String::from_utf8_lossy(&response.body[..response.body.len().min(4096)])
                .to_lowercase();
            let word = ["unhealthy", "degraded", "healthy"]
                .into_iter()
                .find(|word| text.contains(word));
            Seen {
                envelope: Some(Envelope::of(&response)),
                failure: None,
                word: word.map(str::to_owned),
            }
        }
    }
}

/// One request.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    vec![Intent::request(settings, "GET", "/api/health")]
}

impl Seen {
    /// What it said.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts.answers;
        let said = match (&self.envelope, &self.word) {
            (Some(envelope), Some(word)) => words
                .health
                .with(&[("status", &envelope.status), ("word", word)]),
            (Some(envelope), None) if envelope.status == 404 => words.no_health.to_string(),
            (envelope, None) => Envelope::said_or(envelope.as_ref(), self.failure.as_ref(), words),
            (None, Some(_)) => Envelope::said_or(None, self.failure.as_ref(), words),
        };
        Facts::from([("health", said)])
    }
}

symptoms! {
    /// How Orchestrator says it is.
    Condition {
        /// Well, or too old to say.
        Healthy = "healthy",
        /// Running with something amiss.
        Degraded = "degraded",
        /// Not able to work.
        Down = "down",
        /// Something else answered, or nothing.
        Untold = "untold",
    }
}

impl Symptom for Condition {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let Some(envelope) = &seen.envelope else {
            return Self::Untold;
        };
        match (envelope.status, seen.word.as_deref()) {
            // A version without this path answers 404, in whatever form; that says nothing against its health.
            (404, _) => Self::Healthy,
            // Orchestrator's own word is a word, JSON or nothing, and no gateway's status.
            _ if envelope.shape == Shape::Html => Self::Untold,
            // "No healthy upstream" is a gateway's.
            (500 | 503, Some("healthy")) => Self::Untold,
            (500 | 503, _) | (200..=299, Some("unhealthy")) => Self::Down,
            (200..=299, Some("degraded")) => Self::Degraded,
            (200..=299, _) => Self::Healthy,
            _ => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let envelope = |status| {
            Some(Envelope {
                status,
                ..Envelope::default()
            })
        };
        match self {
            Self::Healthy => Seen {
                envelope: envelope(200),
                failure: None,
                word: Some("healthy".into()),
            },
            Self::Degraded => Seen {
                envelope: envelope(200),
                failure: None,
                word: Some("degraded".into()),
            },
            Self::Down => Seen {
                envelope: envelope(503),
                failure: None,
                word: Some("unhealthy".into()),
            },
            Self::Untold => Seen {
                envelope: envelope(403),
                failure: None,
                word: None,
            },
        }
    }
}
