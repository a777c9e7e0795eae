//! One entry of an access list.

use super::super::groups::{Place, Visit};
use super::super::model::{Action, Line, Ports, Test};
use super::super::networks::{destination, source};
use super::config::{Config, Words};
use super::list::Style;
use super::objects::{Service, protocol};
use super::ports::comparison;

/// Which packets a list is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The cloud's, to the server.
    In,
    /// The server's answers.
    Reply,
}

/// What an entry says, before it is turned into tests.
#[derive(Default)]
struct Entry {
    services: Vec<Service>,
    from: Place,
    to: Place,
    /// Constructs that are not understood.
    open: Vec<String>,
    /// Holds only for answers.
    answers_only: bool,
    /// Never holds for a connection.
    never: bool,
    inactive: bool,
}

/// The lines of an entry; none for a remark or an entry that is switched off.
pub(super) fn line(config: &Config<'_>, style: Style, words: &Words<'_>, way: Way) -> Option<Line> {
    let action = match words.parts.first() {
        Some(&"permit") => Action::Allow,
        Some(&"deny") => Action::Deny,
        Some(&"remark" | &"description") => return None,
        // A reflexive list holds only answers to connections from inside.
        Some(&"evaluate") if way == Way::In => return None,
        _ => {
            let unknown = Action::Unknown(words.text.into());
            return Some(Line::new(
                words.number,
                words.text,
                vec![Test::Unknown(words.text.into())],
                unknown,
            ));
        }
    };
    let rest = &words.parts[1..];
    let entry = if style == Style::IosStandard {
        standard(config, rest)
    } else {
        extended(config, style, rest)
    };
    if entry.inactive {
        return None;
    }
    Some(Line::new(
        words.number,
        words.text,
        tests(entry, way),
        action,
    ))
}

/// An entry of a standard list: the source alone.
fn standard(config: &Config<'_>, words: &[&str]) -> Entry {
    let (mut from, mut taken) = config.place(words, Style::IosStandard);
    // `show access-lists` prints "10.0.0.0, wildcard bits 0.0.0.255".
    if let [address, "wildcard", "bits", mask, ..] = words {
        (from, _) = config.place(&[address.trim_end_matches(','), mask], Style::IosStandard);
        taken = 4;
    }
    let mut entry = Entry {
        services: vec![Service::default()],
        from,
        to: Place {
            set: super::super::addresses::Addresses::all(),
            open: None,
        },
        ..Entry::default()
    };
    trailing(words.get(taken..).unwrap_or_default(), &mut entry);
    entry
}

/// An entry of an extended list.
fn extended(config: &Config<'_>, style: Style, words: &[&str]) -> Entry {
    let mut entry = Entry::default();
    let mut at = 1;
    entry.services = match words {
        ["object" | "object-group", name, ..] => {
            at = 2;
            config.services_named(name, &mut Visit::default())
        }
        [carrier, ..] => match protocol(carrier) {
            Some(true) => vec![Service::default()],
            Some(false) => Vec::new(),
            None => vec![Service {
                open: Some(format!("protocol {carrier}")),
                ..Service::default()
            }],
        },
        [] => Vec::new(),
    };
    let many = matches!(style, Style::Ios | Style::IosSix);
    let from = words.get(at..).unwrap_or_default();
    let taken;
    (entry.from, taken) = config.place(from, style);
    at += taken;
    let ports = port_spec(config, words.get(at..).unwrap_or_default(), many);
    at += ports.as_ref().map_or(0, |ports| ports.1);
    let (sending, sent) = ports.map_or((None, true), |(ports, _)| (Some(ports), false));
    let taken;
    (entry.to, taken) = config.place(words.get(at..).unwrap_or_default(), style);
    at += taken;
    let ports = port_spec(config, words.get(at..).unwrap_or_default(), many);
    at += ports.as_ref().map_or(0, |ports| ports.1);
    if !sent || ports.is_some() {
        entry.services = with_ports(
            &entry.services,
            sending.as_ref(),
            ports.map(|ports| ports.0).as_ref(),
        );
    }
    trailing(words.get(at..).unwrap_or_default(), &mut entry);
    entry
}

/// Alternatives for the ports at one end.
type Alternatives = Vec<Service>;

