//! What objects and object groups stand for.

use std::net::{IpAddr, Ipv4Addr};

use super::super::addresses::{Addresses, Family};
use super::super::groups::{Entered, Members, Place, Visit};
use super::super::model::Ports;
use super::super::networks::{masked, network, range, wildcard};
use super::config::{Config, Words};
use super::list::Style;
use super::ports::comparison;

impl Place {
    fn known(set: Addresses) -> Self {
        Self { set, open: None }
    }

    fn unknown(construct: impl Into<String>) -> Self {
        Self {
            set: Addresses::none(),
            open: Some(construct.into()),
        }
    }
}

/// A protocol with its ports.
#[derive(Debug, Clone, Default)]
pub(super) struct Service {
    /// Ports of the one who sends; any when `None`.
    pub(super) source: Option<Ports>,
    /// Ports of the one who receives; any when `None`.
    pub(super) destination: Option<Ports>,
    /// A construct that is not understood.
    pub(super) open: Option<String>,
}

/// Whether a protocol carries the connection.
pub(super) fn protocol(word: &str) -> Option<bool> {
    match word {
        "ip" | "ipv4" | "ipv6" | "tcp" | "6" | "tcp-udp" => Some(true),
        "udp" | "icmp" | "icmp6" | "icmpv6" | "esp" | "ah" | "ahp" | "gre" | "igmp" | "ospf"
        | "eigrp" | "pim" | "nos" | "igrp" | "ipinip" | "pcp" | "snp" | "sctp" | "hbh"
        | "ipsec" | "pptp" | "vrrp" => Some(false),
        // 0 is any protocol on ASA, and hop-by-hop elsewhere.
        "0" => None,
        number => number.parse::<u8>().ok().map(|_| false),
    }
}

