//! What answers on the port: one request without a credential.

mod mark;
mod reading;

pub use mark::Mark;
pub(in crate::probe) use reading::SKEW_TOLD_S;
pub use reading::{Age, Clock, Responder};

use super::{At, Cx, Intent, Subject};
use crate::config::{Layout, Settings};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, Shape, field};
use crate::wire::{Failure, Request, Response};
use crate::words::Phrase;
use crate::words::facts::Responders;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// Who answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The path that was asked.
    pub path: String,
    /// The answer; none where there was none.
    pub reply: Option<Reply>,
    /// Why there was none.
    pub failure: Option<Failure>,
    /// A second answer that settles an empty first one.
    pub second: Option<Reply>,
    /// Whether Orchestrator answers at the same host in the other layout, where it does not in this one.
    #[serde(default)]
    pub other_layout: Option<Found>,
    /// When the answer came, by this clock.
    pub at: Timestamp,
}

/// Where Orchestrator was found instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Without a path: a standalone Orchestrator.
    Standalone,
    /// Below an organisation and a tenant: the Automation Suite.
    AutomationSuite,
}

/// What of an answer tells who gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The error envelope, status and shape of the body.
    pub envelope: Envelope,
    /// `Server`.
    pub server: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `api-supported-versions`: only Orchestrator's API sends it.
    pub api_versions: Option<String>,
    /// `Date`.
    pub date: Option<String>,
    /// The HTTP version.
    pub http: String,
    /// Words in the page that tell who wrote it.
    pub marks: Vec<Mark>,
}

/// Asks for the service's status, which needs no account.
pub async fn measure(cx: &Cx) -> Seen {
    let path = format!("{}/api/Status/Get", cx.settings.target.base());
    let answer = cx.session.exchange(&Request::get(path.as_str())).await;
    let at = cx.world.clock.now();
    match answer {
        Err(failure) => Seen {
            path,
            reply: None,
            failure: Some(failure),
            second: None,
            other_layout: None,
            at,
        },
        Ok(response) => {
            let reply = Reply::of(&response);
            // An empty 200 without the API's header could be anybody's; a resource that needs an account cannot.
            let second = if reply.needs_second() {
                second(cx).await
            } else {
                None
            };
            let all = [Some(&reply), second.as_ref()];
            let found = all.into_iter().flatten().any(Reply::of_orchestrator);
            let other_layout = if found { None } else { elsewhere(cx).await };
            Seen {
                path,
                reply: Some(reply),
                failure: None,
                second,
                other_layout,
                at,
            }
        }
    }
}

/// Asks for something that only an account may see: Orchestrator refuses it in its own words.
async fn second(cx: &Cx) -> Option<Reply> {
    let path = format!("{}/odata/Folders?$top=1", cx.settings.target.base());
    cx.session
        .exchange(&Request::get(path))
        .await
        .ok()
        .map(|response| Reply::of(&response))
}

/// Looks for Orchestrator at the same host in another layout, or for the suite whose names are not those of the URL: nothing secret goes
/// with it.
async fn elsewhere(cx: &Cx) -> Option<Found> {
    let at_root = match cx.settings.target.layout {
        Layout::AutomationSuite { .. } => {
            let answer = cx.session.exchange(&Request::get("/api/Status/Get")).await;
            answer.is_ok_and(|response| Reply::of(&response).of_orchestrator())
        }
        Layout::Standalone => false,
    };
    if at_root {
        return Some(Found::Standalone);
    }
    let request = Request::get("/identity_/.well-known/openid-configuration");
    let response = cx.session.exchange(&request).await.ok()?;
    let body = response.json().filter(|_| response.status.is_success())?;
    // The suite's own issuer; a host with some other OpenID provider has another path.
    let issuer = field(&body, "issuer")?.as_str()?.to_lowercase();
    issuer
        .contains("identity_")
        .then_some(Found::AutomationSuite)
}

/// One request, or two.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    vec![Intent::request(settings, "GET", "/api/Status/Get")]
}

impl Reply {
    /// What tells who answered.
    pub fn of(response: &Response) -> Self {
        let envelope = Envelope::of(response);
        Self {
            server: response.header("server"),
            location: response.header("location"),
            api_versions: response.list("api-supported-versions"),
            date: response.header("date"),
            http: format!("{:?}", response.version),
            marks: mark::marks(response, &envelope),
            envelope,
        }
    }

    /// Whether it says neither that it is Orchestrator nor that it is not.
    fn needs_second(&self) -> bool {
        self.envelope.status == 200
            && self.api_versions.is_none()
            && self.envelope.shape != Shape::Html
    }

