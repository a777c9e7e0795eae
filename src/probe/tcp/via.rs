//! What a proxy on the way says.

use super::{Reach, Seen, Try};
use crate::config::Settings;
use crate::dial;
use crate::names::Outcome;
use crate::probe::{Effect, Facts, Intent, names};
use crate::proxy::{Failure, Protocol, Proxy};
use crate::wire::ProxyTrouble;
use std::net::IpAddr;

/// The question for the address of the proxy, where it has a name.
pub(super) fn question(settings: &Settings) -> Option<Intent> {
    let proxy = settings.network.proxy()?;
    let named = proxy.host.parse::<IpAddr>().is_err();
    named.then(|| names::question(settings, &format!("{} A, AAAA", proxy.host)))
}

/// The connection to the proxy, and what it is asked for.
pub(super) fn connection(settings: &Settings, proxy: &Proxy) -> Intent {
    let target = format!("{}:{}", settings.target.host, settings.target.port);
    let (method, asked) = match proxy.protocol {
        Protocol::Http => (Some("CONNECT"), target),
        Protocol::Socks5 | Protocol::Socks5h => (None, format!("SOCKS5 to {target}")),
    };
    Intent {
        method,
        path: Some(asked),
        effect: Effect::Reads,
        ..Intent::to("tcp", &proxy.host, Some(proxy.port))
    }
}

/// The one try where the proxy's own name has no address.
pub(super) fn unnamed(trouble: ProxyTrouble, port: u16) -> Try {
    Try {
        address: (std::net::Ipv4Addr::UNSPECIFIED, port).into(),
        failure: Some(by_proxy()),
        proxy: Some(trouble),
        took_ms: 0,
        path: None,
    }
}

/// What stands for a failure that the proxy tells of.
pub(in crate::probe) fn by_proxy() -> dial::Failure {
    dial::Failure::Other {
        error: "the proxy did not connect".into(),
    }
}

/// What its trouble means for the port.
pub(super) fn reach(trouble: &ProxyTrouble) -> Reach {
    let failure = match trouble {
        ProxyTrouble::Said { failure } => failure,
        // It took the connection, so it is at work, and mostly waits for the host itself.
        ProxyTrouble::Silent { .. } => return Reach::ProxyFails,
        ProxyTrouble::Unresolved { .. } | ProxyTrouble::Unreached { .. } => {
            return Reach::ProxyUnavailable;
        }
    };
    match failure {
        Failure::CredentialsNeeded { .. } | Failure::CredentialsRejected { .. } => {
            Reach::ProxyCredentials
        }
        Failure::Forbidden => Reach::ProxyForbids,
        Failure::TargetUnreachable { .. } | Failure::TargetRefused | Failure::Declined { .. } => {
            Reach::ProxyFails
        }
        Failure::NotAProxy | Failure::Closed | Failure::Broken { .. } => Reach::ProxyUnavailable,
    }
}

/// What sentences may mention of it.
pub(super) fn facts(seen: &Seen) -> Facts {
    let trouble = seen.worst().and_then(|worst| worst.proxy.as_ref());
    let proxy = seen.via.clone();
    Facts::from([
        ("proxy", proxy.unwrap_or_else(|| "no proxy".into())),
        ("proxy_says", trouble.map_or_else(|| "nothing".into(), says)),
    ])
}

/// Its trouble in words.
pub(in crate::probe) fn says(trouble: &ProxyTrouble) -> String {
    match trouble {
        ProxyTrouble::Unresolved { outcome } => unresolved(outcome).into(),
        ProxyTrouble::Unreached { failure } => unreached(failure).into(),
        ProxyTrouble::Silent { waited_ms } => {
            let waited = crate::shown::seconds(*waited_ms);
            format!("it does not answer within {waited}")
        }
        ProxyTrouble::Said { failure } => answered(failure),
    }
}

fn unresolved(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NoSuchName => "its name does not exist",
        Outcome::NoAddress | Outcome::Resolved | Outcome::Literal => "its name has no address",
        Outcome::ServerFailure { .. } => "the name server fails to answer for its name",
        Outcome::Refused { .. } => "the name server refuses to answer for its name",
        Outcome::Silent { .. } => "no name server answers for its name",
    }
}

fn unreached(failure: &dial::Failure) -> &'static str {
    match failure {
        dial::Failure::Refused => "it refuses connections",
        dial::Failure::Silent { .. } => "nothing answers at its address",
        dial::Failure::Prohibited { .. } => "a device prohibits connections to it",
        dial::Failure::Reset => "connections to it are reset",
        dial::Failure::Unreachable { .. }
        | dial::Failure::Loop { .. }
        | dial::Failure::NoFamily
        | dial::Failure::SourceNotHere
        | dial::Failure::Other { .. } => "there is no way to it from here",
    }
}

/// Whether a proxy offers ways of telling who asks, and none of them is a user name and a password.
fn needs_more_than_basic(schemes: &[String]) -> bool {
    let basic = |scheme: &String| scheme.eq_ignore_ascii_case("basic");
    !schemes.is_empty() && !schemes.iter().any(basic)
}

fn answered(failure: &Failure) -> String {
    let offered = |schemes: &[String]| match schemes {
        [] => String::new(),
        schemes => format!(" ({})", schemes.join(", ")),
    };
    // A SOCKS reply is one byte; of HTTP's codes, those that decline are higher.
    let number = |code: u16| if code < 256 { "SOCKS reply" } else { "HTTP" };
    match failure {
        Failure::CredentialsNeeded { schemes } | Failure::CredentialsRejected { schemes }
            if needs_more_than_basic(schemes) =>
        {
            let offered = schemes.join(" or ");
            format!("it lets in only who signs in by {offered}, which orch-doctor does not speak")
        }
        Failure::CredentialsNeeded { schemes } => {
            format!("it wants to know who asks{}", offered(schemes))
        }
        Failure::CredentialsRejected { schemes } => {
            let offered = offered(schemes);
            format!("it does not accept the user name and password{offered}")
        }
        Failure::Forbidden => "its rules forbid it".into(),
        Failure::TargetUnreachable { code } => {
            format!("it cannot reach the host ({} {code})", number(*code))
        }
        Failure::TargetRefused => "the host refuses its connection".into(),
        Failure::Declined { code } => format!("it declines ({} {code})", number(*code)),
        Failure::NotAProxy => "what answers there is no such proxy".into(),
        Failure::Closed => "it closes the connection instead of answering".into(),
        Failure::Broken { error } => {
            let error = crate::shown::shown(error);
            format!("the connection to it broke: {error}")
        }
    }
}

/// Evidence that reads as a symptom of the proxy.
#[cfg(test)]
pub(super) fn sample(symptom: Reach) -> Seen {
    let said = |failure| ProxyTrouble::Said { failure };
    let trouble = match symptom {
        Reach::ProxyCredentials => said(Failure::CredentialsNeeded {
            schemes: vec!["Basic".into()],
        }),
        Reach::ProxyForbids => said(Failure::Forbidden),
        Reach::ProxyFails => said(Failure::TargetUnreachable { code: 502 }),
        _ => ProxyTrouble::Unreached {
            failure: dial::Failure::Refused,
        },
    };
    Seen {
        tries: vec![unnamed(trouble, 3128)],
        via: Some("http://proxy.example.com:3128".into()),
    }
}
