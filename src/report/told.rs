//! The report in words, without a layout: what every format for people lays out in its own way. Every text here is safe to show.

mod drawings;

use super::chain::Chain;
use super::text::{counted, summary};
use super::{RangeMap, Report, Root, Row, Shape, State};
use crate::catalog::{Catalog, Grade, Template};
use crate::event::Finding;
use crate::probe::tcp::Drawing;
use crate::probe::{Evidence, Probe, Reading};
use crate::shown::shown_within;
use crate::words::Words;
use drawings::Drawings;

/// The most characters of one text.
const MOST: usize = 4_000;

/// The report in words.
pub(crate) struct Told<'a> {
    /// The words of its language.
    pub(super) words: &'static Words,
    /// The version of the tool that ran.
    pub(super) version: String,
    /// Target, vantage and time, each with its name.
    pub(super) head: Vec<(&'static str, String)>,
    /// One sentence where no problem is known.
    pub(super) summary: Option<String>,
    /// What is wrong, what to fix first in front.
    pub(super) problems: Vec<Problem>,
    /// Every check, by group, in checklist order.
    pub(super) groups: Vec<(&'static str, Vec<Item<'a>>)>,
    /// How many checks there are.
    pub(super) count: usize,
    /// How many rows stand where, and how long it took.
    pub(super) counted: String,
    /// What this run cannot prove.
    pub(super) proviso: Option<&'static str>,
}

/// A failure that no other explains.
pub(crate) struct Problem {
    /// The number of its check.
    pub(super) number: usize,
    /// Its check.
    pub(super) check: String,
    /// What it is about, where there are several.
    pub(super) subject: Option<String>,
    /// What is wrong.
    pub(super) says: String,
    /// Who can fix it.
    pub(super) owner: Option<&'static str>,
    /// What to do, in steps.
    pub(super) remedies: Vec<String>,
    /// How sure that is.
    pub(super) sure: &'static str,
    /// The checks that it stands in the way of.
    pub(super) explains: Vec<String>,
}

/// A check with all that is known of it.
pub(crate) struct Item<'a> {
    /// Its number.
    pub(super) number: usize,
    /// How it stands.
    pub(super) shape: Shape,
    /// Its name.
    pub(super) check: String,
    /// What it is about.
    pub(super) subject: Option<String>,
    /// What is asked.
    pub(super) question: String,
    /// What was seen, or why nothing was.
    pub(super) says: String,
    /// The facts of that sentence and of the remedies, by name.
    pub(super) facts: Vec<(String, String)>,
    /// Who can fix it.
    pub(super) owner: Option<&'static str>,
    /// What to do, in steps.
    pub(super) remedies: Vec<String>,
    /// How sure that is.
    pub(super) sure: Option<&'static str>,
    /// Why it is asked.
    pub(super) why: String,
    /// What users may have seen because of it.
    pub(super) seen_as: Vec<String>,
    /// The document's address.
    pub(super) docs: String,
    /// The symptom, and how long its measurement took in milliseconds.
    pub(super) measured: Option<(String, u64)>,
    /// What is drawn of it.
    pub(super) drawn: Drawn,
    /// What was seen in full: there at the first check that was read from it.
    pub(super) evidence: Option<&'a Evidence>,
}

/// Drawings of a check, each told once: at the first check that fails on it, or else at the first that was read from it.
#[derive(Default)]
pub(crate) struct Drawn {
    /// Certificate chains.
    pub(super) chains: Vec<Chain>,
    /// The way of the packets.
    pub(super) way: Option<Drawing>,
    /// The map of ranges.
    pub(super) map: Option<RangeMap>,
}

/// Whether a check is about the certificates, so that the chain explains its answer.
pub(crate) fn about_chain(catalog: &Catalog, row: &Row) -> bool {
    let check = catalog.get(row.id.check.as_str());
    check
        .is_some_and(|check| check.reads.probe() == Probe::Tls && check.reads != Reading::Agreement)
}

