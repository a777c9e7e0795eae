//! Commands as in "access-list extended", "access-group", "object network", "object-group" and "nat (object)" of the Cisco Secure
//! Firewall ASA command references, and "access-list (IP extended)", "ip access-group" of the Cisco IOS security command reference.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

const ASA: &str = "\
ASA Version 9.16(4)
!
name 203.0.113.128 cloud-east
interface GigabitEthernet0/0
 nameif outside
 security-level 0
interface GigabitEthernet0/1
 nameif inside
 security-level 100
object network ORCH
 host 10.0.0.5
object-group network UIPATH
 network-object 203.0.113.0 255.255.255.252
 network-object host 198.51.100.7
 network-object host cloud-east
object-group service WEB tcp
 port-object eq https
 port-object range 8443 8444
access-list OUT remark from the cloud
access-list OUT extended deny ip host 203.0.113.2 any
access-list OUT extended permit tcp object-group UIPATH object ORCH object-group WEB log warnings interval 300
access-list OUT extended permit tcp any4 object ORCH eq www inactive
access-list IN extended permit ip any any
access-group OUT in interface outside
access-group IN in interface inside
";

#[test]
fn the_list_of_the_outside_interface_decides() {
    let asked = Asked::of(&[
        "203.0.113.1",
        "203.0.113.2",
        "198.51.100.7",
        "203.0.113.128",
        "9.9.9.9",
    ]);
    assert_eq!(
        answers(Kind::Asa, ASA, &asked),
        ["allow 21", "deny 20", "allow 21", "allow 21", "deny 22"]
    );
    let asked = asked.port(8444);
    assert_eq!(answers(Kind::Asa, ASA, &asked)[0], "allow 21");
    let asked = asked.port(80);
    assert_eq!(
        answers(Kind::Asa, ASA, &asked)[0],
        "deny 22",
        "the entry for 80 is inactive"
    );
    let asked = asked.through("inside");
    assert_eq!(answers(Kind::Asa, ASA, &asked)[0], "allow 23");
    let asked = asked.through("dmz");
    assert!(answers(Kind::Asa, ASA, &asked)[0].starts_with("undecided"));
}

#[test]
fn another_destination_is_not_meant() {
    let asked = Asked::of(&["203.0.113.1"]).to("10.0.0.6");
    assert_eq!(answers(Kind::Asa, ASA, &asked), ["deny 22"]);
}

#[test]
fn an_address_is_translated_before_the_list() {
    let text = ASA.replace(
        " host 10.0.0.5\n",
        " host 10.0.0.5\n nat (inside,outside) static 192.0.2.80 service tcp 443 8443\n",
    );
    let asked = Asked::of(&["203.0.113.1"]).to("192.0.2.80").port(8443);
    assert_eq!(answers(Kind::Asa, &text, &asked), ["allow 22"]);
    let asked = asked.port(443);
    assert_eq!(
        answers(Kind::Asa, &text, &asked),
        ["deny 23"],
        "only 8443 is translated"
    );
}

#[test]
fn what_is_not_understood_above_the_decision_is_named() {
    let text = ASA.replace(
        "extended deny ip host 203.0.113.2 any",
        "extended deny ip host 203.0.113.2 any time-range night",
    );
    let found = answers(
        Kind::Asa,
        &text,
        &Asked::of(&["203.0.113.1", "203.0.113.2"]),
    );
    assert_eq!(found, ["allow 21", "undecided 20: time-range night"]);
    let text = ASA.replace(
        " network-object host 198.51.100.7",
        " network-object object GONE",
    );
    let found = answers(Kind::Asa, &text, &Asked::of(&["203.0.113.1", "9.9.9.9"]));
    assert_eq!(
        found,
        [
            "allow 21",
            "undecided 21: object GONE: it is not in the export"
        ]
    );
    let text = ASA.replace(
        "extended deny ip host 203.0.113.2 any",
        "extended deny tcp user CORP\\all any any",
    );
    assert!(answers(Kind::Asa, &text, &Asked::of(&["203.0.113.1"]))[0].starts_with("undecided 20"));
}

#[test]
fn a_global_list_comes_after_the_one_of_the_interface() {
    let text = format!(
        "{ASA}access-list ALL extended permit tcp host 9.9.9.9 any eq 443\naccess-group ALL global\n"
    );
    let found = answers(
        Kind::Asa,
        &text,
        &Asked::of(&["9.9.9.9", "203.0.113.2", "8.8.8.8"]),
    );
    assert_eq!(found, ["allow 26", "deny 20", "deny 26"]);
}

const IOS: &str = "\
object-group network CLOUD
 203.0.113.0 255.255.255.252
 host 198.51.100.7
!
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
 ip access-group 101 in
!
access-list 101 permit tcp any any established
access-list 101 deny   ip 203.0.113.2 0.0.0.0 any log
access-list 101 permit tcp object-group CLOUD host 10.0.0.5 eq 443 8443
access-list 101 permit tcp 192.0.2.0 0.0.0.255 10.0.0.0 0.255.255.255 range 440 450
access-list 101 permit udp any any
";

#[test]
fn ios_masks_have_ones_where_the_address_may_differ() {
    let asked = Asked::of(&[
        "203.0.113.1",
        "203.0.113.2",
        "198.51.100.7",
        "192.0.2.200",
        "9.9.9.9",
    ]);
    assert_eq!(
        answers(Kind::Asa, IOS, &asked),
        ["allow 11", "deny 10", "allow 11", "allow 12", "deny 13"]
    );
    assert_eq!(answers(Kind::Asa, IOS, &asked.port(8443))[0], "allow 11");
}

