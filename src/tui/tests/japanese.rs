//! The screen in Japanese: every part of it fits its box, and the keys, names and files stay as they are.

use super::fixture::{drawn, opening, press, run, silent_port, told_by};
use crate::event::Event;
use crate::report;
use crate::tui::geometry::areas;
use crate::tui::model::{Model, Size};
use crate::tui::text::width;
use crate::tui::view::{banner, detail, page};
use crate::tui::{Look, Opening, Theme};
use crate::words::Lang;
use ratatui::layout::Rect;

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (160, 50), (40, 10)];

fn japanese() -> Opening {
    let opening = opening();
    Opening {
        catalog: opening.catalog.clone().in_language(Lang::Ja).unwrap(),
        look: Look {
            theme: Theme::Mono,
            ascii: false,
            words: Lang::Ja.words(),
        },
        ..opening
    }
}

fn model(size: (u16, u16), events: Vec<Event>) -> Model {
    told_by(&japanese(), size, events)
}

/// No line of the parts is wider than its part, and no wide character is cut in two by an edge.
fn fits(model: &Model, what: &str) {
    let Size {
        width: wide,
        height,
    } = model.size;
    let size = Rect::new(0, 0, wide, height);
    let parts = areas(model, size);
    let (cells, rows) = (
        usize::from(parts.banner.width),
        usize::from(parts.banner.height),
    );
    let mut lines: Vec<(usize, _)> = banner::lines(model, cells, rows)
        .into_iter()
        .map(|line| (cells, line))
        .collect();
    let cells = usize::from(parts.detail.width);
    lines.extend(
        detail::lines(model, cells)
            .into_iter()
            .map(|line| (cells, line)),
    );
    let cells = usize::from(wide);
    lines.extend(
        page::lines(model, cells)
            .into_iter()
            .map(|line| (cells, line)),
    );
    for (cells, line) in lines {
        let text: String = line
            .spans
            .iter()
            .map(|span| span.content.as_ref())
            .collect();
        assert!(
            line.width() <= cells,
            "{what} at {wide}: {} > {cells}: {text}",
            line.width()
        );
    }
    let terminal = drawn(model);
    let buffer = terminal.backend().buffer();
    for y in 0..height {
        for x in 0..wide {
            let symbol = buffer[(x, y)].symbol();
            assert!(
                usize::from(x) + width(symbol) <= usize::from(wide),
                "{what}: {symbol} is cut at {x},{y}"
            );
        }
    }
}

#[test]
fn every_pane_fits_its_box_in_japanese() {
    for size in SIZES {
        for (name, events) in [("healthy", run(&[])), ("silent", silent_port())] {
            let mut at = model(size, events);
            fits(&at, name);
            for _ in 0..at.report.rows.len() {
                press(&mut at, "j");
                fits(&at, name);
            }
            press(&mut at, "?");
            fits(&at, "help");
            press(&mut at, "qT");
            fits(&at, "times");
            press(&mut at, "q/");
            fits(&at, "filter");
            press(&mut at, "zzz");
            fits(&at, "nothing found");
            let mut at = model(size, Vec::new());
            fits(&at, "nothing begun");
            press(&mut at, "s");
            fits(&at, "save");
        }
    }
}

#[test]
fn names_and_json_are_the_same_in_every_language() {
    let english = told_by(&opening(), (80, 24), silent_port());
    let japanese = model((80, 24), silent_port());
    assert_eq!(
        report::json(&english.report),
        report::json(&japanese.report)
    );
    let shown = drawn(&japanese).backend().to_string();
    assert!(
        shown.contains("port-open") && shown.contains("失敗"),
        "{shown}"
    );
}
