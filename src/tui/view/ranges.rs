//! The map of ranges and devices, drawn as wide as the pane allows.

use super::detail::Page;
use crate::report::{Range, RangeCell, RangeMap, RangeSays as Says, Rule};
use crate::tui::text::{fit, pad, safe, width};
use crate::tui::theme::Role;

/// The cells that a sign and its word take, with a gap.
const WORD: usize = 12;
/// The cells that a sign alone takes, with a gap.
const SIGN: usize = 3;

/// The role of what a device does.
fn role(says: Says) -> Role {
    match says {
        Says::Denied | Says::Partly => Role::Fail,
        Says::Undecided => Role::Unknown,
        Says::Allowed => Role::Pass,
        Says::Unasked => Role::Quiet,
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
    fn of(map: &RangeMap, cells: usize) -> Self {
        let ranges = map.sets.iter().flat_map(|set| &set.ranges);
        let widest = ranges.map(|range| width(&range.cidr)).max();
        let name = widest.unwrap_or(0).min(cells / 2) + 2;
        let room = cells.saturating_sub(name);
        let column = if map.devices.len() * WORD <= room {
            WORD
        } else {
            SIGN
        };
        let devices = map.devices.len().min(room / column);
        Self {
            name,
            devices,
            column,
        }
    }
}

/// Draws the map, and below it the rules that decide.
pub(super) fn draw(page: &mut Page, map: &RangeMap) {
    let words = &page.look.words.ranges;
    page.heading(&words.title);
    let grid = Grid::of(map, page.cells());
    legend(page, map, &grid);
    page.pieces(&columns(page, map, &grid));
    for set in &map.sets {
        page.text("", &set.title, Role::Quiet);
        for range in &set.ranges {
            let first = page.height();
            page.pieces(&row(page, range, &grid));
            if let Some(chosen) = &range.chosen {
                cell(page, chosen);
                page.chosen = Some((first, page.height() - 1));
            }
        }
    }
    if map.hidden > 0 {
        page.text("", &words.hidden.of(map.hidden), Role::Quiet);
    }
    rules(page, map);
}

/// What the chosen device does with a range, and the rules that decide it.
fn cell(page: &mut Page, cell: &RangeCell) {
    if let Some(text) = &cell.off_the_way {
        page.text("  ", text, Role::Quiet);
    }
    for rule in &cell.rules {
        quote(page, rule);
    }
}

/// The devices by number, and the signs where no word stands beside them.
fn legend(page: &mut Page, map: &RangeMap, grid: &Grid) {
    for (at, device) in map.devices.iter().enumerate() {
        page.text(&format!("{}. ", at + 1), &device.told, Role::Text);
    }
    if grid.column == SIGN {
        let signs = Says::ALL.map(|says| {
            format!(
                "{} {}",
                page.look.sign(says.shape(), 0),
                says.word(page.look.words)
            )
        });
        page.text("", &signs.join(", "), Role::Quiet);
    }
    let hidden = map.devices.len() - grid.devices;
    if hidden > 0 {
        let text = page.look.words.ranges.no_column.of(hidden);
        page.text("", &text, Role::Quiet);
    }
}

/// The devices' numbers above their columns.
fn columns(page: &Page, map: &RangeMap, grid: &Grid) -> Vec<(String, Role)> {
    let mut pieces = vec![(" ".repeat(grid.name), Role::Quiet)];
    for (at, device) in map.devices.iter().take(grid.devices).enumerate() {
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

/// A range and what each device does with it.
fn row(page: &Page, range: &Range, grid: &Grid) -> Vec<(String, Role)> {
    let name = pad(&range.cidr, grid.name - 2, page.look);
    let mark = match range.chosen {
        Some(_) => page.look.either(" ▸", " >"),
        None => "  ",
    };
    let mut pieces = vec![(format!("{name}{mark}"), Role::Text)];
    for (device, says) in range.says.iter().take(grid.devices).enumerate() {
        let sign = page.look.sign(says.shape(), 0);
        let text = if grid.column == WORD {
            format!("{sign} {}", says.word(page.look.words))
        } else {
            sign.to_owned()
        };
        let chosen = range.chosen.as_ref().map(|cell| cell.device);
        let role = if chosen == Some(device) {
            Role::Chosen
        } else {
            role(*says)
        };
        pieces.push((pad(&text, grid.column, page.look), role));
    }
    pieces
}

/// The rules that decide.
fn rules(page: &mut Page, map: &RangeMap) {
    if map.rules.is_empty() {
        return;
    }
    let words = &page.look.words.ranges;
    page.heading(&words.decided_by);
    for rule in &map.rules {
        quote(page, rule);
    }
    if map.more_rules > 0 {
        page.text("", &words.rules_more.of(map.more_rules), Role::Quiet);
    }
}

/// A rule: what it does with which addresses, where it stands, and its text.
fn quote(page: &mut Page, rule: &Rule) {
    let role = role(rule.says);
    page.signed((rule.says.shape(), role), &rule.title, role);
    page.text("  ", &rule.place, Role::Quiet);
    if let Some(text) = &rule.text {
        page.text("  ", text, Role::Accent);
    }
    if let Some(construct) = &rule.construct {
        let words = &page.look.words.ranges;
        let text = words.not_understood.with(&[("construct", construct)]);
        page.text("  ", &text, Role::Unknown);
    }
}
