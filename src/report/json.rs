//! The report as JSON, schema 1 (contract §4).

use super::{Report, Row, State};
use crate::probe::Evidence;
use serde_json::{Value, json};

/// The whole report as one document.
pub fn json(report: &Report) -> Value {
    let began = report.began.as_deref();
    let settings = began.map(|began| &began.settings);
    let sources: Vec<String> = settings
        .map(|settings| {
            settings
                .network
                .source_ips
                .iter()
                .map(ToString::to_string)
                .collect()
        })
        .unwrap_or_default();
    json!({
        "schema": 1,
        "tool": { "name": "orch-doctor", "version": env!("CARGO_PKG_VERSION") },
        "target": {
            "url": settings.map(|settings| settings.target.typed.clone()),
            "tenant": settings.map(|settings| settings.tenant.clone()),
            "stand_in": settings.is_some_and(|settings| settings.stand_in),
        },
        "vantage": {
            "host": began.map(|began| began.host.clone()),
            "source_ips": sources,
            "cloud_roots": began.map(|began| began.cloud_roots.clone()),
            "cloud_store": began.map(|began| began.cloud_store.clone()),
            "proxy": settings.and_then(|settings| settings.network.proxy.clone()),
        },
        "began": began.map(|began| began.at.to_string()),
        "took_ms": report.took_ms,
        "exit": report.exit() as i32,
        "counts": report.counts(),
        "roots": report.roots(),
        "rows": report.rows.iter().map(|row| row_json(report, row)).collect::<Vec<_>>(),
    })
}

/// One row.
fn row_json(report: &Report, row: &Row) -> Value {
    let (state, blocked_by, reason) = match row.told() {
        State::Waiting | State::Running => (
            "broke",
            None,
            Some("the run ended before this row".to_owned()),
        ),
        State::Judged(_) => ("judged", None, None),
        State::Blocked(by) => ("blocked", Some(by.to_string()), None),
        State::Skipped(reason) => ("skipped", None, Some(reason.clone())),
        State::Broke(how) => ("broke", None, Some(how.clone())),
    };
    let finding = match row.told() {
        State::Judged(finding) => Some(finding),
        State::Waiting
        | State::Running
        | State::Blocked(_)
        | State::Skipped(_)
        | State::Broke(_) => None,
    };
    let evidence = finding
        .and_then(|finding| finding.measurement.as_ref())
        .and_then(|measurement| report.evidence.get(measurement))
        .map_or_else(|| json!({}), evidence_json);
    json!({
        "check": row.id.check,
        "group": row.group,
        "state": state,
        "verdict": finding.map(|finding| finding.verdict),
        "symptom": finding.map(|finding| finding.symptom.clone()),
        "subject": row.id.subject.as_ref().map(ToString::to_string),
        "grade": finding.map(|finding| finding.grade),
        "says": finding.map(|finding| finding.says.clone()),
        "owner": finding.and_then(|finding| finding.owner),
        "try": finding.map(|finding| finding.remedies.clone()).unwrap_or_default(),
        "evidence": evidence,
        "blocked_by": blocked_by,
        "reason": reason,
        "began_ms": finding.map(|finding| finding.began_ms),
        "took_ms": finding.map(|finding| finding.took_ms),
    })
}

/// Evidence for a report: what a recording keeps for judging again is left out.
fn evidence_json(evidence: &Evidence) -> Value {
    let value = serde_json::to_value(evidence).unwrap_or_default();
    let mut seen = value.get("seen").cloned().unwrap_or_default();
    without_bulk(&mut seen);
    if let (Evidence::Tcp(tcp), Value::Object(members)) = (evidence, &mut seen) {
        members.insert("between".into(), json!(tcp.between()));
        members.insert("hops".into(), json!(tcp.hops()));
    }
    seen
}

/// Drops the DER of certificates, each of which is there once, as PEM or by its fingerprint, and the single packets of a
/// path, which its hops tell of.
fn without_bulk(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in ["chain", "staple"] {
                if members.contains_key("protocol") && members.contains_key("first_bytes") {
                    members.remove(name);
                }
            }
            if members.contains_key("names_senders") {
                members.remove("samples");
                members.remove("names");
            }
            members.values_mut().for_each(without_bulk);
        }
        Value::Array(items) => items.iter_mut().for_each(without_bulk),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
