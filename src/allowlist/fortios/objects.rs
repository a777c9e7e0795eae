//! Addresses and services by name.

use super::super::addresses::{Addresses, Family};
use super::super::groups::{Entered, Members, Place, Visit};
use super::super::model::{Ports, Test};
use super::super::networks::{masked, network, ports, range};
use super::tree::{Entry, Tree};

impl Tree {
    /// The addresses that names stand for. Virtual IPs are not among them.
    pub(super) fn place<'a>(
        &self,
        names: impl Iterator<Item = &'a String>,
        family: Family,
    ) -> Place {
        let mut place = Members::default();
        for name in names {
            self.add(name, family, &mut Visit::default(), &mut place);
        }
        place.whole()
    }

    fn add(&self, name: &str, family: Family, visit: &mut Visit, place: &mut Members) {
        let [addresses, groups] = match family {
            Family::V4 => ["firewall address", "firewall addrgrp"],
            Family::V6 => ["firewall address6", "firewall addrgrp6"],
        };
        if let Some(group) = self.entry(groups, name) {
            match visit.enter(name) {
                Entered::New => {}
                Entered::Known => return,
                Entered::TooDeep => {
                    return place
                        .open(|| format!("address group {name}: groups that contain each other"));
                }
            }
            if group.is("exclude", "enable") {
                self.add_but(group, family, place);
            } else {
                for member in group.values("member") {
                    self.add(member, family, visit, place);
                }
            }
            visit.leave();
            return;
        }
        let found = match self.entry(addresses, name) {
            Some(entry) => address(entry, family),
            // Every device has these, also where an excerpt leaves them out.
            None if name == "all" => Some(Addresses::of_family(family)),
            None if name == "none" => Some(Addresses::none()),
            None => return place.open(|| format!("address {name}: it is not in the export")),
        };
        match found {
            Some(set) => place.add(&set),
            None => {
                place
                    .open(|| format!("address {name}: {}", described(self.entry(addresses, name))));
            }
        }
    }

    /// Adds the members of a group that leaves some addresses out; none where either are not all known.
    fn add_but(&self, group: &Entry, family: Family, place: &mut Members) {
        let groups = |name: &&String| {
            ["firewall addrgrp", "firewall addrgrp6"]
                .iter()
                .any(|table| self.entry(table, name).is_some())
        };
        let of = |key: &str| self.place(group.values(key).iter(), family);
        // Groups in it are not followed: they may contain each other.
        let plain = ["member", "exclude-member"]
            .iter()
            .all(|key| !group.values(key).iter().any(|name| groups(&name)));
        if plain
            && let (members, without) = (of("member"), of("exclude-member"))
            && members.open.is_none()
            && without.open.is_none()
        {
            place.add(&members.set.minus(&without.set));
        } else {
            place.open(|| format!("address group {}: set exclude enable", group.name));
        }
    }

    /// Alternatives for the services that names stand for; `None` when every service of TCP passes.
    pub(super) fn services<'a>(
        &self,
        names: impl Iterator<Item = &'a String>,
    ) -> Option<Vec<Vec<Test>>> {
        let mut alternatives = Vec::new();
        for name in names {
            self.service(name, &mut Visit::default(), &mut alternatives);
        }
        (!alternatives.iter().any(Vec::is_empty)).then_some(alternatives)
    }

    fn service(&self, name: &str, visit: &mut Visit, alternatives: &mut Vec<Vec<Test>>) {
        if let Some(group) = self.entry("firewall service group", name) {
            match visit.enter(name) {
                Entered::New => {}
                Entered::Known => return,
                Entered::TooDeep => {
                    let construct = format!("service group {name}: groups that contain each other");
                    return alternatives.push(vec![Test::Unknown(construct.into())]);
                }
            }
            for member in group.values("member") {
                self.service(member, visit, alternatives);
            }
            visit.leave();
            return;
        }
        match self.entry("firewall service custom", name) {
            Some(entry) => alternatives.extend(custom(entry)),
            None => alternatives.push(predefined(name)),
        }
    }
}

