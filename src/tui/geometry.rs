//! Where each part of the screen is: one function for drawing, scrolling and clicking.

use super::model::{Focus, Model};
use super::view::banner;
use ratatui::layout::Rect;

/// The width from which the list and the detail stand side by side.
const SIDE_BY_SIDE: u16 = 72;

/// The height from which there is room for rules and a second line of the header.
const ROOMY: u16 = 16;

/// The height from which the banner stays whole while the detail is read.
const TALL: u16 = 32;

/// The parts; a part without room has no cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Areas {
    /// Target, vantage and progress.
    pub(crate) header: Rect,
    /// What is wrong.
    pub(crate) banner: Rect,
    /// The line below the banner.
    pub(crate) rule: Rect,
    /// The checklist.
    pub(crate) list: Rect,
    /// The line between list and detail.
    pub(crate) divider: Rect,
    /// The detail of the chosen line.
    pub(crate) detail: Rect,
    /// Keys, or what is being typed.
    pub(crate) footer: Rect,
}

/// The parts of a screen of that size.
pub(crate) fn areas(model: &Model, area: Rect) -> Areas {
    let Rect {
        x,
        y,
        width,
        height,
    } = area;
    let roomy = height >= ROOMY;
    let line = |top: u16, lines: u16| Rect {
        x,
        y: y + top,
        width,
        height: lines,
    };
    let header = match height {
        0..4 => 0,
        4..ROOMY => 1,
        _ => 2,
    };
    let footer = u16::from(height >= 8);
    let rule = u16::from(roomy);
    let left = height.saturating_sub(header + footer + rule);
    let room = banner_room(model, left, roomy);
    let told = banner::lines(model, usize::from(width), usize::from(room)).len();
    let banner = u16::try_from(told).unwrap_or(room).min(room);
    let top = header + banner + rule;
    let body = line(top, height.saturating_sub(top + footer));
    let (list, divider, detail) = panes(model, body);
    Areas {
        header: line(0, header),
        banner: line(header, banner),
        rule: line(header + banner, rule),
        list,
        divider,
        detail,
        footer: line(height - footer, footer),
    }
}

/// How many lines the banner may take of those left.
fn banner_room(model: &Model, left: u16, roomy: bool) -> u16 {
    if roomy {
        let reading = model.focus == Focus::Detail && left < TALL;
        return if reading { 2 } else { (left / 2).clamp(5, 10) };
    }
    // Once the user is looking for something, a small screen belongs to that.
    if model.moved || model.focus == Focus::Detail {
        return u16::from(left > 3);
    }
    match left {
        0..=3 => left,
        4..=8 => left - 1,
        _ => left - 2,
    }
}

/// List and detail, side by side or one of the two.
fn panes(model: &Model, body: Rect) -> (Rect, Rect, Rect) {
    let none = Rect { width: 0, ..body };
    if body.width < SIDE_BY_SIDE {
        return match model.focus {
            Focus::List => (body, none, none),
            Focus::Detail => (none, none, body),
        };
    }
    let wide = (body.width * 2 / 5).clamp(34, 56);
    let list = Rect {
        width: wide,
        ..body
    };
    let divider = Rect {
        x: body.x + wide,
        width: 1,
        ..body
    };
    let detail = Rect {
        x: body.x + wide + 1,
        width: body.width - wide - 1,
        ..body
    };
    (list, divider, detail)
}
