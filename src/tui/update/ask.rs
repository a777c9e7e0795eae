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
    if model.replay {
        Some("this is a recording: what it does not hold cannot be asked")
    } else if model.running() {
        Some("the run is not over yet: x stops it")
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
        return note(model, "no run is under way".into());
    }
    model.notice = Some("stopping".into());
    Some(Effect::Ask(Ask::Stop))
}

/// Copies the chosen finding.
pub(super) fn copy(model: &mut Model) -> Option<Effect> {
    let text = copy::finding(model.chosen_row()?);
    model.notice = Some("copied, where the terminal allows it (OSC 52)".into());
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
        return note(model, "there is no command here to copy".into());
    };
    let command = commands[at].to_owned();
    let text = format!("copied {} of {}: {command}", at + 1, commands.len());
    model.copied = at + 1;
    model.notice = Some(text);
    Some(Effect::Copy(command))
}
