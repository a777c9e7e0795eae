//! A connection from each of the local addresses that were named.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::dial::Failure;
use crate::probe::tcp::{by_proxy, proxy_says};
use crate::probe::{Asks, Facts};
use crate::wire::{Obstacle, ProxyTrouble};
use crate::words::Phrase;
use crate::words::facts::Sources;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What each pair of local address and address of the host came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The local addresses that were named.
    pub sources: Vec<IpAddr>,
    /// One entry a pair of the same family; through a proxy, the family of the proxy's address.
    pub tries: Vec<Try>,
    /// The proxy, where one is used: it gets the connections, and the host sees the proxy's address.
    #[serde(default)]
    pub via: Option<String>,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// From where.
    pub source: IpAddr,
    /// Where to.
    pub address: SocketAddr,
    /// Why it did not connect; none when it did.
    pub failure: Option<Failure>,
    /// What the proxy said, where it is the one that did not connect.
    #[serde(default)]
    pub proxy: Option<ProxyTrouble>,
}

/// Connects from each to each, at once.
pub async fn measure(cx: &Cx) -> Seen {
    let sources = &cx.settings.network.source_ips;
    let pairs = pairs(cx, sources).await;
    let tries = pairs.into_iter().map(async |(source, address)| {
        let obstacle = cx.session.connect_from(source, address).await.err();
        let (failure, proxy) = match obstacle {
            None => (None, None),
            Some(Obstacle::Network(failure)) => (Some(failure), None),
            Some(Obstacle::Proxy(trouble)) => (Some(by_proxy()), Some(trouble)),
        };
        Try {
            source,
            address,
            failure,
            proxy,
        }
    });
    Seen {
        sources: sources.clone(),
        tries: join_all(tries).await,
        via: cx.session.proxy().map(ToString::to_string),
    }
}

/// Which local address connects to which address of the host.
async fn pairs(cx: &Cx, sources: &[IpAddr]) -> Vec<(IpAddr, SocketAddr)> {
    let names = cx.before.names(None);
    let mut addresses = names
        .map(|names| names.addresses(&cx.settings))
        .unwrap_or_default();
    let mut families = addresses.clone();
    if let Some(proxy) = cx.session.proxy() {
        // Its own trouble with its name is port-open's to tell.
        families = cx.session.proxy_addresses(proxy).await.unwrap_or_default();
        if proxy.protocol.resolves_names() {
            addresses = families.iter().take(1).copied().collect();
        }
    }
    let through_proxy = cx.session.proxy().is_some();
    let fits = |source: IpAddr, address: SocketAddr| {
        let mut reached = families
            .iter()
            .filter(|family| through_proxy || **family == address);
        reached.any(|family| family.is_ipv4() == source.is_ipv4())
    };
    let pairs = sources.iter().flat_map(|source| {
        let fitting = addresses.iter().filter(|address| fits(*source, **address));
        fitting.map(|address| (*source, *address))
    });
    pairs.collect()
}

/// One connection a source address, to every address of the host.
pub fn intents(settings: &Settings, subject: Option<&Subject>) -> Vec<Intent> {
    let sources = settings.network.source_ips.iter();
    sources
        .flat_map(|source| {
            super::tcp::connections(settings, subject)
                .into_iter()
                .map(|intent| Intent {
                    source: Some(source.to_string()),
                    ..intent
                })
        })
        .collect()
}

impl Seen {
    /// The local addresses from which every connection came about, and those from which one did not.
    fn split(&self) -> (Vec<IpAddr>, Vec<IpAddr>) {
        let (mut admitted, mut refused): (Vec<IpAddr>, Vec<IpAddr>) = (Vec::new(), Vec::new());
        for attempt in &self.tries {
            let fails = |other: &Try| other.source == attempt.source && other.failure.is_some();
            let side = if self.tries.iter().any(fails) {
                &mut refused
            } else {
                &mut admitted
            };
            if !side.contains(&attempt.source) {
                side.push(attempt.source);
            }
        }
        (admitted, refused)
    }

    /// Who gets through and who does not.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let (admitted, refused) = self.split();
        let list = |of: &[IpAddr]| {
            let listed: Vec<String> = of.iter().map(ToString::to_string).collect();
            if listed.is_empty() {
                words.common.none.to_string()
            } else {
                listed.join(", ")
            }
        };
        let answers: Vec<String> = refused
            .iter()
            .filter_map(|source| {
                let fails = |attempt: &&Try| attempt.source == *source && attempt.failure.is_some();
                let attempt = self.tries.iter().find(fails)?;
                let from: (_, &dyn Display) = ("source", source);
                if let Some(trouble) = &attempt.proxy {
                    let says = proxy_says(trouble, &words.ports);
                    return Some(words.sources.by_proxy.with(&[from, ("says", &says)]));
                }
                let what = brief(attempt.failure.as_ref()?, &words.sources);
                Some(words.sources.answer.with(&[("what", what), from]))
            })
            .collect();
        Facts::from([
            ("admitted", list(&admitted)),
            ("not_admitted", list(&refused)),
            ("sources", list(&self.sources)),
            ("answers", answers.join(", ")),
            (
                "proxy",
                self.via
                    .clone()
                    .unwrap_or_else(|| at.words.phrases.no_proxy.to_string()),
            ),
        ])
    }
}

/// What came back, in a word or two.
fn brief<'a>(failure: &Failure, words: &'a Sources) -> &'a Phrase {
    match failure {
        Failure::Refused => &words.refused,
        Failure::Silent { .. } => &words.silent,
        Failure::Prohibited { .. } => &words.prohibited,
        Failure::Unreachable { .. } | Failure::Loop { .. } | Failure::NoFamily => {
            &words.unreachable
        }
        Failure::Reset => &words.reset,
        Failure::SourceNotHere => &words.not_here,
        Failure::Other { .. } => &words.other,
    }
}

symptoms! {
    /// Whether each of the local addresses gets through.
    Admission {
        /// Each does.
        AllAdmitted = "all-admitted",
        /// Some, or all, do not.
        SomeRefused = "some-refused",
        /// Each does, but by way of a proxy, whose address is the one that the host sees.
        SeenAsProxy = "seen-as-proxy",
        /// None of them is of the host's address family.
        Untold = "untold",
    }
}

impl Symptom for Admission {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let (admitted, refused) = seen.split();
        match (admitted.is_empty(), refused.is_empty()) {
            (_, false) => Self::SomeRefused,
            (false, true) if seen.via.is_some() => Self::SeenAsProxy,
            (false, true) => Self::AllAdmitted,
            (true, true) => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let attempt = |last: u8, failure| Try {
            source: [20, 0, 0, last].into(),
            address: ([203, 0, 113, 7], 8443).into(),
            failure,
            proxy: None,
        };
        let silent = Failure::Silent {
            waited_ms: 5000,
            attempts: 3,
        };
        let tries = match self {
            Self::AllAdmitted | Self::SeenAsProxy => vec![attempt(1, None), attempt(2, None)],
            Self::SomeRefused => vec![attempt(1, None), attempt(2, Some(silent))],
            Self::Untold => Vec::new(),
        };
        let sources = vec![[20, 0, 0, 1].into(), [20, 0, 0, 2].into()];
        let via = (self == Self::SeenAsProxy).then(|| "http://proxy.example.com:3128".into());
        Seen {
            sources,
            tries,
            via,
        }
    }
}
