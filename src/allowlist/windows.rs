//! Reads Windows Defender Firewall rules, exported as JSON objects with `DisplayName`, `Enabled`, `Direction`, `Action`, `Profile`,
//! `Protocol`, `LocalPort` and `RemoteAddress`.
//!
//! A block rule wins over every allow rule. What no rule names is left to the profile, and blocked where the export has none:
//! `Get-NetFirewallProfile` tells it, and whether the firewall is on at all.

mod profiles;

use super::addresses::Addresses;
use super::document::{Content, Node, documents};
use super::model::Ports;
use super::model::{Action, Line, Program, ReadError, Stage, Task, Test};
use super::networks::{destination, network, perhaps_inside, ports, source};
use super::several::{List, agreed};

/// The setting that only a profile has.
const DEFAULT: &str = "DefaultInboundAction";

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let mut objects = Vec::new();
    for document in documents(text)? {
        collect(document, &mut objects)?;
    }
    let (settings, rules): (Vec<Node>, Vec<Node>) = objects
        .into_iter()
        .partition(|node| node.get(DEFAULT).is_some());
    let lists: Vec<List> = profiles::that_differ(&settings, &rules, text);
    let mut program = Program::default();
    let chain = agreed(&mut program, lists, "which profile is active is not told");
    program.stages.push(Stage {
        chain,
        hook: None,
        family: None,
        task: Task::Filter,
    });
    Ok(program)
}

/// The objects of an array, of one inside `{"value": …}`, or one alone.
fn collect(node: Node, rules: &mut Vec<Node>) -> Result<(), ReadError> {
    let line = node.line;
    if ["Direction", "DisplayName", DEFAULT]
        .iter()
        .any(|key| node.get(key).is_some())
    {
        rules.push(node);
        return Ok(());
    }
    match node.content {
        Content::List(items) => items.into_iter().try_for_each(|item| collect(item, rules)),
        Content::Object(fields) => match fields
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("value"))
        {
            Some((_, value)) => collect(value, rules),
            None => Err(ReadError::at(
                line,
                "expected a firewall rule with a DisplayName",
            )),
        },
        Content::Null | Content::Truth(_) | Content::Number(_) | Content::Text(_) => Err(
            ReadError::at(line, "expected a firewall rule with a DisplayName"),
        ),
    }
}

/// Whether a word is one of these, whatever its case.
fn is_one_of(word: Option<&str>, words: &[&str]) -> bool {
    word.is_some_and(|word| {
        words
            .iter()
            .any(|one| word.trim().eq_ignore_ascii_case(one))
    })
}

/// A field's single word, also when wrapped as `{"value": 2, "Value": "Allow"}`.
fn word<'a>(rule: &'a Node, key: &str) -> Option<&'a str> {
    match rule.get(key)?.words()?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The line of a rule, unless it never concerns an inbound connection.
fn line(rule: &Node, text: &str) -> Option<Line> {
    let enabled = word(rule, "Enabled");
    let direction = word(rule, "Direction");
    if is_one_of(enabled, &["false", "2"]) || is_one_of(direction, &["outbound", "out", "2"]) {
        return None;
    }
    let mut tests = Vec::new();
    if !is_one_of(enabled, &["true", "1"]) {
        tests.push(unknown(rule, "Enabled"));
    }
    if !is_one_of(direction, &["inbound", "in", "1"]) {
        tests.push(unknown(rule, "Direction"));
    }
    let action = word(rule, "Action");
    let action = if is_one_of(action, &["allow", "2"]) {
        Action::Allow
    } else if is_one_of(action, &["block", "4"]) {
        Action::Deny
    } else {
        Action::Unknown(shown(rule, "Action").into())
    };
    if profiles::of(rule).is_none() {
        tests.push(unknown(rule, "Profile"));
    }
    // Only connections that IPsec has authenticated go past the rules that block.
    if profiles::overrides(rule) {
        tests.push(unknown(rule, "OverrideBlockRules"));
    }
    // 2 is degraded, 3 an error: the rule is in the store and not, or not wholly, in force.
    if is_one_of(
        word(rule, "PrimaryStatus"),
        &["degraded", "error", "inactive", "2", "3"],
    ) {
        tests.push(unknown(rule, "PrimaryStatus"));
    }
    tests.extend(protocol(rule));
    tests.extend(port(rule));
    tests.extend(remote(rule));
    tests.extend(others(rule));
    Some(Line::new(rule.line, rule.quote(text), tests, action))
}

