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
        match (reply.envelope.status, reply.envelope.shape) {
            (502..=504, _) => Self::GatewayError,
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
        at,
    }
}
