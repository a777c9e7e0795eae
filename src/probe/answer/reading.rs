//! What an answer means: who gave it, how old it is, and what time it is there.

use super::{Mark, Reply, Seen};
use crate::probe::{At, Symptom, symptoms};
use crate::wire::Failure;
use crate::wire::envelope::Shape;

/// How far this clock and the server's may be apart before it is told, seconds.
pub(in crate::probe) const SKEW_TOLD_S: i64 = 120;

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
        // A block page wears a gateway's status, and what is behind it may be well.
        let blocks = |mark| matches!(mark, &Mark::Waf | &Mark::Filter);
        if reply.marks.iter().any(blocks) && reply.envelope.status >= 400 {
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
            // Whatever else it says, such as that there are too many requests: only Orchestrator's API sends the header.
            _ if reply.api_versions.is_some() => Self::Orchestrator,
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
        read_bytes(status, headers, body.as_bytes())
    }

    /// The same of a body that is no text.
    fn read_bytes(
        status: u16,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> (Responder, String) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let response = Response {
            status: StatusCode::from_u16(status).unwrap(),
            version: Version::HTTP_11,
            headers: map,
            body: body.to_vec().into(),
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
    const SEEN: [(Answer, Responder, &str); 31] = [
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
        ((404, &[("server", "Microsoft-IIS/10.0")], "404 - File or directory not found.", ""), Responder::NotFound, "IIS"),
        ((403, &[("server", "Microsoft-IIS/10.0")], "403 - Forbidden", "HTTP Error 403.501 - Forbidden: dynamic IP restriction"), Responder::IpRestricted, "IIS"),
        ((403, &[("server", "Microsoft-IIS/10.0")], "403 - Forbidden: Access is denied.", ""), Responder::OtherService, "IIS"),
        ((401, &[("www-authenticate", "Negotiate"), ("server", "Microsoft-IIS/10.0")], "401 - Unauthorized", ""), Responder::OtherService, "Windows or Basic sign-in"),
        ((400, &[("server", "Microsoft-HTTPAPI/2.0")], "Bad Request", "Invalid Hostname"), Responder::OtherService, "HTTP.SYS"),
        ((404, &[("server", "Microsoft-HTTPAPI/2.0")], "Not Found", "HTTP Error 404. The requested resource is not found."), Responder::NotFound, "HTTP.SYS"),
        ((200, &[("server", "nginx/1.24.0")], "Welcome to nginx!", ""), Responder::HtmlPage, "nginx"),
        ((400, &[("server", "nginx")], "400 No required SSL certificate was sent", ""), Responder::OtherService, "certificate"),
        ((403, &[("server", "AkamaiGHost")], "Access Denied", "Reference&#32;&#35;18.1"), Responder::OtherService, "firewall"),
        ((200, &[], "", "<iframe src=\"/_Incapsula_Resource?SWUDNSAI=31\">Request unsuccessful.</iframe>"), Responder::HtmlPage, "firewall"),
        ((403, &[("server", "Microsoft-Azure-Application-Gateway/v2")], "403 Forbidden", ""), Responder::OtherService, "firewall"),
        ((403, &[("x-amz-cf-id", "1"), ("server", "CloudFront")], "ERROR: The request could not be satisfied", ""), Responder::OtherService, "firewall"),
        ((403, &[("server", "Zscaler/6.2")], "Access denied", ""), Responder::OtherService, "forward proxy"),
        ((200, &[], "Web Page Blocked!", "FortiGuard Intrusion Prevention"), Responder::HtmlPage, "forward proxy"),
        ((404, &[], "HTTP Status 404 – Not Found", "Apache Tomcat/9.0"), Responder::NotFound, "404"),
        ((200, &[], "Sign In", "<form action=\"/adfs/ls/\"><input type=\"password\">"), Responder::HtmlPage, "sign-in page"),
        ((421, &[], "Misdirected Request", ""), Responder::OtherService, "Misdirected"),
        ((200, &[], "Hotspot", "<meta http-equiv=refresh content='0;url=http://portal.example/'>accept the terms"), Responder::HtmlPage, "portal"),
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
        for to in [
            "https://login.microsoftonline.com/common/oauth2/authorize",
            "https://sts.example.com/adfs/ls/?wa=wsignin1.0",
            "http://orch.example.com/",
        ] {
            assert_eq!(
                found(302, &[("location", to)], ""),
                Responder::LoginRedirect
            );
        }
        let keycloak = r#"{"error":"Unable to find matching target resource method"}"#;
        let spring = r#"{"timestamp":"2026-11-25","status":500,"error":"Internal Server Error","path":"/api/Status/Get"}"#;
        for (status, body) in [
            (404, keycloak),
            (500, spring),
            (404, "default backend - 404"),
            (404, "404 page not found"),
            (204, ""),
            (401, r#"{"error":"invalid_token"}"#),
            (429, "Too Many Requests"),
        ] {
            assert_eq!(found(status, &[], body), Responder::OtherService, "{body}");
        }
    }

    #[test]
    fn orchestrator_is_known_by_its_header_or_its_own_errors_whatever_the_status() {
        let header = [("api-supported-versions", "15.0, 16.0, 17.0")];
        for status in [200, 204, 401, 403, 429, 500] {
            assert_eq!(
                read(status, &header, "").0,
                Responder::Orchestrator,
                "{status}"
            );
        }
        let down = r#"{"message":"An error has occurred.","errorCode":0,"resourceIds":null}"#;
        assert_eq!(read(500, &[], down).0, Responder::Orchestrator);
        let spread: Vec<u8> = down.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            read_bytes(500, &[], &[&[0xff, 0xfe], &spread[..]].concat()).0,
            Responder::Orchestrator
        );
        let marked = format!("\u{feff}{down}");
        assert_eq!(
            read(500, &[("content-type", "text/html")], &marked).0,
            Responder::Orchestrator
        );
    }
}
