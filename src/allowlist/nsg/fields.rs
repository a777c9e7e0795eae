//! What the fields of a network security rule mean.

use std::net::IpAddr;

use super::super::addresses::Addresses;
use super::super::document::Node;
use super::super::model::{Action, Line, Ports, ReadError, Test};
use super::super::networks::{destination, internet, network, perhaps_inside, ports, source};

/// The address that Azure's load balancer asks from.
const LOAD_BALANCER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(168, 63, 129, 16));

/// A rule with its place in the order.
pub(super) struct Rule {
    /// Low numbers come first.
    pub(super) priority: u32,
    /// The rule.
    pub(super) line: Line,
}

/// Whether an object is a security rule.
pub(super) fn is_rule(node: &Node) -> bool {
    ["direction", "access", "priority"]
        .iter()
        .all(|key| field(node, key).is_some())
}

/// A field of the rule, which may stand under `properties`.
fn field<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get("properties")
        .and_then(|properties| properties.get(key))
        .or_else(|| node.get(key))
}

/// Whether a word is this, whatever its case.
fn is(word: Option<&str>, other: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(other))
}

/// A rule of an export; `None` for one of the other direction.
pub(super) fn rule(node: &Node, text: &str) -> Result<Option<Rule>, ReadError> {
    let word = |key: &str| field(node, key).and_then(Node::word);
    if is(word("direction"), "Outbound") {
        return Ok(None);
    }
    let priority = word("priority")
        .and_then(|priority| priority.parse::<f64>().ok())
        .ok_or_else(|| {
            ReadError::at(
                node.line,
                "expected a rule with a priority that is a number",
            )
        })?;
    let mut tests = Vec::new();
    if !is(word("direction"), "Inbound") {
        tests.push(unknown("direction", word("direction")));
    }
    let action = match word("access") {
        access if is(access, "Allow") => Action::Allow,
        access if is(access, "Deny") => Action::Deny,
        access => {
            Action::Unknown(format!("access {}", access.unwrap_or("not in the export")).into())
        }
    };
    match word("protocol") {
        protocol if ["*", "Tcp", "All", "6"].iter().any(|one| is(protocol, one)) => {}
        protocol
            if ["Udp", "Icmp", "Esp", "Ah", "17", "1"]
                .iter()
                .any(|one| is(protocol, one)) =>
        {
            tests.push(Test::Never);
        }
        protocol => tests.push(unknown("protocol", protocol)),
    }
    tests.extend(port_test(node, "sourcePortRange", Test::SourcePort));
    tests.extend(port_test(node, "destinationPortRange", Test::Port));
    tests.extend(prefixes(node, Side::Source));
    tests.extend(prefixes(node, Side::Destination));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a priority is a small whole number"
    )]
    let priority = priority as u32;
    let line = Line::new(node.line, node.quote(text), tests, action);
    Ok(Some(Rule { priority, line }))
}

/// A test of something that is not understood.
fn unknown(what: &str, value: Option<&str>) -> Test {
    match value {
        Some(value) => Test::Unknown(format!("{what} {value}").into()),
        None => Test::Unknown(format!("{what} is not in the export").into()),
    }
}

/// The words of the singular and the plural field together; `None` when one has a form that is not understood.
fn both<'a>(node: &'a Node, singular: &str, plural: &str) -> Option<Vec<&'a str>> {
    let mut all = Vec::new();
    for key in [singular, plural] {
        if let Some(value) = field(node, key) {
            all.extend(value.words()?);
        }
    }
    all.retain(|word| !word.trim().is_empty());
    Some(all)
}

/// The ports a rule is for.
fn port_test(node: &Node, key: &str, test: fn(Ports) -> Test) -> Option<Test> {
    let Some(words) = both(node, key, &format!("{key}s")).filter(|words| !words.is_empty()) else {
        return Some(unknown(key, None));
    };
    let mut all = Ports::default();
    let mut open = Vec::new();
    for word in words.iter().flat_map(|word| word.split(',')) {
        match ports(word) {
            _ if word.trim() == "*" => return None,
            Some(mut found) => all.0.append(&mut found.0),
            None => open.push(vec![unknown(key, Some(word))]),
        }
    }
    if open.is_empty() {
        return Some(test(all));
    }
    open.insert(0, vec![test(all)]);
    Some(Test::AnyOf(open))
}

/// Which end of the connection a prefix is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
}

/// The addresses a rule is for.
fn prefixes(node: &Node, side: Side) -> Option<Test> {
    let [key, plural, expanded, groups] = match side {
        Side::Source => [
            "sourceAddressPrefix",
            "sourceAddressPrefixes",
            "expandedSourceAddressPrefix",
            "sourceApplicationSecurityGroups",
        ],
        Side::Destination => [
            "destinationAddressPrefix",
            "destinationAddressPrefixes",
            "expandedDestinationAddressPrefix",
            "destinationApplicationSecurityGroups",
        ],
    };
    let mut found = Addresses::none();
    let mut open = Vec::new();
    let asked = field(node, groups).is_some_and(|groups| !groups.items().is_empty());
    if asked {
        open.push(vec![Test::Unknown(
            format!("{groups}: which servers are in them is not told").into(),
        )]);
    }
    let expanded = field(node, expanded)
        .and_then(Node::words)
        .unwrap_or_default();
    let words = if expanded.is_empty() {
        both(node, key, plural)
    } else {
        Some(expanded)
    };
    let Some(words) = words.filter(|words| asked || !words.is_empty()) else {
        return Some(unknown(key, None));
    };
    for word in words.iter().flat_map(|word| word.split(',')).map(str::trim) {
        match network(word) {
            _ if word == "*" || is(Some(word), "Any") => return None,
            Some(set) => found = found.or(&set),
            None => open.push(tag(word, key, side)),
        }
    }
    let named = |set: Addresses| match side {
        Side::Source => source(set),
        Side::Destination => destination(set),
    };
    if open.is_empty() {
        return named(found).pop();
    }
    if !found.is_empty() {
        open.insert(0, named(found));
    }
    Some(Test::AnyOf(open))
}

/// The tests of a service tag: of those whose meaning is fixed, and of others that they are not known.
fn tag(word: &str, key: &str, side: Side) -> Vec<Test> {
    let name = word.to_ascii_lowercase();
    match (name.as_str(), side) {
        ("internet", Side::Source) => vec![internet("Internet")],
        ("virtualnetwork", Side::Source) => perhaps_inside("VirtualNetwork"),
        // The server is a member of the network that its group protects.
        ("virtualnetwork", Side::Destination) => Vec::new(),
        ("azureloadbalancer", Side::Source) => source(LOAD_BALANCER.into()),
        ("azureloadbalancer", Side::Destination) => vec![Test::Never],
        _ => vec![Test::Unknown(
            format!("{key} {word}: its addresses are not in the export").into(),
        )],
    }
}

/// The rules that every group has, for exports that leave them out.
pub(super) fn default_rules(line: usize) -> Vec<Rule> {
    let rule = |priority, name: &str, tests, action| Rule {
        priority,
        line: Line::new(
            line,
            format!("default rule {name}, priority {priority}"),
            tests,
            action,
        ),
    };
    let balancer = tag("AzureLoadBalancer", "source", Side::Source);
    vec![
        rule(
            65000,
            "AllowVnetInBound",
            perhaps_inside("VirtualNetwork"),
            Action::Allow,
        ),
        rule(
            65001,
            "AllowAzureLoadBalancerInBound",
            balancer,
            Action::Allow,
        ),
        rule(65500, "DenyAllInBound", Vec::new(), Action::Deny),
    ]
}