    /// Whether only Orchestrator's API answers so.
    fn of_orchestrator(&self) -> bool {
        self.api_versions.is_some()
            || (matches!(self.envelope.status, 401 | 403 | 500)
                && self.envelope.shape == Shape::Json
                && self.envelope.code.is_some()
                && self.envelope.message.is_some())
    }
}

impl Seen {
    /// The highest API version told, if any is.
    pub fn api_version(&self) -> Option<f64> {
        let told = self
            .second
            .iter()
            .chain(self.reply.iter())
            .find_map(|reply| reply.api_versions.as_deref())?;
        told.split(',')
            .filter_map(|version| version.trim().parse().ok())
            .filter(|version: &f64| version.is_finite())
            .max_by(f64::total_cmp)
    }

    /// Seconds by which the server's clock is ahead of this one; none without a date.
    fn skew_s(&self) -> Option<i64> {
        let date = self.reply.as_ref()?.date.as_deref()?;
        let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
        Some(theirs.as_second() - self.at.as_second())
    }

    /// What the URL has to look like, as far as that is known.
    fn right_url(&self, at: &At<'_>) -> String {
        let words = &at.words.facts.responders;
        let target = &at.settings.target;
        let origin = format!("https://{}", target.authority());
        match self.other_layout {
            Some(Found::Standalone) => words.standalone.with(&[("origin", &origin)]),
            Some(Found::AutomationSuite) => words.suite.with(&[("origin", &origin)]),
            None => words.either.to_string(),
        }
    }

    /// What redirects in that way: by where it leads, since pages and paths differ by language.
    fn redirector<'a>(&self, at: &At<'a>) -> &'a Phrase {
        let words = &at.words.facts.responders;
        let asked = format!("https://{}{}", at.settings.target.authority(), self.path);
        let location = self
            .reply
            .as_ref()
            .and_then(|reply| reply.location.as_ref());
        let leads = Url::parse(&asked)
            .ok()
            .zip(location)
            .and_then(|(asked, location)| {
                let to = asked.join(location).ok()?;
                Some((asked, to))
            });
        match leads {
            Some((asked, to)) if to == asked => &words.wall,
            Some((asked, to)) if !to.path().eq_ignore_ascii_case(asked.path()) => &words.gateway,
            Some((asked, to)) if to.scheme() == "http" && to.host() == asked.host() => &words.plain,
            Some(_) => &words.moved,
            None => &words.gateway,
        }
    }

    /// Status, server, page and version.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let (all, words) = (&at.words.facts, &at.words.facts.responders);
        let mut facts = Facts::from([
            ("path", shown(&self.path)),
            (
                "failed",
                self.failure
                    .as_ref()
                    .map(|failure| failure.said(&all.answers))
                    .unwrap_or_default(),
            ),
            ("status", all.common.none.to_string()),
            ("answered", words.no_status.to_string()),
            ("who", words.not_http.to_string()),
            ("redirector", words.gateway.to_string()),
            ("right_url", self.right_url(at)),
        ]);
        if let Some(version) = self.api_version() {
            facts.insert("api_version", version.to_string());
            facts.insert("product", product(version, words));
        }
        if let Some(skew) = self.skew_s() {
            facts.insert("skew", duration(skew.unsigned_abs(), words));
            facts.insert(
                "direction",
                if skew > 0 {
                    words.ahead.to_string()
                } else {
                    words.behind.to_string()
                },
            );
        }
        let Some(reply) = &self.reply else {
            return facts;
        };
        facts.insert("status", reply.envelope.status.to_string());
        facts.insert("answered", format!("HTTP {}", reply.envelope.status));
        facts.insert(
            "location",
            reply
                .location
                .clone()
                .unwrap_or_else(|| words.nowhere.to_string()),
        );
        facts.insert("redirector", self.redirector(at).to_string());
        facts.insert("who", mark::who(reply, words));
        facts
    }
}

/// Seconds in words.
pub(in crate::probe) fn duration(seconds: u64, words: &Responders) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => words.days.with(&[("count", &(seconds / 86400))]),
    }
}

/// The product of an API version, as measured on live servers (facts §1.5).
fn product(version: f64, words: &Responders) -> String {
    let text: &str = match version {
        v if v < 9.0 => &words.before_19_10,
        v if v < 11.0 => &words.from_19_10,
        v if v < 12.0 => "20.10",
        v if v < 14.0 => &words.from_21_4,
        v if v < 16.0 => &words.from_22_4,
        v if v < 17.0 => "23.4",
        v if v < 18.0 => &words.from_23_10,
        _ => &words.cloud,
    };
    text.to_owned()
}
