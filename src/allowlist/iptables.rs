//! Reads `iptables-save` and `ip6tables-save`, one or both in a file, with `ipset save` before them or not.

mod rule;
mod sets;
mod words;

use std::collections::HashMap;

use super::addresses::Family;
use super::model::{Action, Chain, ChainId, Hook, Line, Program, ReadError, Stage, Task, Test};
use sets::Sets;

/// A table of one family as saved.
#[derive(Default)]
struct Table {
    name: String,
    family: Option<Family>,
    chains: HashMap<String, ChainId>,
    rules: Vec<(usize, String)>,
}

/// What holds for a whole file.
struct Context {
    sets: Sets,
    /// Whether a target sets a mark on packets or connections.
    marked: bool,
}

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let context = Context {
        sets: Sets::read(text),
        marked: text.contains("MARK ") || text.contains("--map-mark"),
    };
    let mut program = Program::default();
    let mut tables = tables(text, &mut program)?;
    settle_families(&mut tables);
    for table in &tables {
        for (number, rule) in &table.rules {
            let words = words::split(rule)
                .ok_or_else(|| ReadError::at(*number, "expected a closing quotation mark"))?;
            let place = rule::Place {
                table,
                context: &context,
            };
            let Some((chain, line)) = rule::line(*number, rule, &words, &place) else {
                return Err(ReadError::at(
                    *number,
                    "expected \"-A CHAIN …\" with a chain that is declared",
                ));
            };
            program.chains[chain].lines.push(line);
        }
    }
    stages(&tables, &mut program);
    for (number, line) in elsewhere(text) {
        unknown_stage(&mut program, number, line, None);
    }
    Ok(program)
}

/// The tables with their chains declared and their rules still as text.
fn tables(text: &str, program: &mut Program) -> Result<Vec<Table>, ReadError> {
    let mut tables: Vec<Table> = Vec::new();
    let mut open = false;
    let mut family = None;
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
    {
        if line.starts_with('#') {
            family = match (
                line.contains("ip6tables-save"),
                line.contains("iptables-save"),
            ) {
                (true, _) => Some(Family::V6),
                (false, true) => Some(Family::V4),
                (false, false) => family,
            };
        } else if let Some(name) = line.strip_prefix('*') {
            tables.push(Table {
                name: name.to_owned(),
                family,
                ..Table::default()
            });
            open = true;
        } else if line == "COMMIT" {
            open = false;
        } else if line.is_empty()
            || ["create ", "add ", "flush ", "destroy "]
                .iter()
                .any(|start| line.starts_with(start))
        {
        } else {
            let table = tables
                .last_mut()
                .filter(|_| open)
                .ok_or_else(|| ReadError::at(number, "expected a table (\"*filter\")"))?;
            if let Some(declared) = line.strip_prefix(':') {
                declare(declared, number, table, program)?;
            } else {
                table
                    .rules
                    .push((number, without_counters(line).to_owned()));
            }
        }
    }
    if tables.is_empty() {
        return Err(ReadError::at(1, "expected a table (\"*filter\")"));
    }
    Ok(tables)
}

/// Adds a chain declared by `:NAME POLICY [packets:bytes]`.
fn declare(
    declared: &str,
    number: usize,
    table: &mut Table,
    program: &mut Program,
) -> Result<(), ReadError> {
    let mut words = declared.split_whitespace();
    let (Some(name), Some(policy)) = (words.next(), words.next()) else {
        return Err(ReadError::at(number, "expected \":CHAIN POLICY\""));
    };
    let policy = match policy {
        "ACCEPT" => Some(Action::Allow),
        "DROP" | "REJECT" => Some(Action::Deny),
        "-" => None,
        _ => {
            return Err(ReadError::at(
                number,
                "expected the policy ACCEPT, DROP or -",
            ));
        }
    };
    let policy = policy.map(|action| Line::policy(number, format!(":{}", declared.trim()), action));
    table.chains.insert(name.to_owned(), program.chains.len());
    program.chains.push(Chain {
        name: format!("{} {name}", table.name),
        lines: Vec::new(),
        policy,
    });
    Ok(())
}

/// A rule without the counters that `iptables-save -c` puts before it.
fn without_counters(line: &str) -> &str {
    line.strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(line, |(_, rule)| rule.trim_start())
}

/// Tells the family of tables that no comment tells: by the addresses in them.
fn settle_families(tables: &mut [Table]) {
    for table in tables.iter_mut().filter(|table| table.family.is_none()) {
        let six = table.rules.iter().any(|(_, rule)| names_six(rule));
        table.family = Some(if six { Family::V6 } else { Family::V4 });
    }
}

/// Whether a rule is one of IPv6.
fn names_six(rule: &str) -> bool {
    let mut words = rule.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        match word {
            "-s" | "-d" if next.contains(':') => return true,
            "-p" if matches!(next, "ipv6-icmp" | "icmpv6") => return true,
            _ => {}
        }
    }
    false
}

/// Where inbound connections meet the tables, in the kernel's order.
const ORDER: &[(&str, &str, Option<Hook>, Task)] = &[
    ("raw", "PREROUTING", None, Task::Filter),
    ("mangle", "PREROUTING", None, Task::Filter),
    ("nat", "PREROUTING", None, Task::Translate),
    ("mangle", "INPUT", Some(Hook::Input), Task::Filter),
    ("mangle", "FORWARD", Some(Hook::Forward), Task::Filter),
    ("filter", "INPUT", Some(Hook::Input), Task::Filter),
    ("filter", "FORWARD", Some(Hook::Forward), Task::Filter),
    ("security", "INPUT", Some(Hook::Input), Task::Filter),
    ("security", "FORWARD", Some(Hook::Forward), Task::Filter),
    ("mangle", "POSTROUTING", Some(Hook::Forward), Task::Filter),
];

/// Comments that tell of rules outside the file: `iptables-save` of nftables writes them where a table has rules that it cannot
/// show, and where rules of the old kernel interface stand beside.
fn elsewhere(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| {
            line.starts_with('#')
                && (line.contains("is incompatible, use 'nft'")
                    || line.contains("-legacy tables present"))
        })
}

/// Adds a stage that decides nothing.
fn unknown_stage(program: &mut Program, number: usize, construct: &str, family: Option<Family>) {
    let line = Line::new(
        number,
        construct,
        vec![Test::Unknown(construct.into())],
        Action::Unknown(construct.into()),
    );
    program.stages.push(Stage {
        chain: program.chains.len(),
        hook: None,
        family,
        task: Task::Filter,
    });
    program.chains.push(Chain {
        name: construct.to_owned(),
        lines: vec![line],
        policy: None,
    });
}

/// Adds the stages.
fn stages(tables: &[Table], program: &mut Program) {
    for (name, chain, hook, task) in ORDER {
        for table in tables.iter().filter(|table| table.name == *name) {
            if let Some(chain) = table.chains.get(*chain) {
                program.stages.push(Stage {
                    chain: *chain,
                    hook: *hook,
                    family: table.family,
                    task: *task,
                });
            }
        }
    }
    for family in [Family::V4, Family::V6] {
        if !tables.iter().any(|table| table.family == Some(family)) {
            let (name, command) = match family {
                Family::V4 => ("IPv4", "iptables-save"),
                Family::V6 => ("IPv6", "ip6tables-save"),
            };
            let text = format!("the file holds no {name} rules ({command})");
            unknown_stage(program, 1, &text, Some(family));
        }
    }
}

#[cfg(test)]
mod tests;
