//! What a proxy on the way says.

use super::{Reach, Seen, Try};
use crate::config::Settings;
use crate::dial;
use crate::names::Outcome;
use crate::probe::{Effect, Facts, Intent, names};
use crate::proxy::{Failure, Protocol, Proxy};
use crate::wire::ProxyTrouble;
use crate::words::facts::Ports;
use crate::words::{Phrase, Words};
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
pub(super) fn facts(seen: &Seen, words: &Words) -> Facts {
    let no_proxy = &words.phrases.no_proxy;
    let words = &words.facts;
    let trouble = seen.worst().and_then(|worst| worst.proxy.as_ref());
    let proxy = seen.via.clone();
    Facts::from([
        ("proxy", proxy.unwrap_or_else(|| no_proxy.to_string())),
        (
            "proxy_says",
            trouble.map_or_else(
                || words.common.nothing.to_string(),
                |trouble| says(trouble, &words.ports),
            ),
        ),
    ])
}

/// Its trouble in words.
pub(in crate::probe) fn says(trouble: &ProxyTrouble, words: &Ports) -> String {
    match trouble {
        ProxyTrouble::Unresolved { outcome } => unresolved(outcome, words).to_string(),
        ProxyTrouble::Unreached { failure } => unreached(failure, words).to_string(),
        ProxyTrouble::Silent { waited_ms } => {
            let waited = crate::shown::seconds(*waited_ms);
            words.proxy_silent.with(&[("waited", &waited)])
        }
        ProxyTrouble::Said { failure } => answered(failure, words),
    }
}

fn unresolved<'a>(outcome: &Outcome, words: &'a Ports) -> &'a Phrase {
    match outcome {
        Outcome::NoSuchName => &words.name_absent,
        Outcome::NoAddress | Outcome::Resolved | Outcome::Literal => &words.name_empty,
        Outcome::ServerFailure { .. } => &words.name_failed,
        Outcome::Refused { .. } => &words.name_refused,
        Outcome::Silent { .. } => &words.name_silent,
    }
}

fn unreached<'a>(failure: &dial::Failure, words: &'a Ports) -> &'a Phrase {
    match failure {
        dial::Failure::Refused => &words.proxy_refuses,
        dial::Failure::Silent { .. } => &words.proxy_absent,
        dial::Failure::Prohibited { .. } => &words.proxy_prohibited,
        dial::Failure::Reset => &words.proxy_reset,
        dial::Failure::Unreachable { .. }
        | dial::Failure::Loop { .. }
        | dial::Failure::NoFamily
        | dial::Failure::SourceNotHere
        | dial::Failure::Other { .. } => &words.proxy_no_way,
    }
}

/// Whether a proxy offers ways of telling who asks, and none of them is a user name and a password.
fn needs_more_than_basic(schemes: &[String]) -> bool {
    let basic = |scheme: &String| scheme.eq_ignore_ascii_case("basic");
    !schemes.is_empty() && !schemes.iter().any(basic)
}

fn answered(failure: &Failure, words: &Ports) -> String {
    let offered = |schemes: &[String]| match schemes {
        [] => String::new(),
        schemes => format!(" ({})", schemes.join(", ")),
    };
    // A SOCKS reply is one byte; of HTTP's codes, those that decline are higher.
    let number = |code: u16| {
        if code < 256 {
            words.socks_reply.to_string()
        } else {
            "HTTP".to_owned()
        }
    };
    match failure {
        Failure::CredentialsNeeded { schemes } | Failure::CredentialsRejected { schemes }
            if needs_more_than_basic(schemes) =>
        {
            let offered = schemes.join(&words.or);
            words.other_scheme.with(&[("offered", &offered)])
        }
        Failure::CredentialsNeeded { schemes } => {
            words.wants_account.with(&[("offered", &offered(schemes))])
        }
        Failure::CredentialsRejected { schemes } => words
            .rejects_account
            .with(&[("offered", &offered(schemes))]),
        Failure::Forbidden => words.forbids.to_string(),
        Failure::TargetUnreachable { code } => words
            .host_unreached
            .with(&[("reply", &number(*code)), ("code", code)]),
        Failure::TargetRefused => words.host_refuses.to_string(),
        Failure::Declined { code } => words
            .declines
            .with(&[("reply", &number(*code)), ("code", code)]),
        Failure::NotAProxy => words.not_proxy.to_string(),
        Failure::Closed => words.proxy_closes.to_string(),
        Failure::Broken { error } => {
            let error = crate::shown::shown(error);
            words.proxy_broken.with(&[("error", &error)])
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
