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
            words: crate::words::Lang::En.words(),
        };
        let seen = Seen {
            reply: Some(Reply::of(&response)),
            ..sample_reply(200, Shape::Empty)
        };
        let who = seen.facts(&at)["who"].clone();
        (Responder::read(&seen, &at), who)
    }

    /// An answer: status, headers beside the content type, title and text of the page.
    type Answer = (
        u16,
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
    );

    /// Answers that have been seen, what they mean, and a word that names who gave them.
    #[rustfmt::skip]
    const SEEN: [(Answer, Responder, &str); 13] = [
        ((503, &[("server", "Microsoft-HTTPAPI/2.0")], "Service Unavailable", "HTTP Error 503."), Responder::GatewayError, "HTTP.SYS"),
        ((502, &[("server", "nginx")], "502 Bad Gateway", "nginx"), Responder::GatewayError, "502"),
        ((503, &[], "", "No server is available to handle this request."), Responder::GatewayError, "does not name itself"),
        ((200, &[], "Request Rejected", "The requested URL was rejected. Your support ID is: 42"), Responder::HtmlPage, "firewall"),
        ((503, &[("cf-ray", "1")], "Just a moment", "Checking your browser"), Responder::OtherService, "firewall"),
        ((502, &[("cf-ray", "1")], "502: Bad gateway", ""), Responder::GatewayError, "502"),
        ((522, &[("cf-ray", "1")], "Connection timed out", ""), Responder::GatewayError, "timed out"),
        ((403, &[("cf-ray", "1")], "Attention Required", "You are unable to access"), Responder::OtherService, "firewall"),
        ((500, &[("server", "Microsoft-IIS/10.0")], "Detailed Error", "HTTP Error 500.30 - ASP.NET Core app failed to start"), Responder::GatewayError, "cannot start"),
        ((511, &[], "Network Authentication Required", ""), Responder::OtherService, "portal"),
        ((407, &[("proxy-authenticate", "Basic")], "Proxy", ""), Responder::OtherService, "forward proxy"),
        ((200, &[("server", "Microsoft-IIS/10.0")], "IIS Windows Server", ""), Responder::HtmlPage, "IIS"),
        ((200, &[], "Swagger UI", "<div id='swagger-ui'>"), Responder::HtmlPage, "Swagger"),
    ];

    #[test]
    fn whoever_answers_is_told_by_its_page() {
        for ((status, headers, title, text), expected, word) in SEEN {
            let page = format!("<!DOCTYPE html><title>{title}</title><body>{text}</body>");
            let (found, who) = read(status, headers, &page);
            assert_eq!(found, expected, "{status} {who}");
            assert!(who.contains(word), "{who} does not say {word}");
        }
    }

    #[test]
    fn a_redirect_to_nowhere_and_any_json_are_other_services() {
        let found = |status, headers: &[_], body| read(status, headers, body).0;
        assert_eq!(
            found(302, &[("location", "/account/login")], ""),
            Responder::LoginRedirect
        );
        assert_eq!(found(304, &[], ""), Responder::OtherService);
        assert_eq!(found(200, &[], "{}"), Responder::OtherService);
    }
}
