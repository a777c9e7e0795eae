//! What answers on the port: one request without a credential.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, Shape};
use crate::wire::{Failure, Request, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// How far this clock and the server's may be apart before it is told, seconds.
const SKEW_TOLD_S: i64 = 120;

/// The oldest API that Apps works with: 19.10 (API 9), by the documentation.
const OLDEST_API: f64 = 9.0;

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
    /// When the answer came, by this clock.
    pub at: Timestamp,
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

/// What a page or header is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// IIS turned the address away (sub-status 403.6, or 403.503 of dynamic restrictions).
    IisAddressRefused,
    /// A page of IIS itself.
    Iis,
    /// Windows' HTTP.SYS: no application pool takes requests.
    HttpSys,
    /// Swagger's page.
    Swagger,
    /// A page to sign in.
    SignIn,
    /// Orchestrator's own web pages.
    OrchestratorPage,
    /// A forward proxy.
    Proxy,
    /// A captive portal.
    Portal,
    /// A web application firewall or content network that turned the request away.
    Waf,
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
            Seen {
                path,
                reply: Some(reply),
                failure: None,
                second,
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
            api_versions: response.header("api-supported-versions"),
            date: response.header("date"),
            http: format!("{:?}", response.version),
            marks: marks(response, &envelope),
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
            || (matches!(self.envelope.status, 401 | 403)
                && self.envelope.shape == Shape::Json
                && self.envelope.code.is_some()
                && self.envelope.message.is_some())
    }
}

/// Words that pages and headers are known by.
fn marks(response: &Response, envelope: &Envelope) -> Vec<Mark> {
    let start = &response.body[..response.body.len().min(64 << 10)];
    let body = String::from_utf8_lossy(start).to_ascii_lowercase();
    let server = response
        .header("server")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| body.contains(word));
    let iis = server.contains("microsoft-iis")
        || has(&["internet information services", "iis detailed error"]);
    let refused = envelope.status == 403
        && has(&[
            "403.6",
            "ip address of the client",
            "ip address rejected",
            "403.503",
        ]);
    let waf = [
        "cf-ray",
        "x-sucuri-id",
        "x-iinfo",
        "x-akamai-request-id",
        "x-azure-ref",
    ];
    let blocked = matches!(envelope.status, 403 | 406 | 429 | 503)
        && (waf.iter().any(|name| response.headers.contains_key(*name))
            || has(&[
                "access denied",
                "request blocked",
                "the requested url was rejected",
                "web application firewall",
            ]))
        && !refused;
    let proxy = ["proxy-authenticate", "x-squid-error"]
        .iter()
        .any(|name| response.headers.contains_key(*name))
        || server.contains("squid")
        || has(&[
            "generated by squid",
            "err_access_denied",
            "blocked by your organization",
            "web filter",
        ]);
    [
        (Mark::IisAddressRefused, refused),
        (Mark::Iis, iis),
        (Mark::HttpSys, server.contains("microsoft-httpapi")),
        (
            Mark::Swagger,
            has(&["swagger-ui", "swagger ui", "\"swagger\""]),
        ),
        (
            Mark::SignIn,
            has(&[
                "type=\"password\"",
                "type='password'",
                "sign in to",
                "saml",
                "adfs",
            ]),
        ),
        (
            Mark::OrchestratorPage,
            has(&[
                "uipath orchestrator",
                "<title>orchestrator",
                "uipath automation suite",
            ]),
        ),
        (Mark::Proxy, proxy),
        (
            Mark::Portal,
            has(&["captive portal", "hotspot", "accept the terms"]),
        ),
        (Mark::Waf, blocked && !proxy),
    ]
    .into_iter()
    .filter_map(|(mark, there)| there.then_some(mark))
    .collect()
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
            .max_by(f64::total_cmp)
    }

    /// Seconds by which the server's clock is ahead of this one; none without a date.
    fn skew_s(&self) -> Option<i64> {
        let date = self.reply.as_ref()?.date.as_deref()?;
        let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
        Some(theirs.as_second() - self.at.as_second())
    }

    /// Status, server, page and version.
    pub fn facts(&self, _at: &At<'_>) -> Facts {
        let mut facts = Facts::from([("path", shown(&self.path))]);
        if let Some(Failure::Silent { waited_ms }) = self.failure {
            facts.insert("waited", format!("{:.1} s", waited_ms as f64 / 1000.0));
        }
        if let Some(version) = self.api_version() {
            facts.insert("api_version", version.to_string());
            facts.insert("product", product(version).into());
        }
        if let Some(skew) = self.skew_s() {
            facts.insert("skew", duration(skew.unsigned_abs()));
            facts.insert(
                "direction",
                if skew > 0 { "ahead of" } else { "behind" }.into(),
            );
        }
        let Some(reply) = &self.reply else {
            return facts;
        };
        facts.insert("status", reply.envelope.status.to_string());
        facts.insert(
            "location",
            reply.location.clone().unwrap_or_else(|| "nowhere".into()),
        );
        facts.insert("who", who(reply));
        facts
    }
}

