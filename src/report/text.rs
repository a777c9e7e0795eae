//! The report as text for people.

use super::chain::{self, Chain, Link, Standing, chains};
use super::told::{PROVISO, STAND_IN, row_of, safe, said};
use super::way::mark_shape;
use super::{Report, Root, Row, Shape, State};
use crate::catalog::{Grade, Group, Verdict};
use crate::event::Finding;
use crate::probe::Evidence;
use crate::probe::tcp::{Drawing, Step};
use crate::probe::tls::Seen;
use crate::shown::{seconds, shown, shown_within};
use std::fmt::{self, Write};

/// The most characters of a step of the way.
const MOST_OF_STEP: usize = 400;

/// How text is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether symbols must be ASCII.
    pub ascii: bool,
}

/// The colour of a shape, as an SGR number.
fn colour(shape: Shape) -> u8 {
    match shape {
        Shape::Waiting | Shape::Blocked | Shape::Skipped => 90,
        Shape::Running | Shape::Unknown => 36,
        Shape::Pass => 32,
        Shape::Warn => 33,
        Shape::Fail => 31,
        Shape::Broke => 35,
    }
}

/// Writes the whole report.
///
/// # Errors
/// The writer's own.
pub fn text(report: &Report, style: Style, out: &mut dyn Write) -> fmt::Result {
    head(report, out)?;
    let roots = report.roots();
    conclusion(report, &roots, style, out)?;
    let mut group: Option<Group> = None;
    for row in &report.rows {
        if group != Some(row.group) {
            writeln!(out, "\n{}", row.group.title())?;
            group = Some(row.group);
        }
        row_text(row, style, out)?;
        if let Some(drawing) = drawing(report, row) {
            path_text(&drawing, style, out)?;
        }
    }
    foot(report, out)
}

/// Target, vantage and time.
fn head(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let Some(began) = report.began.as_deref() else {
        return Ok(());
    };
    let settings = &began.settings;
    writeln!(
        out,
        "orch-doctor {} · {} · tenant {}",
        shown(&began.version),
        shown(&settings.target.typed),
        shown(&settings.tenant)
    )?;
    writeln!(
        out,
        "from {} at {} · judged by {}",
        shown(&began.host),
        began.at,
        shown(&began.cloud_store)
    )?;
    if let Some(proxy) = &settings.network.proxy {
        writeln!(out, "by way of the proxy {}", shown(proxy))?;
    }
    if settings.stand_in {
        writeln!(out, "STAND-IN: {STAND_IN}")?;
    }
    Ok(())
}

/// What is wrong, who can fix it, and what to do first.
fn conclusion(report: &Report, roots: &[Root], style: Style, out: &mut dyn Write) -> fmt::Result {
    writeln!(out)?;
    if roots.is_empty() {
        return writeln!(out, "{}", summary(report));
    }
    let mut drawn: Vec<&Seen> = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let row = row_of(report, root).and_then(|at| report.rows.get(at));
        let Some(finding) = row.and_then(Row::finding) else {
            continue;
        };
        let problem = if roots.len() == 1 {
            "PROBLEM".to_owned()
        } else {
            format!("PROBLEM {}", number + 1)
        };
        let says = safe(&finding.says);
        writeln!(out, "{} {says}", paint(&problem, 31, style))?;
        if let Some(owner) = finding.owner {
            writeln!(out, "  Who can fix it: {}", owner.title())?;
        }
        for (step, remedy) in finding.remedies.iter().enumerate() {
            writeln!(out, "  {}. {}", step + 1, safe(remedy))?;
        }
        if !root.explains.is_empty() {
            let names: Vec<&str> = root
                .explains
                .iter()
                .map(crate::catalog::CheckId::as_str)
                .collect();
            writeln!(out, "  Not asked because of it: {}", names.join(", "))?;
        }
        let seen = handshake(report, finding).filter(|seen| !drawn.contains(seen));
        if let Some(seen) = seen.filter(|_| chain::explains(&root.check)) {
            drawn.push(seen);
            for chain in chains(seen) {
                chain_text(&chain, style, out)?;
            }
        }
    }
    Ok(())
}

/// The handshakes that a finding was read from.
fn handshake<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Seen> {
    match report.evidence.get(finding.measurement.as_ref()?)? {
        Evidence::Tls(seen) => Some(seen),
        _ => None,
    }
}

