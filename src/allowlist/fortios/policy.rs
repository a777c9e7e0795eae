//! Policies.

use super::super::addresses::{Addresses, Family};
use super::super::groups::{Entered, Place, Visit};
use super::super::model::{Action, Line, Test};
use super::super::networks::{destination, source};
use super::super::zones::Zoned;
use super::tree::{Entry, Tree};
use super::vip;

/// Settings that change nothing about which connections a policy is for.
const NEUTRAL: &[&str] = &[
    "name",
    "uuid",
    "uuid-idx",
    "action",
    "status",
    "comments",
    "nat",
    "nat64",
    "nat46",
    "ippool",
    "poolname",
    "poolname6",
    "fixedport",
    "inbound",
    "outbound",
    "natinbound",
    "natoutbound",
    "utm-status",
    "inspection-mode",
    "profile-type",
    "profile-group",
    "profile-protocol-options",
    "ssl-ssh-profile",
    "application-list",
    "label",
    "global-label",
    "session-ttl",
    "tcp-mss-sender",
    "tcp-mss-receiver",
    "traffic-shaper",
    "traffic-shaper-reverse",
    "per-ip-shaper",
    "auto-asic-offload",
    "np-acceleration",
    "np-accelation",
    "schedule",
    "schedule-timeout",
    "match-vip",
    "match-vip-only",
    "permit-any-host",
    "permit-stun-host",
    "diffserv-forward",
    "diffserv-reverse",
    "diffservcode-forward",
    "diffservcode-rev",
    "vlan-cos-fwd",
    "vlan-cos-rev",
    "timeout-send-rst",
    "capture-packet",
    "anti-replay",
    "tcp-session-without-syn",
    "block-notification",
    "delay-tcp-npu-session",
    "email-collect",
    "dsri",
    "custom-log-fields",
    "natip",
    "srcintf",
    "dstintf",
    "srcaddr",
    "dstaddr",
    "srcaddr6",
    "dstaddr6",
    "srcaddr-negate",
    "dstaddr-negate",
    "srcaddr6-negate",
    "dstaddr6-negate",
    "service",
    "service-negate",
    "replacemsg-override-group",
    "webproxy-profile",
    "webproxy-forward-server",
    "wccp",
    "passive-wan-health-measurement",
    "cgn-log-server-grp",
    "internet-service",
    "internet-service-src",
    "internet-service6",
    "internet-service6-src",
    "disclaimer",
    "policy-behaviour-type",
    "send-deny-packet",
    "geoip-anycast",
    "radius-mac-auth-bypass",
    "rtp-nat",
    "wanopt",
    "webcache",
    "webcache-https",
    "http-policy-redirect",
    "ssh-policy-redirect",
    "captive-portal-exempt",
    "redirect-url",
    "vpntunnel",
    "fec",
    "identity-based-route",
    "port-preserve",
    "pcp-inbound",
    "pcp-outbound",
];

/// The rules of a policy: one for each address family it is for, none when it is switched off.
pub(super) fn rules(entry: &Entry, tree: &Tree) -> Vec<Zoned> {
    if entry.is("status", "disable") {
        return Vec::new();
    }
    let action = match entry.word("action") {
        None | Some("deny") => Action::Deny,
        Some("accept") => Action::Allow,
        Some(other) => Action::Unknown(format!("set action {other}").into()),
    };
    let shared = shared(entry, tree);
    let six = tree
        .entry("firewall policy6", &entry.name)
        .is_some_and(|other| std::ptr::eq(other, entry));
    let mut rules = Vec::new();
    let families: &[(Family, [&str; 4])] = if six {
        &[(
            Family::V6,
            ["srcaddr", "dstaddr", "srcaddr-negate", "dstaddr-negate"],
        )]
    } else {
        &[
            (
                Family::V4,
                ["srcaddr", "dstaddr", "srcaddr-negate", "dstaddr-negate"],
            ),
            (
                Family::V6,
                ["srcaddr6", "dstaddr6", "srcaddr6-negate", "dstaddr6-negate"],
            ),
        ]
    };
    for (family, keys) in families {
        let by_service =
            entry.is("internet-service", "enable") || entry.is("internet-service-src", "enable");
        if entry.values(keys[0]).is_empty()
            && entry.values(keys[1]).is_empty()
            && !(by_service && *family == Family::V4)
        {
            continue;
        }
        let mut tests = shared.clone();
        tests.extend(sources(entry, tree, *family, keys));
        tests.extend(destinations(entry, tree, *family, keys));
        rules.push(Zoned {
            from: interfaces(entry.values("srcintf")),
            to: interfaces(entry.values("dstintf")),
            line: Line::new(entry.line, entry.quote(), tests, action.clone()),
        });
    }
    rules
}

/// The interfaces of a policy; empty for any.
fn interfaces(names: &[String]) -> Vec<String> {
    if names.iter().any(|name| name == "any") {
        Vec::new()
    } else {
        names.to_vec()
    }
}

