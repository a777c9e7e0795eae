//! The report as Checkmk's local check: a line for each row, its four parts with one space between them.

use super::told::{safe, said};
use super::{Report, Row, State};
use crate::catalog::{Catalog, Verdict};
use crate::words::Words;
use std::fmt::{self, Write};

/// Writes the services: one for the whole, and one for each row.
///
/// # Errors
/// The writer's own.
pub fn checkmk(report: &Report, catalog: &Catalog, out: &mut dyn Write) -> fmt::Result {
    let began = report.began.as_deref();
    let target = began.map_or_else(String::new, |began| {
        let target = &began.settings.target;
        format!(" {}:{}", target.host, target.port)
    });
    let service = super::Service::of(report);
    let whole = format!("orch-doctor{target}");
    let took = format!(
        "time={}.{:03}",
        report.took_ms / 1_000,
        report.took_ms % 1_000
    );
    writeln!(
        out,
        "{} \"{}\" {took} {}",
        service as u8,
        name(&whole),
        detail(&super::text::counted(report, catalog.words()))
    )?;
    for row in &report.rows {
        line(row, (&whole, catalog.words()), out)?;
    }
    Ok(())
}

/// One row.
fn line(row: &Row, (whole, words): (&str, &Words), out: &mut dyn Write) -> fmt::Result {
    let subject = row.id.subject.as_ref();
    let subject = subject.map_or_else(String::new, |subject| {
        let version = subject.version.as_deref().unwrap_or_default();
        format!(" {subject} {version}")
    });
    let finding = row.finding();
    let took = finding.filter(|finding| finding.measurement.is_some());
    let metric = took.map_or_else(
        || "-".to_owned(),
        |finding| {
            format!(
                "time={}.{:03}",
                finding.took_ms / 1_000,
                finding.took_ms % 1_000
            )
        },
    );
    let mut text = detail(&said(row, words));
    if text.is_empty() {
        text.push_str("the run ended before this check");
    }
    if let Some(finding) = finding.filter(|finding| finding.verdict != Verdict::Pass) {
        for (at, step) in finding.remedies.iter().enumerate() {
            write!(text, "\\n{}. {}", at + 1, detail(step))?;
        }
    }
    let name = name(&format!("{whole} {}{subject}", row.id.check));
    writeln!(out, "{} \"{name}\" {metric} {text}", state(row))
}

/// Checkmk's number of a row's state: what was left out on request is no trouble, what waits for another is not known.
fn state(row: &Row) -> u8 {
    match &row.state {
        State::Judged(finding) => match finding.verdict {
            Verdict::Warn => 1,
            Verdict::Fail => 2,
            Verdict::Unknown if row.required => 3,
            Verdict::Pass | Verdict::Unknown => 0,
        },
        State::Skipped(_) => 0,
        State::Blocked(_) | State::Broke(_) | State::Waiting | State::Running => 3,
    }
}

/// The text as a service's name, between quotes.
fn name(text: &str) -> String {
    safe(text.trim()).replace('"', "'").replace('\\', "/")
}

/// The text as a detail: a backslash would begin a line.
fn detail(text: &str) -> String {
    safe(text).replace('\\', "/")
}
