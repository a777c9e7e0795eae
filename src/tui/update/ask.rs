//! What the user asks of the world outside: another run, the clipboard.

use super::note;
use crate::report::{Row, State};
use crate::tui::copy;
use crate::tui::entries::Fold;
use crate::tui::model::{Ask, Chosen, Effect, Model};
use crate::tui::partial;
use crate::tui::text::commands_of;

/// Why nothing can be asked again now, if so.
fn cannot_ask(model: &Model) -> Option<&'static str> {
    let words = &model.look.words.notices;
    if model.replay {
        Some(&words.recording)
    } else if model.running() {
        Some(&words.running)
    } else {
        None
    }
}

/// Asks the chosen check again; a group stands for the check that it waits for.
pub(super) fn rerun(model: &mut Model) -> Option<Effect> {
    if let Some(reason) = cannot_ask(model) {
        return note(model, reason.into());
    }
    let check = match &model.chosen {
        Some(Chosen::Row(id)) => id.check.clone(),
        Some(Chosen::Fold(Fold::Because(by))) => by.clone(),
        Some(Chosen::Fold(Fold::Skipped)) => {
            return note(model, model.look.words.notices.these_left_out.to_string());
        }
        None => return None,
    };
    let skipped = model
        .chosen_row()
        .is_some_and(|row| matches!(row.state, State::Skipped(_)));
    if skipped {
        return note(model, model.look.words.notices.this_left_out.to_string());
    }
    let selection = partial::selection(&check, &model.report, &model.catalog, &model.asked);
    model.awaited = Some(selection.clone());
    Some(Effect::Ask(Ask::Rerun(selection)))
}

/// Asks everything again.
pub(super) fn rerun_all(model: &mut Model) -> Option<Effect> {
    if let Some(reason) = cannot_ask(model) {
        return note(model, reason.into());
    }
    model.moved = false;
    model.report.finished = false;
    Some(Effect::Ask(Ask::Rerun(model.asked.clone())))
}

/// Stops the run.
pub(super) fn stop(model: &mut Model) -> Option<Effect> {
    if model.replay || !model.running() {
        return note(model, model.look.words.notices.no_run.to_string());
    }
    model.notice = Some(model.look.words.notices.stopping.to_string());
    Some(Effect::Ask(Ask::Stop))
}

/// Copies the chosen finding.
pub(super) fn copy(model: &mut Model) -> Option<Effect> {
    let text = copy::finding(model.chosen_row()?, model.look.words);
    model.notice = Some(model.look.words.notices.copied.to_string());
    Some(Effect::Copy(text))
}

/// Copies a command of the chosen finding's remedies, one after the other.
pub(super) fn copy_command(model: &mut Model) -> Option<Effect> {
    let finding = model.chosen_row().and_then(Row::finding);
    let remedies = finding
        .map(|finding| finding.remedies.as_slice())
        .unwrap_or_default();
    let commands: Vec<&str> = remedies
        .iter()
        .flat_map(|remedy| commands_of(remedy))
        .collect();
    let Some(at) = model.copied.checked_rem(commands.len()) else {
        return note(model, model.look.words.notices.no_command.to_string());
    };
    let command = commands[at].to_owned();
    let words = &model.look.words.notices;
    let text = words.copied_command.with(&[
        ("number", &(at + 1)),
        ("all", &commands.len()),
        ("command", &command),
    ]);
    model.copied = at + 1;
    model.notice = Some(text);
    Some(Effect::Copy(command))
}
