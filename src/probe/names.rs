//! The addresses of the host.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::{Host, Settings};
use crate::names::{AnsweredBy, Outcome, Refusal, Resolution, Silence, Trouble};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::words::Words;
use crate::words::facts::Names as Said;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// Where the addresses come from, and what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Addresses given with `--resolve`; DNS was not asked.
    pub pinned: Vec<IpAddr>,
    /// What asking came to; none where the host is an address or was pinned, or a proxy asks.
    pub resolution: Option<Resolution>,
    /// The proxy that resolves the name in our place.
    pub left_to: Option<String>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
}

/// Asks for the name, unless its address is known.
pub async fn measure(cx: &Cx) -> Seen {
    let left_to = left_to_proxy(&cx.settings);
    if left_to.is_some() {
        return Seen {
            pinned: Vec::new(),
            resolution: None,
            left_to,
            took_ms: 0,
        };
    }
    let pinned = pinned(&cx.settings);
    let began = cx.world.clock.elapsed();
    let resolution = match &cx.settings.target.host {
        Host::Name(name) if pinned.is_empty() => Some(
            cx.world
                .net
                .resolve(name, cx.settings.network.dns, cx.session.time())
                .await,
        ),
        Host::Name(_) | Host::Address(_) => None,
    };
    let took = cx.world.clock.elapsed().saturating_sub(began);
    Seen {
        pinned,
        resolution,
        left_to: None,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The proxy that resolves the name, where there is one and a name.
fn left_to_proxy(settings: &Settings) -> Option<String> {
    let proxy = settings.network.resolving_proxy()?;
    matches!(settings.target.host, Host::Name(_)).then(|| proxy.to_string())
}

/// The addresses that `--resolve` gives for the target.
pub fn pinned(settings: &Settings) -> Vec<IpAddr> {
    let host = match &settings.target.host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    };
    let fits = |pin: &&crate::config::Pin| {
        pin.host.trim_matches(['[', ']']) == host && pin.port == settings.target.port
    };
    settings
        .network
        .resolve
        .iter()
        .filter(fits)
        .map(|pin| pin.address)
        .collect()
}

/// One question, unless the address is known.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let known = left_to_proxy(settings).is_some() || !pinned(settings).is_empty();
    match (&settings.target.host, !known) {
        (Host::Name(name), true) => vec![question(settings, &format!("{name} A, AAAA"))],
        (Host::Name(_) | Host::Address(_), _) => Vec::new(),
    }
}

/// A question to the name server that this run uses.
pub(super) fn question(settings: &Settings, asked: &str) -> Intent {
    let server = settings.network.dns;
    let destination = server.map_or_else(
        || "the system's name servers".into(),
        |server| server.ip().to_string(),
    );
    let port = server.map_or(53, |server| server.port());
    Intent {
        path: Some(asked.to_owned()),
        effect: super::Effect::Reads,
        ..Intent::to("dns", &destination, Some(port))
    }
}

impl Seen {
    /// The addresses to connect to, with the target's port.
    pub fn addresses(&self, settings: &Settings) -> Vec<SocketAddr> {
        let found: Vec<IpAddr> = match (&self.resolution, &settings.target.host) {
            _ if !self.pinned.is_empty() => self.pinned.clone(),
            (Some(resolution), _) => resolution
                .addresses
                .iter()
                .map(|found| found.address)
                .collect(),
            (None, Host::Address(address)) => vec![*address],
            (None, Host::Name(_)) => Vec::new(),
        };
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for address in found
            .into_iter()
            .map(|address| SocketAddr::new(address, settings.target.port))
        {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses
    }

    /// Whether nobody was asked, because no name is like this.
    fn is_no_name(&self) -> bool {
        self.resolution.as_ref().is_some_and(|resolution| {
            resolution.outcome == Outcome::NoSuchName && resolution.exchanges.is_empty()
        })
    }

    /// What went wrong with the question, in words.
    fn trouble(&self, words: &Said) -> String {
        match self
            .resolution
            .as_ref()
            .map(|resolution| &resolution.outcome)
        {
            Some(Outcome::ServerFailure { why }) => match why {
                Trouble::Reported {
                    unvalidated_answers: true,
                    ..
                } => words.dnssec.to_string(),
                Trouble::Reported { code: 2, .. } => words.servfail.to_string(),
                Trouble::Reported { code, .. } => words.code.with(&[("code", code)]),
                Trouble::AliasLoop => words.circle.to_string(),
                Trouble::Lame => words.lame.to_string(),
                Trouble::Malformed => words.malformed.to_string(),
            },
            Some(Outcome::Refused {
                how: Refusal::Reported,
            }) => words.refused.to_string(),
            Some(Outcome::Refused {
                how: Refusal::PortClosed,
            }) => words.closed.to_string(),
            Some(Outcome::Silent {
                how: Silence::NoAnswer,
            }) => words.silent.to_string(),
            Some(Outcome::Silent {
                how: Silence::OnlyTruncated,
            }) => words.truncated.to_string(),
            Some(Outcome::Silent {
                how: Silence::Unsendable,
            }) => words.unsendable.to_string(),
            Some(
                Outcome::Resolved | Outcome::Literal | Outcome::NoSuchName | Outcome::NoAddress,
            )
            | None => String::new(),
        }
    }

    /// Who answered what.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let phrases = &at.words.phrases;
        let list: Vec<String> = self
            .addresses(at.settings)
            .iter()
            .map(|address| address.ip().to_string())
            .collect();
        let by = match self
            .resolution
            .as_ref()
            .and_then(|resolution| resolution.answered_by)
        {
            _ if !self.pinned.is_empty() => "--resolve".to_owned(),
            Some(AnsweredBy::Server { address }) => server_name(address, at.words),
            Some(AnsweredBy::HostsFile) => phrases.hosts_file.to_string(),
            Some(AnsweredBy::Standard) => phrases.standard.to_string(),
            Some(AnsweredBy::System) => phrases.own_resolver.to_string(),
            None if self.is_no_name() => phrases.rules_of_names.to_string(),
            None => match at.settings.network.dns {
                Some(server) => server_name(server, at.words),
                None => phrases.name_servers.to_string(),
            },
        };
        let aliases = self
            .resolution
            .as_ref()
            .map(|resolution| resolution.aliases.clone())
            .unwrap_or_default();
        let alias = aliases
            .last()
            .map(|alias| phrases.alias.with(&[("alias", &shown(alias))]))
            .unwrap_or_default();
        Facts::from([
            (
                "proxy",
                self.left_to
                    .clone()
                    .unwrap_or_else(|| phrases.no_proxy.to_string()),
            ),
            ("addresses", list.join(", ")),
            ("resolver", by),
            ("trouble", self.trouble(&at.words.facts.names)),
            ("alias", alias),
            // Within a tenth of a second is soon enough to be called that.
            ("waited", crate::shown::seconds(self.took_ms.max(100))),
        ])
    }
}

