//! The way of the packets, drawn from this machine to the host, and where they stop.

use super::detail::Page;
use crate::probe::tcp::{Drawing, Mark, Step};
use crate::report::mark_shape;
use crate::tui::theme::Role;

/// Draws the steps below each other; the line between them breaks where the packets stop.
pub(super) fn draw(page: &mut Page, drawing: &Drawing) {
    let words = &page.look.words.detail;
    page.heading(&words.path);
    let to = words.path_to.with(&[("host", &drawing.of)]);
    page.text("", &to, Role::Quiet);
    let mut stopped = false;
    let count = drawing.steps.len();
    for (at, Step { mark, title, note }) in drawing.steps.iter().enumerate() {
        let (role, of_title, of_note) = match mark {
            Mark::Came => (Role::Pass, Role::Heading, Role::Quiet),
            Mark::Stopped => (Role::Fail, Role::Fail, Role::Fail),
            Mark::Unsure => (Role::Unknown, Role::Text, Role::Unknown),
            Mark::Beyond => (Role::Quiet, Role::Quiet, Role::Quiet),
        };
        stopped |= *mark != Mark::Came;
        page.signed((mark_shape(*mark), role), title, of_title);
        match (at + 1 == count, stopped) {
            (true, _) => page.text("  ", note, of_note),
            (false, true) => page.broken(note, of_note),
            (false, false) => page.trunk(note, of_note),
        }
    }
}