/// Who answered, in words.
fn who(reply: &Reply) -> String {
    let by_mark = reply.marks.first().map(|mark| match mark {
        Mark::IisAddressRefused | Mark::Iis => "IIS itself",
        Mark::HttpSys => "Windows (HTTP.SYS), with no application behind it",
        Mark::Swagger => "a Swagger page",
        Mark::SignIn => "a sign-in page",
        Mark::OrchestratorPage => "Orchestrator's web page",
        Mark::Proxy => "a forward proxy",
        Mark::Portal => "a captive portal",
        Mark::Waf => "a web application firewall",
    });
    match (by_mark, &reply.envelope.message, &reply.server) {
        (Some(mark), Some(title), _) => format!("{mark} (“{title}”)"),
        (Some(mark), None, _) => mark.into(),
        (None, Some(title), _) => format!("a server that says “{title}”"),
        (None, None, Some(server)) => format!("a server that calls itself {server}"),
        (None, None, None) => "a server that does not name itself".into(),
    }
}

/// Seconds in words.
fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86400),
    }
}

/// The product of an API version, as measured on live servers (facts §1.5).
fn product(version: f64) -> &'static str {
    match version {
        v if v < 9.0 => "older than 19.10",
        v if v < 11.0 => "19.10 or 20.4",
        v if v < 12.0 => "20.10",
        v if v < 14.0 => "21.4 to 21.10",
        v if v < 16.0 => "22.4 or 22.10",
        v if v < 17.0 => "23.4",
        v if v < 18.0 => "23.10 or later",
        _ => "cloud, or later than 25.10",
    }
}

symptoms! {
    /// Who answers at the URL.
    Responder {
        /// Orchestrator.
        Orchestrator = "orchestrator",
        /// A page.
        HtmlPage = "html-page",
        /// A redirect to sign in.
        LoginRedirect = "login-redirect",
        /// A proxy or load balancer with nothing behind it.
        GatewayError = "gateway-error",
        /// IIS, which turns this address away.
        IpRestricted = "ip-restricted",
        /// A server that has no such path.
        NotFound = "not-found",
        /// Something else.
        OtherService = "other-service",
        /// Nothing.
        Silent = "silent",
    }
}

