//! Draws the model: pure, and only with widgets, which let nothing through that a terminal would obey.

pub(crate) mod banner;
mod chain;
mod changes;
pub(crate) mod detail;
mod evidence;
pub(crate) mod footer;
mod header;
mod help;
pub(crate) mod list;
pub(crate) mod page;
mod path;
mod ranges;
pub(crate) mod start;
mod times;

use super::geometry::{Areas, areas};
use super::model::{Mode, Model};
use super::theme::{Look, Role};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if model.mode == Mode::Start {
        return start::draw(model, frame);
    }
    if page::is_open(model) {
        let lines = page::lines(model, usize::from(area.width));
        put(
            frame,
            area,
            lines.into_iter().skip(model.page_top).collect(),
        );
        return;
    }
    let areas = areas(model, area);
    put(
        frame,
        areas.header,
        header::lines(model, cells(areas.header)),
    );
    let (width, height) = cells(areas.banner);
    put(frame, areas.banner, banner::lines(model, width, height));
    let rule = model
        .look
        .either("─", "-")
        .repeat(usize::from(areas.rule.width));
    let rule = Line::styled(rule, model.look.style(Role::Line));
    put(frame, areas.rule, vec![rule]);
    panes(model, frame, &areas);
    let footer = footer::lines(model, usize::from(areas.footer.width));
    put(frame, areas.footer, footer);
}

/// The list and the detail, each with a bar that tells where in it one is.
fn panes(model: &Model, frame: &mut Frame<'_>, areas: &Areas) {
    put(frame, areas.list, list::lines(model, cells(areas.list)));
    let list = (model.entries.len(), model.list_top);
    let divider = bar(model.look, areas.divider.height, list, "│");
    put(frame, areas.divider, divider);
    let lines = detail::lines(model, usize::from(areas.detail.width));
    let detail = (lines.len(), model.detail_top);
    let seen = lines.into_iter().skip(model.detail_top).collect();
    put(frame, areas.detail, seen);
    if detail.0 > usize::from(areas.detail.height) {
        let edge = Rect {
            x: areas.detail.right().saturating_sub(1),
            width: 1,
            ..areas.detail
        };
        put(frame, edge, bar(model.look, edge.height, detail, " "));
    }
}

/// Columns and rows of a part.
pub(crate) fn cells(area: Rect) -> (usize, usize) {
    (usize::from(area.width), usize::from(area.height))
}

/// A column that shows which part of so many lines is in sight, from the one at `top` on.
pub(crate) fn bar(
    look: Look,
    height: u16,
    (lines, top): (usize, usize),
    rest: &'static str,
) -> Vec<Line<'static>> {
    let height = usize::from(height);
    let rest = Line::styled(
        if look.ascii && rest == "│" {
            "|"
        } else {
            rest
        },
        look.style(Role::Line),
    );
    let mut column = vec![rest; height];
    if lines > height && height > 0 {
        let length = (height * height / lines).max(1);
        let from = (top * (height - length)).div_ceil((lines - height).max(1));
        for cell in column.iter_mut().skip(from).take(length) {
            *cell = Line::styled(look.either("┃", "#"), look.style(Role::Quiet));
        }
    }
    column
}

/// Puts lines into a part of the screen.
pub(crate) fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    let area = area.intersection(frame.area());
    if area.area() > 0 {
        frame.render_widget(Paragraph::new(lines), area);
    }
}
