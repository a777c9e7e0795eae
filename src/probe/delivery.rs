//! Whether an event of Orchestrator arrives: makes a webhook to a listener of ours, has it pinged, and removes it again.

mod hook;
mod reading;

pub use reading::Arrival;

use super::hooks::{OURS, origin};
use super::{At, Cx, Effect, Intent, Subject};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::webhook::event::{Event, Family};
use crate::webhook::line::{BREAKER, Line, Pace, Teller};
use crate::webhook::receiver::{Receiver, Setup};
use crate::webhook::signature::Signature;
use crate::webhook::tls;
use crate::wire::Failure;
use crate::wire::envelope::Envelope;
use crate::words::Phrase;
use crate::words::facts::Delivery as Said;
use hook::{create, ping, remove_leftovers};
use rustls::crypto::ring::default_provider;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What became of the attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where the listener is reached: scheme, host and port.
    pub origin: String,
    /// Webhooks of earlier runs that were removed first.
    pub leftovers: usize,
    /// What kept the attempt from being made.
    pub obstacle: Option<Obstacle>,
    /// The first event that arrived.
    pub arrived: Option<Arrived>,
    /// How long was waited for it, milliseconds.
    pub waited_ms: u64,
    /// Whether no webhook of ours is left.
    pub removed: bool,
}

/// What kept the attempt from being made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Obstacle {
    /// The address to listen on cannot be used.
    Listen {
        /// In the system's words.
        error: String,
    },
    /// The URL under which the listener is reached is none.
    Address,
    /// The account could not remove the webhook again, so none is made.
    MayNotRemove,
    /// Orchestrator refused a step.
    Refused {
        /// Which.
        step: Step,
        /// What it said.
        envelope: Envelope,
    },
    /// There was no answer to a step.
    Unanswered {
        /// Which.
        step: Step,
        /// Why.
        failure: Failure,
    },
}

/// A step of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Making the webhook.
    Create,
    /// Having it pinged.
    Ping,
}

/// The first event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// What its signature is worth: the report's word.
    pub signature: Word,
    /// What explains a wrong one.
    pub cause: Option<String>,
}

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Right.
    Valid,
    /// Wrong.
    Invalid,
    /// Absent.
    Missing,
}

/// A listener of ours, and what Orchestrator is told of it.
struct Ear {
    receiver: Receiver,
    teller: Teller,
    url: String,
    secret: String,
    secure: bool,
}

/// Makes the attempt and removes what it made; where the run ends in between, the session removes it.
pub async fn measure(cx: &Cx) -> Seen {
    let reachable = section(&cx.settings).reachable_as.unwrap_or_default();
    let may_remove = cx.before.hooks(None).and_then(|hooks| hooks.may_delete);
    let mut seen = Seen {
        origin: origin(&reachable),
        ..Seen::default()
    };
    if may_remove != Some(true) {
        return Seen {
            obstacle: Some(Obstacle::MayNotRemove),
            removed: true,
            ..seen
        };
    }
    seen.leftovers = remove_leftovers(cx, &reachable).await;
    let ear = match listen(cx, &reachable).await {
        Ok(ear) => ear,
        Err(obstacle) => {
            return Seen {
                obstacle: Some(obstacle),
                removed: true,
                ..seen
            };
        }
    };
    match create(cx, &ear).await {
        Err(obstacle) => {
            seen = Seen {
                obstacle: Some(obstacle),
                removed: true,
                ..seen
            }
        }
        Ok((id, debt)) => {
            let began = cx.world.clock.elapsed();
            match ping(cx, id).await {
                Err(obstacle) => seen.obstacle = Some(obstacle),
                Ok(()) => seen.arrived = first(ear, wait(cx)).await,
            }
            let waited = cx.world.clock.elapsed().saturating_sub(began);
            seen.waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            let gone = cx.session.pay(debt).await;
            seen.removed = matches!(gone, Some(Ok(response)) if response.status.is_success());
        }
    }
    seen
}

/// The webhook section of the profile.
fn section(settings: &Settings) -> crate::config::Webhook {
    settings.webhook.clone().unwrap_or_default()
}

/// How long an event may take. Orchestrator sends it in its own time.
fn wait(cx: &Cx) -> Duration {
    Duration::from_millis(cx.settings.network.request_timeout_ms).saturating_mul(2)
}

