//! Security groups: rules that only allow; what none allows is denied.

use super::super::document::Node;
use super::super::model::{Action, Line, Ports, Test};
use super::super::networks::{network, perhaps_inside, source};
use super::super::several::List;

/// A group as `describe-security-groups` shows it.
pub(super) fn described(group: &Node, text: &str) -> List {
    let id = group.text("GroupId").unwrap_or("security group");
    let permissions = group
        .get("IpPermissions")
        .map(Node::items)
        .unwrap_or_default();
    let lines = permissions
        .iter()
        .flat_map(|permission| permission_lines(permission, id, text))
        .collect();
    list(id, group.line, lines)
}

/// The groups in the answer of `describe-security-group-rules`.
pub(super) fn by_rules(rules: &Node, text: &str) -> Vec<List> {
    let mut lists: Vec<List> = Vec::new();
    for rule in rules.items() {
        let id = rule.text("GroupId").unwrap_or("security group");
        let place = lists
            .iter()
            .position(|list| list.name == id)
            .unwrap_or_else(|| {
                lists.push(list(id, rules.line, Vec::new()));
                lists.len() - 1
            });
        if rule.text("IsEgress") != Some("true") {
            let mut tests: Vec<Test> = protocol(rule).into_iter().collect();
            tests.extend(peer(rule, id));
            lists[place]
                .lines
                .push(Line::new(rule.line, rule.quote(text), tests, Action::Allow));
        }
    }
    lists
}

/// A group's lines with its end.
fn list(id: &str, line: usize, lines: Vec<Line>) -> List {
    List {
        name: id.to_owned(),
        lines,
        last: Line::policy(
            line,
            format!("no inbound rule of {id} allows it"),
            Action::Deny,
        ),
    }
}

/// The protocol and the ports.
fn protocol(rule: &Node) -> Option<Test> {
    let end = |key: &str| rule.text(key).and_then(|port| port.parse::<i32>().ok());
    match rule.text("IpProtocol") {
        Some("-1") => None,
        Some("tcp" | "6") => match (end("FromPort"), end("ToPort")) {
            (None | Some(-1), None | Some(-1)) => None,
            (Some(first), Some(last)) => match (u16::try_from(first), u16::try_from(last)) {
                (Ok(first), Ok(last)) => Some(Test::Port(Ports(vec![(first, last)]))),
                _ => Some(Test::Unknown(format!("ports {first} to {last}").into())),
            },
            _ => Some(Test::Unknown("FromPort without ToPort".into())),
        },
        Some("udp" | "icmp" | "icmpv6") => Some(Test::Never),
        Some(other) if other.parse::<u8>().is_ok() => Some(Test::Never),
        other => Some(Test::Unknown(
            format!("IpProtocol {}", other.unwrap_or("not in the export")).into(),
        )),
    }
}

/// One line for each peer of a permission, so that the one that decides can be quoted.
fn permission_lines(permission: &Node, id: &str, text: &str) -> Vec<Line> {
    let shared: Vec<Test> = protocol(permission).into_iter().collect();
    let ports = match (permission.text("FromPort"), permission.text("ToPort")) {
        (Some(first), Some(last)) if first == last => format!(" {first}"),
        (Some(first), Some(last)) => format!(" {first}-{last}"),
        _ => String::new(),
    };
    let head = format!(
        "{id} {}{ports}",
        permission.text("IpProtocol").unwrap_or("?")
    );
    let mut lines = Vec::new();
    for key in [
        "IpRanges",
        "Ipv6Ranges",
        "PrefixListIds",
        "UserIdGroupPairs",
    ] {
        for item in permission.get(key).map(Node::items).unwrap_or_default() {
            let mut tests = shared.clone();
            tests.extend(peer(item, id));
            lines.push(Line::new(
                item.line,
                format!("{head} {}", item.quote(text)),
                tests,
                Action::Allow,
            ));
        }
    }
    lines
}

/// The sources a rule allows.
fn peer(item: &Node, own: &str) -> Vec<Test> {
    let cidr = ["CidrIp", "CidrIpv4", "CidrIpv6"]
        .iter()
        .find_map(|key| item.text(key));
    if let Some(cidr) = cidr {
        return match network(cidr) {
            Some(set) => source(set),
            None => vec![Test::Unknown(format!("CIDR {cidr}").into())],
        };
    }
    if let Some(list) = item.text("PrefixListId") {
        return vec![Test::Unknown(
            format!("prefix list {list}: its networks are not in the export").into(),
        )];
    }
    let referenced = item.get("ReferencedGroupInfo").unwrap_or(item);
    match referenced.text("GroupId") {
        // Its own members are servers beside this one, never the cloud.
        Some(group) if group == own => perhaps_inside(&format!("security group {group}")),
        Some(group) => vec![Test::Unknown(
            format!("security group {group}: its members are not in the export").into(),
        )],
        None => vec![Test::Unknown("a source that is not understood".into())],
    }
}
