//! Turns a name into addresses, and keeps every way in which that can fail apart.

mod ask;
mod family;
mod hosts;
mod message;
mod reverse;
mod scope;
mod system;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::dial::milliseconds;

pub use ask::{Exchange, Transport};
pub use hosts::Hosts;
pub use message::{Answer, Extended};
pub use reverse::names_of;
pub use scope::Scope;
pub use system::{System, server_address};

/// What came of asking for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The name that was asked for.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// The addresses, IPv4 first, in the order they were given.
    pub addresses: Vec<Address>,
    /// Who gave the answer that counts.
    pub answered_by: Option<AnsweredBy>,
    /// The name with a search domain, where only that one exists.
    pub found_as: Option<String>,
    /// The names the name stands for, in order; the last one has the addresses.
    pub aliases: Vec<String>,
    /// Every question that was sent, with its answer.
    pub exchanges: Vec<Exchange>,
    /// How long it took.
    pub took_ms: u64,
}

/// One address of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address.
    pub address: IpAddr,
    /// For how long the answer may be kept, where the source tells.
    pub ttl_s: Option<u32>,
}

/// Who gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AnsweredBy {
    /// A name server.
    Server {
        /// Its address.
        address: SocketAddr,
    },
    /// This machine's hosts file.
    HostsFile,
    /// The standard: `localhost` is this machine.
    Standard,
    /// This machine's own resolver, which knows more than its name servers (mDNS, directory services).
    System,
}

/// What a name came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// It has addresses.
    Resolved,
    /// It is an address itself.
    Literal,
    /// It, or the name it stands for, does not exist.
    NoSuchName,
    /// It exists and has no address.
    NoAddress,
    /// The name server could not answer.
    ServerFailure {
        /// Why, as far as it tells.
        why: Trouble,
    },
    /// The name server does not serve us.
    Refused {
        /// Whether it said so, or its port is closed.
        how: Refusal,
    },
    /// No answer came.
    Silent {
        /// In which way.
        how: Silence,
    },
}

/// Why a name server could not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Trouble {
    /// It reported an error.
    Reported {
        /// The response code: 2 is SERVFAIL.
        code: u16,
        /// What it added (RFC 8914).
        extended: Vec<Extended>,
        /// Whether it does answer when told not to check signatures: DNSSEC validation fails.
        unvalidated_answers: bool,
    },
    /// The name is an alias of itself, by way of others.
    AliasLoop,
    /// It points elsewhere instead of answering: it is no resolver, and not responsible for the name.
    Lame,
    /// What it sent is no DNS message.
    Malformed,
}

/// How a name server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// With the response code REFUSED.
    Reported,
    /// Nothing listens at its port.
    PortClosed,
}

/// How a name server is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Nothing came back in time.
    NoAnswer,
    /// The answer was cut short, and asking again over TCP brought none.
    OnlyTruncated,
    /// The question could not be sent.
    Unsendable,
}

/// Resolves a name: with the given server, or as this machine does (hosts file, search domains, its name servers).
pub async fn resolve(name: &str, server: Option<SocketAddr>, budget: Duration) -> Resolution {
    let system = System::read();
    let system = match server {
        Some(server) => system.with_server(server),
        None => system,
    };
    resolve_with(name, &system, budget).await
}

/// Resolves a name with these servers, search domains and hosts.
pub async fn resolve_with(name: &str, system: &System, budget: Duration) -> Resolution {
    let began = Instant::now();
    let mut resolution = match offline(name, system) {
        Some(found) => found,
        None => online(name, system, began + budget).await,
    };
    resolution.took_ms = milliseconds(began.elapsed());
    resolution
}

/// What is known without asking anybody.
fn offline(name: &str, system: &System) -> Option<Resolution> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    let unbracketed = bare
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(bare);
    if let Ok(address) = unbracketed.parse() {
        return Some(Resolution::known(
            name,
            Outcome::Literal,
            None,
            vec![address],
        ));
    }
    let in_hosts = system.hosts.addresses(bare);
    if !in_hosts.is_empty() {
        let by = Some(AnsweredBy::HostsFile);
        return Some(Resolution::known(name, Outcome::Resolved, by, in_hosts));
    }
    let lower = bare.to_ascii_lowercase();
    (lower == "localhost" || lower.ends_with(".localhost")).then(|| {
        let here = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        Resolution::known(name, Outcome::Resolved, Some(AnsweredBy::Standard), here)
    })
}

/// Asks the name servers for each name that the search domains make of this one.
async fn online(name: &str, system: &System, until: Instant) -> Resolution {
    let mut exchanges = Vec::new();
    let mut first: Option<Resolution> = None;
    for candidate in system.candidates(name) {
        let (mut found, heard) = family::both(&candidate, system, until).await;
        exchanges.extend(heard);
        let as_given = candidate.eq_ignore_root(&message::name(name).unwrap_or_default());
        if found.outcome == Outcome::Resolved {
            found.found_as = (!as_given).then(|| message::shown(&candidate));
        }
        let go_on = matches!(found.outcome, Outcome::NoSuchName | Outcome::NoAddress);
        // The name as it was given has the say over the ones that search domains make of it.
        if !go_on || as_given || first.is_none() {
            first = Some(found);
        }
        if !go_on {
            break;
        }
    }
    let mut resolution = first.unwrap_or_else(|| Resolution::failed(Outcome::NoSuchName));
    name.clone_into(&mut resolution.name);
    resolution.exchanges = exchanges;
    if matches!(resolution.outcome, Outcome::NoSuchName | Outcome::NoAddress) {
        ask_the_machine(&mut resolution, system, until).await;
    }
    resolution
}

/// Where the name servers know no address, this machine's own resolver may (mDNS, directory services).
async fn ask_the_machine(resolution: &mut Resolution, system: &System, until: Instant) {
    if !system.is_the_machines_own {
        return;
    }
    let lookup = tokio::net::lookup_host((resolution.name.clone(), 0));
    let Ok(Ok(found)) = tokio::time::timeout_at(until, lookup).await else {
        return;
    };
    let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses.dedup();
    if !addresses.is_empty() {
        resolution.outcome = Outcome::Resolved;
        resolution.answered_by = Some(AnsweredBy::System);
        resolution.addresses = without_ttl(addresses);
    }
}

fn without_ttl(addresses: Vec<IpAddr>) -> Vec<Address> {
    let untold = |address| Address {
        address,
        ttl_s: None,
    };
    addresses.into_iter().map(untold).collect()
}

impl Resolution {
    /// An answer that needed no question.
    fn known(
        name: &str,
        outcome: Outcome,
        answered_by: Option<AnsweredBy>,
        addresses: Vec<IpAddr>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            answered_by,
            addresses: without_ttl(addresses),
            ..Self::failed(outcome)
        }
    }

    /// No addresses.
    fn failed(outcome: Outcome) -> Self {
        Self {
            name: String::new(),
            outcome,
            addresses: Vec::new(),
            answered_by: None,
            found_as: None,
            aliases: Vec::new(),
            exchanges: Vec::new(),
            took_ms: 0,
        }
    }
}

#[cfg(test)]
mod tests;
