//! What a rule looks at (keys), and which values of it hold for a new inbound TCP connection.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::super::addresses::{Addresses, Family, Span};
use super::super::model::{Names, Ports, Test};
use super::value::Value;

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// The source address.
    Source(Family),
    /// The destination address.
    Destination(Family),
    /// The destination port.
    Port,
    /// The client's port.
    ClientPort,
    /// The interface it comes in through.
    Interface,
    /// The interface it goes on through.
    Onward,
    /// The family by name.
    Protocol,
    /// Something with one value, under any of these names, in one family or both.
    Is(&'static [&'static str], Option<Family>),
    /// Bits, of which these are set: their value and the names of bits.
    Bits(u64, &'static [(&'static str, u64)], Option<Family>),
    /// The kind of the destination, as the routing table has it.
    KindOfDestination,
    /// The state of address translation.
    Status,
    /// A part of another protocol: the rule does not concern TCP.
    Elsewhere,
    /// Not understood.
    Other,
}

const TCP_FLAGS: &[(&str, u64)] = &[
    ("fin", 1),
    ("syn", 2),
    ("rst", 4),
    ("psh", 8),
    ("ack", 16),
    ("urg", 32),
    ("ecn", 64),
    ("cwr", 128),
];
const STATES: &[(&str, u64)] = &[
    ("invalid", 1),
    ("established", 2),
    ("related", 4),
    ("new", 8),
    ("untracked", 64),
];
/// Before connections are tracked, the kernel takes every packet for one of no connection.
const INVALID: u64 = 1;
const NEW: u64 = 8;
const V4: Option<Family> = Some(Family::V4);
const V6: Option<Family> = Some(Family::V6);

/// What is known of the packet where the rule stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Something sets marks, so that they are not known.
    pub(super) marked: bool,
    /// Connections are not tracked yet.
    pub(super) early: bool,
}

