//! What the JSON export says of one new TCP connection from 20.1.0.1 to 10.0.0.5 port 443; objects as in libnftables-json(5).

use super::super::addresses::Addresses;
use super::super::evaluate::evaluate;
use super::super::model::{Answer, Flow, Hook, Part};
use super::super::read::read;

const TABLE: &str = r#"{"table": {"family": "inet", "name": "t", "handle": 1}}"#;
const INPUT: &str = r#"{"chain": {"family": "inet", "table": "t", "name": "in", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}"#;

/// A rule of the chain with these statements.
fn rule(statements: &str) -> String {
    format!(
        r#"{{"rule": {{"family": "inet", "table": "t", "chain": "in", "handle": 9, "expr": [{statements}]}}}}"#
    )
}

fn part(objects: &[&str]) -> Part {
    let text = format!("{{\"nftables\": [{}]}}", objects.join(",\n"));
    let device = read("fw", text.as_bytes(), None).expect("a ruleset");
    let flow = Flow {
        sources: Addresses::from("20.1.0.1".parse::<std::net::IpAddr>().expect("an address")),
        destination: "10.0.0.5".parse().ok(),
        server: None,
        port: 443,
        hook: Hook::Input,
        interface: None,
        onward: None,
    };
    evaluate(&device, &flow).remove(0)
}

fn judged(objects: &[&str]) -> Answer {
    part(objects).decision.answer
}

fn open(answer: &Answer) -> bool {
    matches!(answer, Answer::Undecided { .. })
}

/// What a rule with these statements and an accept does.
fn with(statements: &str) -> Answer {
    judged(&[
        TABLE,
        INPUT,
        &rule(&format!("{statements}, {{\"accept\": null}}")),
    ])
}

// nft(8), tables: "dormant: the table is not evaluated any more (base chains are unregistered)".
#[test]
fn a_dormant_table_stops_nothing() {
    for flags in [r#""dormant""#, r#"["owner", "dormant"]"#] {
        let table = format!(r#"{{"table": {{"family": "inet", "name": "t", "flags": {flags}}}}}"#);
        assert_eq!(judged(&[&table, INPUT]), Answer::Allow);
    }
    assert_eq!(judged(&[TABLE, INPUT]), Answer::Deny);
}

#[test]
fn an_object_that_no_ruleset_has_is_refused() {
    let text = r#"{"nftables": [{"add": {"rule": {}}}]}"#;
    let error = read("fw", text.as_bytes(), None).expect_err("a command");
    assert!(error.what.contains("nft -j list ruleset"), "{error}");
}

const MEMBER: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@apps"}}"#;

/// What a set with this element does.
fn element(element: &str) -> Answer {
    let set = format!(
        r#"{{"set": {{"family": "inet", "table": "t", "name": "apps", "type": "ipv4_addr", "elem": [{element}]}}}}"#
    );
    judged(&[
        TABLE,
        INPUT,
        &set,
        &rule(&format!("{MEMBER}, {{\"accept\": null}}")),
    ])
}

// nft(8), sets: an element with a timeout leaves the set by itself; one with a quota or a limit stops matching when that is used up.
#[test]
fn an_element_that_does_not_stay_is_not_relied_on() {
    assert_eq!(element(r#""20.1.0.1""#), Answer::Allow);
    assert_eq!(
        element(
            r#"{"elem": {"val": "20.1.0.1", "counter": {"packets": 1, "bytes": 60}, "comment": "apps"}}"#
        ),
        Answer::Allow
    );
    for elements in [
        r#"{"elem": {"val": "20.1.0.1", "timeout": 600, "expires": 599}}"#,
        r#"{"elem": {"val": "20.1.0.1", "quota": {"val": 10, "val_unit": "mbytes", "inv": true}}}"#,
    ] {
        assert!(open(&element(elements)), "{elements}");
    }
}

#[test]
fn a_set_that_rules_change_is_not_relied_on_where_it_may_have_changed() {
    let judge = |member: &str, op: &str| {
        let set = format!(
            r#"{{"set": {{"family": "inet", "table": "t", "name": "apps", "type": "ipv4_addr", "elem": ["{member}"]}}}}"#
        );
        let changes = rule(&format!(
            r#"{{"set": {{"op": "{op}", "elem": {{"payload": {{"protocol": "ip", "field": "saddr"}}}}, "set": "@apps"}}}}"#
        ));
        let accepts = rule(&format!("{MEMBER}, {{\"accept\": null}}"));
        judged(&[TABLE, INPUT, &set, &changes, &accepts])
    };
    assert_eq!(judge("20.1.0.1", "update"), Answer::Allow);
    assert!(open(&judge("20.1.0.2", "update")));
    assert!(open(&judge("20.1.0.1", "delete")));
    assert_eq!(judge("20.1.0.2", "delete"), Answer::Deny);
}

// nft(8), limits and connection counts: a connection alone is within a limit, and more than a count of none.
#[test]
fn a_limit_counts_for_what_it_says() {
    for holds in [
        r#"{"limit": {"rate": 10, "per": "second"}}"#,
        r#"{"ct count": {"val": 20}}"#,
        r#"{"ct count": {"val": 0, "inv": true}}"#,
    ] {
        assert_eq!(with(holds), Answer::Allow, "{holds}");
    }
    for not in [
        r#"{"limit": {"rate": 10, "per": "second", "inv": true}}"#,
        r#"{"ct count": {"val": 20, "inv": true}}"#,
    ] {
        assert_eq!(with(not), Answer::Deny, "{not}");
    }
    // The numbers of a named limit stand in an object of its own.
    assert!(open(&with(r#"{"limit": "apps"}"#)));
    assert!(open(&with(r#"{"quota": {"val": 1, "val_unit": "bytes"}}"#)));
}

// net/netfilter/nft_nat.c, nft_nat_inet_eval: only packets of the family are translated, the others go on with the next rule.
#[test]
fn a_translation_for_the_other_family_passes_this_one_by() {
    let chain = r#"{"chain": {"family": "inet", "table": "t", "name": "pre", "type": "nat", "hook": "prerouting", "prio": -100, "policy": "accept"}}"#;
    let rule = |family: &str, address: &str| {
        format!(
            r#"{{"rule": {{"family": "inet", "table": "t", "chain": "pre", "expr": [{{"dnat": {{"family": "{family}", "addr": "{address}"}}}}]}}}}"#
        )
    };
    let sent = |rules: &[String]| {
        let mut objects = vec![TABLE, chain];
        objects.extend(rules.iter().map(String::as_str));
        part(&objects).destination.map(|to| to.to_string())
    };
    assert_eq!(
        sent(&[rule("ip6", "2001:db8::5"), rule("ip", "10.0.0.9")]).as_deref(),
        Some("10.0.0.9")
    );
}

#[test]
fn an_export_is_quoted_by_its_line() {
    let accept = rule(r#"{"accept": null}"#);
    let by = part(&[TABLE, INPUT, &accept]).decision.by.expect("a rule");
    assert_eq!(
        (by.line, by.text.as_str()),
        (3, "inet t in: accept # handle 9")
    );
}
