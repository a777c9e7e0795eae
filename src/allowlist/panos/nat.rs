//! NAT rules: the address that the cloud asks for becomes the server's.

use super::super::model::{Action, Line, Names, Target, Test, Translation};
use super::super::networks::{destination, network};
use super::objects::Objects;
use super::rules::{Rule, common};

/// The line of a NAT rule; `None` when it is switched off.
pub(super) fn translation(rule: &Rule, objects: &Objects) -> Option<Line> {
    if rule.is("disabled", "yes") {
        return None;
    }
    let mut tests = common(rule, objects);
    let from = rule.values("from");
    if !from.is_empty() && !from.contains(&"any") {
        let names = from.iter().map(|name| (*name).to_owned()).collect();
        tests.push(Test::NoneOf(vec![vec![Test::Told(Names::NoneOf(names))]]));
    }
    let words = rule.values("destination-translation");
    let action = if !words.is_empty() {
        let known = translated(&words);
        if known.is_none() {
            let construct = format!(
                "nat rule {}: destination-translation {}",
                rule.name,
                words.join(" ")
            );
            tests.push(Test::Unknown(construct.into()));
        }
        Action::Translate(known.unwrap_or(Translation {
            to: Target::Same,
            port: None,
        }))
    } else if rule
        .values("source-translation")
        .contains(&"bi-directional")
    {
        return Some(both_ways(rule, objects));
    } else {
        Action::Allow
    };
    Some(Line::new(rule.line, rule.quote(), tests, action))
}

/// The translation that the words tell, when all of them are understood.
fn translated(words: &[&str]) -> Option<Translation> {
    let mut to = Target::Same;
    let mut port = None;
    for pair in words.chunks(2) {
        match pair {
            ["translated-address", address] => {
                to = Target::Address(address.trim_end_matches("/32").parse().ok()?);
            }
            ["translated-port", number] => port = Some(number.parse().ok()?),
            _ => return None,
        }
    }
    Some(Translation { to, port })
}

/// A static translation of the server's own connections that holds for those to it too.
fn both_ways(rule: &Rule, objects: &Objects) -> Line {
    let words = rule.values("source-translation");
    let after = words
        .iter()
        .position(|word| *word == "translated-address")
        .and_then(|at| words.get(at + 1));
    let outside = after.and_then(|address| network(address));
    let real = objects
        .places(&rule.values("source"))
        .filter(|place| place.open.is_none())
        .map(|place| place.set.spans());
    let known = match (outside, real.as_deref()) {
        (Some(outside), Some([span])) if span.first == span.last && outside.count() == 1 => {
            Some((outside, span.first))
        }
        _ => None,
    };
    let (tests, to) = match known {
        Some((outside, real)) => (destination(outside), Target::Address(real)),
        None => (
            vec![Test::Unknown(
                format!("nat rule {}: bi-directional", rule.name).into(),
            )],
            Target::Same,
        ),
    };
    Line::new(
        rule.line,
        rule.quote(),
        tests,
        Action::Translate(Translation { to, port: None }),
    )
}
