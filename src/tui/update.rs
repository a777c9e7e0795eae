//! The only code that changes the model.

use super::copy;
use super::entries::{Entry, Fold};
use super::geometry::{Areas, areas};
use super::keys::{Intent, Key, intent};
use super::model::{Ask, Chosen, Effect, Focus, Format, Mode, Model, Msg};
use super::partial::{self, Partial};
use super::view::{detail, help};
use crate::catalog::Verdict;
use crate::event::{Event, What};
use crate::report::State;
use ratatui::layout::{Position, Rect};

/// Takes in what happened; says what the shell has to do about it.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    model.revision += 1;
    let effect = match msg {
        Msg::Events(events) => {
            model.quiet_ms = 0;
            for event in &events {
                take(model, event);
            }
            model.refresh();
            choose_for_the_user(model);
            None
        }
        Msg::Key(key) => pressed(model, key),
        Msg::Resize(size) => {
            model.size = size;
            None
        }
        Msg::Wheel(column, row, lines) => {
            turned(model, Position { x: column, y: row }, lines);
            None
        }
        Msg::Click(column, row) => {
            clicked(model, Position { x: column, y: row });
            None
        }
        Msg::Tick(ms) => {
            model.frame = model.frame.wrapping_add(1);
            model.quiet_ms += ms;
            None
        }
        Msg::Saved(Ok(name)) => note(model, format!("saved as {name}")),
        Msg::Saved(Err(cause)) => note(model, format!("cannot save the report: {cause}")),
    };
    settle(model);
    effect
}

/// The parts of the screen as it is.
fn here(model: &Model) -> Areas {
    areas(
        model,
        Rect {
            x: 0,
            y: 0,
            width: model.size.width,
            height: model.size.height,
        },
    )
}

/// Tells the user something in the footer.
fn note(model: &mut Model, text: String) -> Option<Effect> {
    model.notice = Some(text);
    None
}

/// Takes one event of a run in: of the whole, or of a part that was asked for again.
fn take(model: &mut Model, event: &Event) {
    if let What::Began(began) = &event.what {
        let part = model
            .awaited
            .take()
            .is_some_and(|awaited| awaited == began.selection);
        model.partial = part.then(Partial::default);
        if !part {
            model.asked = began.selection.clone();
        }
    }
    match model.partial.take() {
        None => model.report.apply(event, &model.catalog),
        Some(mut part) => {
            if !part.take(event, &mut model.report, &model.catalog) {
                model.partial = Some(part);
            }
        }
    }
}

/// Chooses the line that matters, unless the user chose one.
fn choose_for_the_user(model: &mut Model) {
    if model.chosen.is_some() && model.chosen_at().is_none() {
        // The chosen row is no longer a line of its own: it was folded away.
        let by = model.chosen_row().and_then(|row| match &row.state {
            State::Blocked(by) => Some(Fold::Because(by.clone())),
            State::Skipped(_) => Some(Fold::Skipped),
            State::Waiting | State::Running | State::Judged(_) | State::Broke(_) => None,
        });
        model.chosen = by.filter(|_| model.moved).map(Chosen::Fold);
    }
    if !model.moved && model.report.finished {
        let rows = &model.report.rows;
        let judged = |verdict| rows.iter().find(|row| row.verdict() == Some(verdict));
        let root = model.roots.first().and_then(|root| model.row_of(root));
        let first = root
            .or_else(|| judged(Verdict::Fail))
            .or_else(|| rows.iter().find(|row| matches!(row.state, State::Broke(_))))
            .or_else(|| {
                rows.iter()
                    .find(|row| row.required && row.verdict() == Some(Verdict::Unknown))
            })
            .or_else(|| judged(Verdict::Warn));
        if let Some(row) = first {
            let chosen = Some(Chosen::Row(row.id.clone()));
            if model.chosen != chosen {
                model.chosen = chosen;
                model.detail_top = 0;
            }
        }
    }
    if model.chosen_at().is_none() {
        model.chosen = (0..model.entries.len()).find_map(|at| model.choice(at));
        model.detail_top = 0;
    }
}

