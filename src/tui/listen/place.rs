//! Where each part of the screen is: one function for drawing, scrolling and clicking.

use super::model::Model;
use crate::tui::model::Focus;
use ratatui::layout::Rect;

/// The width from which the list and the detail stand side by side.
const SIDE_BY_SIDE: u16 = 130;

/// The height of both panes from which they stand one above the other.
const STACKED: u16 = 14;

/// The parts; a part without room has no cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// Where it listens and what was counted.
    pub(super) header: Rect,
    /// The names of the columns and the events.
    pub(super) list: Rect,
    /// The line between list and detail.
    pub(super) divider: Rect,
    /// The detail of the chosen event.
    pub(super) detail: Rect,
    /// Keys, or what is being typed.
    pub(super) footer: Rect,
}

/// The parts of a screen of that size.
pub(super) fn places(model: &Model) -> Places {
    let (width, height) = (model.size.width, model.size.height);
    let line = |y: u16, height: u16| Rect {
        x: 0,
        y,
        width,
        height,
    };
    let refused = u16::from(model.refused.is_some() && height >= 10);
    let header = match height {
        0..4 => 0,
        4..8 => 1,
        _ => 2 + refused,
    };
    let footer = u16::from(height >= 8);
    let body = line(header, height.saturating_sub(header + footer));
    let none = Rect { width: 0, ..body };
    let (list, divider, detail) = if width >= SIDE_BY_SIDE {
        let wide = width / 2 + 4;
        let at = |x: u16, width: u16| Rect { x, width, ..body };
        (at(0, wide), at(wide, 1), at(wide + 1, width - wide - 1))
    } else if body.height >= STACKED {
        let high = body.height * 2 / 5;
        let rest = body.height - high - 1;
        let top = body.y;
        (
            line(top, high),
            line(top + high, 1),
            line(top + high + 1, rest),
        )
    } else {
        match model.focus {
            Focus::List => (body, none, none),
            Focus::Detail => (none, none, body),
        }
    };
    Places {
        header: line(0, header),
        list,
        divider,
        detail,
        footer: line(height - footer, footer),
    }
}
