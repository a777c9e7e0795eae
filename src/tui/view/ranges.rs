//! The published ranges against the devices: which of them lets which through, and the rules that decide.

use super::detail::Page;
use crate::allowlist::model::{Answer, Hook, RuleRef};
use crate::allowlist::ranges::Phase;
use crate::allowlist::verdict::{Cell, Evidence, RangeSeen, SetSeen};
use crate::report::Shape;
use crate::shown::shown_within;
use crate::tui::model::Spot;
use crate::tui::text::{fit, pad, safe, width};
use crate::tui::theme::Role;
use crate::words::Ranges;
use std::collections::HashMap;

/// The most ranges that are drawn.
const MOST_RANGES: usize = 200;
/// The most rules that are quoted.
const MOST_RULES: usize = 8;
/// The most characters of a quoted rule.
const MOST_OF_RULE: usize = 400;
/// The most addresses that are named beside a rule.
const MOST_NAMED: usize = 3;
/// The cells that a sign and its word take, with a gap.
const WORD: usize = 12;
/// The cells that a sign alone takes, with a gap.
const SIGN: usize = 3;

/// What a device does with a range, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Says {
    Denied,
    Partly,
    Undecided,
    Allowed,
    Unasked,
}

impl Says {
    /// Every answer, for the legend.
    const ALL: [Self; 5] = [
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

    /// Sign, word and role.
    fn face(self, words: &Ranges) -> (Shape, &str, Role) {
        match self {
            Self::Denied => (Shape::Fail, &words.denied, Role::Fail),
            Self::Partly => (Shape::Warn, &words.partly, Role::Fail),
            Self::Undecided => (Shape::Unknown, &words.undecided, Role::Unknown),
            Self::Allowed => (Shape::Pass, &words.allowed, Role::Pass),
            Self::Unasked => (Shape::Skipped, &words.unasked, Role::Quiet),
        }
    }
}

/// How the map fits the page.
struct Grid {
    /// Cells of the ranges' column.
    name: usize,
    /// Devices that have a column.
    devices: usize,
    /// Cells of a device's column.
    column: usize,
}

impl Grid {
    fn of(found: &Evidence, cells: usize) -> Self {
        let ranges = found.sets.iter().flat_map(|set| &set.ranges);
        let widest = ranges.map(|range| width(&range.cidr.to_string())).max();
        let name = widest.unwrap_or(0).min(cells / 2) + 2;
        let room = cells.saturating_sub(name);
        let column = if found.devices.len() * WORD <= room {
            WORD
        } else {
            SIGN
        };
        let devices = found.devices.len().min(room / column);
        Self {
            name,
            devices,
            column,
        }
    }
}

/// Draws the map, and below it the rules that decide.
pub(super) fn draw(page: &mut Page, found: &Evidence, chosen: Option<Spot>) {
    if found.devices.is_empty() || found.sets.is_empty() {
        return;
    }
    let words = &page.look.words.ranges;
    page.heading(&words.title);
    legend(page, found);
    let grid = Grid::of(found, page.cells());
    page.pieces(&columns(page, found, &grid));
    let all = found.sets.iter().map(|set| set.ranges.len()).sum::<usize>();
    let mut left = MOST_RANGES;
    let mut hidden = 0;
    let mut number = 0;
    for set in &found.sets {
        page.text("", &title(set, words), Role::Quiet);
        for range in &set.ranges {
            // Where there are too many, those that get through everywhere make room for the others.
            let quiet = all > MOST_RANGES && range.answer == Answer::Allow;
            let device = chosen
                .filter(|spot| spot.range == number)
                .map(|spot| spot.device);
            number += 1;
            if device.is_none() && (quiet || left == 0) {
                hidden += 1;
                continue;
            }
            left = left.saturating_sub(1);
            let first = page.height();
            page.pieces(&row(page, range, &grid, device));
            if let Some(device) = device {
                cell(page, found, range, device);
                page.chosen = Some((first, page.height() - 1));
            }
        }
    }
    if hidden > 0 {
        page.text("", &words.hidden.of(hidden), Role::Quiet);
    }
    rules(page, found);
}

/// How many ranges and devices the map has, when there is one.
pub(super) fn size(found: &Evidence) -> Option<(usize, usize)> {
    let ranges = found.sets.iter().map(|set| set.ranges.len()).sum::<usize>();
    (ranges > 0 && !found.devices.is_empty()).then_some((ranges, found.devices.len()))
}

/// What a device does with a range, part by part, and the rule that decides each.
fn cell(page: &mut Page, found: &Evidence, range: &RangeSeen, device: usize) {
    let file = found.devices.get(device);
    let words = &page.look.words.ranges;
    let file = file.map_or(&*words.device, |device| device.file.as_str());
    let all = of_cells(range.cells.iter().filter(|cell| cell.device == device));
    if all.is_empty() {
        let text = words
            .off_the_way
            .with(&[("file", &file), ("range", &range.cidr)]);
        page.text("  ", &text, Role::Quiet);
    }
    for rule in &all {
        quote(page, found, rule);
    }
}

/// The devices by number, and the signs where no word stands beside them.
fn legend(page: &mut Page, found: &Evidence) {
    let words = &page.look.words.ranges;
    let grid = Grid::of(found, page.cells());
    for (at, device) in found.devices.iter().enumerate() {
        let place = match device.hook {
            Hook::Forward => &words.forward,
            Hook::Input => &words.input,
        };
        let text = format!("{} ({}, {place})", device.file, device.kind.name());
        page.text(&format!("{}. ", at + 1), &text, Role::Text);
    }
    if grid.column == SIGN {
        let signs = Says::ALL.map(|says| {
            let (shape, word, _) = says.face(words);
            format!("{} {word}", page.look.sign(shape, 0))
        });
        page.text("", &signs.join(", "), Role::Quiet);
    }
    let hidden = found.devices.len() - grid.devices;
    if hidden > 0 {
        page.text("", &words.no_column.of(hidden), Role::Quiet);
    }
}

/// The devices' numbers above their columns.
fn columns(page: &Page, found: &Evidence, grid: &Grid) -> Vec<(String, Role)> {
    let mut pieces = vec![(" ".repeat(grid.name), Role::Quiet)];
    for (at, device) in found.devices.iter().take(grid.devices).enumerate() {
        let file = device.file.rsplit(['/', '\\']).next().unwrap_or("");
        let text = if grid.column == WORD {
            format!("{} {}", at + 1, safe(file, page.look))
        } else {
            (at + 1).to_string()
        };
        let text = fit(&text, grid.column - 1, page.look);
        pieces.push((pad(&text, grid.column, page.look), Role::Heading));
    }
    pieces
}

/// A set's name, and whether it is needed.
fn title(set: &SetSeen, words: &Ranges) -> String {
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
    told.with(&[("name", &set.name), ("when", when)])
}

/// A range and what each device does with it.
fn row(page: &Page, range: &RangeSeen, grid: &Grid, chosen: Option<usize>) -> Vec<(String, Role)> {
    let name = pad(&range.cidr.to_string(), grid.name - 2, page.look);
    let mark = match chosen {
        Some(_) => page.look.either(" ▸", " >"),
        None => "  ",
    };
    let mut pieces = vec![(format!("{name}{mark}"), Role::Text)];
    for device in 0..grid.devices {
        let (shape, word, role) = Says::of(range, device).face(&page.look.words.ranges);
        let sign = page.look.sign(shape, 0);
        let text = if grid.column == WORD {
            format!("{sign} {word}")
        } else {
            sign.to_owned()
        };
        let role = if chosen == Some(device) {
            Role::Chosen
        } else {
            role
        };
        pieces.push((pad(&text, grid.column, page.look), role));
    }
    pieces
}

/// A rule with what it decides.
struct Deciding<'a> {
    says: Says,
    device: usize,
    by: Option<&'a RuleRef>,
    construct: Option<&'a str>,
    parts: Vec<String>,
}

