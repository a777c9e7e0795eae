//! The published ranges against the devices: which of them lets which through, and the rules that decide. Every format draws this map.

use super::Shape;
use crate::allowlist::model::{Answer, Hook, RuleRef};
use crate::allowlist::ranges::Phase;
use crate::allowlist::verdict::{Cell as Decided, Evidence, RangeSeen, SetSeen};
use crate::shown::shown_within;
use crate::words::Words;
use std::collections::HashMap;

/// The most ranges that are drawn.
const MOST_RANGES: usize = 200;
/// The most rules that are quoted.
const MOST_RULES: usize = 8;
/// The most characters of a quoted rule or name.
const MOST_OF_RULE: usize = 400;
/// The most addresses that are named beside a rule.
const MOST_NAMED: usize = 3;

/// What a device does with a range, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Says {
    /// Lets none of it through.
    Denied,
    /// Lets a part of it through.
    Partly,
    /// Cannot be told from its rules.
    Undecided,
    /// Lets it through.
    Allowed,
    /// Has no say about it.
    Unasked,
}

impl Says {
    /// Every answer, for a legend.
    pub(crate) const ALL: [Self; 5] = [
        Self::Allowed,
        Self::Denied,
        Self::Partly,
        Self::Undecided,
        Self::Unasked,
    ];

    /// What the cells of a range come to at a device.
    fn of(range: &RangeSeen, device: usize) -> Self {
        let cells = range.cells.iter().filter(|cell| cell.device == device);
        let said: Vec<Self> = cells.map(|cell| Self::to(&cell.decision.answer)).collect();
        match said.iter().min() {
            None => Self::Unasked,
            Some(Self::Denied) if said.iter().any(|one| *one != Self::Denied) => Self::Partly,
            Some(worst) => *worst,
        }
    }

    /// The same for one answer.
    fn to(answer: &Answer) -> Self {
        match answer {
            Answer::Allow => Self::Allowed,
            Answer::Deny => Self::Denied,
            Answer::Undecided { .. } => Self::Undecided,
        }
    }

    /// Its sign.
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Denied => Shape::Fail,
            Self::Partly => Shape::Warn,
            Self::Undecided => Shape::Unknown,
            Self::Allowed => Shape::Pass,
            Self::Unasked => Shape::Skipped,
        }
    }

    /// Its word.
    pub(crate) fn word(self, words: &Words) -> &str {
        let words = &words.ranges;
        match self {
            Self::Denied => &words.denied,
            Self::Partly => &words.partly,
            Self::Undecided => &words.undecided,
            Self::Allowed => &words.allowed,
            Self::Unasked => &words.unasked,
        }
    }
}

/// A device with its place and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    /// The file of its rules.
    pub(crate) file: String,
    /// The file with what it is, and where it stands.
    pub(crate) told: String,
}

/// A set of ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    /// Its name, and whether it is needed.
    pub(crate) title: String,
    /// Its ranges with what each device does.
    pub(crate) ranges: Vec<Range>,
}

/// A range with what each device does with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// Its addresses.
    pub(crate) cidr: String,
    /// What each device does.
    pub(crate) says: Vec<Says>,
    /// The chosen cell, when it is one of this range.
    pub(crate) chosen: Option<Cell>,
}

/// A chosen cell: what one device does with one range, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Which device.
    pub(crate) device: usize,
    /// The rules that decide it.
    pub(crate) rules: Vec<Rule>,
    /// Why no rule does.
    pub(crate) off_the_way: Option<String>,
}

/// Where a cell of the map is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Which of all ranges, from the top.
    pub(crate) range: usize,
    /// Which device.
    pub(crate) device: usize,
}

/// A rule with what it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What it does.
    pub(crate) says: Says,
    /// What it does with which addresses.
    pub(crate) title: String,
    /// Where it stands, or that no rule is about them.
    pub(crate) place: String,
    /// Its text.
    pub(crate) text: Option<String>,
    /// What in it is not understood.
    pub(crate) construct: Option<String>,
}

/// The map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RangeMap {
    /// The devices, outermost first.
    pub(crate) devices: Vec<Device>,
    /// The sets of ranges.
    pub(crate) sets: Vec<Set>,
    /// How many ranges are left off.
    pub(crate) hidden: usize,
    /// The rules that deny or leave it open, or else those that let everything through.
    pub(crate) rules: Vec<Rule>,
    /// How many rules are left off.
    pub(crate) more_rules: usize,
}

impl RangeMap {
    /// How many ranges and devices a map of it has, when there is one.
    pub(crate) fn size(found: &Evidence) -> Option<(usize, usize)> {
        let ranges = found.sets.iter().map(|set| set.ranges.len()).sum::<usize>();
        (ranges > 0 && !found.devices.is_empty()).then_some((ranges, found.devices.len()))
    }

    /// The map of what was found, with this cell chosen; none where there is nothing to put into it.
    pub(crate) fn of(found: &Evidence, words: &Words, chosen: Option<Spot>) -> Option<Self> {
        if found.devices.is_empty() || found.sets.is_empty() {
            return None;
        }
        let devices = found.devices.iter().map(|device| {
            let place = match device.hook {
                Hook::Forward => &words.ranges.forward,
                Hook::Input => &words.ranges.input,
            };
            let file = shown_within(&device.file, MOST_OF_RULE);
            let told = format!("{file} ({}, {place})", device.kind.name());
            Device { file, told }
        });
        let (sets, hidden) = sets(found, words, chosen);
        let (rules, more_rules) = rules(found, words);
        Some(Self {
            devices: devices.collect(),
            sets,
            hidden,
            rules,
            more_rules,
        })
    }
}