/// What the left side of a match looks at.
pub(super) fn key(left: &Value<'_>, known: Known) -> Key {
    let text = |pointer: &str| {
        left.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if left.get("payload").is_some() {
        return payload(text("/payload/protocol"), text("/payload/field"));
    }
    if left.get("meta").is_some() {
        return meta(text("/meta/key"), known.marked);
    }
    if left.get("ct").is_some() {
        return match (text("/ct/key"), text("/ct/dir")) {
            ("state", _) => Key::Bits(if known.early { INVALID } else { NEW }, STATES, None),
            ("direction", _) => Key::Is(&["original", "0"], None),
            ("status", _) => Key::Status,
            ("mark", _) if !known.marked => Key::Bits(0, &[], None),
            _ => Key::Other,
        };
    }
    if left.pointer("/fib/result").and_then(Value::as_str) == Some("type") {
        let flags = left.pointer("/fib/flags");
        let has = |name: &str| match flags {
            Some(Value::Array(list)) => list.iter().any(|flag| flag.is(name)),
            Some(one) => one.is(name),
            None => false,
        };
        return if has("daddr") {
            Key::KindOfDestination
        } else {
            Key::Is(&["unicast"], None)
        };
    }
    match text("/exthdr/name") {
        "frag" | "hbh" | "rt" | "dst" | "mh" => Key::Is(&["false"], V6),
        _ => Key::Other,
    }
}

/// A field of a packet's headers.
fn payload(protocol: &str, field: &str) -> Key {
    match (protocol, field) {
        ("ip", "saddr") => Key::Source(Family::V4),
        ("ip", "daddr") => Key::Destination(Family::V4),
        ("ip6", "saddr") => Key::Source(Family::V6),
        ("ip6", "daddr") => Key::Destination(Family::V6),
        ("ip", "protocol") => Key::Is(&["tcp", "6"], V4),
        ("ip6", "nexthdr") => Key::Is(&["tcp", "6"], V6),
        ("ip", "version") => Key::Is(&["4"], V4),
        ("ip6", "version") => Key::Is(&["6"], V6),
        ("tcp" | "th", "dport") => Key::Port,
        ("tcp" | "th", "sport") => Key::ClientPort,
        ("tcp", "flags") => Key::Bits(2, TCP_FLAGS, None),
        // A connection begins with a packet that is no fragment; only the bit that forbids fragments may be set.
        ("ip", "frag-off") => Key::Bits(0, &[], V4),
        ("ether", "type") => Key::Protocol,
        (
            "udp" | "udplite" | "sctp" | "dccp" | "icmp" | "icmpv6" | "igmp" | "esp" | "ah"
            | "comp" | "arp",
            _,
        ) => Key::Elsewhere,
        _ => Key::Other,
    }
}

/// Something known beside the packet.
fn meta(name: &str, marked: bool) -> Key {
    match name {
        "l4proto" => Key::Is(&["tcp", "6"], None),
        "nfproto" | "protocol" => Key::Protocol,
        "iif" | "iifname" => Key::Interface,
        "oif" | "oifname" => Key::Onward,
        "pkttype" => Key::Is(&["host", "unicast", "0"], None),
        "mark" if !marked => Key::Bits(0, &[], None),
        _ => Key::Other,
    }
}

/// What must hold for the packet to have the key at all.
pub(super) fn presence(key: &Key) -> Vec<Test> {
    let family = match key {
        Key::Source(family)
        | Key::Destination(family)
        | Key::Is(_, Some(family))
        | Key::Bits(_, _, Some(family)) => *family,
        Key::Elsewhere => return vec![Test::Never],
        Key::Port
        | Key::ClientPort
        | Key::Interface
        | Key::Onward
        | Key::Protocol
        | Key::Is(_, None)
        | Key::Bits(_, _, None)
        | Key::KindOfDestination
        | Key::Status
        | Key::Other => return Vec::new(),
    };
    vec![Test::Source(Arc::new(Addresses::of_family(family)))]
}

/// The tests for the key to be one of the values; `None` when a value is not understood.
pub(super) fn one_of(key: &Key, values: &[&Value<'_>]) -> Option<Vec<Test>> {
    let values: Vec<&Value<'_>> = values.iter().map(|value| bare(value)).collect();
    if values.iter().any(|value| value.is("*")) {
        return Some(Vec::new());
    }
    let settled = |holds: bool| if holds { Vec::new() } else { vec![Test::Never] };
    match key {
        Key::Source(_) => Some(vec![Test::Source(Arc::new(address_set(
            values.iter().copied(),
        )?))]),
        Key::Destination(_) => Some(vec![Test::Destination(Arc::new(address_set(
            values.iter().copied(),
        )?))]),
        Key::Port => Some(vec![Test::Port(port_set(&values)?)]),
        Key::ClientPort => Some(vec![Test::SourcePort(port_set(&values)?)]),
        Key::Interface => Some(vec![Test::Interface(Names::OneOf(names(&values)?))]),
        Key::Onward => Some(vec![Test::Onward(Names::OneOf(names(&values)?))]),
        Key::Protocol => {
            let names = names(&values)?;
            let family = |list: [&str; 3], family| {
                names
                    .iter()
                    .any(|name| list.contains(&name.as_str()))
                    .then(|| Addresses::of_family(family))
            };
            let four = family(["ip", "ipv4", "2"], Family::V4);
            let six = family(["ip6", "ipv6", "10"], Family::V6);
            Some(vec![Test::Source(Arc::new(
                four.into_iter()
                    .chain(six)
                    .fold(Addresses::none(), |sum, one| sum.or(&one)),
            ))])
        }
        Key::Is(list, _) => Some(settled(
            names(&values)?
                .iter()
                .any(|name| list.contains(&name.as_str())),
        )),
        Key::Bits(is, known, _) => {
            let wanted: Option<Vec<u64>> = values.iter().map(|value| bits(value, known)).collect();
            Some(settled(wanted?.contains(is)))
        }
        Key::KindOfDestination => {
            let names = names(&values)?;
            let has = |name: &str| names.iter().any(|given| given == name);
            Some(match (has("local"), has("unicast")) {
                (true, true) => Vec::new(),
                (true, false) => vec![Test::Local],
                (false, true) => vec![Test::NoneOf(vec![vec![Test::Local]])],
                (false, false) => vec![Test::Never],
            })
        }
        Key::Status | Key::Other => None,
        Key::Elsewhere => Some(vec![Test::Never]),
    }
}

/// The value of an element without what is noted beside it. One that is counted against a quota or a limit stays as it is, and so
/// is not understood: it may stop matching.
pub(super) fn bare<'v, 'a>(value: &'v Value<'a>) -> &'v Value<'a> {
    let noted = ["val", "timeout", "expires", "comment", "counter", "last"];
    value
        .get("elem")
        .filter(|element| {
            element.as_object().is_some_and(|fields| {
                fields
                    .iter()
                    .all(|(name, _)| noted.contains(&name.as_ref()))
            })
        })
        .and_then(|element| element.get("val"))
        .unwrap_or(value)
}

/// Bits by name, number, list or `|`; `None` when not understood.
pub(super) fn bits(value: &Value<'_>, known: &[(&str, u64)]) -> Option<u64> {
    match value {
        Value::Number(number) => u64::try_from(*number).ok(),
        Value::String(name) => {
            let named = known
                .iter()
                .find(|(known, _)| *known == name.as_ref())
                .map(|(_, bit)| *bit);
            named
                .or_else(|| name.parse().ok())
                .or_else(|| u64::from_str_radix(name.strip_prefix("0x")?, 16).ok())
        }
        Value::Array(list) => list
            .iter()
            .try_fold(0, |sum, one| Some(sum | bits(one, known)?)),
        Value::Object(_) => bits(value.get("|")?, known),
        Value::Null | Value::Bool(_) | Value::Fraction(_) => None,
    }
}

/// The addresses that values name; `None` when one is not understood.
pub(super) fn address_set<'v, 'a: 'v>(
    values: impl Iterator<Item = &'v Value<'a>>,
) -> Option<Addresses> {
    values
        .map(|value| addresses(bare(value)))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.into_iter().collect())
}

