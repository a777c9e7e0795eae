//! Shapes as in "describe-security-groups", "describe-security-group-rules" and "describe-network-acls" of the AWS CLI command
//! reference; the order of ACL entries and the need of ephemeral ports as in "Control subnet traffic with network access control lists".

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

const GROUP: &str = r#"{ "SecurityGroups": [ { "GroupId": "sg-1", "GroupName": "web", "IpPermissions": [
  { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
    "IpRanges": [
      { "CidrIp": "203.0.113.0/30" },
      { "CidrIp": "198.51.100.0/24", "Description": "UiPath" } ],
    "Ipv6Ranges": [ { "CidrIpv6": "2001:db8::/64" } ], "PrefixListIds": [],
    "UserIdGroupPairs": [ { "GroupId": "sg-1", "UserId": "1" } ] },
  { "IpProtocol": "-1", "IpRanges": [ { "CidrIp": "192.0.2.0/24" } ], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [] } ],
  "IpPermissionsEgress": [ { "IpProtocol": "-1", "IpRanges": [ { "CidrIp": "0.0.0.0/0" } ] } ] } ] }"#;

const ACL: &str = r#"{ "NetworkAcls": [ { "NetworkAclId": "acl-1", "Entries": [
  { "CidrBlock": "0.0.0.0/0", "Egress": true, "PortRange": { "From": 1024, "To": 65535 }, "Protocol": "6", "RuleAction": "allow", "RuleNumber": 100 },
  { "CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767 },
  { "CidrBlock": "203.0.113.0/24", "Egress": false, "PortRange": { "From": 443, "To": 443 }, "Protocol": "6", "RuleAction": "allow", "RuleNumber": 200 },
  { "CidrBlock": "203.0.113.2/32", "Egress": false, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 90 },
  { "CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767 } ] } ] }"#;

#[test]
fn a_group_allows_what_one_of_its_rules_allows() {
    let asked = Asked::of(&[
        "203.0.113.1",
        "198.51.100.1",
        "2001:db8::1",
        "192.0.2.1",
        "9.9.9.9",
    ]);
    assert_eq!(
        answers(Kind::Aws, GROUP, &asked),
        ["allow 4", "allow 5", "allow 6", "allow 8", "deny 1"]
    );
    assert_eq!(
        answers(Kind::Aws, GROUP, &asked.port(80))[..2],
        ["deny 1", "deny 1"]
    );
}

#[test]
fn a_prefix_list_leaves_open_what_nothing_else_allows() {
    let text = GROUP.replace(
        "\"PrefixListIds\": [],\n",
        "\"PrefixListIds\": [ { \"PrefixListId\": \"pl-7\" } ],\n",
    );
    let asked = Asked::of(&["203.0.113.1", "9.9.9.9"]);
    assert_eq!(
        answers(Kind::Aws, &text, &asked),
        [
            "allow 4",
            "undecided 6: prefix list pl-7: its networks are not in the export"
        ]
    );
}

#[test]
fn the_lowest_entry_of_an_acl_decides() {
    let asked = Asked::of(&["203.0.113.1", "203.0.113.2", "9.9.9.9"]);
    let found = answers(Kind::Aws, ACL, &asked);
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert_eq!(found[1..], ["deny 5", "deny 6"]);
}

#[test]
fn an_acl_that_drops_the_answers_denies() {
    let text = ACL.replace(
        "\"From\": 1024, \"To\": 65535",
        "\"From\": 443, \"To\": 443",
    );
    assert_eq!(
        answers(Kind::Aws, &text, &Asked::of(&["203.0.113.1"])),
        ["deny 3"]
    );
    let text = ACL.replace("\"From\": 1024", "\"From\": 32768");
    assert_eq!(
        answers(Kind::Aws, &text, &Asked::of(&["203.0.113.1"])),
        ["undecided 2: a test of the client's port"]
    );
}

#[test]
fn an_acl_and_a_group_in_one_file_must_both_allow() {
    let text = format!("{GROUP}\n{ACL}");
    let asked = Asked::of(&["203.0.113.1", "203.0.113.2", "203.0.113.9", "198.51.100.1"]);
    let found = answers(Kind::Aws, &text, &asked);
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert!(
        found[1..].iter().all(|answer| answer.starts_with("deny")),
        "{found:?}"
    );
}

#[test]
fn groups_of_which_each_may_be_missing_must_agree() {
    let text = GROUP.replacen("\"SecurityGroups\": [ ", r#""SecurityGroups": [ { "GroupId": "sg-0", "IpPermissions": [ { "IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [ { "CidrIp": "203.0.113.0/24" } ] } ] }, "#, 1);
    let asked = Asked::of(&["203.0.113.1", "198.51.100.1", "9.9.9.9"]);
    let found = answers(Kind::Aws, &text, &asked);
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert!(found[1].starts_with("undecided"), "{found:?}");
    assert!(found[2].starts_with("deny"), "{found:?}");
}