/// The sets, and how many ranges are left off.
fn sets(found: &Evidence, words: &Words, chosen: Option<Spot>) -> (Vec<Set>, usize) {
    let all = found.sets.iter().map(|set| set.ranges.len()).sum::<usize>();
    let (mut left, mut hidden, mut number) = (MOST_RANGES, 0, 0);
    let mut sets = Vec::new();
    for set in &found.sets {
        let mut ranges = Vec::new();
        for range in &set.ranges {
            // Where there are too many, those that get through everywhere make room for the others.
            let quiet = all > MOST_RANGES && range.answer == Answer::Allow;
            let here = chosen.filter(|spot| spot.range == number);
            number += 1;
            if here.is_none() && (quiet || left == 0) {
                hidden += 1;
                continue;
            }
            left = left.saturating_sub(1);
            let says = (0..found.devices.len()).map(|device| Says::of(range, device));
            ranges.push(Range {
                cidr: range.cidr.to_string(),
                says: says.collect(),
                chosen: here.map(|spot| cell(found, (range, spot.device), words)),
            });
        }
        let title = title(set, words);
        sets.push(Set { title, ranges });
    }
    (sets, hidden)
}

/// What a device does with a range, part by part, and the rule that decides each.
fn cell(found: &Evidence, (range, device): (&RangeSeen, usize), words: &Words) -> Cell {
    let all = of_cells(range.cells.iter().filter(|cell| cell.device == device));
    let rules: Vec<Rule> = all.iter().map(|rule| quote(found, rule, words)).collect();
    let off_the_way = rules.is_empty().then(|| {
        let file = found.devices.get(device);
        let file = file.map_or(&*words.ranges.device, |device| device.file.as_str());
        let file = shown_within(file, MOST_OF_RULE);
        let told = &words.ranges.off_the_way;
        told.with(&[("file", &file), ("range", &range.cidr)])
    });
    Cell {
        device,
        rules,
        off_the_way,
    }
}

/// A set's name, and whether it is needed.
fn title(set: &SetSeen, words: &Words) -> String {
    let words = &words.ranges;
    let when = match set.phase {
        Phase::Current => &words.current,
        Phase::Coming => &words.coming,
        Phase::Ended => &words.ended,
    };
    let told = if set.known {
        &words.set
    } else {
        &words.set_unknown
    };
    let name = shown_within(&set.name, MOST_OF_RULE);
    told.with(&[("name", &name), ("when", when)])
}

/// A rule with what it decides, as it is found.
struct Deciding<'a> {
    says: Says,
    device: usize,
    by: Option<&'a RuleRef>,
    construct: Option<&'a str>,
    parts: Vec<String>,
}

/// The rules to quote, and how many are left off.
fn rules(found: &Evidence, words: &Words) -> (Vec<Rule>, usize) {
    let all = deciding(found);
    let lets = all.iter().all(|rule| rule.says == Says::Allowed);
    let mut wanted: Vec<&Deciding<'_>> = all
        .iter()
        .filter(|rule| lets || rule.says != Says::Allowed)
        .collect();
    // The sort keeps the order of the ranges among those of one kind.
    wanted.sort_by_key(|rule| rule.says);
    let quoted = wanted.iter().take(MOST_RULES);
    let rules = quoted.map(|rule| quote(found, rule, words)).collect();
    (rules, wanted.len().saturating_sub(MOST_RULES))
}

/// Every rule that decides a cell, with the addresses.
fn deciding(found: &Evidence) -> Vec<Deciding<'_>> {
    let ranges = found.sets.iter().flat_map(|set| &set.ranges);
    of_cells(ranges.flat_map(|range| &range.cells))
}

/// Every rule that decides one of these cells, with the addresses.
fn of_cells<'a>(cells: impl Iterator<Item = &'a Decided>) -> Vec<Deciding<'a>> {
    let mut all: Vec<Deciding<'a>> = Vec::new();
    let mut known: HashMap<(usize, Option<&RuleRef>, Says), usize> = HashMap::new();
    for cell in cells {
        let says = Says::to(&cell.decision.answer);
        let by = cell.decision.by.as_ref();
        let construct = match &cell.decision.answer {
            Answer::Undecided { construct } => Some(construct.as_str()),
            Answer::Allow | Answer::Deny => None,
        };
        let at = *known.entry((cell.device, by, says)).or_insert_with(|| {
            all.push(Deciding {
                says,
                device: cell.device,
                by,
                construct,
                parts: Vec::new(),
            });
            all.len() - 1
        });
        let part = cell.part.to_string();
        // The same part of a range stands there once for each address of the server, next to each other.
        if all[at].parts.last() != Some(&part) {
            all[at].parts.push(part);
        }
    }
    all
}

/// A rule: what it does with which addresses, where it stands, and its text.
fn quote(found: &Evidence, rule: &Deciding<'_>, words: &Words) -> Rule {
    let own = &words.ranges;
    let named = rule.parts.iter().take(MOST_NAMED).map(String::as_str);
    let named = named.collect::<Vec<&str>>().join(", ");
    let named = match rule.parts.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => own.more.with(&[("named", &named), ("count", &more)]),
    };
    let (place, text) = if let Some(by) = rule.by {
        let place = own.line.with(&[("file", &by.file), ("line", &by.line)]);
        (place, Some(shown_within(&by.text, MOST_OF_RULE)))
    } else {
        let file = found.devices.get(rule.device);
        let file = file.map_or(&*own.device, |device| device.file.as_str());
        (own.no_rule.with(&[("file", &file)]), None)
    };
    let construct = rule.construct;
    Rule {
        says: rule.says,
        title: format!("{}: {named}", rule.says.word(words)),
        place: shown_within(&place, MOST_OF_RULE),
        text,
        construct: construct.map(|text| shown_within(text, MOST_OF_RULE)),
    }
}
