//! Addresses and services by name.

use std::collections::{HashMap, HashSet};

use super::super::addresses::Addresses;
use super::super::groups::{Entered, Members, Place, Visit};
use super::super::model::{Ports, Test};
use super::super::networks::{network, ports};
use super::words::values;

/// What a configuration defines.
#[derive(Default)]
pub(super) struct Objects {
    addresses: HashMap<String, Vec<Definition>>,
    services: HashMap<String, Vec<ServicePart>>,
    /// Where a name is defined, by what it is defined as.
    scopes: HashMap<(String, String), String>,
    /// Names that stand for different things in different places, by what they are defined as.
    conflicts: HashSet<(String, String)>,
}

/// A part of what a name of addresses stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Definition {
    Known(Addresses),
    Member(String),
    Open(String),
}

/// A part of what a name of services stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ServicePart {
    Tcp(Ports),
    From(Ports),
    Other,
    Member(String),
    Open(String),
}

impl Objects {
    /// Takes a command that defines an object.
    pub(super) fn take(&mut self, scope: &str, words: &[String], line: &str) -> bool {
        let [kind, name, rest @ ..] = words else {
            return false;
        };
        if ["address-group", "service", "service-group"].contains(&kind.as_str())
            && self.is_elsewhere(scope, kind, name)
        {
            self.conflicts.insert((kind.clone(), name.clone()));
            return true;
        }
        let open = || line.trim().to_owned();
        match kind.as_str() {
            "address" => {
                let found = match rest {
                    [field, value, ..] if field == "ip-netmask" || field == "ip-range" => Some(
                        network(value).map_or_else(|| Definition::Open(open()), Definition::Known),
                    ),
                    [field, ..] if field == "description" || field == "tag" => None,
                    _ => Some(Definition::Open(open())),
                };
                self.define(name, found);
            }
            "address-group" => match rest {
                [field, members @ ..] if field == "static" => {
                    for member in values(members).0 {
                        self.addresses
                            .entry(name.clone())
                            .or_default()
                            .push(Definition::Member(member));
                    }
                }
                [field, ..] if field == "description" || field == "tag" => {}
                _ => self.define(name, Some(Definition::Open(open()))),
            },
            "service" => {
                let mut parts = service_parts(rest, line);
                self.services
                    .entry(name.clone())
                    .or_default()
                    .append(&mut parts);
            }
            "service-group" => {
                if let [field, members @ ..] = rest
                    && field == "members"
                {
                    let members = values(members).0.into_iter().map(ServicePart::Member);
                    self.services
                        .entry(name.clone())
                        .or_default()
                        .extend(members);
                }
            }
            _ => return false,
        }
        true
    }

    /// Whether a group of that name is defined in another place, such as a device group beside `shared`.
    fn is_elsewhere(&mut self, scope: &str, kind: &str, name: &str) -> bool {
        let key = (kind.to_owned(), name.to_owned());
        self.scopes.entry(key).or_insert_with(|| scope.to_owned()) != scope
    }

    /// What a name is that is defined in several places, as one of these: which one holds depends on the rule.
    fn conflict(&self, kinds: &[&str], name: &str) -> Option<String> {
        if self.conflicts.is_empty() {
            return None;
        }
        let kind = kinds.iter().find(|kind| {
            self.conflicts
                .contains(&((**kind).to_owned(), name.to_owned()))
        })?;
        Some(format!(
            "{kind} {name}: it is defined in more than one place"
        ))
    }

    /// Adds what a name stands for; one that is defined twice differently is open.
    fn define(&mut self, name: &str, definition: Option<Definition>) {
        let known = self.addresses.entry(name.to_owned()).or_default();
        if let Some(definition) = definition {
            if !known.is_empty() && !known.contains(&definition) {
                known.push(Definition::Open(format!(
                    "address {name}: it is defined more than once"
                )));
                known.retain(|part| matches!(part, Definition::Open(_)));
                return;
            }
            known.push(definition);
        }
    }

    /// The addresses of names and literals; `None` for any. With them a construct that is not understood.
    pub(super) fn places(&self, names: &[&str]) -> Option<Place> {
        let mut members = Members::default();
        for name in names {
            if *name == "any" {
                return None;
            }
            self.place(name, &mut Visit::default(), &mut members);
        }
        Some(members.whole())
    }