/// A field as the construct it is.
fn shown(rule: &Node, key: &str) -> String {
    match rule.get(key) {
        None => format!("{key} is not in the export"),
        Some(value) => match value.words().as_deref() {
            Some([]) => format!("{key} is empty"),
            Some(words) => format!("{key} {}", words.join(",")),
            None => format!("{key} has an unexpected form"),
        },
    }
}

/// A test of a field that is not understood.
fn unknown(rule: &Node, key: &str) -> Test {
    Test::Unknown(shown(rule, key).into())
}

/// The words of a field, those parted by commas too.
fn words<'a>(rule: &'a Node, key: &str) -> Option<Vec<&'a str>> {
    let words = rule.get(key)?.words()?;
    let words: Vec<&str> = words
        .into_iter()
        .flat_map(|word| word.split(','))
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then_some(words)
}

/// The protocol: nothing to test, never, or not understood.
fn protocol(rule: &Node) -> Option<Test> {
    let known = [
        "udp",
        "icmpv4",
        "icmpv6",
        "igmp",
        "gre",
        "ipv6",
        "ipv6route",
        "ipv6frag",
        "ipv6nonxt",
        "ipv6opts",
        "hopopt",
        "vrrp",
        "pgm",
        "l2tp",
    ];
    let Some(word) = word(rule, "Protocol") else {
        return Some(unknown(rule, "Protocol"));
    };
    if is_one_of(Some(word), &["tcp", "6", "any", "256"]) {
        return None;
    }
    if is_one_of(Some(word), &known) || word.trim().parse::<u8>().is_ok() {
        return Some(Test::Never);
    }
    Some(unknown(rule, "Protocol"))
}

/// The port of the server.
fn port(rule: &Node) -> Option<Test> {
    let Some(words) = words(rule, "LocalPort") else {
        return Some(unknown(rule, "LocalPort"));
    };
    let mut all = Ports::default();
    let mut open = Vec::new();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "any" | "*" => return None,
            "rpcepmap" | "rpc-epmap" => all.0.push((135, 135)),
            "teredo" | "mdns" | "ply2disc" | "playtodiscovery" => {}
            "iphttpsin" | "iphttps" => open.push(vec![
                Test::Port(Ports::one(443)),
                unknown(rule, "LocalPort"),
            ]),
            "rpc" => open.push(vec![
                Test::Port(Ports(vec![(1024, u16::MAX)])),
                unknown(rule, "LocalPort"),
            ]),
            other => match ports(other) {
                Some(mut found) => all.0.append(&mut found.0),
                None => open.push(vec![unknown(rule, "LocalPort")]),
            },
        }
    }
    Some(either(vec![Test::Port(all)], open))
}

/// A test that holds when the first list does or one of the rest.
fn either(first: Vec<Test>, mut rest: Vec<Vec<Test>>) -> Test {
    if let (true, [one]) = (rest.is_empty(), first.as_slice()) {
        one.clone()
    } else {
        rest.insert(0, first);
        Test::AnyOf(rest)
    }
}

/// The addresses of the client.
fn remote(rule: &Node) -> Vec<Test> {
    let Some(words) = words(rule, "RemoteAddress") else {
        return vec![unknown(rule, "RemoteAddress")];
    };
    let mut all = Vec::new();
    let mut open = Vec::new();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "any" | "*" => return Vec::new(),
            "localsubnet" | "localsubnet4" | "localsubnet6" => open.push(perhaps_inside(word)),
            other => match network(other) {
                Some(found) => all.push(found),
                None => open.push(vec![Test::Unknown(format!("RemoteAddress {word}").into())]),
            },
        }
    }
    let all: Addresses = all.into_iter().collect();
    if open.is_empty() {
        return source(all);
    }
    vec![either(source(all), open)]
}

