//! The report line by line, for screen readers and serial consoles: no cursor movement, no colours, every check and step by number,
//! words in place of signs.

use super::chain::{Chain, Link, Standing};
use super::told::{Item, Problem, Told};
use super::{Range, RangeMap, Report, Shape, tree};
use crate::catalog::Catalog;
use crate::probe::Evidence;
use crate::probe::tcp::{Drawing, Mark};
use crate::shown::{ascii, shown_within, time};
use crate::words::Words;
use std::fmt::Display;

/// The most characters of a line.
const MOST: usize = 4_200;

/// What a console without a screen can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screenless {
    /// Letters of every language.
    #[default]
    Letters,
    /// ASCII alone.
    Ascii,
}

/// Lines, one statement each.
struct Lines {
    out: String,
    letters: Screenless,
    words: &'static Words,
}

impl Lines {
    fn new(letters: Screenless, words: &'static Words) -> Self {
        Self {
            out: String::new(),
            letters,
            words,
        }
    }

    /// One line.
    fn say(&mut self, text: &str) {
        self.out.push_str(worded(text, self.letters).trim_end());
        self.out.push('\n');
    }

    /// One line with a name before it; none where there is nothing to say.
    fn named(&mut self, name: impl Display, text: &str) {
        if !text.is_empty() {
            self.say(&format!("{name}: {text}"));
        }
    }

    /// An empty line before a new part.
    fn part(&mut self, title: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.say(title);
    }
}

/// The text with words for signs.
pub(crate) fn worded(text: &str, letters: Screenless) -> String {
    let text = shown_within(text, MOST)
        .replace(" → ", ", then ")
        .replace(" › ", ", ")
        .replace(" · ", ", ")
        .replace(" – ", ", ");
    match letters {
        Screenless::Ascii => ascii(&text),
        Screenless::Letters => text
            .chars()
            .map(|character| match character {
                '…' | '→' | '›' | '‹' | '“' | '”' | '‘' | '’' | '–' | '—' | '·' => {
                    ascii(&character.to_string())
                }
                other => other.to_string(),
            })
            .collect(),
    }
}

/// The word of a shape, as it is read aloud.
fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::Waiting => "not asked yet",
        Shape::Running => "being asked",
        Shape::Pass => "pass",
        Shape::Warn => "warning",
        Shape::Unknown => "unknown",
        Shape::Fail => "FAIL",
        Shape::Blocked => "not asked",
        Shape::Skipped => "skipped",
        Shape::Broke => "broke",
    }
}

/// The whole report: the conclusion, every check with its number, and at the end what was measured in full.
pub fn linear(report: &Report, catalog: &Catalog, letters: Screenless) -> String {
    let told = Told::of(report, catalog);
    let mut lines = Lines::new(letters, told.words);
    head(&mut lines, &told);
    conclusion(&mut lines, &told);
    for (group, items) in &told.groups {
        lines.part(&format!("Group: {group}"));
        for item in items {
            check(&mut lines, item, told.count);
        }
    }
    for item in told.items() {
        if let Some(evidence) = item.evidence {
            measured(&mut lines, item, evidence);
        }
    }
    lines.part("End of the report.");
    lines.out
}

impl Screenless {
    /// What is wrong, and every check in one line: what a prompt begins with.
    pub fn overview(self, report: &Report, catalog: &Catalog) -> String {
        let told = Told::of(report, catalog);
        let mut lines = Lines::new(self, told.words);
        head(&mut lines, &told);
        conclusion(&mut lines, &told);
        for (group, items) in &told.groups {
            lines.part(&format!("Group: {group}"));
            for item in items {
                lines.say(&title(item, told.count));
            }
        }
        lines.out
    }

    /// All about one check, by its number; none where there is no such number.
    pub fn detail(self, report: &Report, catalog: &Catalog, number: usize) -> Option<String> {
        let told = Told::of(report, catalog);
        let mut lines = Lines::new(self, told.words);
        let item = told.items().find(|item| item.number == number)?;
        check(&mut lines, item, told.count);
        if let Some(evidence) = item.evidence {
            measured(&mut lines, item, evidence);
        }
        Some(lines.out)
    }
}

/// Target, vantage and time.
fn head(lines: &mut Lines, told: &Told<'_>) {
    lines.say(&format!("orch-doctor {}, line by line.", told.version));
    for (name, value) in &told.head {
        lines.named(name, value);
    }
}

/// What is wrong, who can fix it, what to do first, and how sure that is.
fn conclusion(lines: &mut Lines, told: &Told<'_>) {
    lines.part("Conclusion");
    if let Some(summary) = &told.summary {
        lines.say(summary);
    }
    for (at, problem) in told.problems.iter().enumerate() {
        wrong(lines, problem, (at + 1, told.problems.len()));
    }
    lines.say(&told.counted);
    if let Some(proviso) = told.proviso {
        lines.say(proviso);
    }
}

/// One problem.
fn wrong(lines: &mut Lines, problem: &Problem, (number, count): (usize, usize)) {
    let about = about(problem.subject.as_deref());
    lines.say(&format!(
        "Problem {number} of {count}: check {}, {}{about}",
        problem.number, problem.check
    ));
    lines.named("What is wrong", &problem.says);
    lines.named("Who can fix it", problem.owner.unwrap_or_default());
    steps(lines, &problem.remedies);
    lines.named("How sure", problem.sure);
    if !problem.explains.is_empty() {
        let count = problem.explains.len();
        lines.say(&format!(
            "Not asked because of it, {count}: {}",
            problem.explains.join(", ")
        ));
    }
}

