//! Reads `nft -j list ruleset`.

mod held;
mod key;
mod rule;
mod sets;
mod show;
mod value;

use std::collections::HashMap;

use super::addresses::Family;
use super::json::{Element, elements};
use super::model::{
    Action, Chain, ChainId, Hook, Line, Names, Program, ReadError, Stage, Task, Test,
};
use key::Known;
use sets::Named;
use value::Value;

/// A name within a table: family, table, name.
type Id = (String, String, String);

/// What rules refer to.
#[derive(Default)]
struct Context<'a> {
    chains: HashMap<Id, ChainId>,
    sets: HashMap<Id, Named<'a>>,
}

/// A chain that packets enter by themselves.
struct Base {
    id: ChainId,
    table: (String, String),
    family: String,
    hook: String,
    priority: i64,
    nat: bool,
    device: Vec<String>,
}

impl Base {
    /// Whether packets come here before connections are tracked.
    fn is_early(&self) -> bool {
        self.hook == "ingress" || (self.hook == "prerouting" && self.priority < -200)
    }
}

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let elements = elements(text, Some("nftables"))?;
    let mut program = Program::default();
    let mut context = Context::default();
    let marked = text.contains("\"mangle\"") || text.contains("\"xt\"");
    let mut bases = Vec::new();
    let mut dormant: Vec<(String, String)> = Vec::new();
    for element in elements.iter().filter(|element| !is_rule(element)) {
        let value: Value<'_> = element.value()?;
        let (kind, object) = value.named().unwrap_or(("", &Value::Null));
        match kind {
            "chain" => bases.extend(declare(object, element.line, &mut program, &mut context)?),
            "set" | "map" | "element" => {
                let of = id(object, element.line)?;
                context.sets.entry(of).or_default().add(object);
            }
            "table" if has_flag(object, "dormant") => dormant.extend(table(object)),
            other if OTHERS.contains(&other) => {}
            _ => {
                return Err(ReadError::at(
                    element.line,
                    "expected an object of `nft -j list ruleset`",
                ));
            }
        }
    }
    settle(&elements, &mut context);
    for element in elements.iter().filter(|element| is_rule(element)) {
        let value: Value<'_> = element.value()?;
        let rule = value
            .get("rule")
            .ok_or_else(|| ReadError::at(element.line, "expected a rule"))?;
        let of = id_of(rule, "chain", element.line)?;
        let chain = *context.chains.get(&of).ok_or_else(|| {
            ReadError::at(element.line, "expected a rule of a chain that is declared")
        })?;
        let early = bases.iter().any(|base| base.id == chain && base.is_early());
        let known = Known { marked, early };
        let place = rule::Place {
            family: &of.0,
            table: &of.1,
            known,
            line: element.line,
        };
        let lines = rule::lines(rule, &place, &context);
        program.chains[chain].lines.extend(lines);
    }
    bases.sort_by_key(|base| (rank(&base.hook), base.priority));
    for base in bases.iter().filter(|base| !dormant.contains(&base.table)) {
        enter(base, &mut program);
    }
    Ok(program)
}

/// What an export holds beside chains, sets and rules.
const OTHERS: [&str; 13] = [
    "metainfo",
    "table",
    "flowtable",
    "counter",
    "quota",
    "limit",
    "ct helper",
    "ct timeout",
    "ct expectation",
    "synproxy",
    "secmark",
    "tunnel",
    "hook",
];

/// Whether an object has a flag: one alone, or one of a list.
fn has_flag(object: &Value<'_>, flag: &str) -> bool {
    match object.get("flags") {
        Some(Value::Array(flags)) => flags.iter().any(|one| one.is(flag)),
        Some(one) => one.is(flag),
        None => false,
    }
}

/// Family and name of a table.
fn table(object: &Value<'_>) -> Option<(String, String)> {
    let text = |key: &str| object.get(key)?.as_str().map(str::to_owned);
    Some((text("family")?, text("name")?))
}