impl Config<'_> {
    /// An address, or the name of one.
    pub(super) fn address(&self, word: &str) -> Option<IpAddr> {
        word.parse()
            .ok()
            .or_else(|| self.aliases.get(word)?.parse().ok())
    }

    fn four(&self, word: &str) -> Option<Ipv4Addr> {
        match self.address(word) {
            Some(IpAddr::V4(four)) => Some(four),
            Some(IpAddr::V6(_)) | None => None,
        }
    }

    /// The addresses at the head of the words, and how many words they take.
    pub(super) fn place(&self, words: &[&str], style: Style) -> (Place, usize) {
        let family = match style {
            Style::Ios | Style::IosStandard => Addresses::of_family(Family::V4),
            Style::IosSix => Addresses::of_family(Family::V6),
            Style::Asa | Style::Other => Addresses::all(),
        };
        let unknown = |taken: usize| {
            (
                Place::unknown(words[..taken.min(words.len())].join(" ")),
                taken,
            )
        };
        match words {
            ["any", ..] => (Place::known(family), 1),
            ["any4", ..] => (Place::known(Addresses::of_family(Family::V4)), 1),
            ["any6", ..] => (Place::known(Addresses::of_family(Family::V6)), 1),
            ["host", host, ..] => match self.address(host) {
                Some(address) => (Place::known(address.into()), 2),
                None => unknown(2),
            },
            ["object" | "object-group" | "addrgroup", name, ..] => {
                (self.network_named(name, &mut Visit::default()), 2)
            }
            ["interface", _, ..] => unknown(2),
            [net, ..] if net.contains('/') => match network(net) {
                Some(set) => (Place::known(set), 1),
                None => unknown(1),
            },
            [address, mask, ..]
                if self.four(address).is_some() && mask.parse::<Ipv4Addr>().is_ok() =>
            {
                (
                    self.with_mask(address, mask, style)
                        .unwrap_or_else(|| unknown(2).0),
                    2,
                )
            }
            [address, ..] if style == Style::IosStandard && self.address(address).is_some() => {
                let address = self.address(address);
                (
                    Place::known(address.map(Addresses::from).unwrap_or_default()),
                    1,
                )
            }
            _ => unknown(1),
        }
    }

    /// An address with a mask in the list's way of writing it.
    fn with_mask(&self, address: &str, mask: &str, style: Style) -> Option<Place> {
        let (address, mask) = (self.four(address)?, mask.parse().ok()?);
        let set = match style {
            Style::Asa | Style::Other => masked(address, mask),
            Style::Ios | Style::IosStandard | Style::IosSix => wildcard(address, mask),
        };
        set.map(Place::known)
    }

    /// The addresses of an object or group.
    pub(super) fn network_named(&self, name: &str, visit: &mut Visit) -> Place {
        let mut members = Members::default();
        self.gather(name, visit, &mut members);
        members.whole()
    }

    /// Adds the addresses of an object or group.
    fn gather(&self, name: &str, visit: &mut Visit, place: &mut Members) {
        let Some((_, members)) = self.objects.get(name).and_then(|lines| lines.split_first())
        else {
            return place.open(|| format!("object {name}: it is not in the export"));
        };
        match visit.enter(name) {
            Entered::New => {}
            Entered::Known => return,
            Entered::TooDeep => {
                return place
                    .open(|| format!("object-group {name}: groups that contain each other"));
            }
        }
        for member in members {
            self.network_member(member, visit, place);
        }
        visit.leave();
        if members.is_empty() {
            place.open(|| format!("object {name}: it is empty in the export"));
        }
    }

    /// Adds the addresses of one line of an object or group.
    fn network_member(&self, line: &Words<'_>, visit: &mut Visit, place: &mut Members) {
        let words = match line.parts.as_slice() {
            ["network-object", rest @ ..] => rest,
            [number, rest @ ..] if rest.len() > 1 && number.parse::<u32>().is_ok() => rest,
            words => words,
        };
        let known: Option<Addresses> = match words {
            ["description", ..] => return,
            [
                "group-object" | "object" | "object-group" | "group",
                name,
                ..,
            ] => return self.gather(name, visit, place),
            ["any"] => Some(Addresses::all()),
            ["host", host] => self.address(host).map(Into::into),
            ["subnet", net] => network(net),
            ["range", first, last] => self
                .address(first)
                .zip(self.address(last))
                .and_then(|(first, last)| range(first, last)),
            ["subnet", address, mask] | [address, mask] => {
                // NX-OS writes wildcard masks here, the others netmasks.
                self.four(address)
                    .zip(mask.parse().ok())
                    .and_then(|(address, mask)| masked(address, mask))
            }
            [net] => network(net).or_else(|| self.address(net).map(Into::into)),
            _ => None,
        };
        match known {
            Some(set) => place.add(&set),
            None => place.open(|| line.text.to_owned()),
        }
    }

    /// The services of an object or group. Only those that carry TCP are among them.
    pub(super) fn services_named(&self, name: &str, visit: &mut Visit) -> Vec<Service> {
        let open = |construct: String| {
            vec![Service {
                open: Some(construct),
                ..Service::default()
            }]
        };
        let Some((head, members)) = self.objects.get(name).and_then(|lines| lines.split_first())
        else {
            return open(format!("object {name}: it is not in the export"));
        };
        match visit.enter(name) {
            Entered::New => {}
            Entered::Known => return Vec::new(),
            Entered::TooDeep => {
                return open(format!(
                    "object-group {name}: groups that contain each other"
                ));
            }
        }
        if matches!(
            head.parts.as_slice(),
            ["object-group", "service", _, "udp", ..]
        ) {
            return Vec::new();
        }
        let mut services = Vec::new();
        for member in members {
            services.extend(self.service_member(member, visit));
        }
        visit.leave();
        services
    }

    /// The services of one line.
    fn service_member(&self, line: &Words<'_>, visit: &mut Visit) -> Vec<Service> {
        let words = match line.parts.as_slice() {
            ["service-object" | "service" | "protocol-object", rest @ ..] => rest,
            words => words,
        };
        match words {
            ["description", ..] => Vec::new(),
            ["group-object" | "object" | "object-group", name, ..] => {
                self.services_named(name, visit)
            }
            ["port-object", rest @ ..] | rest
                if matches!(
                    rest.first(),
                    Some(&"eq" | &"range" | &"lt" | &"gt" | &"neq")
                ) =>
            {
                let (ports, taken) = comparison(rest, false).unwrap_or((None, 0));
                let open = (ports.is_none() || taken < rest.len()).then(|| line.text.to_owned());
                vec![Service {
                    destination: ports,
                    open,
                    ..Service::default()
                }]
            }
            [carrier, rest @ ..] => match protocol(carrier) {
                Some(false) => Vec::new(),
                Some(true) => vec![service_ports(rest, line.text)],
                None => vec![Service {
                    open: Some(line.text.to_owned()),
                    ..Service::default()
                }],
            },
            [] => Vec::new(),
        }
    }

    /// Whether a name stands for services rather than for addresses.
    pub(super) fn is_service(&self, name: &str) -> bool {
        self.objects
            .get(name)
            .and_then(|lines| lines.first())
            .is_some_and(|head| {
                matches!(
                    head.parts.as_slice(),
                    [_, "service" | "protocol" | "icmp-type", ..] | [_, "ip", "port", ..]
                )
            })
    }
}

/// The ports after a protocol: `source eq 1 destination range 2 3`, or a comparison alone, which is of the destination.
fn service_ports(words: &[&str], text: &str) -> Service {
    let mut service = Service::default();
    let mut at = 0;
    while at < words.len() {
        let (side, skip) = match words[at] {
            "source" => (&mut service.source, 1),
            "destination" => (&mut service.destination, 1),
            _ => (&mut service.destination, 0),
        };
        if let Some((Some(ports), taken)) = comparison(&words[at + skip..], false) {
            *side = Some(ports);
            at += skip + taken;
        } else {
            service.open = Some(text.to_owned());
            return service;
        }
    }
    service
}
