//! Tests of the verdict.

use jiff::civil::date;

use super::super::read::read;
use super::*;

const TODAY: Date = date(2026, 11, 24);

/// Two current networks and one that ended.
fn ranges() -> Ranges {
    let mut ranges = Ranges::built_in();
    ranges
        .add(
            r#"
[[set]]
name = "lab-a"
region = "lab"
cidrs = ["198.51.100.4/30", "198.51.100.64/30"]
valid_from = 2020-01-01
seen = 2026-11-01
[[set]]
name = "lab-old"
region = "lab"
cidrs = ["192.0.2.7"]
valid_until = 2026-01-01
"#,
        )
        .unwrap();
    ranges
}

fn placed(text: &str, hook: Hook) -> Placed {
    Placed {
        device: read("fw", text.as_bytes(), None).unwrap(),
        hook,
        interface: None,
        onward: None,
    }
}

/// A host's saved rules around the given INPUT rules, denying what they do not admit.
fn host(rules: &str) -> Placed {
    placed(&saved("INPUT", rules), Hook::Input)
}

fn saved(chain: &str, rules: &str) -> String {
    let rules = rules.lines().fold(String::new(), |all, rule| {
        all + "-A " + chain + " " + rule.trim() + "\n"
    });
    format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n"
    )
}

fn judged(devices: &[Placed], destinations: &[&str], server: Option<&str>) -> Verdict {
    let destinations: Vec<IpAddr> = destinations
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    judge(&Asked {
        ranges: &ranges(),
        regions: &[],
        on: TODAY,
        devices,
        destinations: &destinations,
        server: server.map(|text| text.parse().unwrap()),
        port: 443,
    })
}

const EXACT: &str = "-s 198.51.100.4/30 -p tcp --dport 443 -j ACCEPT\n-s 198.51.100.64/30 -p tcp --dport 443 -j ACCEPT";

