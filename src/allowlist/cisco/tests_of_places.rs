//! Where the cloud arrives, and the order of entries: what configurations say of it, and what they leave open.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

fn asked() -> Asked {
    Asked::of(&["203.0.113.1", "9.9.9.9"])
}

// "For routed mode, the following types of traffic are allowed through by default: IPv4 traffic from a higher security interface to a
// lower security interface": a list of the inside interface says nothing about what comes from outside.
// "Implicit Permits", Cisco ASA 5500 Series Configuration Guide using the CLI, 34-2,
// http://www.manualsdir.com/manuals/743833/cisco-asa-5585-x-asa-5555-x-asa-5545-x-asa-5525-x-asa-5515-x-asa-5512-x-asa-5580-asa-5550-asa-5540-asa-5520-asa-5510-asa-5505-asa-5500-series.html?page=672
#[test]
fn a_list_of_the_inside_does_not_admit_the_outside() {
    let interfaces = "interface Gi0/0\n nameif outside\n security-level 0\ninterface Gi0/1\n nameif inside\n security-level 100\n";
    let list = "access-list IN extended permit ip any any\naccess-group IN in interface inside\n";
    for text in [format!("{interfaces}{list}"), list.to_owned()] {
        let found = answers(Kind::Asa, &text, &asked());
        assert!(found[0].starts_with("undecided"), "{found:?}");
    }
    // "the specific interface access rules are always processed before the general global access rules": the outside has these alone.
    let text = format!(
        "{interfaces}{list}access-list ALL extended permit tcp host 203.0.113.1 any eq 443\naccess-group ALL global\n"
    );
    let found = answers(Kind::Asa, &text, &asked());
    assert_eq!(found, ["allow 9", "deny 9"]);
}

const ROUTER: &str = "\
interface Gi0/0
 ip address 172.16.1.2 255.255.255.252
interface Gi0/1
 ip address 10.0.0.1 255.255.255.0
 ip access-group LAN in
ip access-list extended LAN
 permit ip 10.0.0.0 0.0.0.255 any
";

// IOS: an interface without an access group filters nothing, and the cloud may arrive at either.
#[test]
fn a_list_of_one_of_two_interfaces_may_not_be_where_the_cloud_arrives() {
    let found = answers(Kind::Asa, ROUTER, &asked());
    assert!(found[0].contains("which interface faces"), "{found:?}");
    for told in [
        "ip route 0.0.0.0 0.0.0.0 172.16.1.1\n",
        "ip route 0.0.0.0 0.0.0.0 Gi0/0\n",
    ] {
        let found = answers(Kind::Asa, &format!("{ROUTER}{told}"), &asked());
        assert!(found[0].starts_with("allow"), "{told}: {found:?}");
    }
    let found = answers(
        Kind::Asa,
        &format!("{ROUTER}ip route 0.0.0.0 0.0.0.0 10.0.0.254\n"),
        &asked(),
    );
    assert_eq!(found[0], "deny 7");
    for sign in ["ip nat outside", "description to the internet"] {
        let text = ROUTER.replace("interface Gi0/0\n", &format!("interface Gi0/0\n {sign}\n"));
        let found = answers(Kind::Asa, &text, &asked());
        assert!(found[0].starts_with("allow"), "{sign}: {found:?}");
    }
    let text = ROUTER.replace("172.16.1.2", "198.51.100.2");
    assert!(answers(Kind::Asa, &text, &asked())[0].starts_with("allow"));
    let text = ROUTER.replace("interface Gi0/0\n", "interface Gi0/0\n shutdown\n");
    assert_eq!(answers(Kind::Asa, &text, &asked())[0], "deny 8");
}

