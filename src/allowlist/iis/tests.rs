//! Elements and defaults as in "IP Security <ipSecurity>" and "Adding IP Security <add>" of the IIS configuration reference:
//! `allowUnlisted` is true and `allowed` is false unless set above, the mask is 255.255.255.255 unless set, entries are tried in order.

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

/// An applicationHost.config, from which all others inherit.
fn host(sections: &str) -> String {
    format!("<configuration>\n<system.applicationHost />\n{sections}\n</configuration>\n")
}

// "allowUnlisted: … The default value is true" is the section's; a web.config below inherits what applicationHost.config sets.
// https://learn.microsoft.com/en-us/iis/configuration/system.webserver/security/ipsecurity/
#[test]
fn without_the_attribute_the_configuration_above_decides() {
    let section = r#"<ipSecurity><add ipAddress="203.0.113.7" allowed="false" /></ipSecurity>"#;
    let asked = Asked::of(&["203.0.113.6", "203.0.113.7"]);
    let found = answers(Kind::Iis, &config(section), &asked);
    assert!(
        found[0].starts_with("undecided 4: allowUnlisted is not set here"),
        "{found:?}"
    );
    assert_eq!(found[1], "deny 4");
    let whole = host(&format!(
        "<system.webServer><security>{section}</security></system.webServer>"
    ));
    assert_eq!(answers(Kind::Iis, &whole, &asked), ["allow 3", "deny 3"]);
}

// "<system.ftpServer> <security> <ipSecurity>" has the same name and is for FTP sites.
// https://learn.microsoft.com/en-us/iis/configuration/system.ftpserver/security/ipsecurity/
#[test]
fn the_section_of_the_ftp_server_is_not_for_web_sites() {
    let whole = host(
        r#"<system.ftpServer><security><ipSecurity allowUnlisted="false" /></security></system.ftpServer>"#,
    );
    assert_eq!(
        answers(Kind::Iis, &whole, &Asked::of(&["203.0.113.6"])),
        ["allow 1"]
    );
}

// "InheritInChildApplications: … whether the settings … are inherited by applications that reside in a subdirectory"
// https://learn.microsoft.com/dotnet/api/system.configuration.sectioninformation.inheritinchildapplications
#[test]
fn what_applications_below_do_not_inherit_is_not_relied_on_there() {
    let place = |path: &str, own: &str, section: &str| {
        format!(
            "<location path=\"{path}\" {own}><system.webServer><security>{section}</security></system.webServer></location>\n"
        )
    };
    let found = |own: &str| {
        let text = host(&format!(
            "{}{}",
            place(
                "Default Web Site",
                own,
                r#"<ipSecurity allowUnlisted="false"><add ipAddress="203.0.113.7" allowed="true" /></ipSecurity>"#
            ),
            place(
                "Default Web Site/orch",
                "",
                r#"<ipSecurity><add ipAddress="203.0.113.8" allowed="true" /></ipSecurity>"#
            ),
        ));
        answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7", "9.9.9.9"]))
    };
    let shared = found("");
    assert!(shared[0].starts_with("allow"), "{shared:?}");
    let apart = found(r#"inheritInChildApplications="false""#);
    assert!(apart[0].starts_with("allow"), "{apart:?}");
    assert!(apart[1].starts_with("undecided"), "{apart:?}");
    let text = config("").replace(
        "<system.webServer>",
        r#"<location path="." inheritInChildApplications="false"><system.webServer>"#,
    );
    let text = text
        .replace("</system.webServer>", "</system.webServer></location>")
        .replace("<security>", r#"<security><ipSecurity allowUnlisted="false"><add ipAddress="203.0.113.7" allowed="true" /></ipSecurity>"#);
    assert!(
        matches!(
            answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7", "9.9.9.9"])).as_slice(),
            [allow, deny] if allow.starts_with("allow") && deny.starts_with("deny")
        ),
        "the file's own application has it"
    );
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
    let text = &host(
        r#"
<location path="Default Web Site"><system.webServer><security>
<ipSecurity allowUnlisted="false">
  <add ipAddress="203.0.113.7" allowed="true" />
</ipSecurity></security></system.webServer></location>"#,
    );
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
        r#"<ipSecurity allowUnlisted="true" /></security><rewrite><rules><rule name="r"><conditions><add input="{REMOTE_ADDR}" pattern="^10\." negate="true" /></conditions></rule></rules></rewrite><security>"#,
    );
    let found = answers(Kind::Iis, &text, &Asked::of(&["203.0.113.7"]));
    assert!(
        found[0].starts_with("undecided 4: a rewrite rule"),
        "{found:?}"
    );
}
