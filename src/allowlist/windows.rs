//! Reads Windows Defender Firewall rules, exported as JSON objects with `DisplayName`, `Enabled`, `Direction`, `Action`, `Profile`,
//! `Protocol`, `LocalPort` and `RemoteAddress`.
//!
//! A block rule wins over every allow rule, and what no rule allows is blocked: the default of an inbound connection.

use super::addresses::Addresses;
use super::document::{Content, Node, documents};
use super::model::Ports;
use super::model::{Action, Chain, Line, Program, ReadError, Stage, Task, Test};
use super::networks::{destination, network, perhaps_inside, ports, source};

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let mut rules = Vec::new();
    for document in documents(text)? {
        collect(document, &mut rules)?;
    }
    let (mut over, mut block, mut allow) = (Vec::new(), Vec::new(), Vec::new());
    for rule in &rules {
        let Some(line) = line(rule, text) else {
            continue;
        };
        match &line.action {
            Action::Deny => block.push(line),
            Action::Allow if is_one_of(rule.text("OverrideBlockRules"), &["true", "1"]) => {
                over.push(line);
            }
            _ => allow.push(line),
        }
    }
    let last = rules.last().map_or(1, |rule| rule.line);
    let policy = Line::policy(
        last,
        "no rule allows it: the default for inbound connections is to block",
        Action::Deny,
    );
    over.append(&mut block);
    over.append(&mut allow);
    Ok(Program {
        chains: vec![Chain {
            name: "inbound".to_owned(),
            lines: over,
            policy: Some(policy),
        }],
        stages: vec![Stage {
            chain: 0,
            hook: None,
            family: None,
            task: Task::Filter,
        }],
    })
}

/// The objects of an array, of one inside `{"value": …}`, or one alone.
fn collect(node: Node, rules: &mut Vec<Node>) -> Result<(), ReadError> {
    let line = node.line;
    if node.get("Direction").is_some() || node.get("DisplayName").is_some() {
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
    tests.extend(profile(rule));
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

/// The profiles a rule is for; which one is active where the cloud arrives is not in the export.
fn profile(rule: &Node) -> Option<Test> {
    let Some(words) = words(rule, "Profile") else {
        return Some(unknown(rule, "Profile"));
    };
    let mut mask = 0u32;
    for word in words {
        mask |= match word.to_ascii_lowercase().as_str() {
            "any" | "all" | "0" => 7,
            "domain" => 1,
            "private" => 2,
            "public" => 4,
            other => match other.parse::<u32>() {
                Ok(bits) => bits,
                Err(_) => return Some(unknown(rule, "Profile")),
            },
        };
    }
    (mask & 7 != 7).then(|| {
        Test::Unknown(
            format!(
                "{}: which profile is active is not told",
                shown(rule, "Profile")
            )
            .into(),
        )
    })
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
    let all = all
        .into_iter()
        .fold(Addresses::none(), |sum, one| sum.or(&one));
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
        "RemotePort",
    ];
    for key in narrow {
        let Some(words) = words(rule, key) else {
            continue;
        };
        let open = ["any", "*", "notrequired", "0", "all"];
        if words.iter().all(|word| is_one_of(Some(word), &open)) {
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
            Some(found) => tests.extend(destination(
                found
                    .into_iter()
                    .fold(Addresses::none(), |sum, one| sum.or(&one)),
            )),
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
        let asked = Asked::of(&[
            "203.0.113.6",
            "203.0.113.7",
            "198.51.100.9",
            "198.51.100.10",
        ]);
        assert_eq!(
            answers(Kind::Windows, text, &asked),
            ["allow 2", "deny 4", "allow 2", "deny 8"]
        );
    }

    #[test]
    fn numbers_and_wrapped_values_mean_the_same_as_words() {
        let text = r#"{"DisplayName":"Web","Enabled":1,"Direction":1,"Action":2,"Profile":7,"Protocol":6,
            "LocalPort":{"value":["80","443-445"],"Count":2},"RemoteAddress":{"value":["203.0.113.0/24"],"Count":1}}"#;
        let asked = Asked::of(&["203.0.113.6", "9.9.9.9"]);
        assert_eq!(answers(Kind::Windows, text, &asked), ["allow 1", "deny 1"]);
        assert_eq!(
            answers(Kind::Windows, text, &asked.port(8443)),
            ["deny 1", "deny 1"]
        );
    }

    #[test]
    fn the_local_subnet_is_not_the_internet() {
        let text = format!("[{}]", rule(r#""RemoteAddress":["LocalSubnet"]"#));
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
        let text = r#"[{"DisplayName":"r","Enabled":1,"Direction":1,"Action":2,"Profile":"Domain, Private","Protocol":"TCP","LocalPort":"443","RemoteAddress":"Any"}]"#;
        let asked = Asked::of(&["203.0.113.6"]);
        assert_eq!(
            answers(Kind::Windows, text, &asked),
            ["undecided 1: Profile Domain, Private: which profile is active is not told"]
        );
    }

    #[test]
    fn a_keyword_that_is_not_understood_leaves_it_open() {
        let text = format!("[{}]", rule(r#""RemoteAddress":"IntranetRemoteAccess""#));
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
        assert_eq!(device.program.chains[0].lines.len(), 1);
    }
}
