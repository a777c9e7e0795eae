//! Commands as in "config firewall address | addrgrp | service custom | vip | policy" of the FortiOS CLI reference; virtual IPs and
//! `match-vip` as in "Static virtual IPs" of the FortiOS administration guide.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

const CONFIG: &str = r#"config firewall address
    edit "all"
        set uuid 1
    next
    edit "uipath-1"
        set subnet 203.0.113.0 255.255.255.252
        set comment "first
part"
    next
    edit "uipath-2"
        set type iprange
        set start-ip 198.51.100.1
        set end-ip 198.51.100.9
    next
    edit "bad"
        set subnet 203.0.113.2/32
    next
end
config firewall addrgrp
    edit "uipath"
        set member "uipath-1" "uipath-2"
    next
end
config firewall service custom
    edit "orch"
        set tcp-portrange 443 8443-8445:1024-65535
    next
end
config firewall vip
    edit "orch-vip"
        set extip 192.0.2.80
        set mappedip "10.0.0.5"
        set extintf "wan1"
        set portforward enable
        set extport 8443
        set mappedport 443
    next
end
config firewall policy
    edit 1
        set srcintf "wan1"
        set dstintf "dmz"
        set srcaddr "bad"
        set dstaddr "orch-vip"
        set schedule "always"
        set service "ALL"
    next
    edit 2
        set name "cloud"
        set srcintf "wan1"
        set dstintf "dmz"
        set action accept
        set srcaddr "uipath"
        set dstaddr "orch-vip"
        set schedule "always"
        set service "orch"
        set logtraffic all
    next
    edit 3
        set status disable
        set srcintf "wan1"
        set dstintf "dmz"
        set action accept
        set srcaddr "all"
        set dstaddr "orch-vip"
        set schedule "always"
        set service "ALL"
    next
    edit 4
        set srcintf "lan"
        set dstintf "wan1"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
end
"#;

fn asked(sources: &[&str]) -> Asked {
    Asked::of(sources).to("192.0.2.80").port(8443)
}

#[test]
fn policies_are_tried_in_order_behind_the_virtual_ip() {
    let found = answers(
        Kind::Fortios,
        CONFIG,
        &asked(&["203.0.113.1", "203.0.113.2", "198.51.100.9", "9.9.9.9"]),
    );
    assert_eq!(found, ["allow 48", "deny 40", "allow 48", "deny 69"]);
    let found = answers(Kind::Fortios, CONFIG, &asked(&["203.0.113.1"]).port(443));
    assert_eq!(found, ["deny 69"], "the virtual IP is for 8443 alone");
}

#[test]
fn a_policy_for_all_may_not_be_for_a_virtual_ip() {
    let text = CONFIG.replace(
        "set dstaddr \"orch-vip\"\n        set schedule \"always\"\n        set service \"orch\"",
        "set dstaddr \"all\"\n        set schedule \"always\"\n        set service \"orch\"",
    );
    let found = answers(Kind::Fortios, &text, &asked(&["203.0.113.1"]));
    assert!(
        found[0]
            .starts_with("undecided 48: policy 2: whether it is for what a virtual IP translated"),
        "{found:?}"
    );
    let text = format!("config system settings\n set central-nat enable\nend\n{text}");
    assert_eq!(
        answers(Kind::Fortios, &text, &asked(&["203.0.113.1"])),
        ["allow 51"]
    );
}

#[test]
fn what_is_not_understood_above_the_decision_is_named() {
    let with = |old: &str, new: &str| {
        answers(
            Kind::Fortios,
            &CONFIG.replace(old, new),
            &asked(&["203.0.113.1"]),
        )
    };
    let found = with("set logtraffic all", "set internet-service-src enable");
    assert!(
        found[0].starts_with("undecided 48: set internet-service-src enable"),
        "{found:?}"
    );
    let found = with("        set logtraffic all", "        set groups \"staff\"");
    assert_eq!(found, ["undecided 48: set groups staff"]);
    let found = with("set service \"orch\"", "set service \"gone\"");
    assert_eq!(
        found,
        ["undecided 48: service gone: it is not in the export"]
    );
    let found = with("set type iprange\n", "set type geography\n");
    assert_eq!(found, ["allow 48"], "the other member is enough");
    let found = with("set subnet 203.0.113.0 255.255.255.252", "set type fqdn");
    assert_eq!(found, ["undecided 48: address uipath-1: set type fqdn"]);
}

#[test]
fn a_negated_source_is_everyone_else() {
    let text = CONFIG.replace("set logtraffic all", "set srcaddr-negate enable");
    let found = answers(Kind::Fortios, &text, &asked(&["203.0.113.1", "9.9.9.9"]));
    assert_eq!(found, ["deny 69", "allow 48"]);
}

#[test]
fn the_told_interface_decides() {
    let found = answers(
        Kind::Fortios,
        CONFIG,
        &Asked::of(&["9.9.9.9"]).through("lan"),
    );
    assert_eq!(found.len(), 1);
    assert!(!found[0].starts_with("deny"), "{found:?}");
}

// "config firewall policy" is a list of commands too: "move 2 before 1" and "delete 1" change the order that stands in the file.
#[test]
fn a_command_that_changes_the_list_leaves_it_open() {
    let text = "config firewall policy\nedit 1\nset srcintf wan1\nset dstintf dmz\nset srcaddr all\nset dstaddr all\nset service ALL\nset action accept\nset schedule always\nnext\nend\n";
    let asked = Asked::of(&["203.0.113.1"]);
    assert_eq!(answers(Kind::Fortios, text, &asked), ["allow 2"]);
    let moved = text.replace("next\nend", "next\nmove 2 before 1\nend");
    let found = answers(Kind::Fortios, &moved, &asked);
    assert_eq!(found, ["undecided 11: move 2 before 1"]);
}

// "Address group exclusions": "Specific IP addresses or ranges can be subtracted from the address group":
// https://docs.fortinet.com/document/fortigate/6.2.9/cookbook/219540
#[test]
fn what_a_group_leaves_out_is_not_in_it() {
    let asked = asked(&["203.0.113.1", "203.0.113.2"]);
    let text = CONFIG
        .replace("        set srcaddr \"bad\"", "        set srcaddr \"none\"")
        .replace(
            "set member \"uipath-1\" \"uipath-2\"",
            "set member \"uipath-1\" \"uipath-2\"\n        set exclude enable\n        set exclude-member \"bad\"",
        );
    assert_eq!(
        answers(Kind::Fortios, &text, &asked),
        ["allow 50", "deny 71"]
    );
    let text = text.replace("set exclude-member \"bad\"", "set exclude-member \"gone\"");
    let found = answers(Kind::Fortios, &text, &asked);
    assert!(
        found
            .iter()
            .all(|answer| answer.contains("set exclude enable")),
        "{found:?}"
    );
}

// srcintf-filter, nat44 and nat46 of "config firewall vip": https://docs.fortinet.com/document/fortigate/7.0.3/cli-reference/303620
#[test]
fn a_virtual_ip_that_may_not_apply_is_not_relied_on() {
    for setting in ["srcintf-filter \"wan2\"", "nat44 disable", "nat46 enable"] {
        let text = CONFIG.replace(
            "set extintf \"wan1\"",
            &format!("set extintf \"any\"\n        set {setting}"),
        );
        let found = answers(Kind::Fortios, &text, &asked(&["203.0.113.1"]));
        assert!(found[0].starts_with("undecided"), "{setting}: {found:?}");
    }
}