/// What the sentences of a row's outcome are filled with, by name.
pub(crate) fn facts(report: &Report, catalog: &Catalog, row: &Row) -> Vec<(String, String)> {
    let (Some(began), Some(finding)) = (&report.began, row.finding()) else {
        return Vec::new();
    };
    let at = crate::probe::At {
        now: began.at,
        settings: &began.settings,
        subject: row.id.subject.as_ref(),
        words: catalog.words(),
    };
    let facts = evidence(report, finding)
        .map(|evidence| evidence.facts(&at))
        .unwrap_or_default();
    let check = catalog.get(row.id.check.as_str());
    let Some(outcome) = check.and_then(|check| check.outcomes.get(&finding.symptom)) else {
        return Vec::new();
    };
    let sentences = std::iter::once(&outcome.says).chain(&outcome.remedies);
    let mentioned: Vec<&str> = sentences.flat_map(Template::holes).collect();
    facts
        .into_iter()
        .filter(|(name, value)| mentioned.contains(name) && !value.is_empty())
        // Some continue a sentence; by themselves they begin without its comma.
        .map(|(name, value)| {
            let value = value.trim_start_matches([' ', ',', ';', ':', '、', '。']);
            (name.replace('_', " "), value.to_owned())
        })
        .collect()
}

/// What a finding was read from.
fn evidence<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Evidence> {
    report.evidence.get(finding.measurement.as_ref()?)
}

/// What a row says of itself: its sentence, or why there is none.
pub(super) fn said(row: &Row, words: &Words) -> String {
    let words = &words.report;
    match &row.state {
        State::Judged(finding) => safe(&finding.says),
        State::Blocked(by) => words.blocked.with(&[("check", &safe(by.as_str()))]),
        State::Skipped(reason) => words.skipped.with(&[("reason", &safe(reason))]),
        State::Broke(how) => words.broke.with(&[("how", &safe(how))]),
        State::Waiting | State::Running => String::new(),
    }
}

/// The row of a root, by its place.
pub(super) fn row_of(report: &Report, root: &Root) -> Option<usize> {
    report.rows.iter().position(|row| {
        row.id.check == root.check
            && row.id.subject.as_ref().map(ToString::to_string) == root.subject
    })
}

