//! Network ACLs: numbered entries, the lowest that fits decides, and what none fits is denied.

use super::super::document::Node;
use super::super::model::{Action, Line, Ports, Test};
use super::super::networks::{network, source};
use super::super::several::List;

/// Which way the packets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From the cloud to the server.
    In,
    /// The server's answers: to the client's address and port.
    Out,
}

/// The entries for one way, in the order of their numbers.
pub(super) fn list(acl: &Node, text: &str, way: Way) -> List {
    let name = acl.text("NetworkAclId").unwrap_or("network ACL");
    let entries = acl.get("Entries").map(Node::items).unwrap_or_default();
    let mut numbered: Vec<(u64, Line)> = entries
        .iter()
        .filter(|entry| {
            let other = match way {
                Way::In => "true",
                Way::Out => "false",
            };
            entry.text("Egress") != Some(other)
        })
        .map(|entry| line(entry, text, way))
        .collect();
    numbered.sort_by_key(|(number, _)| *number);
    let ends = match way {
        Way::In => format!("no inbound entry of {name} fits"),
        Way::Out => format!("no outbound entry of {name} fits the answers"),
    };
    List {
        name: name.to_owned(),
        lines: numbered.into_iter().map(|(_, line)| line).collect(),
        last: Line::policy(acl.line, ends, Action::Deny),
    }
}

/// One entry.
fn line(entry: &Node, text: &str, way: Way) -> (u64, Line) {
    let mut tests = Vec::new();
    let mut open = |what: String| tests.push(Test::Unknown(what.into()));
    let number = entry
        .text("RuleNumber")
        .and_then(|number| number.parse().ok());
    if number.is_none() {
        open("an entry without a RuleNumber".to_owned());
    }
    if !matches!(entry.text("Egress"), Some("true" | "false")) {
        open("an entry without Egress".to_owned());
    }
    let action = match entry.text("RuleAction") {
        Some("allow") => Action::Allow,
        Some("deny") => Action::Deny,
        other => {
            Action::Unknown(format!("RuleAction {}", other.unwrap_or("not in the export")).into())
        }
    };
    match entry.text("Protocol") {
        Some("-1" | "all") => {}
        Some("6" | "tcp") => tests.extend(ports(entry, way)),
        Some(other)
            if other.parse::<u8>().is_ok() || ["udp", "icmp", "icmpv6"].contains(&other) =>
        {
            tests.push(Test::Never);
        }
        other => tests.push(Test::Unknown(
            format!("Protocol {}", other.unwrap_or("not in the export")).into(),
        )),
    }
    match entry
        .text("CidrBlock")
        .or_else(|| entry.text("Ipv6CidrBlock"))
        .map(|cidr| (cidr, network(cidr)))
    {
        Some((_, Some(set))) => tests.extend(source(set)),
        Some((cidr, None)) => tests.push(Test::Unknown(format!("CidrBlock {cidr}").into())),
        None => tests.push(Test::Unknown("an entry without a CidrBlock".into())),
    }
    (
        number.unwrap_or(0),
        Line::new(entry.line, entry.quote(text), tests, action),
    )
}

/// The ports: of the server on the way in, of the client on the way out.
fn ports(entry: &Node, way: Way) -> Option<Test> {
    let range = entry.get("PortRange")?;
    let end = |key: &str| range.text(key).and_then(|port| port.parse::<u16>().ok());
    let test = match (end("From"), end("To"), way) {
        (Some(first), Some(last), Way::In) => Test::Port(Ports(vec![(first, last)])),
        (Some(first), Some(last), Way::Out) => Test::SourcePort(Ports(vec![(first, last)])),
        _ if range.words().is_some_and(|words| words.is_empty()) => return None,
        _ => Test::Unknown("a PortRange that is not understood".into()),
    };
    Some(test)
}
