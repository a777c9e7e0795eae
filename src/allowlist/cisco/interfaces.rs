//! The interfaces of a configuration, and those where the cloud arrives: where the way to everywhere leads, and what says so itself.

use super::super::addresses::Addresses;
use super::super::networks::{is_inside, masked, network};
use super::dialect::System;

/// Words in the name or description of an interface that faces the internet.
const OUTSIDE: &[&str] = &["outside", "internet", "wan", "untrust", "isp", "uplink"];

/// An interface, as far as it tells which side it faces.
#[derive(Debug, Default)]
struct Interface<'a> {
    /// What bindings call it: the `nameif` of ASA.
    name: &'a str,
    /// What its name and description say.
    said: Vec<&'a str>,
    level: Option<u8>,
    /// The networks it is in.
    net: Option<Addresses>,
    signs: Vec<Sign>,
}

/// What settings tell of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It has an address.
    Addressed,
    /// It has one that is routed on the internet.
    Public,
    /// It is the outer end of translations.
    Translates,
    /// It is switched off.
    Down,
}

/// All interfaces, with where connections to everywhere are sent.
#[derive(Debug, Default)]
pub(super) struct Interfaces<'a> {
    all: Vec<Interface<'a>>,
    /// Next hops, or names of interfaces.
    routes: Vec<&'a str>,
}

/// Reads what a configuration says about its interfaces.
pub(super) fn read(text: &str) -> Interfaces<'_> {
    let mut found = Interfaces::default();
    let mut within = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["interface", name, ..] => {
                within = true;
                found.all.push(Interface {
                    name,
                    ..Interface::default()
                });
            }
            ["route", name, "0.0.0.0" | "0", "0.0.0.0" | "0", ..]
            | ["ip", "route", "0.0.0.0", "0.0.0.0", name, ..]
            | ["ip", "route", "0.0.0.0/0", name, ..] => {
                within = false;
                found.routes.push(name);
            }
            [
                "access-list" | "access-group" | "object" | "object-group" | "router" | "line",
                ..,
            ]
            | ["ip" | "ipv4" | "ipv6", "access-list" | "route", ..] => within = false,
            words if within => {
                if let Some(interface) = found.all.last_mut() {
                    interface.take(words);
                }
            }
            _ => {}
        }
    }
    found
}

impl<'a> Interface<'a> {
    /// Takes a line of it.
    fn take(&mut self, words: &[&'a str]) {
        match words {
            ["nameif", name, ..] => {
                self.name = name;
                self.level
                    .get_or_insert(if *name == "inside" { 100 } else { 0 });
            }
            ["security-level", level, ..] => self.level = level.parse().ok(),
            ["description", rest @ ..] => self.said.extend(rest),
            ["shutdown"] => self.signs.push(Sign::Down),
            ["ip" | "ipv4", "nat", "outside"] => self.signs.push(Sign::Translates),
            ["ip" | "ipv4" | "ipv6", "address", rest @ ..] => {
                self.signs.push(Sign::Addressed);
                self.addresses(rest);
            }
            _ => {}
        }
    }

    fn addresses(&mut self, words: &[&str]) {
        let Some(address) = words.first() else { return };
        let own = address.split('/').next().unwrap_or_default();
        if own.parse().is_ok_and(|own| !is_inside(own)) {
            self.signs.push(Sign::Public);
        }
        let net = match words {
            [address, mask, ..] if !address.contains('/') => address
                .parse()
                .ok()
                .zip(mask.parse().ok())
                .and_then(|(address, mask)| masked(address, mask)),
            [address, ..] => network(address),
            [] => None,
        };
        if let Some(net) = net {
            self.net = Some(self.net.take().unwrap_or_default().or(&net));
        }
    }

    fn is(&self, sign: Sign) -> bool {
        self.signs.contains(&sign)
    }

    /// Whether its name or description says that it faces the internet.
    fn says_so(&self) -> bool {
        self.said.iter().chain([&self.name]).any(|word| {
            let word = word.to_ascii_lowercase();
            OUTSIDE.iter().any(|one| word == *one)
        })
    }
}

impl<'a> Interfaces<'a> {
    /// Those that may take connections, by the names that bindings have for them.
    pub(super) fn names(&self, system: System) -> Vec<&'a str> {
        self.up(system).map(|interface| interface.name).collect()
    }

    fn up(&self, system: System) -> impl Iterator<Item = &Interface<'a>> {
        self.all.iter().filter(move |interface| {
            !interface.is(Sign::Down)
                && match system {
                    System::Asa => interface.level.is_some(),
                    System::Ios => interface.is(Sign::Addressed),
                }
        })
    }

    /// Those where the cloud arrives, as far as the configuration tells; none when it does not.
    pub(super) fn facing(&self, system: System) -> Vec<&'a str> {
        let routed: Vec<&str> = self
            .routes
            .iter()
            .filter_map(|to| self.towards(to))
            .collect();
        if !routed.is_empty() {
            return routed;
        }
        let chosen = |fits: &dyn Fn(&Interface<'a>) -> bool| -> Vec<&'a str> {
            let fit = self.up(system).filter(|interface| fits(interface));
            fit.map(|interface| interface.name).collect()
        };
        let signs: [&dyn Fn(&Interface<'a>) -> bool; 4] = [
            &|interface| interface.is(Sign::Translates),
            &|interface| interface.level == Some(0),
            &Interface::says_so,
            &|interface| interface.is(Sign::Public) && system == System::Ios,
        ];
        signs
            .iter()
            .map(|sign| chosen(*sign))
            .find(|names| names.len() == 1)
            .unwrap_or_default()
    }

    /// The interface behind which a next hop is, or that is named.
    fn towards(&self, to: &'a str) -> Option<&'a str> {
        if self.all.iter().any(|interface| interface.name == to) {
            return Some(to);
        }
        let hop = to.parse().ok()?;
        let behind = |interface: &&Interface<'_>| {
            interface.net.as_ref().is_some_and(|net| net.contains(hop))
        };
        self.all.iter().find(behind).map(|interface| interface.name)
    }
}