/// The tests that do not look at addresses.
fn shared(entry: &Entry, tree: &Tree) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut open = |construct: String| tests.push(Test::Unknown(construct.into()));
    for (key, values) in &entry.settings {
        let known = NEUTRAL.contains(&key.as_str())
            || ["logtraffic", "np-", "wanopt", "ips-", "webproxy"]
                .iter()
                .any(|start| key.starts_with(start))
            || ["-profile", "-sensor"].iter().any(|end| key.ends_with(end));
        let off = values.is_empty() || values.iter().all(|value| value == "disable");
        if !known && !off {
            open(format!("set {key} {}", values.join(" ")));
        }
    }
    for key in [
        "internet-service",
        "internet-service-src",
        "internet-service6",
        "internet-service6-src",
    ] {
        if entry.is(key, "enable") {
            open(format!(
                "set {key} enable: the addresses of a service are not in the export"
            ));
        }
    }
    match entry.word("schedule") {
        None | Some("always") => {}
        Some(other) => open(format!("set schedule {other}")),
    }
    if entry.is("disclaimer", "enable") {
        open("set disclaimer enable".to_owned());
    }
    if entry.values("service").is_empty() && !entry.is("internet-service", "enable") {
        open(format!("policy {}: no service is set", entry.name));
    }
    let services = tree.services(entry.values("service").iter());
    match (services, entry.is("service-negate", "enable")) {
        (None, false) => {}
        (None, true) => tests.push(Test::Never),
        (Some(alternatives), true) => tests.push(Test::NoneOf(alternatives)),
        (Some(alternatives), false) => tests.push(Test::AnyOf(alternatives)),
    }
    tests
}

/// The test of the source.
fn sources(entry: &Entry, tree: &Tree, family: Family, keys: &[&str; 4]) -> Vec<Test> {
    let names = entry.values(keys[0]);
    let whole = Addresses::of_family(family);
    if names.is_empty() {
        return source(whole);
    }
    let place = tree.place(names.iter(), family);
    let mut tests = source(whole);
    tests.push(test(place, source, entry.is(keys[2], "enable")));
    tests
}

/// One test of a place, or that it is not there.
fn test(place: Place, of: fn(Addresses) -> Vec<Test>, negated: bool) -> Test {
    let mut alternatives = Vec::new();
    if !place.set.is_empty() {
        alternatives.push(of(place.set));
    }
    alternatives.extend(place.open.map(|open| vec![Test::Unknown(open.into())]));
    if negated {
        Test::NoneOf(alternatives)
    } else {
        Test::AnyOf(alternatives)
    }
}

/// The tests of the destination: addresses, and virtual IPs, which hold for what they translated.
fn destinations(entry: &Entry, tree: &Tree, family: Family, keys: &[&str; 4]) -> Vec<Test> {
    let (mut vips, mut names) = (Vec::new(), Vec::new());
    for name in entry.values(keys[1]) {
        if !add_vips(name, tree, &mut Visit::default(), &mut vips) {
            names.push(name);
        }
    }
    let mut alternatives: Vec<Vec<Test>> = Vec::new();
    for vip in vips {
        alternatives.push(vec![match vip::read(vip) {
            Some(known) => known.tests(&vip.name),
            None => {
                Test::Unknown(format!("vip {}: where it leads is not understood", vip.name).into())
            }
        }]);
    }
    let negated = entry.is(keys[3], "enable");
    if !names.is_empty() {
        let place = tree.place(names.into_iter(), family);
        let mut tests = vec![test(place, destination, negated)];
        let translates = tree.entries("firewall vip").next().is_some();
        if translates && !tree.central && !entry.is("match-vip", "enable") {
            let construct = format!(
                "policy {}: whether it is for what a virtual IP translated (match-vip)",
                entry.name
            );
            let untouched = Test::NoneOf(vec![vec![Test::Translated]]);
            tests.push(Test::AnyOf(vec![
                vec![untouched],
                vec![Test::Unknown(construct.into())],
            ]));
        }
        alternatives.push(tests);
    }
    match alternatives.len() {
        0 => Vec::new(),
        1 => alternatives.pop().unwrap_or_default(),
        _ => vec![Test::AnyOf(alternatives)],
    }
}

/// The virtual IPs that a name stands for; whether it is one or a group of them.
fn add_vips<'a>(name: &str, tree: &'a Tree, visit: &mut Visit, vips: &mut Vec<&'a Entry>) -> bool {
    for table in ["firewall vip", "firewall vip6"] {
        if let Some(vip) = tree.entry(table, name) {
            if !vip.is("status", "disable") {
                vips.push(vip);
            }
            return true;
        }
    }
    let group = tree
        .entry("firewall vipgrp", name)
        .or_else(|| tree.entry("firewall vipgrp6", name));
    let Some(group) = group else {
        return false;
    };
    match visit.enter(name) {
        Entered::New => {}
        Entered::Known => return true,
        Entered::TooDeep => return false,
    }
    for member in group.values("member") {
        add_vips(member, tree, visit, vips);
    }
    visit.leave();
    true
}
