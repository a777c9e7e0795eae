//! Going about the list and the detail.

use super::{ask, here, note, watch};
use crate::catalog::Verdict;
use crate::report::{Spot, State};
use crate::tui::entries::Entry;
use crate::tui::intents::Intent;
use crate::tui::model::{Chosen, Effect, Focus, Mode, Model};
use crate::tui::start;
use crate::tui::view::detail;

/// What an intent does while nothing is open over the panes.
pub(super) fn act(model: &mut Model, intent: Intent) -> Option<Effect> {
    match intent {
        Intent::Down => go(model, 1),
        Intent::Up => go(model, -1),
        Intent::PageDown => go(model, page(model)),
        Intent::PageUp => go(model, -page(model)),
        Intent::First => go(model, isize::MIN),
        Intent::Last => go(model, isize::MAX),
        Intent::NextProblem => next_problem(model),
        Intent::Open => open(model),
        Intent::Back => back(model),
        Intent::Switch => {
            model.focus = match model.focus {
                Focus::List => Focus::Detail,
                Focus::Detail => Focus::List,
            };
        }
        Intent::NextRange => step(model, (1, 0)),
        Intent::PreviousRange => step(model, (-1, 0)),
        Intent::NextDevice => step(model, (0, 1)),
        Intent::PreviousDevice => step(model, (0, -1)),
        Intent::Filter => model.mode = Mode::Filter,
        Intent::Command => {
            model.command.clear();
            model.mode = Mode::Command;
        }
        Intent::Watch => watch::switch(model),
        Intent::Save => model.mode = Mode::Save,
        Intent::Help => {
            model.page_top = 0;
            model.mode = Mode::Help;
        }
        Intent::Times => {
            model.page_top = 0;
            model.mode = Mode::Times;
        }
        Intent::Compare => {
            if model.report.began.is_none() {
                return note(model, model.look.words.compare.no_run.to_string());
            }
            return Some(Effect::ListRecordings);
        }
        Intent::Start if model.startable => start::opened(model),
        Intent::Start => {
            return note(model, model.look.words.start.no_other.to_string());
        }
        Intent::Theme => {
            model.look.theme = model.look.theme.next(model.own);
            let name = model.look.theme.name();
            let text = model.look.words.notices.colours.with(&[("name", &name)]);
            return note(model, text);
        }
        Intent::Rerun => return ask::rerun(model),
        Intent::RerunAll => return ask::rerun_all(model),
        Intent::Stop => return ask::stop(model),
        Intent::Copy => return ask::copy(model),
        Intent::CopyCommand => return ask::copy_command(model),
        Intent::Quit => return Some(Effect::Quit),
    }
    None
}

/// The lines of a page of the pane that the keys go to.
fn page(model: &Model) -> isize {
    let areas = here(model);
    let lines = match model.focus {
        Focus::List => areas.list.height,
        Focus::Detail => areas.detail.height,
    };
    isize::try_from(lines.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Goes to another cell of the map of ranges, and shows it; to the first where none is chosen yet.
fn step(model: &mut Model, (ranges, devices): (isize, isize)) {
    let Some((rows, columns)) = detail::map_size(model) else {
        model.notice = Some(model.look.words.ranges.no_map.to_string());
        return;
    };
    let spot = model.cell.map_or_else(Spot::default, |spot| Spot {
        range: spot.range.saturating_add_signed(ranges).min(rows - 1),
        device: spot.device.saturating_add_signed(devices).min(columns - 1),
    });
    model.cell = Some(spot);
    model.focus = Focus::Detail;
    let pane = here(model).detail;
    let Some((first, last)) = detail::chosen_cell(model, pane.width.into()) else {
        return;
    };
    let height = usize::from(pane.height).max(1);
    if first < model.detail_top {
        model.detail_top = first;
    } else if last >= model.detail_top + height {
        model.detail_top = (last + 1 - height).min(first);
    }
}

/// Goes so many lines on in the pane that the keys go to.
pub(super) fn go(model: &mut Model, lines: isize) {
    match model.focus {
        Focus::Detail => model.detail_top = model.detail_top.saturating_add_signed(lines),
        Focus::List => {
            let choices: Vec<usize> = (0..model.entries.len())
                .filter(|at| !matches!(model.entries[*at], Entry::Heading(_)))
                .collect();
            let Some(last) = choices.len().checked_sub(1) else {
                return;
            };
            let now = model
                .chosen_at()
                .and_then(|at| choices.iter().position(|choice| *choice == at));
            let next = now.map_or(0, |now| now.saturating_add_signed(lines).min(last));
            choose(model, choices[next]);
        }
    }
}

/// Chooses a line of the list on the user's behalf.
pub(super) fn choose(model: &mut Model, at: usize) {
    let chosen = model.choice(at);
    if chosen.is_some() {
        model.moved = true;
        if model.chosen != chosen {
            model.chosen = chosen;
            model.copied = 0;
            model.detail_top = 0;
            model.cell = None;
        }
    }
}

/// Chooses the next row that is not as it should be.
fn next_problem(model: &mut Model) {
    let from = model.chosen_at().map_or(0, |at| at + 1);
    let count = model.entries.len();
    let bad = |at: &usize| match model.entries.get(*at) {
        Some(Entry::Row { at, .. }) => model.report.rows.get(*at).is_some_and(|row| {
            matches!(
                row.verdict(),
                Some(Verdict::Fail | Verdict::Unknown | Verdict::Warn)
            ) || matches!(row.state, State::Broke(_))
        }),
        Some(Entry::Heading(_) | Entry::Fold { .. }) | None => false,
    };
    match (from..count).chain(0..from.min(count)).find(bad) {
        Some(at) => choose(model, at),
        None => model.notice = Some(model.look.words.notices.no_problem.to_string()),
    }
}

/// Goes into the detail; a group of rows is opened or closed instead.
pub(super) fn open(model: &mut Model) {
    match &model.chosen {
        Some(Chosen::Fold(fold)) if model.focus == Focus::List => {
            let fold = fold.clone();
            if !model.open.remove(&fold) {
                model.open.insert(fold);
            }
            model.moved = true;
            model.refresh();
        }
        Some(Chosen::Fold(_) | Chosen::Row(_)) => model.focus = Focus::Detail,
        None => {}
    }
}

/// Back to the list, then out of the filter.
fn back(model: &mut Model) {
    if model.focus == Focus::Detail {
        model.focus = Focus::List;
    } else if !model.filter.is_empty() {
        model.filter.clear();
        filtered(model);
    }
}

/// The list after the filter changed.
pub(super) fn filtered(model: &mut Model) {
    model.refresh();
    if model.chosen_at().is_none() {
        let first = (0..model.entries.len()).find_map(|at| model.choice(at));
        if first.is_some() {
            model.chosen = first;
            model.detail_top = 0;
        }
    }
}
