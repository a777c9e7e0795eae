//! The host's addresses as a name server outside shows them, beside the ones seen here.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::{Host, Settings};
use crate::names::{Outcome, Resolution, Scope};
use crate::probe::{Asks, Facts};
use crate::words::facts::Outside;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// Both views of the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The name server that shows the outside view.
    pub server: Option<SocketAddr>,
    /// What the name server outside answers; none where there is no name, or no such server.
    pub outside: Option<Resolution>,
    /// What this machine's way answers.
    pub inside: Option<Resolution>,
}

/// Asks both at once.
pub async fn measure(cx: &Cx) -> Seen {
    let network = &cx.settings.network;
    let (Host::Name(name), Some(server)) = (&cx.settings.target.host, network.public_dns) else {
        return Seen {
            server: None,
            outside: None,
            inside: None,
        };
    };
    let time = cx.session.time();
    let (outside, inside) = tokio::join!(
        cx.world.net.resolve(name, Some(server), time),
        cx.world.net.resolve(name, network.dns, time)
    );
    Seen {
        server: Some(server),
        outside: Some(outside),
        inside: Some(inside),
    }
}

/// One question to each.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let (Host::Name(name), Some(server)) = (&settings.target.host, settings.network.public_dns)
    else {
        return Vec::new();
    };
    let question = |destination: &str, port| Intent {
        path: Some(format!("{name} A, AAAA")),
        effect: super::Effect::Reads,
        ..Intent::to("dns", &destination, Some(port))
    };
    let inside = match settings.network.dns {
        Some(own) => question(&own.ip().to_string(), own.port()),
        None => question("the system's name servers", 53),
    };
    vec![question(&server.ip().to_string(), server.port()), inside]
}

/// The addresses of a view.
fn addresses(view: Option<&Resolution>) -> Vec<IpAddr> {
    let found = view.map(|resolution| resolution.addresses.iter());
    found
        .into_iter()
        .flatten()
        .map(|found| found.address)
        .collect()
}

fn list(addresses: &[IpAddr], words: &Outside) -> String {
    if addresses.is_empty() {
        return words.no_address.to_string();
    }
    let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    listed.join(", ")
}

impl Seen {
    /// Both views, and how they differ.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts.outside;
        let outside = addresses(self.outside.as_ref());
        let inside = addresses(self.inside.as_ref());
        let private: Vec<IpAddr> = outside
            .iter()
            .copied()
            .filter(|address| Scope::of(*address).is_inside_only())
            .collect();
        let same = outside.iter().all(|address| inside.contains(address))
            && inside.iter().all(|address| outside.contains(address));
        let difference = if same {
            words.same.to_string()
        } else {
            words.differs.with(&[("addresses", &list(&inside, words))])
        };
        Facts::from([
            ("outside_addresses", list(&outside, words)),
            ("private_addresses", list(&private, words)),
            ("difference", difference),
            (
                "public_server",
                self.server.map_or_else(
                    || words.some_server.to_string(),
                    |server| words.server.with(&[("server", &server)]),
                ),
            ),
            ("trouble", trouble(self.outside.as_ref(), words)),
        ])
    }
}

/// Why the view outside is not known, in words.
fn trouble(outside: Option<&Resolution>, words: &Outside) -> String {
    let text = match outside.map(|resolution| &resolution.outcome) {
        Some(Outcome::Silent { .. }) => &words.silent,
        Some(Outcome::Refused { .. }) => &words.refused,
        Some(Outcome::ServerFailure { .. }) => &words.failed,
        Some(Outcome::Resolved | Outcome::Literal | Outcome::NoSuchName | Outcome::NoAddress)
        | None => &words.unasked,
    };
    text.to_string()
}

symptoms! {
    /// Whether the name leads to the server from outside too.
    Publicity {
        /// It has public addresses there.
        Public = "public",
        /// The name server outside could not be asked.
        Unseen = "unseen",
        /// It has an address there that only the inside can reach.
        Private = "private",
        /// It has no address there.
        Absent = "absent",
    }
}

impl Symptom for Publicity {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let Some(outside) = &seen.outside else {
            return Self::Unseen;
        };
        let private = |found: &crate::names::Address| Scope::of(found.address).is_inside_only();
        match outside.outcome {
            Outcome::Resolved | Outcome::Literal => {
                if outside.addresses.iter().any(private) {
                    Self::Private
                } else {
                    Self::Public
                }
            }
            Outcome::NoSuchName | Outcome::NoAddress => Self::Absent,
            Outcome::ServerFailure { .. } | Outcome::Refused { .. } | Outcome::Silent { .. } => {
                Self::Unseen
            }
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let view = |outcome, addresses: &[[u8; 4]]| Resolution {
            name: "orch.example.com".into(),
            outcome,
            addresses: addresses
                .iter()
                .map(|address| crate::names::Address {
                    address: (*address).into(),
                    ttl_s: Some(300),
                })
                .collect(),
            answered_by: None,
            found_as: None,
            aliases: Vec::new(),
            exchanges: Vec::new(),
            took_ms: 9,
        };
        let outside = match self {
            Self::Public => view(Outcome::Resolved, &[[203, 0, 113, 7]]),
            Self::Unseen => view(
                Outcome::Silent {
                    how: crate::names::Silence::NoAnswer,
                },
                &[],
            ),
            Self::Private => view(Outcome::Resolved, &[[203, 0, 113, 7], [10, 0, 0, 5]]),
            Self::Absent => view(Outcome::NoSuchName, &[]),
        };
        Seen {
            server: Some(([192, 0, 2, 53], 53).into()),
            outside: Some(outside),
            inside: Some(view(Outcome::Resolved, &[[10, 0, 0, 5]])),
        }
    }
}