/// Opens the listener under a path and a secret that nobody else knows.
async fn listen(cx: &Cx, reachable: &str) -> Result<Ear, Obstacle> {
    let base = Url::parse(reachable).map_err(|_| Obstacle::Address)?;
    let host = base.host_str().ok_or(Obstacle::Address)?.to_owned();
    let mark = random();
    let url = base
        .join(&format!("{OURS}/{mark}"))
        .map_err(|_| Obstacle::Address)?;
    let refused = |error: std::io::Error| Obstacle::Listen {
        error: crate::shown::shown(&error.to_string()),
    };
    let at = section(&cx.settings).listen.ok_or(Obstacle::Address)?;
    let listener = TcpListener::bind(at).await.map_err(refused)?;
    let secret = random();
    let teller = Teller::new(Some(secret.as_bytes()));
    let secure = base.scheme() == "https";
    let setup = Setup {
        key: teller.key(),
        tls: if secure { own_certificate(&host) } else { None },
        plain_too: true,
        // A proxy in front may take a part of the path away, but not the end.
        path_end: Some(mark),
        ..Setup::default()
    };
    let receiver = Receiver::start(listener, setup).map_err(refused)?;
    Ok(Ear {
        receiver,
        teller,
        url: url.into(),
        secret,
        secure,
    })
}

/// TLS under a certificate of our own: the webhook is told not to look at it, since the secret proves the sender.
fn own_certificate(host: &str) -> Option<std::sync::Arc<rustls::ServerConfig>> {
    let key = rcgen::KeyPair::generate().ok()?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let certificate = rcgen::CertificateParams::new(vec![host])
        .ok()?
        .self_signed(&key)
        .ok()?;
    tls::server(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).ok()
}

/// 32 random hexadecimal digits.
fn random() -> String {
    let mut bytes = [0; 16];
    match default_provider().secure_random.fill(&mut bytes) {
        Ok(()) => bytes
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
        Err(_) => unreachable!("the system has random numbers"),
    }
}

/// The first event of a known family that arrives; whoever knocks otherwise is not Orchestrator.
async fn first(mut ear: Ear, patience: Duration) -> Option<Arrived> {
    let arrival = async {
        while let Some(received) = ear.receiver.next().await {
            let line = ear
                .teller
                .tell(&received.presented, &received.body, Pace::Calm);
            if is_event(&line.event) {
                return Arrived::of(&line);
            }
        }
        None
    };
    timeout(patience, arrival).await.ok().flatten()
}

/// Whether this is one of Orchestrator's events.
fn is_event(event: &Event) -> bool {
    matches!(event.family, Family::Ping | Family::Job)
}

impl Arrived {
    /// What the line says of the signature.
    fn of(line: &Line) -> Option<Self> {
        let signature = match line.signature {
            Signature::Valid => Word::Valid,
            Signature::Invalid => Word::Invalid,
            Signature::Missing => Word::Missing,
            Signature::Unchecked => return None,
        };
        Some(Self {
            signature,
            cause: line.cause.map(|cause| cause.key().to_owned()),
        })
    }
}

/// Three requests that change something, and one that removes it again.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let request = |method, path: &str, effect| Intent {
        effect,
        ..Intent::request(settings, method, path).signed_in()
    };
    vec![
        request("GET", "/odata/Webhooks", Effect::Reads),
        request("POST", "/odata/Webhooks", Effect::Changes),
        request(
            "POST",
            "/odata/Webhooks({id})/UiPath.Server.Configuration.OData.Ping",
            Effect::Changes,
        ),
        request("DELETE", "/odata/Webhooks({id})", Effect::Changes),
    ]
}

impl Seen {
    /// Where, how long, what arrived, and what stood in the way.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let cause = self
            .arrived
            .as_ref()
            .and_then(|arrived| arrived.cause.clone());
        let (all, words) = (&at.words.facts, &at.words.facts.delivery);
        let obstacle = match &self.obstacle {
            None => all.common.nothing.to_string(),
            Some(Obstacle::Listen { error }) => words.listen.with(&[("error", error)]),
            Some(Obstacle::MayNotRemove) => words.may_not_remove.to_string(),
            Some(Obstacle::Address) => words.address.to_string(),
            Some(Obstacle::Refused { step, envelope }) => words.refused.with(&[
                ("step", step.words(words)),
                ("said", &envelope.said(&all.answers)),
            ]),
            Some(Obstacle::Unanswered { step, .. }) => {
                words.unanswered.with(&[("step", step.words(words))])
            }
        };
        let again = at.now.checked_add(BREAKER).unwrap_or(at.now);
        Facts::from([
            ("listener", self.origin.clone()),
            (
                "waited",
                format!(
                    "{:.1} s",
                    Duration::from_millis(self.waited_ms).as_secs_f64()
                ),
            ),
            (
                "cause",
                cause.map_or_else(String::new, |cause| format!(" ({cause})")),
            ),
            ("obstacle", obstacle),
            ("held_back_until", again.strftime("%H:%M UTC").to_string()),
            (
                "rest",
                if self.removed {
                    String::new()
                } else {
                    words.remains.to_string()
                },
            ),
        ])
    }
}

impl Step {
    /// The step in words.
    const fn words(self, words: &Said) -> &Phrase {
        match self {
            Self::Create => &words.create,
            Self::Ping => &words.ping,
        }
    }
}
