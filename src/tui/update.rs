//! The only code that changes the model.

mod ask;
mod browse;
mod mouse;
mod typing;
mod watch;

use super::compare::{Comparison, Pick};
use super::entries::{Entry, Fold};
use super::geometry::{Areas, areas};
use super::keys::{Key, intent};
use super::model::{Chosen, Effect, Focus, Mode, Model, Msg};
use super::partial::Partial;
use super::start::{self, Stage};
use super::view::{detail, page};
use crate::catalog::Verdict;
use crate::event::{Event, What};
use crate::report::State;
use ratatui::layout::{Position, Rect};

/// Takes in what happened; says what the shell has to do about it.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    if let Msg::Tick(ms) = msg {
        return watch::tick(model, ms);
    }
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
            mouse::turned(model, Position { x: column, y: row }, lines);
            None
        }
        Msg::Click(column, row) => {
            mouse::clicked(model, Position { x: column, y: row });
            None
        }
        Msg::Tick(_) => unreachable!("a tick is taken in before"),
        Msg::Paste(text) => {
            typing::pasted(model, &text);
            None
        }
        Msg::Refused(why) => {
            start::acted(model, why);
            None
        }
        Msg::Recordings(files) => {
            model.pick = Pick {
                files,
                ..Pick::default()
            };
            model.page_top = 0;
            model.mode = Mode::Pick;
            None
        }
        Msg::Earlier(name, text) => compared(model, &name, text),
        Msg::Saved(Ok(name)) => {
            let text = model.look.words.notices.saved.with(&[("name", &name)]);
            note(model, text)
        }
        Msg::Saved(Err(cause)) => {
            let text = model.look.words.notices.unsaved.with(&[("cause", &cause)]);
            note(model, text)
        }
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

/// Shows what changed since an earlier run, or why that cannot be told.
fn compared(model: &mut Model, name: &str, text: Result<String, String>) -> Option<Effect> {
    let text = match text {
        Ok(text) => text,
        Err(cause) => return cannot_compare(model, name, &cause),
    };
    let not_a_run = &model.look.words.compare.not_a_run;
    match Comparison::of(name.to_owned(), &text, &model.report) {
        None => cannot_compare(model, name, not_a_run),
        Some(comparison) => {
            model.comparison = Some(comparison);
            model.page_top = 0;
            model.mode = Mode::Changes;
            None
        }
    }
}

/// Says why there is no comparison.
fn cannot_compare(model: &mut Model, name: &str, cause: &str) -> Option<Effect> {
    let words = &model.look.words.compare;
    let text = words.cannot.with(&[("name", &name), ("cause", &cause)]);
    note(model, text)
}

/// Tells the user something in the footer.
fn note(model: &mut Model, text: String) -> Option<Effect> {
    model.notice = Some(text);
    None
}

/// Takes one event of a run in: of the whole, or of a part that was asked for again.
fn take(model: &mut Model, event: &Event) {
    if let What::Began(began) = &event.what {
        model.remember();
        let known = model.report.began.as_ref();
        if known.is_some_and(|known| known.settings.target != began.settings.target) {
            // Another target stands where it stands: nothing has changed there.
            model.before.clear();
            model.past.clear();
        }
        if model.start.stage == Stage::Waiting {
            model.start.stage = Stage::Closed;
            model.mode = Mode::Browse;
            model.focus = Focus::List;
            model.list_top = 0;
        }
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
        None => {
            model.report.apply(event, &model.catalog);
            if matches!(event.what, What::Finished) {
                model.past.add(model.report.rows.iter());
            }
        }
        Some(mut part) => {
            if part.take(event, &mut model.report, &model.catalog) {
                model.past.add(part.report.rows.iter());
            } else {
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
        let root = model.root_rows().next();
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
        Mode::Browse => intent(key).and_then(|intent| browse::act(model, intent)),
        Mode::Help | Mode::Times | Mode::Changes => typing::in_page(model, key),
        Mode::Pick => typing::in_pick(model, key),
        Mode::Start => start::pressed(model, key),
        Mode::Filter => typing::typed(model, key),
        Mode::Command => typing::command(model, key),
        Mode::Save => typing::in_save(model, key),
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
        // One more line below shows whether there is more.
        let margin = usize::from(height > 3);
        model.list_top = model
            .list_top
            .min(first)
            .max((at + 1 + margin).saturating_sub(height));
    }
    model.list_top = model
        .list_top
        .min(model.entries.len().saturating_sub(height));
    let lines = detail::lines(model, usize::from(areas.detail.width)).len();
    model.detail_top = model
        .detail_top
        .min(lines.saturating_sub(usize::from(areas.detail.height)));
    let page = page::lines(model, usize::from(model.size.width)).len();
    let most = page.saturating_sub(usize::from(model.size.height));
    model.page_top = model.page_top.min(most);
}
