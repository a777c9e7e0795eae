//! The program itself on a path with firewalls, as a user without any privilege.

use serde_json::Value;

use crate::rig::{Rig, available, installed, path_of};

/// The report of a check from the client's place.
pub(crate) fn report(rig: &Rig, url: &str, options: &[&str]) -> Value {
    let mut words = vec![
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--no-new-privs",
    ];
    words.extend(["--bounding-set=-all", "--inh-caps=-all"]);
    words.extend([
        env!("CARGO_BIN_EXE_orch-doctor"),
        "check",
        url,
        "--format",
        "json",
    ]);
    words.extend(options);
    let output = rig.command(0, &words).env_clear().output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"))
}

pub(crate) fn row<'a>(report: &'a Value, check: &str) -> &'a Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["check"] == check).unwrap()
}

pub(crate) fn roots(report: &Value) -> Vec<String> {
    let roots = report["roots"].as_array().unwrap().iter();
    roots
        .map(|root| format!("{}/{}", root["check"], root["symptom"]).replace('"', ""))
        .collect()
}

#[test]
fn a_firewall_that_drops_is_placed_in_the_report_within_the_time_given() {
    if !available("a_firewall_that_drops_is_placed_in_the_report_within_the_time_given") {
        return;
    }
    let rig = path_of(3);
    rig.rule(2, "tcp dport 8443 drop");
    let report = report(&rig, "https://10.77.4.2:8443", &["--connect-timeout", "2"]);
    assert!(
        report["took_ms"].as_u64().unwrap() < 2500,
        "{}",
        report["took_ms"]
    );
    assert_eq!(roots(&report), ["port-open/silent"]);
    let path = row(&report, "path-clear");
    assert_eq!(path["symptom"], "dropped-between");
    let between = &path["evidence"]["between"];
    assert_eq!(
        (&between[0]["hop"], &between[1]["hop"]),
        (&2.into(), &3.into())
    );
    assert_eq!(between[0]["address"], "10.77.2.2");
    assert_eq!(between[1]["address"], "10.77.3.2");
}

#[test]
fn a_forged_reset_is_not_taken_for_a_closed_port() {
    if !available("a_forged_reset_is_not_taken_for_a_closed_port") {
        return;
    }
    let rig = path_of(3);
    rig.rule(2, "tcp dport 8443 reject with tcp reset");
    let forged = report(&rig, "https://10.77.4.2:8443", &[]);
    assert_eq!(roots(&forged), ["port-open/reset-on-path"]);
    assert_eq!(row(&forged, "path-clear")["symptom"], "reset-by-hop");
    let closed = report(&rig, "https://10.77.4.2:8444", &[]);
    assert_eq!(roots(&closed), ["port-open/refused"]);
    assert_eq!(row(&closed, "path-clear")["symptom"], "clear");
}

#[test]
fn each_source_address_is_tried_and_a_stranger_is_refused() {
    if !available("each_source_address_is_tried_and_a_stranger_is_refused") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(4, &[8443]);
    rig.rule(2, "tcp dport 8443 ip saddr != 10.77.1.11 drop");
    let sources = [
        "--source-ip",
        "10.77.1.11",
        "--source-ip",
        "10.77.1.12",
        "--connect-timeout",
        "2",
    ];
    let report = report(&rig, "https://10.77.4.2:8443", &sources);
    assert_eq!(row(&report, "port-open")["symptom"], "open");
    let admitted = row(&report, "sources-admitted");
    assert_eq!(admitted["symptom"], "some-refused");
    let says = admitted["says"].as_str().unwrap();
    assert!(
        says.contains("admitted from 10.77.1.11, silent from 10.77.1.12"),
        "{says}"
    );
    let words = [
        env!("CARGO_BIN_EXE_orch-doctor"),
        "check",
        "https://10.77.4.2:8443",
        "--source-ip",
        "192.0.2.1",
    ];
    let refused = rig.command(0, &words).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("192.0.2.1"));
}

#[test]
fn an_open_port_needs_no_look_at_the_path_unless_asked_for() {
    if !available("an_open_port_needs_no_look_at_the_path_unless_asked_for") {
        return;
    }
    let mut rig = path_of(2);
    rig.listen(3, &[8443]);
    let hops = |options: &[&str]| {
        let report = report(&rig, "https://10.77.3.2:8443", options);
        let path = row(&report, "path-clear").clone();
        assert_eq!(path["symptom"], "clear");
        path["evidence"]["hops"].as_array().unwrap().len()
    };
    assert_eq!(hops(&["--only", "path-clear,port-open"]), 4);
    assert_eq!(hops(&["--connect-timeout", "2"]), 0);
}

#[test]
fn routers_have_the_names_that_the_name_server_gives_them() {
    if !available("routers_have_the_names_that_the_name_server_gives_them")
        || !installed("routers with names", &["unbound"])
    {
        return;
    }
    let rig = path_of(3);
    rig.rule(2, "tcp dport 8443 drop");
    let records = [
        r#"local-data-ptr: "10.77.1.2 edge.corp.test""#,
        r#"local-data-ptr: "10.77.2.2 \027[2Jdmz.corp.test""#,
        r#"local-zone: "3.77.10.in-addr.arpa." refuse"#,
    ];
    let _server = crate::names::resolver(&rig, 1, &records.join("\n    "));
    let options = ["--dns", "10.77.1.2", "--connect-timeout", "2"];
    let named = report(&rig, "https://10.77.4.2:8443", &options);
    assert!(named["took_ms"].as_u64().unwrap() < 2500);
    let names = |report: &Value| {
        let hops = row(report, "path-clear")["evidence"]["hops"].clone();
        let hops = hops.as_array().unwrap().clone();
        hops.iter()
            .map(|hop| hop["name"].as_str().unwrap_or("-").to_owned())
            .collect::<Vec<_>>()
    };
    let found = names(&named);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(
        (found[1].as_str(), found[3].as_str()),
        ("edge.corp.test", "-")
    );
    assert!(found[2].ends_with("dmz.corp.test"), "{found:?}");
    assert!(!found[2].contains('\u{1b}'), "{found:?}");
    // A name server that does not answer costs no time, and no verdict.
    let options = ["--dns", "10.77.1.3", "--connect-timeout", "2"];
    let unnamed = report(&rig, "https://10.77.4.2:8443", &options);
    assert!(unnamed["took_ms"].as_u64().unwrap() < 2500);
    assert_eq!(row(&unnamed, "path-clear")["symptom"], "dropped-between");
    assert_eq!(names(&unnamed), ["-", "-", "-", "-", "-"]);
}
