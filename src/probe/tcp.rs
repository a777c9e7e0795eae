//! A TCP connection to every address of the host.

mod attempt;
mod drawing;
mod failure;
mod location;
mod via;

pub use drawing::{Drawing, Mark, Names, Step};
pub use location::Clearness;
pub(super) use via::{by_proxy, says as proxy_says};

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::{Host, Settings};
use crate::dial::Failure;
use crate::path::{self, Location, Verdict};
use crate::probe::{Asks, Facts};
use crate::wire::ProxyTrouble;
use crate::words::facts::Ports;
use failure::{rank, why};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What each address answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// One entry an address, in the order of the name's answer; the proxy's address, where it resolves names.
    pub tries: Vec<Try>,
    /// The proxy, where one is used.
    pub via: Option<String>,
}

/// What one address answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// Address and port.
    pub address: SocketAddr,
    /// Why it did not connect; none when it did.
    pub failure: Option<Failure>,
    /// Why the proxy did not connect, where one is used.
    pub proxy: Option<ProxyTrouble>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// The path, hop by hop, where it was looked at.
    pub path: Option<path::Seen>,
}

/// Connects to every address at once; the connections are kept for the handshakes. The path to an address that does not
/// take the connection is looked at meanwhile.
pub async fn measure(cx: &Cx) -> Seen {
    let addresses = cx
        .before
        .names(None)
        .map(|names| names.addresses(&cx.settings))
        .unwrap_or_default();
    let via = cx.session.proxy().map(ToString::to_string);
    let addresses = match cx.settings.network.resolving_proxy() {
        None => addresses,
        Some(proxy) => match cx.session.proxy_addresses(&proxy).await {
            // One connection, whichever of its addresses takes it.
            Ok(found) => found.into_iter().take(1).collect(),
            Err(trouble) => {
                let tries = vec![via::unnamed(trouble, proxy.port)];
                return Seen { tries, via };
            }
        },
    };
    let tries = addresses
        .into_iter()
        .map(|address| attempt::attempt(cx, address));
    let tries = join_all(tries).await;
    Seen { tries, via }
}

/// One connection an address; where one does not come about, a look at the path hop by hop, and at the names on it.
pub fn intents(settings: &Settings, subject: Option<&Subject>) -> Vec<Intent> {
    let source = settings.network.source_ips.first().map(ToString::to_string);
    let connections = connections(settings, subject).into_iter();
    let connections = connections.map(|intent| Intent {
        source: source.clone(),
        ..intent
    });
    if settings.network.proxy().is_some() {
        return via::question(settings)
            .into_iter()
            .chain(connections)
            .collect();
    }
    let looked_at = connections.flat_map(|connection| {
        let looking = Intent {
            path: Some("hop limits 1 to 30, to this port and to others".into()),
            ..connection.clone()
        };
        let datagrams = Intent {
            kind: "udp",
            port: Some(path::TRACED),
            path: Some("hop limits 1 to 30".into()),
            ..connection.clone()
        };
        [connection, looking, datagrams]
    });
    let names = super::names::question(settings, "names of the routers on the way, PTR");
    looked_at.chain([names]).collect()
}

/// One connection an address, or the one to the proxy.
pub fn connections(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    if let Some(proxy) = settings.network.proxy() {
        return vec![via::connection(settings, &proxy)];
    }
    let pins: Vec<IpAddr> = super::names::pinned(settings);
    let destinations: Vec<String> = match &settings.target.host {
        _ if !pins.is_empty() => pins.iter().map(ToString::to_string).collect(),
        Host::Address(address) => vec![address.to_string()],
        Host::Name(name) => vec![format!("every address of {name}")],
    };
    let port = Some(settings.target.port);
    let to = |destination: &String| Intent::to("tcp", destination, port);
    destinations.iter().map(to).collect()
}

impl Try {
    /// Whether the packets left from this address.
    fn is_from(&self, address: IpAddr) -> bool {
        let path = self.path.as_ref();
        path.is_some_and(|path| path.source == Some(address))
    }
}

impl Seen {
    /// The addresses that accepted.
    pub fn open(&self) -> impl Iterator<Item = SocketAddr> {
        self.tries
            .iter()
            .filter(|attempt| attempt.failure.is_none())
            .map(|attempt| attempt.address)
    }

    /// The tries that count: an address of a family that this machine does not have says nothing of the server,
    /// as long as there is another.
    fn counted(&self) -> Vec<&Try> {
        let counted: Vec<&Try> = self
            .tries
            .iter()
            .filter(|attempt| attempt.failure != Some(Failure::NoFamily))
            .collect();
        if counted.is_empty() {
            self.tries.iter().collect()
        } else {
            counted
        }
    }

