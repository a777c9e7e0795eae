//! The report as text for people.

use super::chain::{self, Chain, Link, Standing, chains};
use super::told::{row_of, safe, said};
use super::way::mark_shape;
use super::{Report, Root, Row, Shape, State};
use crate::catalog::{Grade, Group, Verdict};
use crate::event::Finding;
use crate::probe::Evidence;
use crate::probe::tcp::{Drawing, Step};
use crate::probe::tls::Seen;
use crate::shown::{seconds, shown, shown_within};
use crate::words::Words;
use std::fmt::{self, Write};
use unicode_width::UnicodeWidthStr as _;

/// The most characters of a step of the way.
const MOST_OF_STEP: usize = 400;

/// The cells of a state's word.
const WORD: usize = 9;

/// How text is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether symbols must be ASCII.
    pub ascii: bool,
    /// The language.
    pub words: &'static Words,
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
    head(report, style.words, out)?;
    let roots = report.roots();
    conclusion(report, &roots, style, out)?;
    let mut group: Option<Group> = None;
    for row in &report.rows {
        if group != Some(row.group) {
            writeln!(out, "\n{}", row.group.title(style.words))?;
            group = Some(row.group);
        }
        row_text(row, style, out)?;
        if let Some(drawing) = drawing(report, row, style.words) {
            path_text(&drawing, style, out)?;
        }
    }
    foot(report, style.words, out)
}

/// Target, vantage and time.
fn head(report: &Report, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let Some(began) = report.began.as_deref() else {
        return Ok(());
    };
    let settings = &began.settings;
    let target = words.report.head.with(&[
        ("version", &shown(&began.version)),
        ("url", &shown(&settings.target.typed)),
        ("tenant", &shown(&settings.tenant)),
    ]);
    let vantage = words.report.vantage.with(&[
        ("host", &shown(&began.host)),
        ("at", &began.at),
        ("store", &shown(&began.cloud_store)),
    ]);
    writeln!(out, "{target}\n{vantage}")?;
    if let Some(proxy) = &settings.network.proxy {
        let proxy = shown(proxy);
        writeln!(out, "{}", words.report.proxy.with(&[("proxy", &proxy)]))?;
    }
    if settings.stand_in {
        writeln!(out, "{}", words.report.stand_in)?;
    }
    Ok(())
}

/// What is wrong, who can fix it, and what to do first.
fn conclusion(report: &Report, roots: &[Root], style: Style, out: &mut dyn Write) -> fmt::Result {
    let words = &style.words.report;
    writeln!(out)?;
    if roots.is_empty() {
        return writeln!(out, "{}", summary(report, style.words));
    }
    let mut drawn: Vec<&Seen> = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let row = row_of(report, root).and_then(|at| report.rows.get(at));
        let Some(finding) = row.and_then(Row::finding) else {
            continue;
        };
        let problem = if roots.len() == 1 {
            words.problem.to_string()
        } else {
            words.problem_number.with(&[("number", &(number + 1))])
        };
        let says = safe(&finding.says);
        writeln!(out, "{} {says}", paint(&problem, 31, style))?;
        if let Some(owner) = finding.owner {
            let owner = owner.title(style.words);
            writeln!(out, "  {}", words.owner.with(&[("owner", &owner)]))?;
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
            let names = names.join(", ");
            writeln!(out, "  {}", words.explains.with(&[("checks", &names)]))?;
        }
        let seen = handshake(report, finding).filter(|seen| !drawn.contains(seen));
        if let Some(seen) = seen.filter(|_| chain::explains(&root.check)) {
            drawn.push(seen);
            for chain in chains(seen, style.words) {
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
    let words = &style.words.report;
    let sender = words.chain.with(&[("sender", &chain.sent_by)]);
    writeln!(out, "\n  {sender}")?;
    for link in &chain.links {
        link_text(link, (trunk, style), out)?;
        writeln!(out, "    {trunk} {}", words.signed_by)?;
    }
    link_text(&chain.end, (" ", style), out)?;
    for text in chain.views.iter().chain(&chain.beside) {
        writeln!(out, "    {}", shown(text))?;
    }
    if !chain.missing.is_empty() {
        writeln!(out, "\n  {}\n", words.to_send)?;
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
    if let Some(span) = &link.span {
        let bar = span.drawn(style.ascii);
        writeln!(out, "    {trunk}   {bar}  {}", span.said)?;
    }
    Ok(())
}

/// One sentence where nothing failed.
pub(super) fn summary(report: &Report, words: &Words) -> String {
    let words = &words.report;
    let counts = report.counts();
    if counts.fail > 0 {
        return words.only_where.to_string();
    }
    if report.cancelled {
        return words.stopped.to_string();
    }
    if report.exit() == super::Exit::Undecided {
        return words.undecided.to_string();
    }
    let warnings = match counts.warn {
        0 => String::new(),
        count => words.look.of(count),
    };
    format!("{}{warnings}", words.healthy)
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
    let says = said(row, style.words);
    let word = shape.told(style.words);
    let gap = " ".repeat(WORD.saturating_sub(word.width()));
    writeln!(
        out,
        " {} {word}{gap} {}{subject}  {says}",
        paint(shape.symbol(style.ascii), colour(shape), style),
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
fn drawing(report: &Report, row: &Row, words: &Words) -> Option<Drawing> {
    let failed = |row: &&Row| row.verdict() == Some(Verdict::Fail);
    let measured = |row: &Row| {
        row.finding()
            .and_then(|finding| finding.measurement.clone())
    };
    let measurement = measured(row)?;
    let mut failing = report.rows.iter().filter(failed);
    let first = failing.find(|other| measured(other).as_ref() == Some(&measurement))?;
    let drawing = report.way(row, words)?;
    (first.id == row.id).then_some(drawing)
}

/// The way of the packets, a step a line.
fn path_text(drawing: &Drawing, style: Style, out: &mut dyn Write) -> fmt::Result {
    let way = style.words.report.way.with(&[("host", &drawing.of)]);
    writeln!(out, "             {way}")?;
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
pub(super) fn counted(report: &Report, words: &Words) -> String {
    let counts = report.counts();
    words.report.counts.with(&[
        ("pass", &counts.pass),
        ("warn", &counts.warn),
        ("fail", &counts.fail),
        ("unknown", &counts.unknown),
        ("blocked", &counts.blocked),
        ("skipped", &counts.skipped),
        ("broke", &counts.broke),
        ("took", &seconds(report.took_ms)),
    ])
}

/// Counts, and how sure all this is.
fn foot(report: &Report, words: &Words, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "\n{}", counted(report, words))?;
    if report.grade() == Grade::ObservedHere {
        writeln!(out, "{}", words.report.from_here)?;
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