/// Finds out which sets rules change, and what those that hold addresses hold.
fn settle(elements: &[Element<'_>], context: &mut Context<'_>) {
    if context.sets.is_empty() {
        return;
    }
    let rules = elements.iter().filter(|element| is_rule(element));
    for (name, change) in rules.flat_map(sets::changed_by) {
        context
            .sets
            .iter_mut()
            .filter(|(id, _)| id.2 == name)
            .for_each(|(_, set)| set.changed(change));
    }
    context.sets.values_mut().for_each(Named::settle);
}

/// Whether an element is a rule, told without reading it whole.
fn is_rule(element: &Element<'_>) -> bool {
    element
        .text
        .trim_start_matches(['{', ' ', '\t', '\r', '\n'])
        .starts_with("\"rule\"")
}

/// The name of a set or chain.
fn id(object: &Value<'_>, line: usize) -> Result<Id, ReadError> {
    id_of(object, "name", line)
}

/// The name under a key, with its table.
fn id_of(object: &Value<'_>, key: &str, line: usize) -> Result<Id, ReadError> {
    let text = |key: &str| {
        object
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| ReadError::at(line, format!("expected \"{key}\"")))
    };
    Ok((text("family")?, text("table")?, text(key)?))
}

/// Adds a chain; a base chain is returned.
fn declare(
    chain: &Value<'_>,
    line: usize,
    program: &mut Program,
    context: &mut Context<'_>,
) -> Result<Option<Base>, ReadError> {
    let of = id(chain, line)?;
    let text = |key: &str| chain.get(key).and_then(Value::as_str);
    let name = format!("{} {} {}", of.0, of.1, of.2);
    let policy = text("policy").map(|policy| {
        let action = if policy == "drop" {
            Action::Deny
        } else {
            Action::Allow
        };
        Line::policy(line, format!("{name}: policy {policy}"), action)
    });
    let id = program.chains.len();
    program.chains.push(Chain {
        name,
        lines: Vec::new(),
        policy,
    });
    let family = of.0.clone();
    let table = (of.0.clone(), of.1.clone());
    context.chains.insert(of, id);
    let Some(hook) = text("hook").map(str::to_owned) else {
        return Ok(None);
    };
    let device = match chain.get("dev") {
        Some(Value::String(device)) => vec![device.clone().into_owned()],
        Some(Value::Array(devices)) => devices
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    let priority = chain.get("prio").and_then(Value::as_i64).unwrap_or(0);
    Ok(Some(Base {
        id,
        table,
        family,
        hook,
        priority,
        nat: text("type") == Some("nat"),
        device,
    }))
}

/// The order in which a packet meets the hooks.
fn rank(hook: &str) -> u8 {
    match hook {
        "ingress" => 0,
        "prerouting" => 1,
        "input" | "forward" => 2,
        _ => 3,
    }
}

/// Adds the stage of a base chain, where inbound connections pass it.
fn enter(base: &Base, program: &mut Program) {
    let hook = match (base.hook.as_str(), base.nat) {
        ("ingress" | "prerouting", _) => None,
        ("input", false) => Some(Hook::Input),
        ("forward" | "postrouting", false) => Some(Hook::Forward),
        _ => return,
    };
    let family = match base.family.as_str() {
        "ip" => Some(Family::V4),
        "ip6" => Some(Family::V6),
        "arp" => return,
        _ => None,
    };
    let task = if base.nat {
        Task::Translate
    } else {
        Task::Filter
    };
    let condition = match (base.family.as_str(), base.device.is_empty()) {
        ("bridge", _) => Some(Test::Unknown(
            format!(
                "{}: whether the connection is bridged",
                program.chains[base.id].name
            )
            .into(),
        )),
        (_, false) => Some(Test::Interface(Names::OneOf(base.device.clone()))),
        _ => None,
    };
    let chain = match condition {
        None => base.id,
        Some(test) => conditional(base.id, &test, program),
    };
    program.stages.push(Stage {
        chain,
        hook,
        family,
        task,
    });
}

/// A chain that goes through another, policy included, only when a test holds.
fn conditional(id: ChainId, test: &Test, program: &mut Program) -> ChainId {
    let Chain { name, policy, .. } = &program.chains[id];
    let number = policy.as_ref().map_or(1, |line| line.number);
    let mut lines = vec![Line::new(
        number,
        name.as_str(),
        vec![test.clone()],
        Action::Jump(id),
    )];
    lines.extend(policy.as_ref().map(|line| Line {
        tests: vec![test.clone()],
        ..line.clone()
    }));
    program.chains.push(Chain {
        name: name.clone(),
        lines,
        policy: None,
    });
    program.chains.len() - 1
}

#[cfg(test)]
mod tests;
