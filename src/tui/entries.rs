//! The lines of the checklist: groups, rows, and rows that were not asked folded into one line each cause.

use crate::catalog::{CheckId, Complaint, Group, Question};
use crate::report::{Report, Row, State};
use crate::tui::theme::face;
use crate::words::{Help, Words};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are shown as one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fold {
    /// Not asked because of this check.
    Because(CheckId),
    /// Left out by the request.
    Skipped,
}

/// What stands above rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// A group of the checklist.
    Group(Group),
    /// A documented question of the symptom that was asked about.
    Question(Question),
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The name of what follows.
    Heading(Heading),
    /// A row of the report, by its place.
    Row {
        /// Its place.
        at: usize,
        /// Whether it stands inside an opened fold.
        inside: bool,
    },
    /// Rows shown as one line.
    Fold {
        /// Which.
        fold: Fold,
        /// How many.
        count: usize,
        /// Whether they are listed below.
        open: bool,
    },
}

/// What can be typed into the filter, and what it finds.
pub(crate) fn filters(words: &Help) -> [(&'static str, &str); 5] {
    [
        ("words", &words.words),
        ("verdict:fail", &words.by_state),
        ("group:trust", &words.by_group),
        ("owner:network", &words.by_owner),
        ("-word", &words.without),
    ]
}

/// The lines for a report.
pub(crate) fn of(
    report: &Report,
    open: &BTreeSet<Fold>,
    (filter, words): (&str, &Words),
) -> Vec<Entry> {
    if filter.trim().is_empty() {
        folded(report, open)
    } else {
        matching(report, filter, words)
    }
}

/// The rows in the order in which they are shown, each with what it stands under: in the order of the symptom's questions
/// where there is a symptom, and then of the checklist.
fn ordered(report: &Report) -> Vec<(usize, Heading)> {
    let complaint = report
        .began
        .as_ref()
        .and_then(|began| began.selection.complaint);
    let questions = complaint.map_or(&[][..], Complaint::questions);
    let of_row = |row: &Row| {
        let answers = |question: &&Question| question.checks.contains(&row.id.check.as_str());
        questions.iter().position(|question| answers(&question))
    };
    let mut rows: Vec<(usize, usize)> = report
        .rows
        .iter()
        .map(|row| of_row(row).unwrap_or(questions.len()))
        .zip(0..)
        .collect();
    rows.sort_unstable();
    let heading = |(question, at): (usize, usize)| {
        let heading = match questions.get(question) {
            Some(question) => Heading::Question(*question),
            None => Heading::Group(report.rows[at].group),
        };
        (at, heading)
    };
    rows.into_iter().map(heading).collect()
}

/// All rows, those not asked behind their cause.
fn folded(report: &Report, open: &BTreeSet<Fold>) -> Vec<Entry> {
    let mut hidden: BTreeMap<Fold, Vec<usize>> = BTreeMap::new();
    let mut last: BTreeMap<&CheckId, usize> = BTreeMap::new();
    for (at, row) in report.rows.iter().enumerate() {
        match &row.state {
            State::Blocked(by) => hidden
                .entry(Fold::Because(by.clone()))
                .or_default()
                .push(at),
            State::Skipped(_) => hidden.entry(Fold::Skipped).or_default().push(at),
            State::Waiting | State::Running | State::Judged(_) | State::Broke(_) => {
                last.insert(&row.id.check, at);
            }
        }
    }
    let mut lines = Vec::new();
    let mut above = None;
    for (at, heading) in ordered(report) {
        let row = &report.rows[at];
        if matches!(row.state, State::Blocked(_) | State::Skipped(_)) {
            continue;
        }
        if above != Some(heading) {
            above = Some(heading);
            lines.push(Entry::Heading(heading));
        }
        lines.push(Entry::Row { at, inside: false });
        if last.get(&row.id.check) == Some(&at) {
            let fold = Fold::Because(row.id.check.clone());
            if let Some(rows) = hidden.remove(&fold) {
                push_fold(&mut lines, fold, &rows, open);
            }
        }
    }
    for (fold, rows) in hidden {
        push_fold(&mut lines, fold, &rows, open);
    }
    lines
}

fn push_fold(lines: &mut Vec<Entry>, fold: Fold, rows: &[usize], open: &BTreeSet<Fold>) {
    let is_open = open.contains(&fold);
    lines.push(Entry::Fold {
        fold,
        count: rows.len(),
        open: is_open,
    });
    if is_open {
        lines.extend(rows.iter().map(|at| Entry::Row {
            at: *at,
            inside: true,
        }));
    }
}

/// The rows that fit the filter, each under its group.
fn matching(report: &Report, filter: &str, words: &Words) -> Vec<Entry> {
    let wanted: Vec<Word> = filter.split_whitespace().map(Word::parse).collect();
    let mut lines = Vec::new();
    let mut above = None;
    for (at, heading) in ordered(report) {
        let row = &report.rows[at];
        if wanted.iter().all(|word| word.fits(row, words)) {
            if above != Some(heading) {
                above = Some(heading);
                lines.push(Entry::Heading(heading));
            }
            lines.push(Entry::Row { at, inside: false });
        }
    }
    lines
}

/// One word of a filter.
struct Word {
    /// Whether it must be absent.
    without: bool,
    /// Where it is looked for.
    place: Place,
    /// It, in lower case.
    text: String,
}

/// Where a word is looked for.
enum Place {
    Anywhere,
    Verdict,
    Group,
    Owner,
}

impl Word {
    /// Reads `word`, `verdict:fail`, `group:trust`, `owner:network`, each with a `-` before it for its opposite.
    fn parse(typed: &str) -> Self {
        let (without, rest) = match typed.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, typed),
        };
        let (place, text) = match rest.split_once(':') {
            Some(("verdict", text)) => (Place::Verdict, text),
            Some(("group", text)) => (Place::Group, text),
            Some(("owner", text)) => (Place::Owner, text),
            _ => (Place::Anywhere, rest),
        };
        Self {
            without,
            place,
            text: text.to_lowercase(),
        }
    }

    fn fits(&self, row: &Row, words: &Words) -> bool {
        self.found(row, words) != self.without
    }

    fn found(&self, row: &Row, words: &Words) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
        let (shape, word, _) = face(&row.state);
        let owner = row.finding().and_then(|finding| finding.owner);
        let of_owner = || owner.is_some_and(|owner| has(owner.key()) || has(owner.title(words)));
        match self.place {
            Place::Verdict => word.to_lowercase().starts_with(&self.text),
            Place::Group => row.group.key().starts_with(&self.text) || has(row.group.title(words)),
            Place::Owner => of_owner(),
            Place::Anywhere => {
                has(row.id.check.as_str())
                    || has(&row.question)
                    || has(word)
                    || has(shape.told(words))
                    || has(row.group.title(words))
                    || row
                        .id
                        .subject
                        .as_ref()
                        .is_some_and(|subject| has(&subject.to_string()))
                    || row
                        .finding()
                        .is_some_and(|finding| has(&finding.says) || has(&finding.symptom))
                    || of_owner()
            }
        }
    }
}
