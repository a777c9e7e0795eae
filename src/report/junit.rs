//! The report as JUnit XML, for what shows the tests of a build: a test case for each row.

use super::told::{Item, Told};
use super::{Report, Shape};
use crate::catalog::Catalog;
use crate::words::Lang;
use std::fmt::{self, Write};

/// Writes the whole report.
///
/// # Errors
/// The writer's own.
pub fn junit(report: &Report, catalog: &Catalog, out: &mut dyn Write) -> fmt::Result {
    let told = Told::of(report, catalog);
    let kinds = told.items().map(|item| kind(report, item));
    let kinds: Vec<Kind> = kinds.collect();
    let count = |wanted: Kind| kinds.iter().filter(|kind| **kind == wanted).count();
    let figures = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        told.count,
        count(Kind::Failure),
        count(Kind::Error)
    );
    let time = seconds(report.took_ms);
    let began = report.began.as_deref();
    let stamp = began.map(|began| began.at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    let host = began.map(|began| text(&began.host));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"orch-doctor\" {figures} time=\"{time}\">\n\
         <testsuite name=\"orch-doctor\" {figures} skipped=\"{}\" time=\"{time}\" timestamp=\"{}\" hostname=\"{}\">",
        count(Kind::Skipped),
        stamp.unwrap_or_default(),
        host.unwrap_or_default()
    )?;
    writeln!(out, "<properties>")?;
    for (name, value) in &told.head {
        let value = text(value);
        writeln!(out, "<property name=\"{name}\" value=\"{value}\"/>")?;
    }
    writeln!(out, "</properties>")?;
    for (item, kind) in told.items().zip(kinds) {
        case(report, item, kind, out)?;
    }
    writeln!(out, "</testsuite>\n</testsuites>")
}

/// What a row is to JUnit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// What a row is to JUnit: an error where nothing could be told that is needed.
fn kind(report: &Report, item: &Item<'_>) -> Kind {
    let row = report.rows.get(item.number - 1);
    let required = row.is_some_and(|row| row.required);
    match item.shape {
        Shape::Pass | Shape::Warn => Kind::Passed,
        Shape::Fail => Kind::Failure,
        Shape::Unknown if required => Kind::Error,
        // A run that ended before the row says nothing of it.
        Shape::Broke | Shape::Waiting | Shape::Running => Kind::Error,
        Shape::Unknown | Shape::Blocked | Shape::Skipped => Kind::Skipped,
    }
}

/// One row.
fn case(report: &Report, item: &Item<'_>, kind: Kind, out: &mut dyn Write) -> fmt::Result {
    let row = report.rows.get(item.number - 1);
    let group = row.map_or("", |row| row.group.title(Lang::En.words()));
    let about = item.subject.as_ref();
    let about = about.map_or_else(String::new, |subject| format!(" [{}]", text(subject)));
    let (symptom, took) = item.measured.clone().unwrap_or_default();
    write!(
        out,
        "<testcase classname=\"orch-doctor.{}\" name=\"{}{about}\" time=\"{}\">",
        text(group),
        text(&item.check),
        seconds(took)
    )?;
    let (says, body) = (text(&item.says), advice(item));
    match kind {
        Kind::Passed if item.shape == Shape::Warn => {
            write!(out, "<system-out>{says}\n{body}</system-out>")?;
        }
        Kind::Passed => {}
        Kind::Failure => {
            let symptom = text(&symptom);
            write!(
                out,
                "<failure message=\"{says}\" type=\"{symptom}\">{body}</failure>"
            )?;
        }
        Kind::Error => {
            let says = if says.is_empty() {
                "the run ended before this row".to_owned()
            } else {
                says
            };
            let word = item.shape.word();
            write!(
                out,
                "<error message=\"{says}\" type=\"{word}\">{body}</error>"
            )?;
        }
        Kind::Skipped => write!(out, "<skipped message=\"{says}\"/>")?,
    }
    writeln!(out, "</testcase>")
}

/// Who can fix it, and how, as XML.
fn advice(item: &Item<'_>) -> String {
    let owner = item.owner.map(|owner| format!("Who can fix it: {owner}"));
    let steps = item.remedies.iter().enumerate();
    let steps = steps.map(|(at, step)| format!("{}. {step}", at + 1));
    let lines = owner.into_iter().chain(steps);
    lines
        .map(|line| text(&line))
        .collect::<Vec<String>>()
        .join("\n")
}

/// Milliseconds in seconds.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// The text as XML 1.0 can hold it.
fn text(plain: &str) -> String {
    let mut out = String::new();
    for character in super::told::safe(plain).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}
