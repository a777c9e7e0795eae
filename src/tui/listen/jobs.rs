//! The lives of the jobs, a line each, the newest first.

use super::event::step;
use super::model::Model;
use crate::tui::theme::Role;
use crate::tui::view::detail::Page;
use ratatui::text::Line;

/// Jobs that are shown.
const MOST: usize = 200;

/// All lines.
pub(super) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(cells, model.look);
    let words = model.look.words;
    page.heading(&words.webhook.help.jobs);
    if model.lives.newest().next().is_none() {
        page.text("", &words.webhook.help.no_jobs, Role::Quiet);
    }
    for life in model.lives.newest().take(MOST) {
        let Some(last) = life.last() else { continue };
        let (sign, role) = step(last.stage, page.look);
        page.labelled((&format!("{sign} "), role), &life.told(words), Role::Text);
    }
    page.lines
}
