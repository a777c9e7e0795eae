//! Cisco ASA, Palo Alto and FortiOS.

use ipnet::IpNet;

use super::{Change, Insertion, Place, Wanted, all_cidrs, chain_name, tag};

/// A name without blanks.
fn name(wanted: &Wanted<'_>) -> String {
    format!("UiPathApps-{}", wanted.on.strftime("%Y%m%d"))
}

/// The rule to come before, as a note.
fn before(insertions: &[Insertion]) -> Vec<String> {
    insertions
        .iter()
        .filter_map(|insertion| insertion.stopped_by.as_ref())
        .map(|rule| {
            format!(
                "the new rule must stand before {} line {}: {}",
                rule.file, rule.line, rule.text
            )
        })
        .collect()
}

/// ASA configuration: an object group and one line of the access list.
pub(super) fn asa(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let group = name(wanted);
    let objects = all_cidrs(wanted, insertions)
        .into_iter()
        .map(|cidr| match cidr {
            IpNet::V4(net) if net.prefix_len() == 32 => {
                format!(" network-object host {}", net.addr())
            }
            IpNet::V4(net) => format!(" network-object {} {}", net.network(), net.netmask()),
            IpNet::V6(net) => format!(" network-object {net}"),
        });
    let mut apply = vec![
        format!("object-group network {group}"),
        format!(" description {}", tag(wanted)),
    ];
    apply.extend(objects);
    let mut rollback = Vec::new();
    let mut verify = Vec::new();
    for insertion in insertions {
        let list = chain_name(wanted, insertion).unwrap_or("<access-list>");
        let line = |offset: usize| match insertion.place {
            Place::Before(index) => format!(" line {}", index + 1 + offset),
            Place::Start => format!(" line {}", 1 + offset),
            Place::End => String::new(),
        };
        let destination = insertion
            .destination
            .map_or_else(|| "any".to_owned(), |to| format!("host {to}"));
        let rule = format!(
            "extended permit tcp object-group {group} {destination} eq {}",
            insertion.port
        );
        apply.push(format!(
            "access-list {list}{} remark {}",
            line(0),
            tag(wanted)
        ));
        apply.push(format!("access-list {list}{} {rule}", line(1)));
        rollback.push(format!("no access-list {list} {rule}"));
        rollback.push(format!("no access-list {list} remark {}", tag(wanted)));
        verify.push(format!("show access-list {list} | include {group}"));
    }
    rollback.push(format!("no object-group network {group}"));
    let mut notes = before(insertions);
    notes.push("the line numbers count the lines of the list as exported, remarks included: compare with `show access-list` first".to_owned());
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// PAN-OS set commands: addresses, a group, a rule and its place.
pub(super) fn panos(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let group = name(wanted);
    let cidrs = all_cidrs(wanted, insertions);
    let object = |index: usize| format!("{group}-{}", index + 1);
    let mut apply: Vec<String> = cidrs
        .iter()
        .enumerate()
        .map(|(index, cidr)| format!("set address {} ip-netmask {cidr}", object(index)))
        .collect();
    let members: Vec<String> = (0..cidrs.len()).map(object).collect();
    apply.push(format!(
        "set address-group {group} static [ {} ]",
        members.join(" ")
    ));
    apply.push(format!(
        "set service {group}-port protocol tcp port {}",
        wanted.port
    ));
    let destination = wanted.destination.map_or_else(
        || "<the server's address object>".to_owned(),
        |to| to.to_string(),
    );
    apply.push(format!(
        "set rulebase security rules {group} from <outside-zone> to <server-zone> source {group} destination {destination} application any service {group}-port action allow description \"{}\"",
        tag(wanted)
    ));
    apply.push(format!(
        "move rulebase security rules {group} before <the rule that stops it>"
    ));
    apply.push("commit".to_owned());
    let mut rollback = vec![
        format!("delete rulebase security rules {group}"),
        format!("delete service {group}-port"),
        format!("delete address-group {group}"),
    ];
    rollback.extend(
        members
            .iter()
            .map(|member| format!("delete address {member}")),
    );
    rollback.push("commit".to_owned());
    let verify = vec![format!("show rulebase security rules {group}")];
    Change {
        apply,
        rollback,
        verify,
        notes: before(insertions),
        ticket: String::new(),
    }
}

/// FortiOS configuration: addresses, a group, a service, a policy and its place.
pub(super) fn fortios(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let group = name(wanted);
    let cidrs = all_cidrs(wanted, insertions);
    let object = |index: usize| format!("{group}-{}", index + 1);
    let mut apply = vec!["config firewall address".to_owned()];
    for (index, cidr) in cidrs.iter().enumerate() {
        apply.push(format!("    edit \"{}\"", object(index)));
        apply.push(format!(
            "        set subnet {} {}",
            cidr.network(),
            cidr.netmask()
        ));
        apply.push("    next".to_owned());
    }
    let members: Vec<String> = (0..cidrs.len())
        .map(|index| format!("\"{}\"", object(index)))
        .collect();
    apply.extend(group_and_policy(wanted, &group, &members.join(" ")));
    let mut rollback = vec![
        "config firewall policy\n    delete <the new id>\nend".to_owned(),
        format!("config firewall service custom\n    delete \"{group}-port\"\nend"),
        format!("config firewall addrgrp\n    delete \"{group}\"\nend"),
    ];
    rollback.extend(
        members
            .iter()
            .map(|member| format!("config firewall address\n    delete {member}\nend")),
    );
    let verify = vec![format!("show firewall policy | grep -f {group}")];
    Change {
        apply,
        rollback,
        verify,
        notes: before(insertions),
        ticket: String::new(),
    }
}

/// The lines of FortiOS that follow the addresses.
fn group_and_policy(wanted: &Wanted<'_>, group: &str, members: &str) -> [String; 25] {
    [
        "end".to_owned(),
        "config firewall addrgrp".to_owned(),
        format!("    edit \"{group}\""),
        format!("        set member {members}"),
        "    next".to_owned(),
        "end".to_owned(),
        "config firewall service custom".to_owned(),
        format!("    edit \"{group}-port\""),
        format!("        set tcp-portrange {}", wanted.port),
        "    next".to_owned(),
        "end".to_owned(),
        "config firewall policy".to_owned(),
        "    edit 0".to_owned(),
        format!("        set name \"{group}\""),
        "        set srcintf \"<outside>\"".to_owned(),
        "        set dstintf \"<inside>\"".to_owned(),
        "        set action accept".to_owned(),
        format!("        set srcaddr \"{group}\""),
        "        set dstaddr \"<the server's address or virtual IP>\"".to_owned(),
        "        set schedule \"always\"".to_owned(),
        format!("        set service \"{group}-port\""),
        format!("        set comments \"{}\"", tag(wanted)),
        "    next".to_owned(),
        "    move <the new id> before <the id of the policy that stops it>".to_owned(),
        "end".to_owned(),
    ]
}
