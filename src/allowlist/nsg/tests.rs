//! Shapes as in "Network Security Groups - Get" and "Microsoft.Network networkSecurityGroups" of Azure's REST and template
//! references, and "Azure service tags overview" for the meaning of the tags.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

const SHOW: &str = r#"{
  "name": "dmz-nsg",
  "defaultSecurityRules": [
    { "name": "DenyAllInBound", "access": "Deny", "direction": "Inbound", "priority": 65500, "protocol": "*", "sourceAddressPrefix": "*",
      "sourceAddressPrefixes": [], "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*" },
    { "name": "AllowVnetInBound", "access": "Allow", "direction": "Inbound", "priority": 65000, "protocol": "*", "sourceAddressPrefix": "VirtualNetwork",
      "sourcePortRange": "*", "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": "*" }
  ],
  "securityRules": [
    { "name": "late", "access": "Deny", "direction": "Inbound", "priority": 300, "protocol": "Tcp", "sourceAddressPrefix": "203.0.113.0/24",
      "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*" },
    { "name": "web", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp", "sourceAddressPrefix": null,
      "sourceAddressPrefixes": ["203.0.113.0/30", "198.51.100.0/24"], "sourcePortRange": "*", "sourcePortRanges": [],
      "destinationAddressPrefix": "10.0.0.5", "destinationPortRange": null, "destinationPortRanges": ["80", "440-450"] },
    { "name": "out", "access": "Deny", "direction": "Outbound", "priority": 90, "protocol": "*", "sourceAddressPrefix": "*",
      "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*" }
  ]
}"#;

#[test]
fn the_lowest_priority_number_decides() {
    let asked = Asked::of(&["203.0.113.0/29", "198.51.100.1", "9.9.9.9"]);
    assert_eq!(
        answers(Kind::Nsg, SHOW, &asked),
        ["allow 12 | deny 10", "allow 12", "deny 4"]
    );
    assert_eq!(
        answers(Kind::Nsg, SHOW, &asked.port(8443)),
        ["deny 10", "deny 4", "deny 4"]
    );
}

#[test]
fn the_default_rules_hold_where_a_template_leaves_them_out() {
    let text = r#"{ "resources": [ { "type": "Microsoft.Network/networkSecurityGroups", "name": "n", "properties": { "securityRules": [
  { "name": "web", "properties": { "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "TCP",
    "sourceAddressPrefix": "Internet", "sourcePortRange": "*", "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": "443" } }
] } } ] }"#;
    let asked = Asked::of(&["203.0.113.1"]);
    assert_eq!(answers(Kind::Nsg, text, &asked), ["allow 2"]);
    assert_eq!(answers(Kind::Nsg, text, &asked.port(80)), ["deny 1"]);
}

#[test]
fn a_tag_whose_addresses_are_not_told_leaves_it_open() {
    let text = SHOW.replace("\"203.0.113.0/24\"", "\"AzureCloud.westeurope\"");
    let asked = Asked::of(&["203.0.113.1", "9.9.9.9"]);
    let found = answers(Kind::Nsg, &text, &asked);
    assert_eq!(found[0], "allow 12");
    assert_eq!(found[1], "deny 4", "both ways it is denied");
    let text = text.replace(
        r#""name": "late", "access": "Deny""#,
        r#""name": "late", "access": "Allow""#,
    );
    let found = answers(Kind::Nsg, &text, &asked);
    assert_eq!(
        found[1],
        "undecided 10: sourceAddressPrefix AzureCloud.westeurope: its addresses are not in the export"
    );
}

#[test]
fn groups_of_which_one_may_apply_must_agree() {
    let other = SHOW
        .replace("dmz-nsg", "b")
        .replace("198.51.100.0/24", "192.0.2.0/24");
    let text = format!("[{SHOW},{other}]");
    let asked = Asked::of(&["203.0.113.1", "198.51.100.1", "9.9.9.9"]);
    let found = answers(Kind::Nsg, &text, &asked);
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert!(found[1].starts_with("undecided"), "{found:?}");
    assert!(found[2].starts_with("deny"), "{found:?}");
}

#[test]
fn a_list_of_rules_is_one_group() {
    let text = r#"[{ "name": "web", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "*", "sourceAddressPrefix": "203.0.113.0/30",
  "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443" }]"#;
    let asked = Asked::of(&["203.0.113.1", "9.9.9.9"]);
    assert_eq!(answers(Kind::Nsg, text, &asked), ["allow 1", "deny 1"]);
}
