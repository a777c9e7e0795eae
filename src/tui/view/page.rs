//! What is shown over the whole screen.

use super::{changes, help, times};
use crate::tui::model::{Mode, Model};
use ratatui::text::Line;

/// Whether something is.
pub(crate) fn is_open(model: &Model) -> bool {
    match model.mode {
        Mode::Help | Mode::Times | Mode::Pick | Mode::Changes => true,
        Mode::Browse | Mode::Filter | Mode::Command | Mode::Save | Mode::Start => false,
    }
}

/// All of its lines.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    match model.mode {
        Mode::Help => help::lines(model, cells),
        Mode::Times => times::lines(model, cells),
        Mode::Pick => changes::pick(model, cells),
        Mode::Changes => changes::lines(model, cells),
        Mode::Browse | Mode::Filter | Mode::Command | Mode::Save | Mode::Start => Vec::new(),
    }
}