    /// Who answered what.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts.ports;
        let list = |open: bool| {
            let of = self
                .counted()
                .into_iter()
                .filter(|attempt| attempt.failure.is_none() == open);
            let of = of.map(|attempt| attempt.address.ip().to_string());
            match &self.via {
                Some(proxy) => words.far_side.with(&[("proxy", proxy)]),
                None => of.collect::<Vec<_>>().join(", "),
            }
        };
        let worst = self.worst();
        let failure = worst.and_then(|attempt| attempt.failure.as_ref());
        let waited = match failure {
            Some(Failure::Silent {
                waited_ms,
                attempts: 1,
            }) => crate::shown::seconds(*waited_ms),
            Some(Failure::Silent {
                waited_ms,
                attempts,
            }) => {
                let waited = crate::shown::seconds(*waited_ms);
                words
                    .attempts
                    .with(&[("waited", &waited), ("count", attempts)])
            }
            Some(_) | None => crate::shown::seconds(at.settings.network.connect_timeout_ms),
        };
        let mut facts = Facts::from([
            ("open_addresses", list(true)),
            ("closed_addresses", list(false)),
            ("address", self.address(at.settings)),
            ("waited", waited),
            ("sender", self.sender(words)),
            (
                "why",
                failure
                    .map(|failure| why(failure, words))
                    .unwrap_or_default(),
            ),
        ]);
        facts.extend(location::facts(self, at.words));
        facts.extend(via::facts(self, at.words));
        facts
    }

    /// What is connected to, in words.
    fn address(&self, settings: &Settings) -> String {
        match (&self.via, self.worst()) {
            (Some(_), _) => format!("{}:{}", settings.target.host, settings.target.port),
            (None, Some(worst)) => worst.address.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Who said that it is not allowed or that there is no way, in words.
    fn sender(&self, words: &Ports) -> String {
        let worst = self.worst();
        let failure = worst.and_then(|attempt| attempt.failure.as_ref());
        let told = match failure {
            Some(Failure::Prohibited { by, .. } | Failure::Unreachable { by, .. }) => *by,
            Some(_) | None => None,
        };
        let located = self.location().and_then(|location| location.complaint?.by);
        match (located.or(told), failure) {
            (Some(by), _) if worst.is_some_and(|attempt| attempt.address.ip() == by) => {
                words.host_itself.with(&[("by", &by)])
            }
            (Some(by), _) if worst.is_some_and(|attempt| attempt.is_from(by)) => {
                words.this_machine.with(&[("by", &by)])
            }
            (Some(by), _) => words.device.with(&[("by", &by)]),
            (None, Some(Failure::Prohibited { code: None, .. })) => {
                words.machine_or_device.to_string()
            }
            (None, _) => words.some_device.to_string(),
        }
    }

    /// The two places between which the connection ends, where that is known.
    pub fn between(&self) -> Option<[path::Place; 2]> {
        self.location()?.between
    }

    /// The path of the try that decides the row, hop by hop.
    pub fn hops(&self) -> Vec<path::Hop> {
        let path = self.worst().and_then(|worst| worst.path.as_ref());
        path.map(path::Seen::path).unwrap_or_default()
    }

    /// Where the try that decides the row ends.
    fn location(&self) -> Option<Location> {
        Some(self.worst()?.path.as_ref()?.location())
    }

    /// Whether a device nearer than the host answered with a reset in its name.
    fn is_reset_on_path(&self) -> bool {
        self.location()
            .is_some_and(|location| location.verdict == Verdict::ResetByHop)
    }

    /// The try that decides the row.
    fn worst(&self) -> Option<&Try> {
        self.counted()
            .into_iter()
            .max_by_key(|attempt| rank(attempt.failure.as_ref()))
    }
}

symptoms! {
    /// Whether the port takes connections.
    Reach {
        /// Every address does.
        Open = "open",
        /// Some do.
        PartlyOpen = "partly-open",
        /// A reset came back.
        Refused = "refused",
        /// Nothing came back.
        Silent = "silent",
        /// The connection was reset while it was being made, or from nearer than the host.
        ResetOnPath = "reset-on-path",
        /// A device said that it is not allowed.
        Prohibited = "prohibited",
        /// A device, or this machine, said that there is no way.
        Unreachable = "unreachable",
        /// The proxy is not there, or is none.
        ProxyUnavailable = "proxy-unavailable",
        /// The proxy wants to know who asks.
        ProxyCredentials = "proxy-credentials",
        /// The proxy's rules forbid it.
        ProxyForbids = "proxy-forbids",
        /// The proxy does not reach the host.
        ProxyFails = "proxy-fails",
    }
}

impl Symptom for Reach {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let counted = seen.counted();
        let open = counted
            .iter()
            .filter(|attempt| attempt.failure.is_none())
            .count();
        if open > 0 {
            return if open == counted.len() {
                Self::Open
            } else {
                Self::PartlyOpen
            };
        }
        if let Some(trouble) = seen.worst().and_then(|attempt| attempt.proxy.as_ref()) {
            return via::reach(trouble);
        }
        match seen.worst().and_then(|attempt| attempt.failure.as_ref()) {
            Some(Failure::Refused) if seen.is_reset_on_path() => Self::ResetOnPath,
            Some(Failure::Refused) => Self::Refused,
            Some(Failure::Silent { .. }) => Self::Silent,
            Some(Failure::Reset) => Self::ResetOnPath,
            Some(Failure::Prohibited { .. }) => Self::Prohibited,
            Some(
                Failure::Unreachable { .. }
                | Failure::Loop { .. }
                | Failure::NoFamily
                | Failure::SourceNotHere
                | Failure::Other { .. },
            )
            | None => Self::Unreachable,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let attempt = |last: u8, failure| Try {
            address: ([203, 0, 113, last], 8443).into(),
            failure,
            proxy: None,
            took_ms: 3,
            path: None,
        };
        let by = Some(IpAddr::from([198, 51, 100, 1]));
        let one = |failure| Seen {
            tries: vec![attempt(7, failure)],
            via: None,
        };
        match self {
            Self::Open => one(None),
            Self::PartlyOpen => Seen {
                tries: vec![attempt(7, None), attempt(8, Some(Failure::Refused))],
                via: None,
            },
            Self::Refused => one(Some(Failure::Refused)),
            Self::Silent => one(Some(Failure::Silent {
                waited_ms: 5000,
                attempts: 3,
            })),
            Self::ResetOnPath => one(Some(Failure::Reset)),
            Self::Prohibited => one(Some(Failure::Prohibited { by, code: Some(13) })),
            Self::ProxyUnavailable
            | Self::ProxyCredentials
            | Self::ProxyForbids
            | Self::ProxyFails => via::sample(self),
            Self::Unreachable => one(Some(Failure::Unreachable { by, code: Some(1) })),
        }
    }
}
