//! Whether Orchestrator itself reaches the callback: it is asked to look, and nothing is made.

use super::hooks::origin;
use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::webhook::line::BREAKER;
use crate::wire::envelope::{Envelope, field};
use crate::wire::{Failure, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The path, spelled as Orchestrator spells it.
const PATH: &str = "/api/Status/VerifyHostAvailibility";

/// What Orchestrator found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where it looked: scheme, host and port.
    pub origin: String,
    /// What it found there.
    pub found: Option<Found>,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// Orchestrator's own view of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whether a TCP connection came about.
    pub connects: bool,
    /// Whether TLS failed on it.
    pub bad_tls: bool,
    /// What kept the connection from coming about, in its words.
    pub error: Option<String>,
}

/// Asks Orchestrator to look.
pub async fn measure(cx: &Cx) -> Seen {
    let callback = callback(&cx.settings).to_owned();
    let url: String = url::form_urlencoded::byte_serialize(callback.as_bytes()).collect();
    let path = format!("{}{PATH}?url={url}", cx.settings.target.base());
    let seen = Seen {
        origin: origin(&callback),
        ..Seen::default()
    };
    match cx.session.api(Request::get(path)).await {
        Err(failure) => Seen {
            failure: Some(failure),
            ..seen
        },
        Ok(response) => match found(&response) {
            Some(found) => Seen {
                found: Some(found),
                ..seen
            },
            None => Seen {
                refusal: Some(Envelope::of(&response)),
                ..seen
            },
        },
    }
}

/// The callback of the profile.
fn callback(settings: &Settings) -> &str {
    settings
        .webhook
        .as_ref()
        .and_then(|section| section.callback.as_deref())
        .unwrap_or_default()
}

/// One request; what Orchestrator sends then is its own.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    vec![
        Intent::request(
            settings,
            "GET",
            &format!("{PATH}?url={}", origin(callback(settings))),
        )
        .signed_in(),
    ]
}

/// What Orchestrator found; nothing when this is no such answer.
fn found(response: &Response) -> Option<Found> {
    let body = response.json().filter(|_| response.status.is_success())?;
    // Newer versions answer plainly, older ones may wrap it as they wrap the answer to a sign-in.
    let body = field(&body, "result")
        .filter(|result| result.is_object())
        .unwrap_or(&body);
    let error = field(body, "connectionError")
        .and_then(Value::as_str)
        .filter(|error| !error.is_empty());
    Some(Found {
        connects: field(body, "canConnect")?.as_bool()?,
        bad_tls: field(body, "hasBadSsl")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        error: error.map(shown),
    })
}

/// The port of an origin.
fn port_of(origin: &str) -> String {
    let port = url::Url::parse(origin)
        .ok()
        .and_then(|url| url.port_or_known_default());
    port.map_or_else(|| "443".into(), |port| port.to_string())
}

impl Seen {
    /// Where, what was found, and when a webhook held back is sent again.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let error = self.found.as_ref().and_then(|found| found.error.clone());
        let words = &at.words.facts;
        let said = self.refusal.as_ref().map_or_else(
            || words.common.no_answer.to_string(),
            |refusal| refusal.said(&words.answers),
        );
        let again = at.now.checked_add(BREAKER).unwrap_or(at.now);
        Facts::from([
            ("callback", self.origin.clone()),
            ("callback_port", port_of(&self.origin)),
            (
                "connection_error",
                error.map_or_else(String::new, |error| format!(" ({error})")),
            ),
            ("said", said),
            ("held_back_until", again.strftime("%H:%M UTC").to_string()),
        ])
    }
}

symptoms! {
    /// Whether Orchestrator reaches the callback.
    Reachability {
        /// It does.
        Reaches = "reaches",
        /// It cannot be asked.
        Untestable = "untestable",
        /// No connection comes about.
        Blocked = "blocked",
        /// The connection comes about, and TLS fails.
        BadTls = "bad-tls",
    }
}

impl Symptom for Reachability {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match &seen.found {
            Some(Found { bad_tls: true, .. }) => Self::BadTls,
            Some(Found { connects: true, .. }) => Self::Reaches,
            Some(Found {
                connects: false, ..
            }) => Self::Blocked,
            None => Self::Untestable,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let found = |connects, bad_tls, error: Option<&str>| Seen {
            origin: "https://cloud.uipath.com".into(),
            found: Some(Found {
                connects,
                bad_tls,
                error: error.map(Into::into),
            }),
            ..Seen::default()
        };
        match self {
            Self::Reaches => found(true, false, None),
            Self::Untestable => Seen {
                origin: "https://cloud.uipath.com".into(),
                refusal: Some(Envelope {
                    status: 404,
                    ..Envelope::default()
                }),
                ..Seen::default()
            },
            Self::Blocked => found(false, false, Some("TimedOut")),
            Self::BadTls => found(true, true, None),
        }
    }
}