/// The ports after an address, and how many words they take.
fn port_spec(config: &Config<'_>, words: &[&str], many: bool) -> Option<(Alternatives, usize)> {
    match words {
        ["object-group" | "object" | "portgroup", name, ..] if config.is_service(name) => {
            Some((config.services_named(name, &mut Visit::default()), 2))
        }
        _ => {
            let (ports, taken) = comparison(words, many)?;
            let open = ports
                .is_none()
                .then(|| words[..taken.min(words.len())].join(" "));
            let service = Service {
                destination: ports,
                open,
                ..Service::default()
            };
            Some((vec![service], taken))
        }
    }
}

/// The services narrowed to the ports written after the addresses.
fn with_ports(
    services: &[Service],
    from: Option<&Alternatives>,
    to: Option<&Alternatives>,
) -> Vec<Service> {
    let any = vec![Service::default()];
    let mut narrowed = Vec::new();
    for service in services {
        for from in from.unwrap_or(&any) {
            for to in to.unwrap_or(&any) {
                narrowed.push(Service {
                    source: from.destination.clone().or_else(|| service.source.clone()),
                    destination: to
                        .destination
                        .clone()
                        .or_else(|| service.destination.clone()),
                    open: service
                        .open
                        .clone()
                        .or_else(|| from.open.clone())
                        .or_else(|| to.open.clone()),
                });
            }
        }
    }
    narrowed
}

/// What may stand after the addresses.
fn trailing(words: &[&str], entry: &mut Entry) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        match *word {
            "established" | "ack" | "fin" | "psh" | "rst" | "urg" => entry.answers_only = true,
            "fragments" | "undetermined-transport" => entry.never = true,
            "log" | "log-input" => {
                let arguments = [
                    "interval",
                    "disable",
                    "default",
                    "emergencies",
                    "alerts",
                    "critical",
                    "errors",
                    "warnings",
                    "notifications",
                    "informational",
                    "debugging",
                ];
                while words
                    .get(at)
                    .is_some_and(|next| arguments.contains(next) || next.parse::<u32>().is_ok())
                {
                    at += 1;
                }
            }
            "reflect" => {
                at += 1;
                if words.get(at) == Some(&"timeout") {
                    at += 2;
                }
            }
            "inactive" | "(inactive)" => entry.inactive = true,
            // "(5 matches)" of show access-lists.
            counted if counted.starts_with('(') => return,
            hash if hash.starts_with("0x") => {}
            "rule-id" | "sequence" => at += 1,
            "time-range" => {
                let name = words.get(at).copied().unwrap_or_default();
                entry.open.push(format!("time-range {name}"));
                at += 1;
            }
            _ => {
                entry.open.push(words[at - 1..].join(" "));
                return;
            }
        }
    }
}

/// The tests of an entry for one way.
fn tests(entry: Entry, way: Way) -> Vec<Test> {
    if entry.never || (entry.answers_only && way == Way::In) || entry.services.is_empty() {
        return vec![Test::Never];
    }
    let mut tests: Vec<Test> = entry
        .open
        .into_iter()
        .map(|open| Test::Unknown(open.into()))
        .collect();
    let (cloud, server) = match way {
        Way::In => (entry.from, entry.to),
        Way::Reply => (entry.to, entry.from),
    };
    tests.extend(either(
        source(cloud.set.clone()),
        cloud.set.is_empty(),
        cloud.open,
    ));
    tests.extend(either(
        destination(server.set.clone()),
        server.set.is_empty(),
        server.open,
    ));
    let mut alternatives = Vec::new();
    for service in entry.services {
        let mut tests = Vec::new();
        let (client, port) = match way {
            Way::In => (service.source, service.destination),
            Way::Reply => (service.destination, service.source),
        };
        let whole = |ports: &Ports| ports.complement().0.is_empty();
        tests.extend(client.filter(|ports| !whole(ports)).map(Test::SourcePort));
        tests.extend(port.filter(|ports| !whole(ports)).map(Test::Port));
        tests.extend(service.open.map(|open| Test::Unknown(open.into())));
        alternatives.push(tests);
    }
    if alternatives.len() == 1 {
        tests.extend(alternatives.into_iter().flatten());
    } else if !alternatives.iter().any(Vec::is_empty) {
        tests.push(Test::AnyOf(alternatives));
    }
    tests
}

/// Tests that hold when the known ones do, or perhaps because of a construct.
fn either(known: Vec<Test>, none: bool, open: Option<String>) -> Vec<Test> {
    match open {
        None => known,
        Some(open) if none => vec![Test::Unknown(open.into())],
        Some(open) => vec![Test::AnyOf(vec![known, vec![Test::Unknown(open.into())]])],
    }
}
