//! The run in time: what was measured when, for how long, side by side with what, and what the end waited for.

use crate::probe::Measurement;
use crate::report::Report;
use crate::tui::model::Model;
use crate::tui::text::{fit, pad, safe, time, width};
use crate::tui::theme::{Look, Role};
use ratatui::text::{Line, Span};

/// One measurement in time.
struct Stretch {
    name: String,
    from: u64,
    to: u64,
    /// Whether the end of the run waited for it.
    awaited: bool,
}

/// All lines, a measurement each.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let look = model.look;
    let words = &look.words.times;
    let report = model
        .partial
        .as_ref()
        .map_or(&model.report, |part| &part.report);
    let stretches = stretches(report);
    let heading = |text: &str| {
        Line::styled(
            fit(&format!(" {text}"), cells, look),
            look.style(Role::Accent),
        )
    };
    let mut lines = vec![heading(&words.title)];
    let end = stretches
        .iter()
        .map(|one| one.to)
        .max()
        .unwrap_or(0)
        .max(report.took_ms);
    let (Some(name), Some(_)) = (
        stretches.iter().map(|one| width(&one.name)).max(),
        cells.checked_sub(24),
    ) else {
        let text = if stretches.is_empty() {
            &words.nothing
        } else {
            &words.narrow
        };
        lines.push(Line::raw(fit(&format!(" {text}"), cells, look)));
        return lines;
    };
    let name = name.min(cells / 3);
    let room = cells - name - 14;
    for one in &stretches {
        lines.push(line(one, (name, room), end, look));
    }
    lines.push(Line::default());
    let scale = pad("", name + 3, look);
    let last = time(end);
    let gap = room.saturating_sub(1 + width(&last));
    lines.push(Line::styled(
        format!("{scale}0{}{last}", " ".repeat(gap)),
        look.style(Role::Quiet),
    ));
    let awaited: u64 = stretches
        .iter()
        .filter(|one| one.awaited)
        .map(|one| one.to - one.from)
        .sum();
    let text = words
        .awaited
        .with(&[("awaited", &time(awaited)), ("all", &time(end))]);
    let text = format!("{} {text}", look.either("█", "#"));
    lines.push(Line::styled(
        fit(&format!(" {text}"), cells, look),
        look.style(Role::Warn),
    ));
    lines
}

/// One measurement as a bar.
fn line(one: &Stretch, (name, room): (usize, usize), end: u64, look: Look) -> Line<'static> {
    let cell = |ms: u64| {
        let at = u128::from(ms) * room as u128 / u128::from(end.max(1));
        usize::try_from(at).unwrap_or(room).min(room)
    };
    let from = cell(one.from).min(room.saturating_sub(1));
    let length = cell(one.to).saturating_sub(from).max(1);
    let (bar, role) = if one.awaited {
        (look.either("█", "#"), Role::Warn)
    } else {
        (look.either("▒", "="), Role::Running)
    };
    Line::from(vec![
        Span::raw(format!(" {}  ", pad(&one.name, name, look))),
        Span::raw(" ".repeat(from)),
        Span::styled(bar.repeat(length), look.style(role)),
        Span::raw(" ".repeat(room.saturating_sub(from + length))),
        Span::styled(
            format!(" {:>8}", time(one.to - one.from)),
            look.style(Role::Quiet),
        ),
    ])
}

/// The measurements in the order they began.
fn stretches(report: &Report) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = report
        .times
        .iter()
        .map(|(measurement, from, took)| Stretch {
            name: name(measurement),
            from: *from,
            to: from + took,
            awaited: false,
        })
        .collect();
    found.sort_by_key(|one| (one.from, one.to));
    let mut next = found
        .iter()
        .enumerate()
        .max_by_key(|(_, one)| one.to)
        .map(|(at, _)| at);
    while let Some(at) = next {
        found[at].awaited = true;
        let from = found[at].from;
        // The one whose end let this one begin.
        next = found
            .iter()
            .enumerate()
            .filter(|(other, one)| *other != at && !one.awaited && one.to <= from)
            .max_by_key(|(_, one)| one.to)
            .map(|(before, _)| before);
    }
    found
}

/// A measurement's name, and what it is of.
fn name(measurement: &Measurement) -> String {
    let probe = serde_json::to_value(measurement.probe).ok();
    let probe = probe
        .as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or("?")
        .to_owned();
    match &measurement.subject {
        Some(subject) => {
            let narrow = subject.process.as_ref().unwrap_or(&subject.folder);
            format!("{probe} {}", safe(narrow, Look::default()))
        }
        None => probe,
    }
}
