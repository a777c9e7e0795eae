//! The report as metrics in Prometheus' text format (contract §6): for the textfile collector, and for an exporter.

use super::{Exit, Report, Row, State};
use crate::catalog::Verdict;
use crate::probe::Evidence;
use crate::probe::tls::Seen;
use jiff::Timestamp;
use std::fmt::{self, Write};

/// Writes the metrics.
///
/// # Errors
/// The writer's own.
pub fn prometheus(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let success = u8::from(report.exit() == Exit::Healthy);
    gauge(
        out,
        "probe_success",
        "Whether no check failed and nothing required stayed unknown.",
    )?;
    writeln!(out, "probe_success {success}")?;
    gauge(out, "probe_duration_seconds", "How long the run took.")?;
    writeln!(out, "probe_duration_seconds {}", seconds(report.took_ms))?;
    gauge(
        out,
        "orch_doctor_check_status",
        "How a check stands: 0 pass, 1 warn, 2 fail, 3 unknown, 4 blocked, 5 skipped.",
    )?;
    for row in &report.rows {
        writeln!(
            out,
            "orch_doctor_check_status{{{}}} {}",
            labels(row, None),
            status(row)
        )?;
    }
    symptoms(report, out)?;
    if let Some(at) = first_end(report) {
        let name = "orch_doctor_certificate_not_after_timestamp_seconds";
        gauge(
            out,
            name,
            "When the first of the servers' own certificates ends.",
        )?;
        writeln!(out, "{name} {}", at.as_second())?;
    }
    if let Some(began) = &report.began {
        let name = "orch_doctor_last_run_timestamp_seconds";
        gauge(out, name, "When the run began.")?;
        writeln!(out, "{name} {}", began.at.as_second())?;
    }
    Ok(())
}

/// What each check came to, and what nothing else explains.
fn symptoms(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let judged = |row: &Row| row.finding().map(|finding| finding.symptom.clone());
    let name = "orch_doctor_check_symptom";
    if report.rows.iter().any(|row| judged(row).is_some()) {
        gauge(out, name, "The symptom that a check came to.")?;
    }
    for row in &report.rows {
        if let Some(symptom) = judged(row) {
            writeln!(out, "{name}{{{}}} 1", labels(row, Some(&symptom)))?;
        }
    }
    let roots = report.roots();
    let name = "orch_doctor_root";
    if !roots.is_empty() {
        gauge(out, name, "A failure that no other failure explains.")?;
    }
    let rows = roots.iter().filter_map(|root| {
        let at = super::told::row_of(report, root)?;
        Some((report.rows.get(at)?, &root.symptom))
    });
    for (row, symptom) in rows {
        writeln!(out, "{name}{{{}}} 1", labels(row, Some(symptom)))?;
    }
    Ok(())
}

/// What a metric is.
fn gauge(out: &mut dyn Write, name: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")
}

/// A row's labels; the subject is there where a check is asked of several.
fn labels(row: &Row, symptom: Option<&str>) -> String {
    let check = format!("check=\"{}\"", value(row.id.check.as_str()));
    let subject = row.id.subject.as_ref().map(|subject| {
        let version = subject.version.as_ref();
        let version = version.map_or_else(String::new, |version| format!(" {version}"));
        format!("subject=\"{}\"", value(&format!("{subject}{version}")))
    });
    let symptom = symptom.map(|symptom| format!("symptom=\"{}\"", value(symptom)));
    let labels = [Some(check), subject, symptom];
    labels.into_iter().flatten().collect::<Vec<_>>().join(",")
}

/// The text as the value of a label.
fn value(text: &str) -> String {
    let text = super::told::safe(text);
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The number of a row's state.
fn status(row: &Row) -> u8 {
    match &row.state {
        State::Judged(finding) => match finding.verdict {
            Verdict::Pass => 0,
            Verdict::Warn => 1,
            Verdict::Fail => 2,
            Verdict::Unknown => 3,
        },
        State::Broke(_) | State::Waiting | State::Running => 3,
        State::Blocked(_) => 4,
        State::Skipped(_) => 5,
    }
}

/// When the first of the servers' own certificates ends.
fn first_end(report: &Report) -> Option<Timestamp> {
    let handshakes = report
        .evidence
        .values()
        .filter_map(|evidence| match evidence {
            Evidence::Tls(seen) => Some(seen),
            _ => None,
        });
    handshakes.flat_map(ends).min()
}

/// When the certificate of each address ends.
fn ends(seen: &Seen) -> impl Iterator<Item = Timestamp> {
    let facets = seen.addresses.iter().filter_map(|one| one.facets.as_ref());
    facets.filter_map(|facets| {
        let own = facets.chain.first()?;
        facets.certificates.get(*own)?.not_after
    })
}

/// Milliseconds in seconds.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}
