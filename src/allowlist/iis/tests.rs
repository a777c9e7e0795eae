//! Elements and defaults as in "IP Security <ipSecurity>" and "Adding IP Security <add>" of the IIS configuration reference:
//! `allowUnlisted` is true and `allowed` is false unless set, the mask is 255.255.255.255 unless set, entries are tried in order.

use super::super::model::Kind;
use super::super::sample::{Asked, answers};

fn config(section: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<configuration>\n<system.webServer><security>\n{section}\n</security></system.webServer>\n</configuration>\n"
    )
}

#[test]
fn entries_are_tried_in_order_and_the_unlisted_are_turned_away() {
    let text = config(
        r#"<ipSecurity allowUnlisted="false" denyAction="NotFound">
  <add ipAddress="203.0.113.7" />
  <add ipAddress="203.0.113.0" subnetMask="255.255.255.0" allowed="true" />
</ipSecurity>"#,
    );
    let asked = Asked::of(&["203.0.113.6", "203.0.113.7", "9.9.9.9"]);
    assert_eq!(
        answers(Kind::Iis, &text, &asked),
        ["allow 6", "deny 5", "deny 4"]
    );
}

#[test]
fn without_the_attribute_the_unlisted_are_admitted() {
    let text =
        config(r#"<ipSecurity><add ipAddress="203.0.113.7" allowed="false" /></ipSecurity>"#);
    let asked = Asked::of(&["203.0.113.6", "203.0.113.7"]);
    assert_eq!(answers(Kind::Iis, &text, &asked), ["allow 4", "deny 4"]);
}

#[test]
fn what_was_cleared_or_removed_does_not_count() {
    let text = config(
        r#"<ipSecurity allowUnlisted="false">
  <add ipAddress="203.0.113.7" allowed="true" />
  <clear />
  <add ipAddress="203.0.113.8" allowed="true" />
  <add ipAddress="203.0.113.9" allowed="true" />
  <remove ipAddress="203.0.113.8" />
</ipSecurity>"#,
    );
    let asked = Asked::of(&["203.0.113.7", "203.0.113.8", "203.0.113.9"]);
    assert_eq!(
        answers(Kind::Iis, &text, &asked),
        ["deny 4", "deny 4", "allow 8"]
    );
}

#[test]
fn a_domain_name_leaves_open_what_it_may_admit() {
    let text = config(
        r#"<ipSecurity allowUnlisted="false" enableReverseDns="true">
  <add domainName="*.example.com" allowed="true" />
  <add ipAddress="203.0.113.7" allowed="true" />
</ipSecurity>"#,
    );
    let found = answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7", "9.9.9.9"]));
    assert_eq!(found[0], "allow 6");
    assert!(
        found[1].starts_with("undecided 5: domainName=\"*.example.com\""),
        "{found:?}"
    );
}

#[test]
fn a_location_counts_where_it_agrees_with_the_rest() {
    let text = r#"<configuration>
<location path="Default Web Site"><system.webServer><security>
<ipSecurity allowUnlisted="false">
  <add ipAddress="203.0.113.7" allowed="true" />
</ipSecurity></security></system.webServer></location>
</configuration>"#;
    let found = answers(Kind::Iis, text, &Asked::of(&["203.0.113.7", "9.9.9.9"]));
    assert!(found[0].starts_with("allow"), "{found:?}");
    assert!(found[1].starts_with("undecided"), "{found:?}");
}

#[test]
fn the_proxy_mode_and_rewrite_rules_are_told() {
    let text = config(
        r#"<ipSecurity allowUnlisted="false" enableProxyMode="true"><add ipAddress="203.0.113.7" allowed="true" /></ipSecurity>"#,
    );
    let found = answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7", "9.9.9.9"]));
    assert!(found[0].contains("enableProxyMode"), "{found:?}");
    assert!(found[1].starts_with("deny"), "{found:?}");
    let text = config(
        r#"<ipSecurity /></security><rewrite><rules><rule name="r"><conditions><add input="{REMOTE_ADDR}" pattern="^10\." negate="true" /></conditions></rule></rules></rewrite><security>"#,
    );
    let found = answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7"]));
    assert!(
        found[0].starts_with("undecided 4: a rewrite rule"),
        "{found:?}"
    );
}
