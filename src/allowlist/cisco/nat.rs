//! Static translation of ASA: the address that the cloud asks for becomes the server's.

use std::net::IpAddr;

use super::super::model::{
    Action, Chain, Line, Names, Ports, Program, Stage, Target, Task, Test, Translation,
};
use super::super::networks::destination;
use super::config::{Config, Words};
use super::ports::comparison;

/// How deep groups may contain each other.
const DEPTH: usize = 16;

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
    if lines.is_empty() {
        return;
    }
    program.chains.push(Chain {
        name: "nat".to_owned(),
        lines,
        policy: None,
    });
    program.stages.push(Stage {
        chain: program.chains.len() - 1,
        hook: None,
        family: None,
        task: Task::Translate,
    });
}

/// The rule of one command; none for those that translate only what the server begins.
fn line(config: &Config<'_>, object: Option<&str>, words: &Words<'_>) -> Option<Line> {
    let translation = match (object, words.words.as_slice()) {
        (_, [.., "inactive"])
        | (_, ["nat", _, "dynamic", ..])
        | (_, ["nat", _, "source", "dynamic", ..]) => return None,
        (
            _,
            ["nat", _, "after-auto", "source", "dynamic", ..]
            | ["nat", _, _, "source", "dynamic", ..],
        ) => return None,
        (Some(name), ["nat", _, "static", mapped, rest @ ..]) => {
            of_object(config, name, mapped, rest)
        }
        (None, ["nat", _, "source", "static", real, mapped, rest @ ..]) => {
            if real == mapped {
                return None;
            }
            let plain = rest.iter().all(|word| {
                ["no-proxy-arp", "route-lookup", "dns", "unidirectional"].contains(word)
            });
            if plain {
                single(config, real)
                    .zip(single(config, mapped))
                    .map(|(real, mapped)| (mapped, None, real, None))
            } else {
                None
            }
        }
        (None, ["static", _, "tcp", mapped, from, real, to, ..]) => {
            let port = |word: &str| {
                comparison(&["eq", word], false)
                    .and_then(|(ports, _)| ports)
                    .and_then(|ports| ports.0.first().map(|port| port.0))
            };
            match (
                config.address(mapped),
                port(from),
                config.address(real),
                port(to),
            ) {
                (Some(mapped), Some(from), Some(real), Some(to)) => {
                    Some((mapped, Some(from), real, Some(to)))
                }
                _ => None,
            }
        }
        (None, ["static", _, "udp", ..]) | (None, ["nat", _, "0" | "1", ..]) => return None,
        (None, ["static", _, mapped, real, rest @ ..])
            if matches!(rest, [] | ["netmask", "255.255.255.255", ..]) =>
        {
            config
                .address(mapped)
                .zip(config.address(real))
                .map(|(mapped, real)| (mapped, None, real, None))
        }
        _ => None,
    };
    let (mapped, from, real, to) = match translation {
        Some(known) => known,
        None => {
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
        }
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

/// Mapped address and port, real address and port.
type Known = (IpAddr, Option<u16>, IpAddr, Option<u16>);

/// A translation that stands in the object it is for.
fn of_object(config: &Config<'_>, name: &str, mapped: &str, rest: &[&str]) -> Option<Known> {
    let real = single(config, name)?;
    let mapped = config.address(mapped).or_else(|| single(config, mapped))?;
    let port = |word: &str| {
        comparison(&["eq", word], false)
            .and_then(|(ports, _)| ports)
            .and_then(|ports| ports.0.first().map(|port| port.0))
    };
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
    let place = config.network_named(name, DEPTH);
    match (place.open, place.set.spans().as_slice()) {
        (None, [span]) if span.first == span.last => Some(span.first),
        _ => None,
    }
}

/// The interface in `(real,mapped)`, unless a list is bound nowhere else: then it is told by name.
fn arriving(words: &Words<'_>) -> Option<Test> {
    let pair = words.words.get(1)?.trim_matches(['(', ')']);
    let (_, mapped) = pair.split_once(',')?;
    (mapped != "any").then(|| {
        let other = Test::Told(Names::NoneOf(vec![mapped.to_owned()]));
        Test::NoneOf(vec![vec![other]])
    })
}