/// The addresses that one value names.
fn addresses(value: &Value<'_>) -> Option<Addresses> {
    if let Some(text) = value.as_str() {
        return text
            .parse::<IpAddr>()
            .map(Addresses::from)
            .or_else(|_| text.parse::<IpNet>().map(Addresses::from))
            .ok();
    }
    if let Some(prefix) = value.get("prefix") {
        let address: IpAddr = prefix.get("addr")?.as_str()?.parse().ok()?;
        let length = u8::try_from(prefix.get("len")?.as_u64()?).ok()?;
        return IpNet::new(address, length).ok().map(Addresses::from);
    }
    let [first, last] = value.get("range")?.as_array()? else {
        return None;
    };
    let (first, last): (IpAddr, IpAddr) =
        (first.as_str()?.parse().ok()?, last.as_str()?.parse().ok()?);
    (first.is_ipv4() == last.is_ipv4()).then(|| Addresses::from(Span { first, last }))
}

/// The ports that values name.
fn port_set(values: &[&Value<'_>]) -> Option<Ports> {
    values
        .iter()
        .map(|value| ports(value))
        .collect::<Option<Vec<_>>>()
        .map(Ports)
}

/// The ports that one value names.
fn ports(value: &Value<'_>) -> Option<(u16, u16)> {
    if let Some([first, last]) = value.get("range").and_then(Value::as_array) {
        return Some((port(first)?, port(last)?));
    }
    port(value).map(|port| (port, port))
}

/// One port, by number or by the name that `nft -j` may show.
pub(super) fn port(value: &Value<'_>) -> Option<u16> {
    match value {
        Value::Number(number) => u16::try_from(*number).ok(),
        Value::String(name) => super::super::services::port(name),
        Value::Null | Value::Bool(_) | Value::Fraction(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Values as names.
fn names(values: &[&Value<'_>]) -> Option<Vec<String>> {
    values
        .iter()
        .map(|value| match value {
            Value::String(name) => Some(name.clone().into_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Fraction(_) | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}