/// What to do.
fn steps(lines: &mut Lines, remedies: &[String]) {
    for (at, remedy) in remedies.iter().enumerate() {
        lines.named(
            format_args!("Step {} of {}", at + 1, remedies.len()),
            remedy,
        );
    }
}

/// What it is about, after a name.
fn about(subject: Option<&str>) -> String {
    subject.map_or_else(String::new, |subject| format!(", about {subject}"))
}

/// Number, name and verdict of a check.
fn title(item: &Item<'_>, count: usize) -> String {
    let about = about(item.subject.as_deref());
    let word = word(item.shape);
    format!(
        "Check {} of {count}: {}{about}: {word}",
        item.number, item.check
    )
}

/// One check.
fn check(lines: &mut Lines, item: &Item<'_>, count: usize) {
    lines.part(&title(item, count));
    lines.named("Question", &item.question);
    lines.named("Answer", &item.says);
    for (name, value) in &item.facts {
        lines.named(format_args!("Fact, {name}"), value);
    }
    lines.named("Who can fix it", item.owner.unwrap_or_default());
    steps(lines, &item.remedies);
    for one in &item.drawn.chains {
        chain(lines, one);
    }
    if let Some(drawing) = &item.drawn.way {
        way(lines, drawing);
    }
    if let Some(ranges) = &item.drawn.map {
        map(lines, ranges);
    }
    lines.named("Why it matters", &item.why);
    lines.named("Seen as", &item.seen_as.join("; "));
    lines.named("How sure", item.sure.unwrap_or_default());
    if let Some((symptom, took)) = &item.measured {
        lines.say(&format!("Symptom {symptom}, measured in {}", time(*took)));
    }
    lines.named("Document", &item.docs);
}

/// A chain of certificates.
fn chain(lines: &mut Lines, chain: &Chain) {
    let count = chain.links.len();
    let plural = if count == 1 { "" } else { "s" };
    lines.say(&format!(
        "Certificate chain sent by {}, {count} certificate{plural}, the server's own first",
        chain.sent_by
    ));
    for (at, one) in chain.links.iter().enumerate() {
        link(lines, one, &format!("Certificate {} of {count}", at + 1));
    }
    link(lines, &chain.end, "The last is signed by");
    for view in chain.views.iter().chain(&chain.beside) {
        lines.named("About the chain", view);
    }
    if !chain.missing.is_empty() {
        lines.say("To be sent after the server's own certificate, in this order:");
        for line in chain.missing_lines() {
            lines.say(line);
        }
    }
}

/// One certificate, or where the chain ends.
fn link(lines: &mut Lines, link: &Link, title: &str) {
    let standing = match link.standing {
        Standing::Good => "good",
        Standing::Bad => "BAD",
        Standing::Open => "not known",
    };
    lines.say(&format!("{title}, {standing}: {}", link.name));
    for trouble in &link.troubles {
        lines.named("Trouble", trouble);
    }
    for fact in &link.facts {
        lines.named("Of it", fact);
    }
    if let Some(span) = &link.span {
        lines.named("Valid", &span.said);
    }
}

/// The way of the packets.
fn way(lines: &mut Lines, way: &Drawing) {
    let count = way.steps.len();
    lines.say(&format!("Path to {}, {count} places", way.of));
    for (at, step) in way.steps.iter().enumerate() {
        let mark = match step.mark {
            Mark::Came => "packets come this far",
            Mark::Stopped => "packets STOP here",
            Mark::Unsure => "not known whether packets come this far",
            Mark::Beyond => "beyond",
        };
        let note = if step.note.is_empty() { "" } else { ": " };
        lines.say(&format!(
            "Place {} of {count}, {mark}: {}{note}{}",
            at + 1,
            step.title,
            step.note
        ));
    }
}

/// The map of ranges.
fn map(lines: &mut Lines, map: &RangeMap) {
    lines.say(&format!(
        "Map of ranges and devices, {} devices",
        map.devices.len()
    ));
    for (at, device) in map.devices.iter().enumerate() {
        lines.named(format_args!("Device {}", at + 1), &device.told);
    }
    for set in &map.sets {
        lines.named("Set", &set.title);
        let words = lines.words;
        for Range { cidr, says, .. } in &set.ranges {
            let says = says.iter().enumerate();
            let told = says.map(|(at, says)| format!("device {} {}", at + 1, says.word(words)));
            let told: Vec<String> = told.collect();
            lines.named(format_args!("Range {cidr}"), &told.join(", "));
        }
    }
    if map.hidden > 0 {
        lines.say(&format!("Ranges that are left off: {}", map.hidden));
    }
    for rule in &map.rules {
        lines.named("Decided by a rule", &rule.title);
        lines.named("Its place", &rule.place);
        lines.named("Its text", rule.text.as_deref().unwrap_or_default());
        let construct = rule.construct.as_deref().unwrap_or_default();
        lines.named("Not understood in it", construct);
    }
    if map.more_rules > 0 {
        lines.say(&format!("Rules that are left off: {}", map.more_rules));
    }
}

/// What was measured, a leaf of the tree a line.
fn measured(lines: &mut Lines, item: &Item<'_>, evidence: &Evidence) {
    lines.part(&format!(
        "Evidence of check {}: {}",
        item.number, item.check
    ));
    let (leaves, cut) = tree::leaves(evidence, &lines.words.detail);
    for (path, value) in leaves {
        if path.is_empty() {
            lines.say(&value);
        } else {
            lines.named(path, &value);
        }
    }
    if cut {
        lines.say(&lines.words.detail.and_more);
    }
}
