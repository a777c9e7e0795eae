//! The sets of `ipset save`, where the file holds them.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::super::addresses::{Addresses, Span};
use super::super::model::{Ports, Test};

/// What a set holds.
enum Kind {
    /// Addresses and networks.
    Addresses,
    /// An address and a port.
    AddressAndPort,
    /// Something else.
    Other,
}

/// The sets by name.
pub(super) struct Sets {
    kinds: HashMap<String, Kind>,
    addresses: HashMap<String, Option<Arc<Addresses>>>,
    pairs: HashMap<String, Option<Vec<(Addresses, Ports)>>>,
    changing: HashSet<String>,
}

impl Sets {
    /// Reads the lines of `ipset save`, and which sets the rules add to.
    pub(super) fn read(text: &str) -> Self {
        let mut kinds = HashMap::new();
        let mut addresses: HashMap<String, Option<Vec<Addresses>>> = HashMap::new();
        let mut pairs: HashMap<String, Option<Vec<(Addresses, Ports)>>> = HashMap::new();
        let mut changing = HashSet::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["create", name, kind, options @ ..] => {
                    // Such a set holds networks, and shows their first address alone.
                    let wide = ["netmask", "bitmask"]
                        .iter()
                        .any(|option| options.contains(option));
                    let kind = if wide { Kind::Other } else { kind_of(kind) };
                    kinds.insert((*name).to_owned(), kind);
                    addresses.insert((*name).to_owned(), Some(Vec::new()));
                    pairs.insert((*name).to_owned(), Some(Vec::new()));
                }
                ["add", name, entry, options @ ..] => {
                    // An exception within the set is a matter of its own.
                    let plain = !options.contains(&"nomatch");
                    if expires(options) {
                        changing.insert((*name).to_owned());
                    }
                    push(
                        addresses.get_mut(*name),
                        Some(entry).filter(|_| plain).and_then(|entry| one(entry)),
                    );
                    push(
                        pairs.get_mut(*name),
                        Some(entry).filter(|_| plain).and_then(|entry| pair(entry)),
                    );
                }
                _ => {
                    let after = |option: &str| {
                        words
                            .iter()
                            .position(|word| *word == option)
                            .and_then(|at| words.get(at + 1))
                    };
                    changing.extend(
                        ["--add-set", "--del-set", "--map-set"]
                            .into_iter()
                            .find_map(after)
                            .map(|name| (*name).to_owned()),
                    );
                }
            }
        }
        let addresses = addresses
            .into_iter()
            .map(|(name, all)| (name, all.map(|all| Arc::new(all.into_iter().collect()))))
            .collect();
        Self {
            kinds,
            addresses,
            pairs,
            changing,
        }
    }

    /// The test that a set holds a connection by its directions (`src`, `dst`, `src,dst` …); `None` when that is not known.
    pub(super) fn test(&self, name: &str, directions: &str) -> Option<Test> {
        if self.changing.contains(name) {
            return None;
        }
        match (self.kinds.get(name)?, directions) {
            (Kind::Addresses, "src") => Some(Test::Source(self.addresses.get(name)?.clone()?)),
            (Kind::Addresses, "dst") => Some(Test::Destination(self.addresses.get(name)?.clone()?)),
            (Kind::AddressAndPort, "src,dst") => {
                let pairs = self.pairs.get(name)?.as_ref()?;
                let both = |(addresses, ports): &(Addresses, Ports)| {
                    vec![
                        Test::Port(ports.clone()),
                        Test::Source(Arc::new(addresses.clone())),
                    ]
                };
                Some(Test::AnyOf(pairs.iter().map(both).collect()))
            }
            _ => None,
        }
    }
}

/// Whether an entry is in its set for a time only; without a timeout, or with one of 0, it stays.
fn expires(options: &[&str]) -> bool {
    options
        .windows(2)
        .any(|pair| pair[0] == "timeout" && pair[1] != "0")
}

/// Adds an entry; one that is not understood makes the whole set unknown.
fn push<T>(set: Option<&mut Option<Vec<T>>>, entry: Option<T>) {
    let Some(set) = set else { return };
    match (set.as_mut(), entry) {
        (Some(entries), Some(entry)) => entries.push(entry),
        _ => *set = None,
    }
}

/// The kind of a set by the name of its type.
fn kind_of(kind: &str) -> Kind {
    match kind.split_once(':') {
        Some(("hash" | "bitmap", "ip" | "net")) => Kind::Addresses,
        Some(("hash", "ip,port" | "net,port")) => Kind::AddressAndPort,
        _ => Kind::Other,
    }
}

/// An address, network or range.
fn one(entry: &str) -> Option<Addresses> {
    if let Some((first, last)) = entry.split_once('-') {
        return Some(
            Span {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
            }
            .into(),
        );
    }
    entry
        .parse::<IpAddr>()
        .map(Addresses::from)
        .or_else(|_| entry.parse::<IpNet>().map(Addresses::from))
        .ok()
}

/// `address,tcp:port`.
fn pair(entry: &str) -> Option<(Addresses, Ports)> {
    let (address, port) = entry.split_once(',')?;
    let ports = match port.split_once(':') {
        None | Some(("tcp", _)) => {
            let number = port.trim_start_matches("tcp:");
            match number.split_once('-') {
                Some((first, last)) => Ports(vec![(first.parse().ok()?, last.parse().ok()?)]),
                None => Ports::one(number.parse().ok()?),
            }
        }
        // Another protocol: no port of ours.
        Some(_) => Ports::default(),
    };
    Some((one(address)?, ports))
}