/// A name server in words; its port is told where it is not the usual one.
fn server_name(server: SocketAddr, words: &Words) -> String {
    let phrase = &words.facts.outside.server;
    if server.port() == 53 {
        phrase.with(&[("server", &server.ip())])
    } else {
        phrase.with(&[("server", &server)])
    }
}

symptoms! {
    /// Whether the host has addresses.
    Resolved {
        /// It has.
        Resolved = "resolved",
        /// It is an address.
        LiteralAddress = "literal-address",
        /// The proxy finds out.
        LeftToProxy = "left-to-proxy",
        /// There is no such name.
        NoSuchName = "no-such-name",
        /// The name has no address.
        NoAddress = "no-address",
        /// The name server could not answer.
        ServerFailure = "server-failure",
        /// The name server does not serve this machine.
        Refused = "refused",
        /// No answer came.
        Silent = "silent",
    }
}

impl Symptom for Resolved {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        if seen.left_to.is_some() {
            return Self::LeftToProxy;
        }
        if !seen.pinned.is_empty() {
            return Self::Resolved;
        }
        match seen
            .resolution
            .as_ref()
            .map(|resolution| &resolution.outcome)
        {
            Some(Outcome::Resolved) => Self::Resolved,
            Some(Outcome::Literal) | None => Self::LiteralAddress,
            Some(Outcome::NoSuchName) => Self::NoSuchName,
            Some(Outcome::NoAddress) => Self::NoAddress,
            Some(Outcome::ServerFailure { .. }) => Self::ServerFailure,
            Some(Outcome::Refused { .. }) => Self::Refused,
            Some(Outcome::Silent { .. }) => Self::Silent,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        use crate::names::Address;
        let with = |outcome: Outcome| {
            let addresses = if outcome == Outcome::Resolved {
                vec![Address {
                    address: [203, 0, 113, 7].into(),
                    ttl_s: Some(300),
                }]
            } else {
                Vec::new()
            };
            let resolution = Resolution {
                name: "orch.example.com".into(),
                outcome,
                addresses,
                answered_by: Some(AnsweredBy::Server {
                    address: ([192, 0, 2, 53], 53).into(),
                }),
                found_as: None,
                aliases: Vec::new(),
                exchanges: Vec::new(),
                took_ms: 12,
            };
            Seen {
                pinned: Vec::new(),
                resolution: Some(resolution),
                left_to: None,
                took_ms: 12,
            }
        };
        match self {
            Self::Resolved => with(Outcome::Resolved),
            Self::LiteralAddress => Seen {
                pinned: Vec::new(),
                resolution: None,
                left_to: None,
                took_ms: 0,
            },
            Self::LeftToProxy => Seen {
                pinned: Vec::new(),
                resolution: None,
                left_to: Some("http://proxy.example.com:3128".into()),
                took_ms: 0,
            },
            Self::NoSuchName => with(Outcome::NoSuchName),
            Self::NoAddress => with(Outcome::NoAddress),
            Self::ServerFailure => with(Outcome::ServerFailure {
                why: Trouble::AliasLoop,
            }),
            Self::Refused => with(Outcome::Refused {
                how: Refusal::Reported,
            }),
            Self::Silent => Seen {
                took_ms: 5000,
                ..with(Outcome::Silent {
                    how: Silence::NoAnswer,
                })
            },
        }
    }
}