// "When you enter a new ACE in a named ACL and include a sequence number, the switch inserts the ACE according to the position of the
// sequence number": "General editing rules", https://support.hpe.com/techhub/eginfolib/Aruba/16.06/5200-4810/s_General_editing_rules.html
// (the same commands); "ip access-list" in the Cisco IOS security command reference: without one it is 10 behind the last.
#[test]
fn entries_are_tried_in_the_order_of_their_numbers() {
    let list = |entries: &str| format!("ip access-list extended X\n{entries}");
    let found = answers(
        Kind::Asa,
        &list(" 20 deny ip any any\n 10 permit tcp host 203.0.113.1 any eq 443\n"),
        &asked(),
    );
    assert_eq!(found, ["allow 3", "deny 2"]);
    let found = answers(
        Kind::Asa,
        &list(
            " 10 permit tcp host 9.9.9.9 any eq 443\n permit tcp host 203.0.113.1 any eq 443\n 15 deny ip any any\n",
        ),
        &asked(),
    );
    assert_eq!(found, ["deny 4", "allow 2"]);
    let found = answers(
        Kind::Asa,
        &list(
            " 10 remark the cloud\n 10 permit tcp host 203.0.113.1 any eq 443\n 20 deny ip any any\n",
        ),
        &asked(),
    );
    assert_eq!(found, ["allow 3", "deny 4"]);
    let found = answers(
        Kind::Asa,
        &list(" 10 permit tcp host 203.0.113.1 any eq 443\n 10 deny ip any any\n"),
        &asked(),
    );
    assert!(found[1].starts_with("undecided 3"), "{found:?}");
    let six = "ipv6 access-list X\n permit tcp host 2001:db8::1 any eq 443 sequence 10\n sequence 20 deny ipv6 any any\n";
    let found = answers(
        Kind::Asa,
        six,
        &Asked::of(&["2001:db8::1", "2001:db8::2"]).to("2001:db8:5::5"),
    );
    assert_eq!(found, ["allow 2", "deny 3"]);
}

#[test]
fn what_is_taken_away_again_is_not_relied_on() {
    let asa = "access-list OUT extended permit tcp host 203.0.113.1 any eq 443\naccess-group OUT in interface outside\n";
    assert_eq!(answers(Kind::Asa, asa, &asked()), ["allow 1", "deny 1"]);
    for change in [
        "no access-list OUT extended permit tcp host 203.0.113.1 any eq 443\n",
        "clear configure access-list OUT\n",
        "no access-group OUT in interface outside\n",
        // "access-list id line line-num": the entry goes between those there are.
        "access-list OUT line 5 extended permit ip any any\naccess-list OUT line 1 extended deny ip any any\n",
    ] {
        let found = answers(Kind::Asa, &format!("{asa}{change}"), &asked());
        assert!(
            found.iter().all(|answer| answer.starts_with("undecided")),
            "{change}: {found:?}"
        );
    }
    let ios = "ip access-list extended X\n permit tcp host 203.0.113.1 any eq 443\nno 10\nno permit tcp any any\n";
    let found = answers(Kind::Asa, ios, &asked());
    assert!(found[1].starts_with("undecided"), "{found:?}");
}

const SERVER: &str = "\
object network ORCH
 host 10.0.0.5
access-list OUT extended permit tcp host 203.0.113.1 object ORCH eq https
access-group OUT in interface outside
";

// The running configuration shows an object, and once more before its translation: "object network" and "nat (object)" of the command
// references. "You should always use the real IP address in the access list when you use NAT": "IP Addresses Used for Access Lists When
// You Use NAT", Cisco ASA Series CLI Configuration Guide, http://88.208.23.73:8080/en/manual/cisco/5505-asa-firewall-edition-bundle/18624?page=557
#[test]
fn an_object_that_is_shown_twice_is_one() {
    let text = format!("{SERVER}object network ORCH\n nat (inside,outside) static 192.0.2.80\n");
    let found = answers(Kind::Asa, &text, &asked().to("192.0.2.80"));
    assert_eq!(found, ["allow 3", "deny 3"]);
}

// "nat (outside,inside) source static any any destination static mapped real" translates the destination of what comes from outside:
// "nat (global)" of the ASA command reference.
#[test]
fn a_translation_of_the_destination_is_not_passed_over() {
    let nat = |source: &str, destination: &str| {
        let text = format!(
            "{SERVER}object network PUB\n host 192.0.2.80\nnat (outside,inside) source {source} destination static {destination}\n"
        );
        answers(Kind::Asa, &text, &asked().to("192.0.2.80"))
    };
    for source in ["static any any", "dynamic any interface"] {
        let found = nat(source, "PUB ORCH");
        assert!(found[0].starts_with("undecided"), "{source}: {found:?}");
        assert_eq!(nat(source, "PUB PUB")[0], "deny 3", "{source}");
    }
}