#[test]
fn a_list_without_binding_is_taken_when_it_is_the_only_one() {
    let text = "ip access-list extended DMZ\n 10 permit tcp 203.0.113.0 0.0.0.3 any eq 443\n 20 deny ip any any\nip access-list standard VTY\n 10 permit 203.0.113.0 0.0.0.1\n";
    let found = answers(
        Kind::Asa,
        text,
        &Asked::of(&["203.0.113.1", "203.0.113.3", "9.9.9.9"]),
    );
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert!(found[1].starts_with("undecided"), "{found:?}");
    assert!(found[2].starts_with("deny"), "{found:?}");
    let alone = text
        .split("ip access-list standard")
        .next()
        .expect("the first list");
    assert_eq!(
        answers(Kind::Asa, alone, &Asked::of(&["203.0.113.3", "9.9.9.9"])),
        ["allow 2", "deny 3"]
    );
}

#[test]
fn ios_filters_the_answers_too() {
    let text = IOS.replace(
        "!\naccess-list 101 permit tcp any any established",
        "interface GigabitEthernet0/1\n ip access-group 102 in\n!\naccess-list 102 permit tcp host 10.0.0.5 eq 443 203.0.113.0 0.0.0.1 established\naccess-list 101 permit tcp any any established",
    );
    let asked = Asked::of(&["203.0.113.1", "198.51.100.7"]).through("GigabitEthernet0/0");
    let found = answers(Kind::Asa, &text, &asked);
    assert!(
        found[0].starts_with("allow") || found[0].starts_with("undecided"),
        "{found:?}"
    );
    assert!(
        !found[1].starts_with("allow"),
        "the answers to it may be denied: {found:?}"
    );
}

#[test]
fn show_access_lists_is_read_too() {
    let text = "Extended IP access list 101\n    10 permit tcp 203.0.113.0 0.0.0.3 any eq 443 (5 matches)\n    20 deny ip any any (100 matches)\n";
    let found = answers(Kind::Asa, text, &Asked::of(&["203.0.113.1", "9.9.9.9"]));
    assert_eq!(found, ["allow 2", "deny 3"]);
    let text = "access-list OUT line 1 extended permit tcp host 203.0.113.1 any eq https (hitcnt=3) 0x1234\n";
    assert_eq!(
        answers(Kind::Asa, text, &Asked::of(&["203.0.113.1", "9.9.9.9"])),
        ["allow 1", "deny 1"]
    );
}

// What an interface of IOS has beside its access group ("vrf forwarding", "bandwidth", "ip virtual-reassembly" …) does not end it.
#[test]
fn an_access_group_is_found_wherever_it_stands_in_its_interface() {
    let config = |before: &str| {
        format!(
            "interface GigabitEthernet0/0\n{before} ip access-group CLOUD in\n!\nip access-list extended CLOUD\n permit tcp 203.0.113.0 0.0.0.3 any eq 443\nip access-list extended OTHER\n permit ip any any\n"
        )
    };
    let asked = Asked::of(&["203.0.113.1", "9.9.9.9"]);
    for before in [
        "",
        " vrf forwarding RED\n bandwidth 1000\n ip virtual-reassembly\n",
    ] {
        assert_eq!(
            answers(Kind::Asa, &config(before), &asked),
            ["allow 5", "deny 5"].map(|text| if before.is_empty() {
                text.to_owned()
            } else {
                text.replace('5', "8")
            }),
            "{before}"
        );
    }
}

// NX-OS: "statistics per-entry" stands before the entries of a list ("Configuring IP ACLs" of the NX-OS security guide).
#[test]
fn a_setting_within_a_list_is_no_end_of_it_and_what_is_unknown_leaves_it_open() {
    let text = |line: &str| {
        format!(
            "ip access-list WEB\n  {line}\n  10 permit tcp 203.0.113.0/30 any eq 443\n  20 deny ip any any\n"
        )
    };
    let asked = Asked::of(&["203.0.113.1", "9.9.9.9"]);
    assert_eq!(
        answers(Kind::Asa, &text("statistics per-entry"), &asked),
        ["allow 3", "deny 4"]
    );
    let found = answers(Kind::Asa, &text("no permit tcp any any"), &asked);
    assert!(found[0].starts_with("undecided 2"), "{found:?}");
}

// IOS security command reference, "ip access-group": "an access list that has no entries permits all".
#[test]
fn a_list_without_entries_is_not_taken_for_a_deny() {
    let text = "interface Gi0/0\n ip access-group CLOUD in\nip access-list extended CLOUD\n!\nip access-list extended X\n permit ip any any\n";
    let found = answers(Kind::Asa, text, &Asked::of(&["203.0.113.1"]));
    assert!(found[0].contains("CLOUD is empty"), "{found:?}");
}

// "Configuring Context-Based Access Control" and "Zone-Based Policy Firewall": answers pass by inspection, and zones filter beside lists.
#[test]
fn inspection_and_zones_are_not_passed_over() {
    let text = |line: &str| {
        format!(
            "interface Gi0/0\n ip access-group CLOUD in\n ip access-group BACK out\n {line}\nip access-list extended CLOUD\n permit tcp any any eq 443\nip access-list extended BACK\n deny ip any any\n"
        )
    };
    let asked = Asked::of(&["203.0.113.1"]);
    assert_eq!(answers(Kind::Asa, &text("duplex auto"), &asked), ["deny 8"]);
    for line in ["ip inspect FW in", "zone-member security OUTSIDE"] {
        let found = answers(Kind::Asa, &text(line), &asked);
        if line.starts_with("ip") {
            assert!(found[0].starts_with("undecided"), "{line}: {found:?}");
        }
    }
    let open =
        text("zone-member security OUTSIDE").replace(" deny ip any any", " permit ip any any");
    let found = answers(Kind::Asa, &open, &asked);
    assert!(found[0].contains("zone-member security"), "{found:?}");
}