#[test]
fn exact_rules_are_complete() {
    let verdict = judged(&[host(EXACT)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Complete, "{verdict:#?}");
}

#[test]
fn half_a_range_is_missing_with_the_rule_that_stops_it() {
    let rules = "-s 198.51.100.4/31 -p tcp --dport 443 -j ACCEPT\n-s 198.51.100.64/30 -p tcp --dport 443 -j ACCEPT";
    let verdict = judged(&[host(rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Missing);
    let [missing] = verdict.evidence.missing.as_slice() else {
        panic!("{verdict:#?}")
    };
    assert_eq!(missing.cidrs, ["198.51.100.6/31".parse::<IpNet>().unwrap()]);
    assert_eq!(
        (
            missing.by.as_ref().unwrap().line,
            missing.by.as_ref().unwrap().text.as_str()
        ),
        (2, ":INPUT DROP [0:0]")
    );
    assert_eq!(verdict.evidence.sets[0].ranges[0].answer, Answer::Deny);
    assert_eq!(verdict.evidence.sets[0].ranges[1].answer, Answer::Allow);
}

#[test]
fn several_rules_cover_a_range_together() {
    let rules = "-s 198.51.100.4 -p tcp --dport 443 -j ACCEPT\n-s 198.51.100.5 -p tcp --dport 443 -j ACCEPT\n-m iprange --src-range 198.51.100.6-198.51.100.7 -j ACCEPT\n-s 198.51.100.64/30 -p tcp --dport 443 -j ACCEPT";
    assert_eq!(judged(&[host(rules)], &[], None).symptom, Symptom::Complete);
}

#[test]
fn a_wider_rule_is_told_with_its_reach() {
    let rules = "-s 198.51.100.0/24 -p tcp --dport 443 -j ACCEPT";
    let verdict = judged(&[host(rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::TooWide);
    assert_eq!(
        verdict.evidence.too_wide[0].cidrs,
        ["198.51.100.0/24".parse::<IpNet>().unwrap()]
    );
    let verdict = judged(&[host("-p tcp --dport 443 -j ACCEPT")], &[], None);
    assert_eq!(verdict.symptom, Symptom::TooWide);
    assert_eq!(
        verdict.evidence.too_wide[0].cidrs,
        ["0.0.0.0/0".parse::<IpNet>().unwrap()]
    );
}

#[test]
fn what_other_rules_admit_elsewhere_is_not_too_wide() {
    let rules = format!(
        "-s 10.0.0.0/8 -p tcp -j ACCEPT\n{EXACT}\n-s 203.0.113.9 -p tcp --dport 443 -j ACCEPT"
    );
    assert_eq!(
        judged(&[host(&rules)], &[], None).symptom,
        Symptom::Complete
    );
}

#[test]
fn an_open_outer_device_is_no_fault_when_the_inner_is_exact() {
    let outer = placed(
        &saved("FORWARD", "-p tcp --dport 443 -j ACCEPT"),
        Hook::Forward,
    );
    assert_eq!(
        judged(&[outer, host(EXACT)], &[], None).symptom,
        Symptom::Complete
    );
}

#[test]
fn the_outermost_device_that_denies_is_named() {
    let closed = placed(
        &saved("FORWARD", "-s 198.51.100.4/30 -j ACCEPT"),
        Hook::Forward,
    );
    let verdict = judged(&[host(EXACT), closed, host("-j DROP")], &[], None);
    let devices: Vec<Option<usize>> = verdict
        .evidence
        .missing
        .iter()
        .map(|found| found.device)
        .collect();
    assert_eq!(devices, [Some(2), Some(1)]);
}

#[test]
fn ended_ranges_that_still_pass_are_stale() {
    let rules = format!("{EXACT}\n-s 192.0.2.7/32 -p tcp --dport 443 -j ACCEPT");
    let verdict = judged(&[host(&rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Stale);
    assert_eq!(verdict.evidence.stale[0].set.as_deref(), Some("lab-old"));
}

#[test]
fn a_construct_above_the_deciding_rule_leaves_it_undecided() {
    let rules = format!("-m geoip --src-cc KP -j DROP\n{EXACT}");
    let verdict = judged(&[host(&rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Undecided);
    assert_eq!(
        verdict.evidence.undecided[0].construct.as_deref(),
        Some("-m geoip --src-cc KP")
    );
    // Below it, or with the same outcome, it does not matter.
    assert_eq!(
        judged(
            &[host(&format!("{EXACT}\n-m geoip --src-cc KP -j DROP"))],
            &[],
            None
        )
        .symptom,
        Symptom::Complete
    );
    assert_eq!(
        judged(
            &[host(&format!("-m geoip --src-cc IE -j ACCEPT\n{EXACT}"))],
            &[],
            None
        )
        .symptom,
        Symptom::Complete
    );
}

#[test]
fn missing_comes_before_undecided() {
    let rules = "-s 198.51.100.4/30 -m time --timestart 08:00 -j DROP\n-s 198.51.100.4/30 -p tcp --dport 443 -j ACCEPT";
    let verdict = judged(&[host(rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Missing);
    assert_eq!(verdict.evidence.undecided.len(), 1);
}

#[test]
fn a_missing_ipset_is_named() {
    let verdict = judged(
        &[host(
            "-p tcp --dport 443 -m set --match-set apps src -j ACCEPT",
        )],
        &[],
        None,
    );
    assert_eq!(verdict.symptom, Symptom::Undecided);
    let with_set =
        "create apps hash:net family inet\nadd apps 198.51.100.4/30\nadd apps 198.51.100.64/30\n"
            .to_owned()
            + &saved(
                "INPUT",
                "-p tcp --dport 443 -m set --match-set apps src -j ACCEPT",
            );
    assert_eq!(
        judged(&[placed(&with_set, Hook::Input)], &[], None).symptom,
        Symptom::Complete
    );
}

#[test]
fn the_built_in_list_of_today_is_old_where_ranges_are_not_known() {
    let rules = "-s 94.245.89.4/30 -j ACCEPT\n-s 94.245.93.8/30 -j ACCEPT";
    let verdict = judge(&Asked {
        ranges: &Ranges::built_in(),
        regions: &["europe".to_owned()],
        on: TODAY,
        devices: &[host(rules)],
        destinations: &[],
        server: None,
        port: 443,
    });
    assert_eq!(verdict.symptom, Symptom::ListOld);
    assert_eq!(verdict.evidence.unknown, ["unified-europe-2026-09"]);
}

#[test]
fn a_rule_for_the_servers_own_address_counts_behind_nat() {
    let rules = EXACT.replace("-p tcp", "-d 10.0.0.5 -p tcp");
    assert_eq!(
        judged(&[host(&rules)], &["203.0.113.1"], Some("10.0.0.5")).symptom,
        Symptom::Complete
    );
    assert_eq!(
        judged(&[host(&rules)], &["203.0.113.1"], None).symptom,
        Symptom::Missing
    );
    assert_eq!(
        judged(&[host(&rules)], &[], None).symptom,
        Symptom::Undecided
    );
}

/// An edge that translates the public address and port, and filters on the private ones.
const EDGE: &str = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.5:8443\nCOMMIT\n\
    *filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -d 10.0.0.5/32 -p tcp -m tcp --dport 8443 -j ACCEPT\nCOMMIT\n";

#[test]
fn destination_nat_comes_before_the_filter_and_for_the_next_device() {
    let edge = || placed(EDGE, Hook::Forward);
    let inner = EXACT.replace("443", "8443");
    for destinations in [vec!["203.0.113.1"], vec![]] {
        let verdict = judged(&[edge(), host(&inner)], &destinations, Some("10.0.0.5"));
        assert_eq!(
            verdict.symptom,
            Symptom::Complete,
            "{destinations:?} {verdict:#?}"
        );
    }
    assert_eq!(
        judged(&[edge(), host(&inner)], &["203.0.113.1"], None).symptom,
        Symptom::Complete
    );
    assert_eq!(
        judged(&[edge(), host(EXACT)], &["203.0.113.1"], None).symptom,
        Symptom::Missing
    );
}

#[test]
fn an_outer_device_may_name_the_public_address_and_an_inner_one_the_private() {
    let outer = placed(
        &saved("FORWARD", "-d 203.0.113.1 -p tcp --dport 443 -j ACCEPT"),
        Hook::Forward,
    );
    let inner = EXACT.replace("-p tcp", "-d 10.0.0.5 -p tcp");
    assert_eq!(
        judged(
            &[outer.clone(), host(&inner)],
            &["203.0.113.1"],
            Some("10.0.0.5")
        )
        .symptom,
        Symptom::Complete
    );
    // Once translated, nothing translates it back.
    let back = placed(
        &saved("FORWARD", "-d 203.0.113.1 -p tcp --dport 443 -j ACCEPT"),
        Hook::Forward,
    );
    assert_eq!(
        judged(
            &[
                placed(&saved("FORWARD", "-d 10.0.0.5 -j ACCEPT"), Hook::Forward),
                back
            ],
            &["203.0.113.1"],
            Some("10.0.0.5")
        )
        .symptom,
        Symptom::Missing
    );
}

#[test]
fn which_interface_faces_the_cloud_matters_when_rules_name_one() {
    let rules = EXACT.replace("-p tcp", "-i eth0 -p tcp");
    let verdict = judged(&[host(&rules)], &[], None);
    assert_eq!(verdict.symptom, Symptom::Undecided);
    let told = |name: &str| Placed {
        interface: Some(name.to_owned()),
        ..host(&rules)
    };
    assert_eq!(
        judged(&[told("eth0")], &[], None).symptom,
        Symptom::Complete
    );
    assert_eq!(judged(&[told("eth1")], &[], None).symptom, Symptom::Missing);
    assert_eq!(
        judged(&[host(&format!("-i lo -j ACCEPT\n{EXACT}"))], &[], None).symptom,
        Symptom::Complete
    );
}

#[test]
fn evidence_survives_being_written_and_read() {
    let verdict = judged(
        &[host("-s 198.51.100.4/31 -m geoip --src-cc IE -j ACCEPT")],
        &[],
        None,
    );
    let written = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&written).unwrap(), verdict);
}

#[test]
fn a_device_that_translates_itself_filters_on_what_it_translated() {
    let nat = EDGE.replace("--dport 8443 -j ACCEPT", "--dport 443 -j ACCEPT");
    let verdict = judged(
        &[placed(&nat, Hook::Forward), host(EXACT)],
        &["203.0.113.1"],
        Some("10.0.0.5"),
    );
    assert_eq!(verdict.symptom, Symptom::Missing);
}