/// A key, for whatever is open.
fn pressed(model: &mut Model, key: Key) -> Option<Effect> {
    model.notice = None;
    match model.mode {
        Mode::Browse => intent(key).and_then(|intent| act(model, intent)),
        Mode::Help => in_help(model, key),
        Mode::Filter => typed(model, key),
        Mode::Save => in_save(model, key),
    }
}

/// What an intent does while nothing is open over the panes.
fn act(model: &mut Model, intent: Intent) -> Option<Effect> {
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
        Intent::Filter => model.mode = Mode::Filter,
        Intent::Save => model.mode = Mode::Save,
        Intent::Help => {
            model.help_top = 0;
            model.mode = Mode::Help;
        }
        Intent::Theme => {
            model.look.theme = model.look.theme.next();
            return note(model, format!("colours: {}", model.look.theme.name()));
        }
        Intent::Rerun => return rerun(model),
        Intent::RerunAll => return rerun_all(model),
        Intent::Stop => return stop(model),
        Intent::Copy => return copy(model),
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

/// Goes so many lines on in the pane that the keys go to.
fn go(model: &mut Model, lines: isize) {
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
fn choose(model: &mut Model, at: usize) {
    let chosen = model.choice(at);
    if chosen.is_some() {
        model.moved = true;
        if model.chosen != chosen {
            model.chosen = chosen;
            model.detail_top = 0;
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
        None => model.notice = Some("there is no problem to go to".into()),
    }
}

/// Goes into the detail; a group of rows is opened or closed instead.
fn open(model: &mut Model) {
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
fn filtered(model: &mut Model) {
    model.refresh();
    if model.chosen_at().is_none() {
        let first = (0..model.entries.len()).find_map(|at| model.choice(at));
        if first.is_some() {
            model.chosen = first;
            model.detail_top = 0;
        }
    }
}

/// A key while the filter is being typed.
fn typed(model: &mut Model, key: Key) -> Option<Effect> {
    match key {
        Key::Ctrl('c') => return Some(Effect::Quit),
        Key::Enter => model.mode = Mode::Browse,
        Key::Esc => {
            model.filter.clear();
            model.mode = Mode::Browse;
        }
        Key::Backspace if model.filter.is_empty() => model.mode = Mode::Browse,
        Key::Backspace => {
            model.filter.pop();
        }
        Key::Ctrl('u') => model.filter.clear(),
        Key::Char(character) if model.filter.chars().count() < 200 => model.filter.push(character),
        Key::Down => go(model, 1),
        Key::Up => go(model, -1),
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Home
        | Key::End
        | Key::Tab
        | Key::BackTab => {}
    }
    model.focus = Focus::List;
    model.moved = true;
    filtered(model);
    None
}

/// A key while the help is open.
fn in_help(model: &mut Model, key: Key) -> Option<Effect> {
    match intent(key) {
        Some(Intent::Quit) if key == Key::Ctrl('c') => return Some(Effect::Quit),
        Some(Intent::Down) => model.help_top += 1,
        Some(Intent::Up) => model.help_top = model.help_top.saturating_sub(1),
        Some(Intent::PageDown) => model.help_top += usize::from(model.size.height / 2),
        Some(Intent::PageUp) => {
            model.help_top = model
                .help_top
                .saturating_sub(usize::from(model.size.height / 2))
        }
        Some(_) | None => model.mode = Mode::Browse,
    }
    None
}

/// A key while a format is being chosen.
fn in_save(model: &mut Model, key: Key) -> Option<Effect> {
    model.mode = Mode::Browse;
    match key {
        Key::Char('t') => Some(Effect::Save(Format::Text)),
        Key::Char('j') => Some(Effect::Save(Format::Json)),
        Key::Ctrl('c') => Some(Effect::Quit),
        _ => None,
    }
}

/// Why nothing can be asked again now, if so.
fn cannot_ask(model: &Model) -> Option<&'static str> {
    if model.replay {
        Some("this is a recording: what it does not hold cannot be asked")
    } else if model.running() {
        Some("the run is not over yet: x stops it")
    } else {
        None
    }
}

/// Asks the chosen check again; a group stands for the check that it waits for.
fn rerun(model: &mut Model) -> Option<Effect> {
    if let Some(reason) = cannot_ask(model) {
        return note(model, reason.into());
    }
    let check = match &model.chosen {
        Some(Chosen::Row(id)) => id.check.clone(),
        Some(Chosen::Fold(Fold::Because(by))) => by.clone(),
        Some(Chosen::Fold(Fold::Skipped)) => {
            return note(model, "these were left out by the request".into());
        }
        None => return None,
    };
    let skipped = model
        .chosen_row()
        .is_some_and(|row| matches!(row.state, State::Skipped(_)));
    if skipped {
        return note(model, "this was left out by the request".into());
    }
    let selection = partial::selection(&check, &model.report, &model.catalog, &model.asked);
    model.awaited = Some(selection.clone());
    Some(Effect::Ask(Ask::Rerun(selection)))
}

/// Asks everything again.
fn rerun_all(model: &mut Model) -> Option<Effect> {
    if let Some(reason) = cannot_ask(model) {
        return note(model, reason.into());
    }
    model.moved = false;
    model.report.finished = false;
    Some(Effect::Ask(Ask::Rerun(model.asked.clone())))
}

/// Stops the run.
fn stop(model: &mut Model) -> Option<Effect> {
    if model.replay || !model.running() {
        return note(model, "no run is under way".into());
    }
    model.notice = Some("stopping".into());
    Some(Effect::Ask(Ask::Stop))
}

/// Copies the chosen finding.
fn copy(model: &mut Model) -> Option<Effect> {
    let text = copy::finding(model.chosen_row()?);
    model.notice = Some("copied, where the terminal allows it (OSC 52)".into());
    Some(Effect::Copy(text))
}

/// The wheel goes to the pane under it.
fn turned(model: &mut Model, at: Position, lines: i16) {
    let lines = isize::from(lines);
    if model.mode == Mode::Help {
        model.help_top = model.help_top.saturating_add_signed(lines);
    } else if here(model).detail.contains(at) {
        model.detail_top = model.detail_top.saturating_add_signed(lines);
    } else {
        model.list_top = model.list_top.saturating_add_signed(lines);
        keep_chosen_in_sight(model);
    }
}

/// The list was scrolled: what is chosen goes along.
fn keep_chosen_in_sight(model: &mut Model) {
    let height = usize::from(here(model).list.height);
    model.list_top = model
        .list_top
        .min(model.entries.len().saturating_sub(height));
    let Some(at) = model.chosen_at() else { return };
    let seen = model.list_top..(model.list_top + height);
    if seen.contains(&at) || height == 0 {
        return;
    }
    let mut inside = seen.filter(|line| model.choice(*line).is_some());
    let next = if at < model.list_top {
        inside.next()
    } else {
        inside.next_back()
    };
    if let Some(next) = next {
        choose(model, next);
    }
}

/// A click chooses a line, or goes to the detail.
fn clicked(model: &mut Model, at: Position) {
    if model.mode == Mode::Help {
        model.mode = Mode::Browse;
        return;
    }
    let areas = here(model);
    if areas.list.contains(at) {
        model.focus = Focus::List;
        let line = model.list_top + usize::from(at.y - areas.list.y);
        let again = model.choice(line).is_some() && model.choice(line) == model.chosen;
        choose(model, line);
        if again {
            open(model);
        }
    } else if areas.detail.contains(at) {
        model.focus = Focus::Detail;
    }
}

/// Keeps every place within what there is, and the chosen line in sight.
fn settle(model: &mut Model) {
    let areas = here(model);
    let height = usize::from(areas.list.height);
    if let Some(at) = model.chosen_at()
        && height > 0
    {
        // The name of the group stays in sight above its first row.
        let first = if at > 0 && matches!(model.entries[at - 1], Entry::Heading(_)) {
            at - 1
        } else {
            at
        };
        model.list_top = model
            .list_top
            .min(first)
            .max((at + 1).saturating_sub(height));
    }
    model.list_top = model
        .list_top
        .min(model.entries.len().saturating_sub(height));
    let lines = detail::lines(model, usize::from(areas.detail.width)).len();
    model.detail_top = model
        .detail_top
        .min(lines.saturating_sub(usize::from(areas.detail.height)));
    let keys = help::lines(model, usize::from(model.size.width)).len();
    model.help_top = model
        .help_top
        .min(keys.saturating_sub(usize::from(model.size.height)));
}
