//! Reads a FortiOS configuration: firewall addresses, services, virtual IPs and policies.
//!
//! Virtual IPs translate first; then policies are tried in the order they stand in, and what none accepts is denied.

mod objects;
mod policy;
mod tree;
mod vip;

use super::model::{Action, Line, Program, ReadError, Test};
use super::zones::{self, Zoned};
use tree::Tree;

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let tree = tree::read(text);
    let policies = || {
        tree.entries("firewall policy")
            .chain(tree.entries("firewall policy6"))
    };
    if policies().next().is_none() {
        return Err(ReadError::at(
            1,
            "expected policies: config firewall policy …",
        ));
    }
    let mut program = Program::default();
    vip::enter(&mut program, &tree);
    let mut rules: Vec<Zoned> = doubts(&tree);
    let mut end = 1;
    for entry in policies() {
        end = end.max(entry.line);
        rules.extend(policy::rules(entry, &tree));
    }
    let last = Line::policy(end, "implicit deny: no policy accepts it", Action::Deny);
    zones::enter(&mut program, &rules, &last);
    Ok(program)
}

/// What of a configuration is not one list of policies.
fn doubts(tree: &Tree) -> Vec<Zoned> {
    let mut doubts = Vec::new();
    let mut doubt = |line: usize, construct: String| {
        let construct: Box<str> = construct.into();
        doubts.push(Zoned {
            from: Vec::new(),
            to: Vec::new(),
            line: Line::new(
                line,
                construct.clone(),
                vec![Test::Unknown(construct.clone())],
                Action::Unknown(construct),
            ),
        });
    };
    for (line, command) in &tree.changes {
        doubt(*line, command.clone());
    }
    let mut domains: Vec<&str> = Vec::new();
    for entry in tree.entries("firewall policy") {
        if !domains.contains(&entry.domain.as_str()) {
            domains.push(&entry.domain);
            if domains.len() == 2 {
                doubt(
                    entry.line,
                    format!(
                        "policies of more than one virtual domain: {}",
                        domains.join(", ")
                    ),
                );
            }
        }
    }
    for table in [
        "firewall security-policy",
        "firewall consolidated policy",
        "firewall DoS-policy",
        "firewall DoS-policy6",
        "firewall acl",
        "firewall acl6",
        "firewall ttl-policy",
    ] {
        if let Some(entry) = tree
            .entries(table)
            .find(|entry| entry.word("status") != Some("disable"))
        {
            doubt(entry.line, format!("config {table}"));
        }
    }
    doubts
}

#[cfg(test)]
mod tests;