impl Symptom for Responder {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let Some(reply) = &seen.reply else {
            return match seen.failure {
                Some(Failure::Malformed) => Self::OtherService,
                _ => Self::Silent,
            };
        };
        if reply.marks.contains(&Mark::IisAddressRefused) {
            return Self::IpRestricted;
        }
        match (reply.envelope.status, reply.envelope.shape) {
            (502..=504, _) => Self::GatewayError,
            (300..=399, _) => Self::LoginRedirect,
            (_, Shape::Html) if reply.envelope.status == 404 => Self::NotFound,
            (200..=299, Shape::Html) => Self::HtmlPage,
            (_, Shape::Html) => Self::OtherService,
            (404, _) if reply.api_versions.is_none() => Self::NotFound,
            (200..=299 | 401 | 403 | 404 | 500, _) if reply.of_orchestrator() => Self::Orchestrator,
            (200..=299, _) if seen.second.as_ref().is_some_and(Reply::of_orchestrator) => {
                Self::Orchestrator
            }
            (404, _) => Self::NotFound,
            _ => Self::OtherService,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let seen = sample_reply(200, Shape::Empty);
        let with = |change: &dyn Fn(&mut Reply)| {
            let mut seen = seen.clone();
            seen.reply.iter_mut().for_each(|reply| change(reply));
            seen
        };
        match self {
            Self::Orchestrator => with(&|reply| reply.api_versions = Some("16.0, 17.0".into())),
            Self::HtmlPage => with(&|reply| {
                reply.envelope.shape = Shape::Html;
                reply.envelope.message = Some("UiPath Automation Suite".into());
                reply.marks = vec![Mark::OrchestratorPage];
            }),
            Self::LoginRedirect => with(&|reply| {
                reply.envelope.status = 302;
                reply.location = Some("https://sso.example.com/login".into());
            }),
            Self::GatewayError => with(&|reply| {
                reply.envelope.status = 502;
                reply.envelope.message = Some("502 Bad Gateway".into());
            }),
            Self::IpRestricted => with(&|reply| {
                reply.envelope.status = 403;
                reply.marks = vec![Mark::IisAddressRefused, Mark::Iis];
            }),
            Self::NotFound => with(&|reply| {
                reply.envelope.status = 404;
                reply.marks = vec![Mark::Iis];
            }),
            Self::OtherService => with(&|reply| reply.envelope.shape = Shape::Other),
            Self::Silent => Seen {
                reply: None,
                failure: Some(Failure::Silent { waited_ms: 15_000 }),
                ..seen
            },
        }
    }
}

symptoms! {
    /// Whether this clock and the server's agree.
    Clock {
        /// They do, or the server tells no time.
        Agrees = "agrees",
        /// They do not.
        Skewed = "skewed",
    }
}

impl Symptom for Clock {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match seen.skew_s() {
            Some(skew) if skew.abs() > SKEW_TOLD_S => Self::Skewed,
            Some(_) | None => Self::Agrees,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let mut seen = Responder::Orchestrator.sample();
        let date = match self {
            Self::Agrees => "Sun, 22 Nov 2026 10:00:01 GMT",
            Self::Skewed => "Sun, 22 Nov 2026 10:47:00 GMT",
        };
        seen.reply
            .iter_mut()
            .for_each(|reply| reply.date = Some(date.into()));
        seen
    }
}

symptoms! {
    /// Whether the product is new enough.
    Age {
        /// It is.
        Supported = "supported",
        /// It does not say.
        Untold = "untold",
        /// It is older than 19.10.
        TooOld = "too-old",
    }
}

impl Symptom for Age {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match seen.api_version() {
            Some(version) if version < OLDEST_API => Self::TooOld,
            Some(_) => Self::Supported,
            None => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let mut seen = Responder::Orchestrator.sample();
        let told = match self {
            Self::Supported => Some("16.0, 17.0".into()),
            Self::Untold => None,
            Self::TooOld => Some("5.0, 6.0".into()),
        };
        seen.reply
            .iter_mut()
            .for_each(|reply| reply.api_versions.clone_from(&told));
        seen
    }
}

/// An answer to build samples from.
#[cfg(test)]
fn sample_reply(status: u16, shape: Shape) -> Seen {
    let envelope = Envelope {
        status,
        shape,
        ..Envelope::default()
    };
    let reply = Reply {
        envelope,
        server: Some("Microsoft-IIS/10.0".into()),
        location: None,
        api_versions: None,
        date: None,
        http: "HTTP/2.0".into(),
        marks: Vec::new(),
    };
    let at = "2026-11-22T10:00:00Z".parse().expect("a time");
    Seen {
        path: "/api/Status/Get".into(),
        reply: Some(reply),
        failure: None,
        second: None,
        at,
    }
}
