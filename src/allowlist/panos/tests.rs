//! Commands as in "Security Policy Rules", "Address Objects" and "NAT Policy Rules" of the PAN-OS administrator's guide and the
//! set format of the PAN-OS CLI quick start; rules name addresses before translation and zones after it.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

const SET: &str = r#"set address UiPath-1 ip-netmask 203.0.113.0/30
set address "UiPath two" ip-range 198.51.100.1-198.51.100.9
set address orch ip-netmask 10.0.0.5
set address-group UiPath static [ UiPath-1 "UiPath two" ]
set service orch-8443 protocol tcp port 8443,9443
set service-group web members [ service-https orch-8443 ]
set rulebase security rules block-bad from untrust
set rulebase security rules block-bad to any
set rulebase security rules block-bad source 203.0.113.2
set rulebase security rules block-bad destination any
set rulebase security rules block-bad service any
set rulebase security rules block-bad application any
set rulebase security rules block-bad action drop
set rulebase security rules "cloud in" from untrust to dmz source UiPath destination orch application any service web action allow
set rulebase security rules off from untrust to dmz source any destination any application any service any action allow
set rulebase security rules off disabled yes
set rulebase security rules users from trust to untrust source any destination any application any service any action allow
"#;

#[test]
fn rules_are_tried_in_order_and_zones_part_them() {
    let asked = Asked::of(&["203.0.113.1", "203.0.113.2", "198.51.100.9", "9.9.9.9"]);
    assert_eq!(
        answers(Kind::Panos, SET, &asked),
        ["allow 14", "deny 7", "allow 14", "deny 17"]
    );
    assert_eq!(answers(Kind::Panos, SET, &asked.port(9443))[0], "allow 14");
    let asked = Asked::of(&["9.9.9.9"]).through("trust");
    assert_eq!(answers(Kind::Panos, SET, &asked), ["allow 17"]);
}

#[test]
fn an_application_leaves_it_open() {
    let text = SET.replace(
        "application any service web",
        "application [ ssl web-browsing ] service web",
    );
    let found = answers(Kind::Panos, &text, &Asked::of(&["203.0.113.1", "9.9.9.9"]));
    assert!(
        found[0].starts_with("undecided 14: application ssl,web-browsing"),
        "{found:?}"
    );
    assert_eq!(found[1], "deny 17");
}

#[test]
fn a_negated_source_is_everyone_else() {
    let text = format!("{SET}set rulebase security rules \"cloud in\" negate-source yes\n");
    let found = answers(Kind::Panos, &text, &Asked::of(&["203.0.113.1", "9.9.9.9"]));
    assert_eq!(found, ["deny 18", "allow 14"]);
}

#[test]
fn a_dynamic_group_and_an_unknown_name_leave_it_open() {
    let text = SET.replace(
        "set address-group UiPath static [ UiPath-1 \"UiPath two\" ]",
        "set address-group UiPath dynamic filter \"'cloud'\"",
    );
    let found = answers(Kind::Panos, &text, &Asked::of(&["203.0.113.1"]));
    assert!(
        found[0].starts_with("undecided 14: set address-group UiPath dynamic"),
        "{found:?}"
    );
    let text = SET.replace("source UiPath destination", "source EDL-UiPath destination");
    let found = answers(Kind::Panos, &text, &Asked::of(&["203.0.113.1"]));
    assert_eq!(
        found,
        ["undecided 14: address EDL-UiPath: it is not in the export"]
    );
}

#[test]
fn a_moved_rule_is_tried_where_it_stands_now() {
    let text = format!("{SET}move rulebase security rules \"cloud in\" top\n");
    let found = answers(Kind::Panos, &text, &Asked::of(&["203.0.113.2"]));
    assert_eq!(found, ["allow 14"]);
    let text = format!("{SET}delete rulebase security rules \"cloud in\"\n");
    assert!(
        answers(Kind::Panos, &text, &Asked::of(&["203.0.113.1"]))[0].starts_with("undecided 18")
    );
}

#[test]
fn rules_name_the_address_before_translation() {
    let text = SET.replace(
        "set address orch ip-netmask 10.0.0.5",
        "set address orch ip-netmask 192.0.2.80/32",
    ) + "set rulebase nat rules in from untrust to untrust source any destination orch service any destination-translation translated-address 10.0.0.5 translated-port 443\n";
    let found = answers(
        Kind::Panos,
        &text,
        &Asked::of(&["203.0.113.1", "9.9.9.9"])
            .to("192.0.2.80")
            .port(8443),
    );
    assert_eq!(found, ["allow 14", "deny 18"]);
}

// "Device group policies" of the Panorama guide: shared pre-rules come before those of the device group, shared post-rules after them.
#[test]
fn shared_rules_stand_outside_those_of_the_device_group() {
    let rule = |place: &str, name: &str, action: &str| {
        format!(
            "set {place} security rules {name} from untrust to dmz source any destination any application any service any action {action}\n"
        )
    };
    let asked = Asked::of(&["203.0.113.1"]);
    let text = rule("device-group dg pre-rulebase", "web", "allow")
        + &rule("shared pre-rulebase", "web", "deny");
    assert_eq!(answers(Kind::Panos, &text, &asked), ["deny 2"]);
    let text = rule("shared post-rulebase", "last", "allow")
        + &rule("device-group dg post-rulebase", "last", "deny");
    assert_eq!(answers(Kind::Panos, &text, &asked), ["deny 2"]);
}

#[test]
fn a_group_that_is_defined_in_two_places_is_open() {
    let text = "set shared address-group apps static [ 203.0.113.0/30 ]\nset device-group dg address-group apps static [ 198.51.100.0/30 ]\nset device-group dg pre-rulebase security rules web from untrust to dmz source apps destination any application any service any action allow\n";
    let asked = Asked::of(&["198.51.100.1", "203.0.113.1"]);
    let found = answers(Kind::Panos, text, &asked);
    assert!(
        found
            .iter()
            .all(|answer| answer.contains("more than one place")),
        "{found:?}"
    );
    let text = "set shared service web protocol tcp port 443\nset device-group dg service web protocol tcp port 8443\nset device-group dg pre-rulebase security rules web from untrust to dmz source any destination any application any service web action allow\n";
    let found = answers(Kind::Panos, text, &asked);
    assert!(found[0].contains("more than one place"), "{found:?}");
}

// One command may set several fields ("set" in the PAN-OS CLI quick start): what stands behind one that decides nothing counts.
#[test]
fn fields_behind_one_that_decides_nothing_are_read() {
    let asked = Asked::of(&["203.0.113.1"]);
    for field in ["log-end yes", "description \"a b\"", "tag [ a b ]"] {
        let text = SET.replace(
            "to dmz source UiPath",
            &format!("{field} disabled yes to dmz source UiPath"),
        );
        assert_eq!(answers(Kind::Panos, &text, &asked), ["deny 17"], "{field}");
    }
    let text = SET.replace(
        "to dmz source UiPath",
        "profile-setting group strict disabled yes to dmz source UiPath",
    );
    let found = answers(Kind::Panos, &text, &asked);
    assert!(found[0].starts_with("undecided"), "{found:?}");
}

// "set zone untrust network layer3 ethernet1/1": interfaces are not zones, and a name that no rule has may be one.
#[test]
fn a_name_that_no_rule_has_is_not_taken_for_a_zone_without_rules() {
    let found = answers(
        Kind::Panos,
        SET,
        &Asked::of(&["203.0.113.1"]).through("ethernet1/1"),
    );
    assert!(
        found[0].contains("no rule names the interface"),
        "{found:?}"
    );
}
