//! What an answer means: who gave it, how old it is, and what time it is there.

use super::{Mark, Reply, Seen};
use crate::probe::{At, Symptom, symptoms};
use crate::wire::Failure;
use crate::wire::envelope::Shape;

/// How far this clock and the server's may be apart before it is told, seconds.
const SKEW_TOLD_S: i64 = 120;

/// The oldest API that Apps works with: 19.10 (API 9), by the documentation.
const OLDEST_API: f64 = 9.0;

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
        // A block page wears a gateway's status, and the gateway behind it may be well.
        if reply.marks.contains(&Mark::Waf) && reply.envelope.status >= 400 {
            return Self::OtherService;
        }
        match (reply.envelope.status, reply.envelope.shape) {
            // 520 and those after it are what a content network says of a server behind it.
            (502..=504 | 520..=527, _) => Self::GatewayError,
            (500, Shape::Html) if reply.marks.contains(&Mark::NotStarted) => Self::GatewayError,
            (300..=399, _) if reply.location.is_none() => Self::OtherService,
            (300..=399, _) => Self::LoginRedirect,
            (_, Shape::Html) if reply.envelope.status == 404 => Self::NotFound,
            (200..=299, Shape::Html) => Self::HtmlPage,
            (_, Shape::Html) => Self::OtherService,
            // An API that answers 404 in its own words is another product's; a web server's 404 is a page or nothing.
            (404, Shape::Json | Shape::Other) if !reply.of_orchestrator() => Self::OtherService,
            (404, _) if reply.api_versions.is_none() => Self::NotFound,
            (200..=299 | 401 | 403 | 404 | 500, _) if reply.of_orchestrator() => Self::Orchestrator,
            (200..=299, _) if seen.second.as_ref().is_some_and(Reply::of_orchestrator) => {
                Self::Orchestrator
            }
            _ => Self::OtherService,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let seen = sample_reply(200, Shape::Empty);
        let with = |change: &dyn Fn(&mut Reply)| {
            let mut seen = seen.clone();
            seen.reply.iter_mut().for_each(change);
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
    let envelope = crate::wire::envelope::Envelope {
        status,
        shape,
        ..crate::wire::envelope::Envelope::default()
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
        other_layout: None,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::invariants::settings_for;
    use crate::probe::answer::Reply;
    use crate::wire::Response;
    use hyper::{HeaderMap, StatusCode, Version};
    use std::time::Duration;

    /// What an answer of this status, with these headers and body, is read as, and who is said to have given it.
    fn read(status: u16, headers: &[(&'static str, &str)], body: &str) -> (Responder, String) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let response = Response {
            status: StatusCode::from_u16(status).unwrap(),
            version: Version::HTTP_11,
            headers: map,
            body: body.as_bytes().to_vec(),
            cut: false,
            took: Duration::ZERO,
        };
        let settings = settings_for("html-page");
        let at = At {
            now: crate::trust::tests::made::now(),
            settings: &settings,
            subject: None,
        };
        let seen = Seen {
            reply: Some(Reply::of(&response)),
            ..sample_reply(200, Shape::Empty)
        };
        let who = seen.facts(&at)["who"].clone();
        (Responder::read(&seen, &at), who)
    }

    /// A page with this title and text.
    fn page(title: &str, text: &str) -> String {
        format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body>{text}</body></html>"
        )
    }

    #[test]
    fn whoever_answers_is_told_by_its_page() {
        let html = ("content-type", "text/html");
        let unavailable = page(
            "Service Unavailable",
            "<h2>Service Unavailable</h2><hr><p>HTTP Error 503.</p>",
        );
        let cases = [
            (
                read(
                    503,
                    &[html, ("server", "Microsoft-HTTPAPI/2.0")],
                    &unavailable,
                ),
                Responder::GatewayError,
                "HTTP.SYS",
            ),
            (
                read(
                    502,
                    &[html, ("server", "nginx")],
                    &page("502 Bad Gateway", "nginx"),
                ),
                Responder::GatewayError,
                "502",
            ),
            (
                read(
                    503,
                    &[html],
                    "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>",
                ),
                Responder::GatewayError,
                "does not name itself",
            ),
            (
                read(
                    200,
                    &[html],
                    &page(
                        "Request Rejected",
                        "The requested URL was rejected. Your support ID is: 42",
                    ),
                ),
                Responder::HtmlPage,
                "firewall",
            ),
            (
                read(
                    503,
                    &[html, ("cf-ray", "1")],
                    &page("Just a moment", "Checking your browser"),
                ),
                Responder::OtherService,
                "firewall",
            ),
            (
                read(
                    502,
                    &[html, ("cf-ray", "1"), ("server", "cloudflare")],
                    &page("502: Bad gateway", ""),
                ),
                Responder::GatewayError,
                "502",
            ),
            (
                read(
                    522,
                    &[html, ("cf-ray", "1")],
                    &page("Connection timed out", ""),
                ),
                Responder::GatewayError,
                "timed out",
            ),
            (
                read(
                    403,
                    &[html, ("cf-ray", "1")],
                    &page("Attention Required", "You are unable to access"),
                ),
                Responder::OtherService,
                "firewall",
            ),
            (
                read(
                    500,
                    &[html, ("server", "Microsoft-IIS/10.0")],
                    &page(
                        "IIS 10.0 Detailed Error",
                        "HTTP Error 500.30 - ASP.NET Core app failed to start",
                    ),
                ),
                Responder::GatewayError,
                "cannot start",
            ),
            (
                read(511, &[html], &page("Network Authentication Required", "")),
                Responder::OtherService,
                "portal",
            ),
            (
                read(
                    407,
                    &[html, ("proxy-authenticate", "Basic")],
                    &page("Proxy", ""),
                ),
                Responder::OtherService,
                "forward proxy",
            ),
            (
                read(
                    200,
                    &[html, ("server", "Microsoft-IIS/10.0")],
                    &page("IIS Windows Server", ""),
                ),
                Responder::HtmlPage,
                "IIS",
            ),
            (
                read(200, &[html], &page("Swagger UI", "<div id=\"swagger-ui\">")),
                Responder::HtmlPage,
                "Swagger",
            ),
            (
                read(302, &[("location", "/account/login")], ""),
                Responder::LoginRedirect,
                "",
            ),
            (read(304, &[], ""), Responder::OtherService, ""),
            (
                read(200, &[("content-type", "application/json")], "{}"),
                Responder::OtherService,
                "",
            ),
        ];
        for ((found, who), expected, word) in cases {
            assert_eq!(found, expected, "{who}");
            assert!(who.contains(word), "{who} does not say {word}");
        }
    }
}