/// A chain, drawn; and what has to be sent with it.
fn chain_text(chain: &Chain, style: Style, out: &mut dyn Write) -> fmt::Result {
    let trunk = if style.ascii { "|" } else { "│" };
    writeln!(out, "\n  The chain that {} sends:", chain.sent_by)?;
    for link in &chain.links {
        link_text(link, (trunk, style), out)?;
        writeln!(out, "    {trunk} signed by")?;
    }
    link_text(&chain.end, (" ", style), out)?;
    for text in chain.views.iter().chain(&chain.beside) {
        writeln!(out, "    {}", shown(text))?;
    }
    if !chain.missing.is_empty() {
        writeln!(
            out,
            "\n  To be sent after the server's own certificate, in this order:\n"
        )?;
        for line in chain.missing_lines() {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// One link with what is known of it.
fn link_text(link: &Link, (trunk, style): (&str, Style), out: &mut dyn Write) -> fmt::Result {
    let shape = match link.standing {
        Standing::Good => Shape::Pass,
        Standing::Bad => Shape::Fail,
        Standing::Open => Shape::Unknown,
    };
    let sign = paint(shape.symbol(style.ascii), colour(shape), style);
    writeln!(out, "    {sign} {}", shown(&link.name))?;
    for text in link.troubles.iter().chain(&link.facts) {
        writeln!(out, "    {trunk}   {}", shown(text))?;
    }
    Ok(())
}

/// One sentence where nothing failed.
pub(super) fn summary(report: &Report) -> String {
    let counts = report.counts();
    if counts.fail > 0 {
        return "Something fails, and what is known only says where.".into();
    }
    if report.cancelled {
        return "Stopped before the end; what was known by then is below.".into();
    }
    if report.exit() == super::Exit::Undecided {
        return "Nothing failed, but something that is needed could not be told.".into();
    }
    let warnings = match counts.warn {
        0 => String::new(),
        1 => " One thing deserves a look.".into(),
        more => format!(" {more} things deserve a look."),
    };
    format!("No problem was found from here.{warnings}")
}

/// One row, with its reasons where it is not healthy.
fn row_text(row: &Row, style: Style, out: &mut dyn Write) -> fmt::Result {
    let shape = Shape::of(&row.state);
    let subject = row
        .id
        .subject
        .as_ref()
        .map(|subject| format!(" [{}]", shown(&subject.to_string())))
        .unwrap_or_default();
    let says = said(row);
    writeln!(
        out,
        " {} {:<9} {}{subject}  {says}",
        paint(shape.symbol(style.ascii), colour(shape), style),
        shape.word(),
        row.id.check
    )?;
    if let State::Judged(finding) = &row.state
        && (finding.verdict == Verdict::Warn || finding.verdict == Verdict::Unknown && row.required)
    {
        for remedy in &finding.remedies {
            writeln!(out, "             → {}", safe(remedy))?;
        }
    }
    Ok(())
}

/// The way of the packets, below the first failing row that was read from the measurement.
fn drawing(report: &Report, row: &Row) -> Option<Drawing> {
    let failed = |row: &&Row| row.verdict() == Some(Verdict::Fail);
    let measured = |row: &Row| {
        row.finding()
            .and_then(|finding| finding.measurement.clone())
    };
    let measurement = measured(row)?;
    let mut failing = report.rows.iter().filter(failed);
    let first = failing.find(|other| measured(other).as_ref() == Some(&measurement))?;
    let drawing = report.way(row)?;
    (first.id == row.id).then_some(drawing)
}

/// The way of the packets, a step a line.
fn path_text(drawing: &Drawing, style: Style, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "             The way to {}:", drawing.of)?;
    for Step { mark, title, note } in &drawing.steps {
        let shape = mark_shape(*mark);
        let sign = paint(shape.symbol(style.ascii), colour(shape), style);
        let line = format!("{title}: {note}");
        let line = shown_within(line.trim_end_matches(": "), MOST_OF_STEP);
        writeln!(out, "             {sign} {line}")?;
    }
    Ok(())
}

/// How many rows stand where, and how long it took.
pub(super) fn counted(report: &Report) -> String {
    let counts = report.counts();
    format!(
        "{} passed, {} warned, {} failed, {} unknown, {} not asked, {} skipped, {} broke · {}",
        counts.pass,
        counts.warn,
        counts.fail,
        counts.unknown,
        counts.blocked,
        counts.skipped,
        counts.broke,
        seconds(report.took_ms)
    )
}

/// Counts, and how sure all this is.
fn foot(report: &Report, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n{}", counted(report))?;
    if report.grade() == Grade::ObservedHere {
        writeln!(out, "{PROVISO}")?;
    }
    Ok(())
}

/// The text in a colour, where colours may be used.
fn paint(text: &str, colour: u8, style: Style) -> String {
    if style.colour {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
