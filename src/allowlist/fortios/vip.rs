//! Virtual IPs: the address that the cloud asks for becomes the server's.

use std::net::IpAddr;

use super::super::addresses::Addresses;
use super::super::model::{Action, Line, Names, Ports, Program, Target, Test, Translation};
use super::super::networks::{destination, network, ports, source};
use super::tree::{Entry, Tree};

/// What a virtual IP translates, as far as it is understood.
pub(super) struct Vip {
    /// The address that is asked for.
    outside: Addresses,
    /// The ports that are asked for; every port when `None`.
    ports: Option<Ports>,
    /// The server's address.
    pub(super) mapped: IpAddr,
    /// The server's port, where it changes.
    port: Option<u16>,
}

/// Adds the stage of virtual IPs.
pub(super) fn enter(program: &mut Program, tree: &Tree) {
    let tables = ["firewall vip", "firewall vip6"];
    let entries = tables.iter().flat_map(|table| tree.entries(table));
    let lines: Vec<Line> = entries
        .filter(|entry| !entry.is("status", "disable"))
        .map(line)
        .collect();
    super::super::translation::enter(program, "vip", lines);
}

/// The rule of a virtual IP.
fn line(entry: &Entry) -> Line {
    let mut tests = Vec::new();
    if let Some(set) = entry
        .word("extip")
        .and_then(network)
        .filter(|_| !entry.is("extip", "0.0.0.0"))
    {
        tests.extend(destination(set));
    }
    if let Some(interface) = entry.word("extintf").filter(|name| *name != "any") {
        let other = Test::Told(Names::NoneOf(vec![interface.to_owned()]));
        tests.push(Test::NoneOf(vec![vec![other]]));
    }
    tests.extend(filters(entry));
    if let Some(vip) = read(entry) {
        tests.extend(vip.ports.map(Test::Port));
        let translation = Translation {
            to: Target::Address(vip.mapped),
            port: vip.port,
        };
        return Line::new(
            entry.line,
            entry.quote(),
            tests,
            Action::Translate(translation),
        );
    }
    if entry.is("portforward", "enable")
        && entry
            .word("protocol")
            .is_some_and(|carrier| carrier != "tcp")
    {
        tests.push(Test::Never);
    } else {
        if let Some(found) = entry.word("extport").and_then(ports) {
            tests.push(Test::Port(found));
        }
        tests.push(Test::Unknown(
            format!("vip {}: where it leads is not understood", entry.name).into(),
        ));
    }
    let same = Translation {
        to: Target::Same,
        port: None,
    };
    Line::new(entry.line, entry.quote(), tests, Action::Translate(same))
}

/// Tests of the clients and interfaces that a virtual IP is limited to.
fn filters(entry: &Entry) -> Vec<Test> {
    let mut tests = Vec::new();
    let filters = entry.values("src-filter");
    if !filters.is_empty() {
        let found: Option<Addresses> = filters.iter().map(|filter| network(filter)).collect();
        match found {
            Some(found) => tests.extend(source(found)),
            None => tests.push(Test::Unknown(
                format!("vip {}: set src-filter", entry.name).into(),
            )),
        }
    }
    let only = entry.values("srcintf-filter");
    if !only.is_empty() {
        let construct = format!("vip {}: set srcintf-filter {}", entry.name, only.join(" "));
        tests.push(Test::Unknown(construct.into()));
    }
    tests
}

/// A virtual IP of one address for one server; `None` for every other kind.
pub(super) fn read(entry: &Entry) -> Option<Vip> {
    let plain = matches!(entry.word("type"), None | Some("static-nat"))
        && entry.inner.is_empty()
        && entry.values("service").is_empty()
        && !entry.is("nat44", "disable")
        && !entry.is("nat46", "enable");
    let outside = network(entry.word("extip")?)?;
    let mapped: IpAddr = match entry.values("mappedip") {
        [one] => {
            let one = one.trim_end_matches("/32");
            let (first, last) = one.split_once('-').unwrap_or((one, one));
            (first == last).then(|| first.parse().ok())??
        }
        _ => return None,
    };
    if !plain || outside.count() != 1 || entry.is("extip", "0.0.0.0") {
        return None;
    }
    if !entry.is("portforward", "enable") {
        return Some(Vip {
            outside,
            ports: None,
            mapped,
            port: None,
        });
    }
    if entry
        .word("protocol")
        .is_some_and(|carrier| carrier != "tcp")
    {
        return None;
    }
    let asked = ports(entry.word("extport")?)?;
    let given = entry
        .word("mappedport")
        .map_or(Some(asked.clone()), ports)?;
    let port = match (asked.0.as_slice(), given.0.as_slice()) {
        (asked, given) if asked == given => None,
        ([(one, other)], [(to, last)]) if one == other && to == last => Some(*to),
        _ => return None,
    };
    Some(Vip {
        outside,
        ports: Some(asked),
        mapped,
        port,
    })
}

impl Vip {
    /// Tests that the connection goes to the server through this virtual IP. A destination that was the server's own from the
    /// start came through it too: nothing on the internet reaches the server otherwise.
    pub(super) fn tests(&self, name: &str) -> Test {
        let mapped = destination(self.mapped.into());
        let mut translated = vec![Test::Translated];
        translated.extend(mapped.clone());
        let mut told = vec![Test::NoneOf(vec![vec![Test::Translated]])];
        told.extend(mapped);
        told.extend(self.ports.clone().map(Test::Port));
        if self.port.is_some() {
            told.push(Test::Unknown(
                format!("vip {name}: the service is that of the port behind it").into(),
            ));
        }
        let mut alternatives = vec![translated, told];
        if self.outside.contains(self.mapped) {
            alternatives.truncate(2);
        }
        Test::AnyOf(alternatives)
    }
}
