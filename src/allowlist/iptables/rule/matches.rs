//! The matches of a rule.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

use super::super::super::addresses::{Addresses, Span};
use super::super::super::model::{Names, Ports, Test};
use super::super::super::services;
use super::{Place, Words};

/// An option of a match.
pub(super) struct Question<'a> {
    /// Its name with the dashes.
    pub(super) option: &'a str,
    /// Whether `!` stands before it.
    pub(super) negated: bool,
    /// The module it belongs to, empty for those of every rule.
    pub(super) module: &'a str,
}

/// Whether an option holds for a new inbound TCP connection.
enum Held {
    /// Always.
    Yes,
    /// Never.
    No,
    /// When a test does.
    When(Test),
    /// Not understood.
    Unknown,
}

/// The test of an option; `None` when it always holds.
pub(super) fn test(
    question: &Question<'_>,
    words: &mut Words<'_>,
    place: &Place<'_>,
) -> Option<Test> {
    if question.option == "--comment" {
        words.next();
        return None;
    }
    let negated = words.take("!") != question.negated;
    let values = words.values();
    let held = one_word(question.option, &values, place)
        .or_else(|| module(question, &values, place))
        .unwrap_or(Held::Unknown);
    match (held, negated) {
        (Held::Yes, false) | (Held::No, true) => None,
        (Held::No, false) | (Held::Yes, true) => Some(Test::Never),
        (Held::When(test), false) => Some(test),
        (Held::When(test), true) => Some(negation(test)),
        (Held::Unknown, _) => {
            let module = if question.module.is_empty() {
                String::new()
            } else {
                format!("-m {} ", question.module)
            };
            let not = if negated { "! " } else { "" };
            Some(Test::Unknown(
                format!("{module}{not}{} {}", question.option, values.join(" "))
                    .trim_end()
                    .into(),
            ))
        }
    }
}

/// The test that holds when another does not.
fn negation(test: Test) -> Test {
    match test {
        Test::Source(set) => Test::Source(Arc::new(set.complement())),
        Test::Destination(set) => Test::Destination(Arc::new(set.complement())),
        Test::Port(ports) => Test::Port(ports.complement()),
        Test::Interface(Names::OneOf(names)) => Test::Interface(Names::NoneOf(names)),
        Test::Onward(Names::OneOf(names)) => Test::Onward(Names::NoneOf(names)),
        other => Test::NoneOf(vec![vec![other]]),
    }
}

/// Whether something known holds.
fn known(holds: bool) -> Held {
    if holds { Held::Yes } else { Held::No }
}

/// The options that need no module, and those whose names are of one module only.
fn one_word(option: &str, values: &[&str], place: &Place<'_>) -> Option<Held> {
    let one = values.first().copied();
    let addresses = |read: fn(&str) -> Option<Addresses>| -> Option<Addresses> {
        one?.split(',')
            .map(read)
            .collect::<Option<Vec<_>>>()
            .map(|all| all.into_iter().collect())
    };
    Some(match option {
        "-s" | "--source" | "--src" => Held::When(Test::Source(Arc::new(addresses(network)?))),
        "-d" | "--destination" | "--dst" => {
            Held::When(Test::Destination(Arc::new(addresses(network)?)))
        }
        "--src-range" => Held::When(Test::Source(Arc::new(addresses(range)?))),
        "--dst-range" => Held::When(Test::Destination(Arc::new(addresses(range)?))),
        "-p" | "--protocol" | "--proto" => known(matches!(one?, "tcp" | "6" | "all" | "0")),
        "-i" | "--in-interface" => Held::When(Test::Interface(Names::OneOf(vec![interface(one?)]))),
        "-o" | "--out-interface" => Held::When(Test::Onward(Names::OneOf(vec![interface(one?)]))),
        "-f" | "--fragment" => Held::No,
        "-4" | "--ipv4" | "-6" | "--ipv6" | "--syn" => Held::Yes,
        "--dport" | "--destination-port" | "--dports" | "--destination-ports" => {
            Held::When(Test::Port(ports(one?)?))
        }
        "--sport" | "--source-port" | "--sports" | "--source-ports" => {
            Held::When(Test::SourcePort(ports(one?)?))
        }
        "--ports" => {
            let ports = ports(one?)?;
            Held::When(Test::AnyOf(vec![
                vec![Test::Port(ports.clone())],
                vec![Test::SourcePort(ports)],
            ]))
        }
        "--tcp-flags" => match values {
            [mask, wanted] => known(flags(mask)? & SYN == flags(wanted)?),
            _ => Held::Unknown,
        },
        "--ctstate" | "--state" => states(one?, place),
        "--ctproto" => known(matches!(one?, "tcp" | "6")),
        "--ctdir" => known(one? == "ORIGINAL"),
        "--match-set" => match values {
            [name, directions] => place
                .context
                .sets
                .test(name, directions)
                .map_or(Held::Unknown, Held::When),
            _ => Held::Unknown,
        },
        "--dst-type" => kind_of_destination(one?),
        "--src-type" => known(one?.split(',').any(|kind| kind == "UNICAST")),
        "--pkt-type" => known(matches!(one?, "unicast" | "host")),
        _ => return None,
    })
}