/// The addresses of an object, when its kind is understood.
fn address(entry: &Entry, family: Family) -> Option<Addresses> {
    match (entry.word("type"), family) {
        (None | Some("ipmask" | "subnet"), Family::V4) => match entry.values("subnet") {
            // Without a subnet it is the object `all`.
            [] if entry
                .settings
                .iter()
                .all(|(key, _)| key != "fqdn" && key != "start-ip") =>
            {
                Some(Addresses::of_family(family))
            }
            [net] => network(net),
            [address, mask] if address == "0.0.0.0" && mask == "255.255.255.255" => {
                Some(Addresses::none())
            }
            [address, mask] => masked(address.parse().ok()?, mask.parse().ok()?),
            _ => None,
        },
        (Some("iprange"), _) => range(
            entry.word("start-ip")?.parse().ok()?,
            entry.word("end-ip")?.parse().ok()?,
        ),
        (None | Some("ipprefix"), Family::V6) => match entry.word("ip6") {
            None | Some("::/0") => Some(Addresses::of_family(family)),
            Some(net) => network(net),
        },
        _ => None,
    }
}

/// What kind of object it is.
fn described(entry: Option<&Entry>) -> String {
    match entry.and_then(|entry| entry.word("type")) {
        Some(kind) => format!("set type {kind}"),
        None => "its subnet is not understood".to_owned(),
    }
}

/// Alternatives of a service: none where it never carries TCP.
fn custom(entry: &Entry) -> Vec<Vec<Test>> {
    let unknown = |what: &str| {
        vec![vec![Test::Unknown(
            format!("service {}: {what}", entry.name).into(),
        )]]
    };
    for key in [
        "iprange",
        "fqdn",
        "app-service-type",
        "application",
        "app-category",
    ] {
        if entry
            .word(key)
            .is_some_and(|value| value != "0.0.0.0" && value != "disable")
        {
            return unknown(&format!("set {key}"));
        }
    }
    if entry.is("proxy", "enable") {
        return Vec::new();
    }
    match entry.word("protocol") {
        None | Some("TCP/UDP/SCTP" | "TCP/UDP/UDP-Lite/SCTP") => {
            match port_ranges(entry.values("tcp-portrange")) {
                Some(found) => found,
                None => unknown("its tcp-portrange is not understood"),
            }
        }
        Some("IP") => match entry.word("protocol-number").map(str::parse::<u8>) {
            None | Some(Ok(0 | 6)) => vec![Vec::new()],
            Some(Ok(_)) => never(),
            Some(Err(_)) => unknown("its protocol-number is not understood"),
        },
        Some("ICMP" | "ICMP6") => never(),
        Some("ALL") => vec![Vec::new()],
        Some(other) => unknown(&format!("set protocol {other}")),
    }
}

/// Alternatives that never hold.
fn never() -> Vec<Vec<Test>> {
    vec![vec![Test::Never]]
}

/// Ranges written `first-last` or `first-last:client-first-client-last`.
fn port_ranges(values: &[String]) -> Option<Vec<Vec<Test>>> {
    if values.is_empty() {
        return Some(never());
    }
    let mut alternatives = Vec::new();
    for value in values {
        let (server, client) = value
            .split_once(':')
            .map_or((value.as_str(), None), |(server, client)| {
                (server, Some(client))
            });
        let mut tests = vec![Test::Port(ports(server)?)];
        if let Some(client) = client {
            tests.push(Test::SourcePort(ports(client)?));
        }
        alternatives.push(tests);
    }
    Some(alternatives)
}

/// A service that every device has, when an excerpt leaves it out.
fn predefined(name: &str) -> Vec<Test> {
    let port = |port: u16| vec![Test::Port(Ports::one(port))];
    match name {
        "ALL" | "ANY" | "ALL_TCP" => Vec::new(),
        "HTTPS" => port(443),
        "HTTP" => port(80),
        "SSH" => port(22),
        "TELNET" => port(23),
        "SMTP" => port(25),
        "SMTPS" => port(465),
        "RDP" => port(3389),
        "LDAP" => port(389),
        "FTP" => port(21),
        "IMAPS" => port(993),
        "POP3" => port(110),
        "MS-SQL" => vec![Test::Port(Ports(vec![(1433, 1434)]))],
        "MYSQL" => port(3306),
        "ALL_UDP" | "ALL_ICMP" | "ALL_ICMP6" | "PING" | "PING6" | "TRACEROUTE" | "NTP"
        | "SYSLOG" | "TFTP" | "DHCP" | "ESP" | "IKE" | "GRE" | "AH" | "OSPF" | "RADIUS"
        | "NONE" => vec![Test::Never],
        _ => vec![Test::Unknown(
            format!("service {name}: it is not in the export").into(),
        )],
    }
}
