//! Draws the model: pure, and only with widgets, which let nothing through that a terminal would obey.

pub(crate) mod banner;
pub(crate) mod detail;
mod evidence;
mod footer;
mod header;
pub(crate) mod help;
mod list;

use super::geometry::areas;
use super::model::{Mode, Model};
use super::theme::Role;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if model.mode == Mode::Help {
        let lines = help::lines(model, usize::from(area.width));
        put(
            frame,
            area,
            lines.into_iter().skip(model.help_top).collect(),
        );
        return;
    }
    let areas = areas(model, area);
    let cells = |area: Rect| (usize::from(area.width), usize::from(area.height));
    put(
        frame,
        areas.header,
        header::lines(model, cells(areas.header)),
    );
    let (width, height) = cells(areas.banner);
    put(frame, areas.banner, banner::lines(model, width, height));
    let line = model.look.style(Role::Line);
    let across = model
        .look
        .either("─", "-")
        .repeat(usize::from(areas.rule.width));
    put(frame, areas.rule, vec![Line::styled(across, line)]);
    put(frame, areas.list, list::lines(model, cells(areas.list)));
    let down = Line::styled(model.look.either("│", "|"), line);
    put(
        frame,
        areas.divider,
        vec![down; usize::from(areas.divider.height)],
    );
    let lines = detail::lines(model, usize::from(areas.detail.width));
    put(
        frame,
        areas.detail,
        lines.into_iter().skip(model.detail_top).collect(),
    );
    put(
        frame,
        areas.footer,
        footer::lines(model, usize::from(areas.footer.width)),
    );
}

/// Puts lines into a part of the screen.
fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    let area = area.intersection(frame.area());
    if area.area() > 0 {
        frame.render_widget(Paragraph::new(lines), area);
    }
}