/// The rules that deny or leave it open, or else those that let everything through.
fn rules(page: &mut Page, found: &Evidence) {
    let all = deciding(found);
    let lets = all.iter().all(|rule| rule.says == Says::Allowed);
    let mut wanted: Vec<&Deciding<'_>> = all
        .iter()
        .filter(|rule| lets || rule.says != Says::Allowed)
        .collect();
    // The sort keeps the order of the ranges among those of one kind.
    wanted.sort_by_key(|rule| rule.says);
    if wanted.is_empty() {
        return;
    }
    let words = &page.look.words.ranges;
    page.heading(&words.decided_by);
    for rule in wanted.iter().take(MOST_RULES) {
        quote(page, found, rule);
    }
    let more = wanted.len().saturating_sub(MOST_RULES);
    if more > 0 {
        page.text("", &words.rules_more.of(more), Role::Quiet);
    }
}

/// Every rule that decides a cell, with the addresses.
fn deciding(found: &Evidence) -> Vec<Deciding<'_>> {
    let ranges = found.sets.iter().flat_map(|set| &set.ranges);
    of_cells(ranges.flat_map(|range| &range.cells))
}

/// Every rule that decides one of these cells, with the addresses.
fn of_cells<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Deciding<'a>> {
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
fn quote(page: &mut Page, found: &Evidence, rule: &Deciding<'_>) {
    let words = &page.look.words.ranges;
    let (shape, word, role) = rule.says.face(words);
    let named: Vec<&str> = rule
        .parts
        .iter()
        .take(MOST_NAMED)
        .map(String::as_str)
        .collect();
    let named = named.join(", ");
    let named = match rule.parts.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => words.more.with(&[("named", &named), ("count", &more)]),
    };
    let title = format!("{word}: {named}");
    page.signed((shape, role), &title, role);
    if let Some(by) = rule.by {
        let line = words.line.with(&[("file", &by.file), ("line", &by.line)]);
        page.text("  ", &line, Role::Quiet);
        page.text("  ", &shown_within(&by.text, MOST_OF_RULE), Role::Accent);
    } else {
        let file = found.devices.get(rule.device);
        let file = file.map_or(&*words.device, |device| device.file.as_str());
        page.text("  ", &words.no_rule.with(&[("file", &file)]), Role::Quiet);
    }
    if let Some(construct) = rule.construct {
        let construct = shown_within(construct, MOST_OF_RULE);
        let text = words.not_understood.with(&[("construct", &construct)]);
        page.text("  ", &text, Role::Unknown);
    }
}
