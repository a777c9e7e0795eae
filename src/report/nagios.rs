//! The report as a monitoring plugin's: one line with performance data, more lines below it, and a state of its own (Nagios, Icinga, NRPE;
//! monitoring-plugins' developer guidelines).

use super::told::safe;
use super::{Exit, Report, Row};
use crate::catalog::{Catalog, Verdict};
use crate::shown::shown_within;
use crate::words::Words;
use std::fmt::{self, Write};

/// The most characters of the first line's text: agents cut what is long.
const MOST_OF_LINE: usize = 300;
/// The most characters of everything: an old NRPE carries 1 KiB, a newer one 64 KiB.
const MOST: usize = 4_000;

/// A service's state, which is the plugin's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// All is well.
    Ok = 0,
    /// Something is worth a look.
    Warning = 1,
    /// Something is broken.
    Critical = 2,
    /// It could not be told.
    Unknown = 3,
}

impl Service {
    /// The state that a run comes to.
    pub fn of(report: &Report) -> Self {
        match report.exit() {
            Exit::Unhealthy => Self::Critical,
            Exit::Usage | Exit::Undecided | Exit::Interrupted => Self::Unknown,
            Exit::Healthy if report.counts().warn > 0 => Self::Warning,
            Exit::Healthy => Self::Ok,
        }
    }

    /// Its word.
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The first line of a plugin: this state, and why.
    pub fn line(self, why: &str) -> String {
        let why = plain(&shown_within(why, MOST_OF_LINE));
        format!("ORCH_DOCTOR {} - {why}", self.word())
    }
}

/// Writes the report.
///
/// # Errors
/// The writer's own.
pub fn nagios(report: &Report, catalog: &Catalog, out: &mut dyn Write) -> fmt::Result {
    let (words, counts) = (catalog.words(), report.counts());
    writeln!(
        out,
        "{} | 'time'={}.{:03}s;;;0 'pass'={};;;0 'warn'={};;;0 'fail'={};;;0 'unknown'={};;;0 'blocked'={};;;0",
        Service::of(report).line(&why(report, words)),
        report.took_ms / 1_000,
        report.took_ms % 1_000,
        counts.pass,
        counts.warn,
        counts.fail,
        counts.unknown,
        counts.blocked,
    )?;
    let mut left = MOST;
    for line in below(report, words) {
        let line = plain(&line);
        let Some(less) = left.checked_sub(line.chars().count() + 1) else {
            return writeln!(out, "and more: orch-doctor check tells all");
        };
        left = less;
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The first sentence: of the first root, or of the first row that is not as it should be.
fn why(report: &Report, words: &Words) -> String {
    let roots = report.roots();
    let root = roots.first().and_then(|root| {
        let at = super::told::row_of(report, root)?;
        report.rows.get(at)
    });
    let open = |verdict: Verdict| {
        report.rows.iter().find(|row| {
            row.verdict() == Some(verdict) && (verdict != Verdict::Unknown || row.required)
        })
    };
    let row = root
        .or_else(|| open(Verdict::Fail))
        .or_else(|| open(Verdict::Unknown))
        .or_else(|| open(Verdict::Warn));
    match row {
        Some(row) => {
            let more = match roots.len() {
                0 | 1 => String::new(),
                count => format!(" (1 of {count} problems)"),
            };
            format!("{}{more}", sentence(row, words))
        }
        None => super::text::summary(report, words),
    }
}

/// A row by name with its sentence.
fn sentence(row: &Row, words: &Words) -> String {
    let subject = row.id.subject.as_ref();
    let subject = subject.map_or_else(String::new, |subject| format!(" [{subject}]"));
    safe(&format!(
        "{}{subject}: {}",
        row.id.check,
        super::told::said(row, words)
    ))
}

/// Every row that is not as it should be, with its steps.
fn below(report: &Report, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &report.rows {
        let Some(finding) = row.finding() else {
            continue;
        };
        let told = match finding.verdict {
            Verdict::Fail | Verdict::Warn => true,
            Verdict::Unknown => row.required,
            Verdict::Pass => false,
        };
        if !told {
            continue;
        }
        lines.push(sentence(row, words));
        let steps = finding.remedies.iter().enumerate();
        lines.extend(steps.map(|(at, step)| format!("  {}. {}", at + 1, safe(step))));
    }
    lines
}

/// The text without the bar, behind which performance data would begin.
fn plain(text: &str) -> String {
    text.replace('|', "/")
}