    fn place(&self, name: &str, visit: &mut Visit, place: &mut Members) {
        if let Some(construct) = self.conflict(&["address-group"], name) {
            return place.open(|| construct);
        }
        let Some(parts) = self.addresses.get(name).filter(|parts| !parts.is_empty()) else {
            match network(name) {
                Some(found) => place.add(&found),
                None => place.open(|| format!("address {name}: it is not in the export")),
            }
            return;
        };
        let too_deep = match visit.enter(name) {
            Entered::New => false,
            Entered::Known => return,
            Entered::TooDeep => true,
        };
        for part in parts {
            match part {
                Definition::Known(found) => place.add(found),
                Definition::Open(construct) => place.open(|| construct.clone()),
                Definition::Member(_) if too_deep => {
                    place.open(|| format!("address-group {name}: groups that contain each other"));
                }
                Definition::Member(member) => self.place(member, visit, place),
            }
        }
        if !too_deep {
            visit.leave();
        }
    }

    /// Tests of the services of a rule: alternatives; none at all when any service passes.
    pub(super) fn services(&self, names: &[&str]) -> Vec<Test> {
        let mut alternatives = Vec::new();
        for name in names {
            if *name == "any" {
                return Vec::new();
            }
            self.service(name, &mut Visit::default(), &mut alternatives);
        }
        match alternatives.len() {
            1 => alternatives.pop().unwrap_or_default(),
            _ => vec![Test::AnyOf(alternatives)],
        }
    }

    fn service(&self, name: &str, visit: &mut Visit, alternatives: &mut Vec<Vec<Test>>) {
        if let Some(construct) = self.conflict(&["service", "service-group"], name) {
            return alternatives.push(vec![Test::Unknown(construct.into())]);
        }
        let Some(parts) = self.services.get(name).filter(|parts| !parts.is_empty()) else {
            alternatives.extend(predefined(name));
            return;
        };
        let from = parts.iter().find_map(|part| match part {
            ServicePart::From(client) => Some(Test::SourcePort(client.clone())),
            ServicePart::Tcp(_)
            | ServicePart::Other
            | ServicePart::Member(_)
            | ServicePart::Open(_) => None,
        });
        let too_deep = match visit.enter(name) {
            Entered::New => false,
            Entered::Known => return,
            Entered::TooDeep => true,
        };
        for part in parts {
            match part {
                ServicePart::Tcp(server) => alternatives.push(
                    std::iter::once(Test::Port(server.clone()))
                        .chain(from.clone())
                        .collect(),
                ),
                ServicePart::From(_) => {}
                ServicePart::Other => alternatives.push(vec![Test::Never]),
                ServicePart::Open(construct) => {
                    alternatives.push(vec![Test::Unknown(construct.as_str().into())]);
                }
                ServicePart::Member(_) if too_deep => {
                    alternatives.push(vec![Test::Unknown(
                        format!("service-group {name}: groups that contain each other").into(),
                    )]);
                }
                ServicePart::Member(member) => self.service(member, visit, alternatives),
            }
        }
        if !too_deep {
            visit.leave();
        }
    }
}

/// What the words after a service's name say.
fn service_parts(words: &[String], line: &str) -> Vec<ServicePart> {
    let open = || vec![ServicePart::Open(line.trim().to_owned())];
    match words {
        [field, ..] if field == "description" || field == "tag" => Vec::new(),
        [field, carrier, rest @ ..] if field == "protocol" && carrier == "tcp" => {
            let mut parts = Vec::new();
            let mut rest = rest;
            while let [key, value, more @ ..] = rest {
                match (key.as_str(), ports(value)) {
                    ("port", Some(found)) => parts.push(ServicePart::Tcp(found)),
                    ("source-port", Some(found)) => parts.push(ServicePart::From(found)),
                    ("override", _) => return parts,
                    _ => return open(),
                }
                rest = more;
            }
            parts
        }
        [field, carrier, ..] if field == "protocol" && (carrier == "udp" || carrier == "sctp") => {
            vec![ServicePart::Other]
        }
        _ => open(),
    }
}

/// The services every device has.
fn predefined(name: &str) -> Vec<Vec<Test>> {
    match name {
        "service-https" => vec![vec![Test::Port(Ports::one(443))]],
        "service-http" => vec![vec![Test::Port(Ports(vec![(80, 80), (8080, 8080)]))]],
        // The default ports of what the device recognises: of TLS that is 443.
        "application-default" => vec![
            vec![Test::Port(Ports::one(443))],
            vec![Test::Unknown(
                "service application-default: the ports of the application are not in the export"
                    .into(),
            )],
        ],
        _ => vec![vec![Test::Unknown(
            format!("service {name}: it is not in the export").into(),
        )]],
    }
}