/// Fields an export may have beside the documented ones, and that narrow a rule.
fn others(rule: &Node) -> Vec<Test> {
    let mut tests = Vec::new();
    let narrow = [
        "Program",
        "Package",
        "Service",
        "InterfaceAlias",
        "InterfaceType",
        "LocalUser",
        "RemoteUser",
        "RemoteMachine",
        "Authentication",
        "Encryption",
        "DynamicTarget",
        "DynamicTransport",
        "Owner",
        "Platform",
        "RemoteDynamicKeywordAddresses",
        "PolicyAppId",
        "RemotePort",
    ];
    for key in narrow {
        let Some(words) = words(rule, key) else {
            continue;
        };
        // A service of the name * is any service, and no program that is none (INetFwRule, ServiceName).
        let open: &[&str] = match key {
            "Service" => &["any"],
            _ => &["any", "*", "notrequired", "0", "all"],
        };
        if words.iter().all(|word| is_one_of(Some(word), open)) {
            continue;
        }
        // HTTP.sys, which takes connections for IIS, is the program System.
        if key == "Program" && words.iter().all(|word| is_one_of(Some(word), &["system"])) {
            continue;
        }
        match (key, ports(&words.join(","))) {
            ("RemotePort", Some(found)) => tests.push(Test::SourcePort(found)),
            _ => tests.push(unknown(rule, key)),
        }
    }
    if let Some(words) = words(rule, "LocalAddress") {
        let found: Option<Vec<Addresses>> = words.iter().map(|word| network(word)).collect();
        match found {
            _ if words
                .iter()
                .any(|word| is_one_of(Some(word), &["any", "*"])) => {}
            Some(found) => tests.extend(destination(found.into_iter().collect())),
            None => tests.push(unknown(rule, "LocalAddress")),
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    //! Values as in "Get-NetFirewallRule", "Get-NetFirewallPortFilter" and "Get-NetFirewallAddressFilter" of the `NetSecurity`
    //! module's reference, and the enumerations of `MSFT_NetFirewallRule` (Enabled 1/2, Direction 1/2, Action 2/4, Profile as bits).

    use super::super::model::Kind;
    use super::super::sample::{Asked, answers};

    /// The profiles as `Get-NetFirewallProfile` has them on a machine that nobody changed.
    const PROFILES: &str = r#",{"Name":"Domain","Enabled":1,"DefaultInboundAction":4,"AllowInboundRules":2},{"Name":"Private","Enabled":1,"DefaultInboundAction":4,"AllowInboundRules":2},{"Name":"Public","Enabled":1,"DefaultInboundAction":4,"AllowInboundRules":2}]"#;

    /// An array of rules with the profiles behind them.
    fn whole(rules: &str) -> String {
        rules.trim_end().trim_end_matches(']').to_owned() + PROFILES
    }

    fn rule(fields: &str) -> String {
        format!(
            r#"{{"DisplayName":"r","Enabled":1,"Direction":1,"Action":2,"Profile":0,"Protocol":"TCP","LocalPort":"443",{fields}}}"#
        )
    }

    #[test]
    fn block_beats_allow_and_the_rest_is_blocked() {
        let text = r#"[
  { "DisplayName": "Web", "Enabled": "True", "Direction": "Inbound", "Action": "Allow", "Profile": "Any",
    "Protocol": "TCP", "LocalPort": "443", "RemoteAddress": ["203.0.113.0/255.255.255.0", "198.51.100.1-198.51.100.9"] },
  { "DisplayName": "Bad", "Enabled": "True", "Direction": "Inbound", "Action": "Block", "Profile": "Any",
    "Protocol": "Any", "LocalPort": "Any", "RemoteAddress": "203.0.113.7" },
  { "DisplayName": "Off", "Enabled": "False", "Direction": "Inbound", "Action": "Allow", "Profile": "Any",
    "Protocol": "TCP", "LocalPort": "443", "RemoteAddress": "Any" },
  { "DisplayName": "Out", "Enabled": "True", "Direction": "Outbound", "Action": "Block", "Profile": "Any",
    "Protocol": "TCP", "LocalPort": "443", "RemoteAddress": "Any" }
]"#;
        let text = &whole(text);
        let asked = Asked::of(&[
            "203.0.113.6",
            "203.0.113.7",
            "198.51.100.9",
            "198.51.100.10",
        ]);
        assert_eq!(
            answers(Kind::Windows, text, &asked),
            ["allow 2", "deny 4", "allow 2", "deny 10"]
        );
    }

    #[test]
    fn numbers_and_wrapped_values_mean_the_same_as_words() {
        let text = &whole(
            r#"[{"DisplayName":"Web","Enabled":1,"Direction":1,"Action":2,"Profile":7,"Protocol":6,
            "LocalPort":{"value":["80","443-445"],"Count":2},"RemoteAddress":{"value":["203.0.113.0/24"],"Count":1}}"#,
        );
        let asked = Asked::of(&["203.0.113.6", "9.9.9.9"]);
        assert_eq!(answers(Kind::Windows, text, &asked), ["allow 1", "deny 2"]);
        assert_eq!(
            answers(Kind::Windows, text, &asked.port(8443)),
            ["deny 2", "deny 2"]
        );
    }

    #[test]
    fn the_local_subnet_is_not_the_internet() {
        let text = whole(&format!("[{}]", rule(r#""RemoteAddress":["LocalSubnet"]"#)));
        let asked = Asked::of(&["203.0.113.6", "10.0.0.9"]);
        assert_eq!(
            answers(Kind::Windows, &text, &asked),
            [
                "deny 1",
                "undecided 1: localsubnet: its addresses are not in the export"
                    .replace("localsubnet", "LocalSubnet")
                    .as_str()
            ]
        );
    }

    #[test]
    fn one_profile_alone_leaves_it_open() {
        let text = whole(
            r#"[{"DisplayName":"r","Enabled":1,"Direction":1,"Action":2,"Profile":"Domain, Private","Protocol":"TCP","LocalPort":"443","RemoteAddress":"203.0.113.6"}]"#,
        );
        let asked = Asked::of(&["203.0.113.6", "9.9.9.9"]);
        assert_eq!(
            answers(Kind::Windows, &text, &asked),
            [
                "undecided 1: profile Domain: which profile is active is not told",
                "deny 1"
            ]
        );
    }

    // "Get-NetFirewallProfile" and "Set-NetFirewallProfile": Enabled, DefaultInboundAction (NotConfigured, Allow, Block) and
    // AllowInboundRules ("block all inbound, including those in the list of allowed programs").
    #[test]
    fn the_profile_says_what_happens_to_the_rest() {
        let allowed = rule(r#""RemoteAddress":"203.0.113.6""#);
        let blocked =
            rule(r#""RemoteAddress":"203.0.113.7""#).replace("\"Action\":2", "\"Action\":4");
        let said = |profile: &str| {
            let profiles: Vec<String> = ["Domain", "Private", "Public"]
                .iter()
                .map(|name| format!("{{\"Name\":\"{name}\",{profile}}}"))
                .collect();
            let text = format!("[{allowed},\n{blocked},\n{}]", profiles.join(","));
            let asked = Asked::of(&["203.0.113.6", "203.0.113.7", "9.9.9.9"]);
            answers(Kind::Windows, &text, &asked)
        };
        let usual = r#""Enabled":"True","DefaultInboundAction":"NotConfigured","AllowInboundRules":"NotConfigured""#;
        assert_eq!(said(usual), ["allow 1", "deny 2", "deny 3"]);
        let open = r#""Enabled":1,"DefaultInboundAction":2,"AllowInboundRules":1"#;
        assert_eq!(said(open), ["allow 1", "deny 2", "allow 3"]);
        // "False: All inbound firewall rules are ignored. All inbound traffic will use the DefaultInboundAction parameter value."
        // https://learn.microsoft.com/powershell/module/netsecurity/set-netfirewallprofile
        let shut = r#""Enabled":1,"DefaultInboundAction":4,"AllowInboundRules":0"#;
        assert_eq!(said(shut), ["deny 3", "deny 3", "deny 3"]);
        let without = r#""Enabled":1,"DefaultInboundAction":2,"AllowInboundRules":0"#;
        assert_eq!(said(without), ["allow 3", "allow 3", "allow 3"]);
        let off = r#""Enabled":0,"DefaultInboundAction":4,"AllowInboundRules":1"#;
        assert_eq!(said(off), ["allow 3", "allow 3", "allow 3"]);
    }

    #[test]
    fn without_the_profiles_what_no_rule_names_is_blocked_as_windows_does_by_default() {
        let text = format!("[{}]", rule(r#""RemoteAddress":"203.0.113.6""#));
        let found = answers(
            Kind::Windows,
            &text,
            &Asked::of(&["203.0.113.6", "9.9.9.9"]),
        );
        assert_eq!(found, ["allow 1", "deny 1"]);
    }

    // An export of ConvertTo-Json -Compress stands on one line: its rules are told apart all the same.
    #[test]
    fn the_rules_of_two_profiles_on_one_line_are_not_the_same() {
        let one = |profile: &str, address: &str| {
            rule(&format!(r#""RemoteAddress":"{address}""#))
                .replace(r#""Profile":0"#, &format!(r#""Profile":"{profile}""#))
        };
        let text = whole(&format!(
            "[{},{},{}]",
            one("Domain", "203.0.113.6"),
            one("Private", "203.0.113.7"),
            one("Public", "203.0.113.8")
        ));
        let found = answers(
            Kind::Windows,
            &text,
            &Asked::of(&["203.0.113.6", "203.0.113.8", "9.9.9.9"]),
        );
        assert!(found[0].starts_with("undecided"), "{found:?}");
        assert!(found[1].starts_with("undecided"), "{found:?}");
        assert_eq!(found[2], "deny 1");
    }

    // "OverrideBlockRules: … The network traffic must be authenticated by using a separate IPsec rule."
    // https://learn.microsoft.com/powershell/module/netsecurity/new-netfirewallrule
    #[test]
    fn what_goes_past_the_blocks_only_when_authenticated_is_not_relied_on() {
        let over = rule(r#""RemoteAddress":"203.0.113.6","OverrideBlockRules":true"#);
        let blocks =
            rule(r#""RemoteAddress":"203.0.113.0/24""#).replace("\"Action\":2", "\"Action\":4");
        let text = whole(&format!("[{over},\n{blocks}]"));
        let found = answers(
            Kind::Windows,
            &text,
            &Asked::of(&["203.0.113.6", "203.0.113.7"]),
        );
        assert_eq!(found, ["undecided 1: OverrideBlockRules true", "deny 2"]);
    }

    // The same page: Platform, Service and RemoteDynamicKeywordAddresses are conditions too; "AllowLocalFirewallRules False: the
    // firewall rules defined by the local administrator are ignored" and DisabledInterfaceAliases are settings of a profile.
    // https://learn.microsoft.com/powershell/module/netsecurity/set-netfirewallprofile
    #[test]
    fn conditions_and_settings_that_are_seldom_set_are_not_passed_over() {
        for field in [
            r#""Platform":["6.1"]"#,
            r#""Service":"*""#,
            r#""RemoteDynamicKeywordAddresses":["{9a0b}"]"#,
            r#""PrimaryStatus":3"#,
        ] {
            let allowed = rule(&format!(r#""RemoteAddress":"203.0.113.6",{field}"#));
            let found = answers(
                Kind::Windows,
                &whole(&format!("[{allowed}]")),
                &Asked::of(&["203.0.113.6"]),
            );
            assert!(found[0].starts_with("undecided"), "{field}: {found:?}");
        }
        let said = |field: &str, more: &str| {
            let profiles = PROFILES.replace("\"Enabled\":1", &format!("\"Enabled\":1,{field}"));
            let allowed = rule(&format!(r#""RemoteAddress":"203.0.113.6"{more}"#));
            answers(
                Kind::Windows,
                &format!("[{allowed}{profiles}"),
                &Asked::of(&["203.0.113.6", "9.9.9.9"]),
            )
        };
        let found = said(r#""AllowLocalFirewallRules":0"#, "");
        assert!(found[0].starts_with("undecided"), "{found:?}");
        assert_eq!(found[1], "deny 1");
        let central = said(
            r#""AllowLocalFirewallRules":0"#,
            r#","PolicyStoreSourceType":"GroupPolicy""#,
        );
        assert_eq!(central, ["allow 1", "deny 1"]);
        let found = said(r#""DisabledInterfaceAliases":["Ethernet 2"]"#, "");
        assert_eq!(found[0], "allow 1");
        assert!(found[1].starts_with("undecided"), "{found:?}");
        let none = said(r#""DisabledInterfaceAliases":["NotConfigured"]"#, "");
        assert_eq!(none, ["allow 1", "deny 1"]);
    }

    #[test]
    fn a_keyword_that_is_not_understood_leaves_it_open() {
        let text = whole(&format!(
            "[{}]",
            rule(r#""RemoteAddress":"IntranetRemoteAccess""#)
        ));
        let asked = Asked::of(&["203.0.113.6"]);
        assert_eq!(
            answers(Kind::Windows, &text, &asked),
            ["undecided 1: RemoteAddress IntranetRemoteAccess"]
        );
    }

    #[test]
    fn an_export_that_powershell_wrote_as_utf16_is_read() {
        let text = format!("[{}]", rule(r#""RemoteAddress":"203.0.113.0/24""#));
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let device = super::super::read::read("w.json", &bytes, None).expect("an export");
        assert_eq!(device.kind, Kind::Windows);
        assert_eq!(
            device.program.chains[0].lines.len(),
            2,
            "a rule and the end"
        );
    }
}
