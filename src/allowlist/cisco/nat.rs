//! Static translation of ASA: the address that the cloud asks for becomes the server's.

use std::net::IpAddr;

use super::super::groups::Visit;
use super::super::model::{Action, Line, Names, Ports, Program, Target, Test, Translation};
use super::super::networks::destination;
use super::config::{Config, Words};
use super::ports::comparison;

/// Adds the stage that translates destinations, when there is something to translate.
pub(super) fn enter(program: &mut Program, config: &Config<'_>) {
    let mut lines = Vec::new();
    // Twice NAT stands before the translations of objects.
    for own in [false, true] {
        for (object, words) in config
            .nats
            .iter()
            .filter(|(object, _)| object.is_some() == own)
        {
            lines.extend(line(config, *object, words));
        }
    }
    super::super::translation::enter(program, "nat", lines);
}

/// The rule of one command; none for those that translate only what the server begins.
fn line(config: &Config<'_>, object: Option<&str>, words: &Words<'_>) -> Option<Line> {
    if outbound_only(&words.parts) {
        return None;
    }
    let known = match object {
        Some(name) => match words.parts.as_slice() {
            ["nat", _, "static", mapped, rest @ ..] => of_object(config, name, mapped, rest),
            _ => None,
        },
        None => of_command(config, &words.parts),
    };
    let Some((mapped, from, real, to)) = known else {
        let construct = Test::Unknown(words.text.into());
        let same = Translation {
            to: Target::Same,
            port: None,
        };
        return Some(Line::new(
            words.number,
            words.text,
            vec![construct],
            Action::Translate(same),
        ));
    };
    let mut tests = destination(mapped.into());
    tests.extend(from.map(|port| Test::Port(Ports::one(port))));
    tests.extend(arriving(words));
    let translation = Translation {
        to: Target::Address(real),
        port: to,
    };
    Some(Line::new(
        words.number,
        words.text,
        tests,
        Action::Translate(translation),
    ))
}

/// Whether a command leaves alone what comes from outside.
fn outbound_only(words: &[&str]) -> bool {
    // "source … destination static mapped real" translates the destination of what the first interface takes in.
    let destination = words.iter().position(|word| *word == "destination");
    let translates = destination.is_some_and(|at| match words[at + 1..] {
        ["static", mapped, real, ..] => mapped != real,
        _ => true,
    });
    match words {
        [.., "inactive"] => true,
        _ if translates => false,
        ["nat", _, "dynamic" | "0" | "1", ..]
        | ["nat", _, "source", "dynamic", ..]
        | ["nat", _, _, "source", "dynamic", ..]
        | ["static", _, "udp", ..] => true,
        ["nat", _, "source", "static", real, mapped, ..]
        | ["nat", _, _, "source", "static", real, mapped, ..] => real == mapped,
        _ => false,
    }
}

/// A port by number or name.
fn port(word: &str) -> Option<u16> {
    let (ports, _) = comparison(&["eq", word], false)?;
    ports?.0.first().map(|port| port.0)
}

/// A translation in a command of its own.
fn of_command(config: &Config<'_>, words: &[&str]) -> Option<Known> {
    match words {
        ["nat", _, "source", "static", real, mapped, rest @ ..] => {
            let plain = ["no-proxy-arp", "route-lookup", "dns"];
            rest.iter().all(|word| plain.contains(word)).then_some(())?;
            Some((single(config, mapped)?, None, single(config, real)?, None))
        }
        ["static", _, "tcp", mapped, from, real, to, ..] => Some((
            config.address(mapped)?,
            Some(port(from)?),
            config.address(real)?,
            Some(port(to)?),
        )),
        ["static", _, mapped, real]
        | ["static", _, mapped, real, "netmask", "255.255.255.255", ..] => {
            Some((config.address(mapped)?, None, config.address(real)?, None))
        }
        _ => None,
    }
}

/// Mapped address and port, real address and port.
type Known = (IpAddr, Option<u16>, IpAddr, Option<u16>);

/// A translation that stands in the object it is for.
fn of_object(config: &Config<'_>, name: &str, mapped: &str, rest: &[&str]) -> Option<Known> {
    let real = single(config, name)?;
    let mapped = config.address(mapped).or_else(|| single(config, mapped))?;
    let rest: Vec<&str> = rest
        .iter()
        .copied()
        .filter(|word| !["no-proxy-arp", "route-lookup", "dns"].contains(word))
        .collect();
    match rest.as_slice() {
        [] => Some((mapped, None, real, None)),
        ["service", "tcp", to, from] => Some((mapped, Some(port(from)?), real, Some(port(to)?))),
        _ => None,
    }
}

/// The one address of an object.
fn single(config: &Config<'_>, name: &str) -> Option<IpAddr> {
    let place = config.network_named(name, &mut Visit::default());
    match (place.open, place.set.spans().as_slice()) {
        (None, [span]) if span.first == span.last => Some(span.first),
        _ => None,
    }
}

/// The interface in `(real,mapped)`, unless a list is bound nowhere else: then it is told by name.
fn arriving(words: &Words<'_>) -> Option<Test> {
    let pair = words.parts.get(1)?.trim_matches(['(', ')']);
    let (_, mapped) = pair.split_once(',')?;
    (mapped != "any").then(|| {
        let other = Test::Told(Names::NoneOf(vec![mapped.to_owned()]));
        Test::NoneOf(vec![vec![other]])
    })
}
