//! Reads Azure network security groups: `az network nsg show|list`, `az network nsg rule list`, `az network nic
//! list-effective-nsg`, and ARM templates.

mod fields;

use super::document::{Node, documents};
use super::model::{Action, Line, Program, ReadError, Stage, Task};
use super::several::{List, agreed};
use fields::{Rule, rule};

/// Rules of one group, before they are ordered.
struct Group<'a> {
    name: String,
    line: usize,
    rules: Vec<&'a Node>,
    /// Whether the default rules are among them.
    defaults: bool,
}

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let documents = documents(text)?;
    let mut groups = Vec::new();
    for document in &documents {
        document.visit(&mut |node| groups.extend(group(node)));
    }
    let loose = loose_rules(&documents);
    if !loose.is_empty() {
        match groups.as_mut_slice() {
            [one] => one.rules.extend(loose),
            [] => groups.push(Group {
                name: "rules".to_owned(),
                line: loose.first().map_or(1, |rule| rule.line),
                rules: loose,
                defaults: false,
            }),
            _ => {
                let line = loose.first().map_or(1, |rule| rule.line);
                return Err(ReadError::at(
                    line,
                    "expected one network security group beside rules that stand alone",
                ));
            }
        }
    }
    if groups.is_empty() {
        return Err(ReadError::at(
            1,
            "expected a network security group with securityRules",
        ));
    }
    let lists = groups
        .into_iter()
        .map(|group| list(group, text))
        .collect::<Result<Vec<_>, _>>()?;
    let mut program = Program::default();
    let chain = agreed(
        &mut program,
        lists,
        "which of the network security groups apply to the server is not told",
    );
    program.stages.push(Stage {
        chain,
        hook: None,
        family: None,
        task: Task::Filter,
    });
    Ok(program)
}

/// The group that an object is, when it holds rules itself.
fn group(node: &Node) -> Option<Group<'_>> {
    let effective = node.get("effectiveSecurityRules");
    let own = node.get("securityRules").or(effective)?;
    let inner = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let name = node
        .text("name")
        .or_else(|| {
            node.get("networkSecurityGroup")
                .and_then(|group| group.text("id"))
        })
        .unwrap_or("network security group");
    let mut rules: Vec<&Node> = own.items().iter().collect();
    rules.extend(inner("defaultSecurityRules"));
    Some(Group {
        name: name.to_owned(),
        line: node.line,
        defaults: effective.is_some() || !inner("defaultSecurityRules").is_empty(),
        rules,
    })
}

/// Rules outside any group: of `az network nsg rule list`, or resources of their own in a template.
fn loose_rules(documents: &[Node]) -> Vec<&Node> {
    let mut loose = Vec::new();
    for document in documents {
        let listed = document
            .items()
            .iter()
            .chain(document.get("value").map(Node::items).unwrap_or_default());
        loose.extend(
            listed.filter(|node| node.get("securityRules").is_none() && fields::is_rule(node)),
        );
        if fields::is_rule(document) {
            loose.push(document);
        }
        document.visit(&mut |node| {
            let kind = node.text("type").unwrap_or_default().to_ascii_lowercase();
            let resource = kind.ends_with("networksecuritygroups/securityrules")
                || (kind == "securityrules" && node.get("apiVersion").is_some());
            if resource && node.get("properties").is_some() {
                let known = loose.iter().any(|one| std::ptr::eq(*one, node));
                let of_group = documents.iter().any(|document| holds_rule(document, node));
                if !known && !of_group {
                    loose.push(node);
                }
            }
        });
    }
    loose
}

/// Whether a rule stands in the list of a group: there it carries its type too.
fn holds_rule(document: &Node, rule: &Node) -> bool {
    let mut found = false;
    document.visit(&mut |node| {
        for key in ["securityRules", "defaultSecurityRules"] {
            let items = node.get(key).map(Node::items).unwrap_or_default();
            found |= items.iter().any(|item| std::ptr::eq(item, rule));
        }
    });
    found
}

/// The rules of a group in the order of their priority.
fn list(group: Group<'_>, text: &str) -> Result<List, ReadError> {
    let mut rules = Vec::new();
    for node in &group.rules {
        rules.extend(rule(node, text)?);
    }
    if !group.defaults {
        rules.extend(fields::default_rules(group.line));
    }
    rules.sort_by_key(|rule| rule.priority);
    let end = Line::policy(group.line, "no rule of the group concerns it", Action::Deny);
    Ok(List {
        name: group.name,
        lines: rules.into_iter().map(|Rule { line, .. }| line).collect(),
        last: end,
    })
}

#[cfg(test)]
mod tests;