/// A text in pieces, those between backquotes told apart as commands; a quote that is not closed is text.
pub(super) fn commands(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, command, after)) = rest.split_once('`').and_then(|(before, inside)| {
        let (command, after) = inside.split_once('`')?;
        Some((before, command, after))
    }) {
        if command.trim().is_empty() {
            // Nothing stands between the quotes: they are text like any other.
            let quoted = before.len() + command.len() + 2;
            pieces.push((&rest[..quoted], false));
        } else {
            pieces.extend([(before, false), (command, true)]);
        }
        rest = after;
    }
    pieces.push((rest, false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// The text as it may be shown.
pub(super) fn safe(text: &str) -> String {
    shown_within(text, MOST)
}

impl<'a> Told<'a> {
    /// The whole report.
    pub(super) fn of(report: &'a Report, catalog: &Catalog) -> Self {
        let words = catalog.words();
        let mut drawings = Drawings::of(report, catalog);
        let mut groups: Vec<(&'static str, Vec<Item<'a>>)> = Vec::new();
        for (at, row) in report.rows.iter().enumerate() {
            let item = item(report, catalog, (at, row), &mut drawings);
            match groups
                .last_mut()
                .filter(|(title, _)| *title == row.group.title(words))
            {
                Some((_, items)) => items.push(item),
                None => groups.push((row.group.title(words), vec![item])),
            }
        }
        let roots = report.roots();
        let problems: Vec<Problem> = roots
            .iter()
            .filter_map(|root| problem(report, root, words))
            .collect();
        Self {
            words,
            version: report.began.as_ref().map_or_else(
                || env!("CARGO_PKG_VERSION").to_owned(),
                |began| safe(&began.version),
            ),
            head: head(report, words),
            summary: problems.is_empty().then(|| summary(report, words)),
            problems,
            groups,
            count: report.rows.len(),
            counted: counted(report, words),
            proviso: (report.grade() == Grade::ObservedHere).then_some(&*words.report.from_here),
        }
    }

    /// Every check.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item<'a>> {
        self.groups.iter().flat_map(|(_, items)| items)
    }
}

/// Target, vantage and time.
fn head(report: &Report, words: &Words) -> Vec<(&'static str, String)> {
    let Some(began) = report.began.as_deref() else {
        return Vec::new();
    };
    let settings = &began.settings;
    let mut head = vec![
        ("Target", safe(&settings.target.typed)),
        ("Tenant", safe(&settings.tenant)),
        ("Seen from", safe(&began.host)),
        ("At", began.at.to_string()),
        ("Judged by", safe(&began.cloud_store)),
    ];
    if let Some(proxy) = &settings.network.proxy {
        head.push(("By way of the proxy", safe(proxy)));
    }
    if settings.stand_in {
        let stand_in = words.report.stand_in.trim_start_matches("STAND-IN: ");
        head.push(("STAND-IN", stand_in.to_owned()));
    }
    head
}

/// A root in words.
fn problem(report: &Report, root: &Root, words: &'static Words) -> Option<Problem> {
    let at = row_of(report, root)?;
    let row = report.rows.get(at)?;
    let finding = row.finding()?;
    Some(Problem {
        number: at + 1,
        check: safe(row.id.check.as_str()),
        subject: subject(row),
        says: safe(&finding.says),
        owner: finding.owner.map(|owner| owner.title(words)),
        remedies: finding.remedies.iter().map(|step| safe(step)).collect(),
        sure: finding.grade.told(words),
        explains: root.explains.iter().map(|id| safe(id.as_str())).collect(),
    })
}

/// What a row is about, with the version that is asked for.
fn subject(row: &Row) -> Option<String> {
    let subject = row.id.subject.as_ref()?;
    let version = subject.version.as_ref();
    let version = version.map_or_else(String::new, |version| format!(", version {version}"));
    Some(safe(&format!("{subject}{version}")))
}

/// A row in words.
fn item<'a>(
    report: &'a Report,
    catalog: &Catalog,
    (at, row): (usize, &'a Row),
    drawings: &mut Drawings<'a>,
) -> Item<'a> {
    let words = catalog.words();
    let finding = row.finding();
    let check = catalog.get(row.id.check.as_str());
    let facts = facts(report, catalog, row).into_iter();
    let remedies = finding.map(|finding| finding.remedies.as_slice());
    let measured = finding.filter(|finding| finding.measurement.is_some());
    Item {
        number: at + 1,
        shape: Shape::of(&row.state),
        check: safe(row.id.check.as_str()),
        subject: subject(row),
        question: safe(&row.question),
        says: said(row, words),
        facts: facts.map(|(name, value)| (name, safe(&value))).collect(),
        owner: finding.and_then(|finding| finding.owner.map(|owner| owner.title(words))),
        remedies: remedies
            .unwrap_or_default()
            .iter()
            .map(|step| safe(step))
            .collect(),
        sure: finding.map(|finding| finding.grade.told(words)),
        why: check.map(|check| safe(&check.why)).unwrap_or_default(),
        seen_as: check.map_or_else(Vec::new, |check| {
            check.seen_as.iter().map(|seen| safe(seen)).collect()
        }),
        docs: check.map(|check| safe(&check.docs)).unwrap_or_default(),
        measured: measured.map(|finding| (safe(&finding.symptom), finding.took_ms)),
        drawn: drawings.drawn(report, (at, row), words),
        evidence: finding
            .and_then(|finding| finding.measurement.as_ref())
            .and_then(|measurement| drawings.evidence(report, measurement, at)),
    }
}