/// Options whose meaning depends on the module.
fn module(question: &Question<'_>, values: &[&str], place: &Place<'_>) -> Option<Held> {
    let number = || values.first().and_then(|value| value.parse::<u64>().ok());
    Some(match (question.module, question.option) {
        ("connlimit", "--connlimit-above") => known(number()? < 1),
        ("connlimit", "--connlimit-upto") => known(number()? >= 1),
        ("recent", "--rcheck" | "--update" | "--remove") => Held::Unknown,
        ("hashlimit", "--hashlimit-above") => Held::No,
        ("mark" | "connmark", "--mark") if !place.context.marked => {
            let wanted = values.first()?.split('/').next()?;
            known(hexadecimal(wanted)? == 0)
        }
        // A single connection keeps within a limit, and does not go over one.
        ("limit" | "hashlimit" | "connlimit" | "recent", _) | ("policy", "--dir") => Held::Yes,
        ("policy", "--pol") => known(values.first() == Some(&"none")),
        _ => return None,
    })
}

/// A number in decimal or `0x…`.
fn hexadecimal(text: &str) -> Option<u64> {
    text.strip_prefix("0x").map_or_else(
        || text.parse().ok(),
        |digits| u64::from_str_radix(digits, 16).ok(),
    )
}

/// An address, a network, or one with a mask that is a prefix.
fn network(text: &str) -> Option<Addresses> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(net.into());
    }
    let (address, mask) = text.split_once('/')?;
    let (address, mask): (Ipv4Addr, Ipv4Addr) = (address.parse().ok()?, mask.parse().ok()?);
    Ipv4Net::with_netmask(address, mask)
        .ok()
        .map(Addresses::from)
}

/// `first-last`.
fn range(text: &str) -> Option<Addresses> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(
        Span {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
        }
        .into(),
    )
}

/// An interface, `+` at its end for any rest.
fn interface(name: &str) -> String {
    name.strip_suffix('+')
        .map_or_else(|| name.to_owned(), |start| format!("{start}*"))
}

/// `443`, `1000:2000`, `:1023`, `1024:`, several with commas.
fn ports(text: &str) -> Option<Ports> {
    let one = |part: &str| -> Option<(u16, u16)> {
        let Some((first, last)) = part.split_once(':') else {
            return services::port(part).map(|port| (port, port));
        };
        let first = if first.is_empty() {
            0
        } else {
            services::port(first)?
        };
        let last = if last.is_empty() {
            u16::MAX
        } else {
            services::port(last)?
        };
        Some((first, last))
    };
    text.split(',')
        .map(one)
        .collect::<Option<Vec<_>>>()
        .map(Ports)
}

/// The flag of the packet that opens a connection.
const SYN: u8 = 2;

/// TCP flags by name.
fn flags(list: &str) -> Option<u8> {
    list.split(',').try_fold(0, |sum, name| {
        let bit = match name {
            "FIN" => 1,
            "SYN" => SYN,
            "RST" => 4,
            "PSH" => 8,
            "ACK" => 16,
            "URG" => 32,
            "ALL" => 63,
            "NONE" => 0,
            _ => return None,
        };
        Some(sum | bit)
    })
}

/// The states of a connection: ours is new; before connections are tracked, none is.
fn states(list: &str, place: &Place<'_>) -> Held {
    let has = |name: &str| list.split(',').any(|state| state == name);
    let own = if place.table.name == "raw" {
        "INVALID"
    } else {
        "NEW"
    };
    match (has(own), has("DNAT")) {
        (true, _) => Held::Yes,
        (false, true) => Held::When(Test::Translated),
        (false, false) => Held::No,
    }
}

/// The kind of the destination, as the routing table has it.
fn kind_of_destination(list: &str) -> Held {
    let has = |name: &str| list.split(',').any(|kind| kind == name);
    match (has("LOCAL"), has("UNICAST")) {
        (true, true) => Held::Yes,
        (true, false) => Held::When(Test::Local),
        (false, true) => Held::When(Test::NoneOf(vec![vec![Test::Local]])),
        (false, false) => Held::No,
    }
}
