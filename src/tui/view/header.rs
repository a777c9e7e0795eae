//! The first lines: what is looked at, from where, and how far the run is.

use crate::report::State;
use crate::tui::model::Model;
use crate::tui::text::{fit, safe, time, width};
use crate::tui::theme::{Role, Shape};
use ratatui::text::{Line, Span};

/// One or two lines.
pub(super) fn lines(model: &Model, (cells, height): (usize, usize)) -> Vec<Line<'static>> {
    match height {
        0 => Vec::new(),
        1 => vec![first(model, cells)],
        _ => vec![first(model, cells), second(model, cells)],
    }
}

/// The target, and whether it is only the stand-in.
fn first(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    let settings = model.report.began.as_ref().map(|began| &began.settings);
    let badge = match settings {
        Some(settings) if settings.stand_in => format!(" {} ", look.words.header.stand_in),
        _ if model.replay => format!(" {} ", look.words.header.recording),
        _ => String::new(),
    };
    let target = settings.map_or_else(
        || model.target.clone(),
        |settings| settings.target.typed.clone(),
    );
    let tenant = settings
        .map(|settings| {
            let tenant = look
                .words
                .header
                .tenant
                .with(&[("tenant", &settings.tenant)]);
            format!("  {tenant}")
        })
        .unwrap_or_default();
    let name = if cells >= 60 { " orch-doctor  " } else { " " };
    let room = cells.saturating_sub(width(name) + width(&badge) + 1);
    let target = fit(&safe(&target, look), room, look);
    let tenant = fit(
        &safe(&tenant, look),
        room.saturating_sub(width(&target)),
        look,
    );
    let used = width(name) + width(&target) + width(&tenant);
    let gap = cells.saturating_sub(used + width(&badge));
    Line::from(vec![
        Span::styled(name, look.style(Role::Accent)),
        Span::styled(target, look.style(Role::Heading)),
        Span::styled(tenant, look.style(Role::Quiet)),
        Span::raw(" ".repeat(gap)),
        Span::styled(badge, look.style(Role::Badge)),
    ])
}

/// The vantage, and how far the run is.
fn second(model: &Model, cells: usize) -> Line<'static> {
    let look = model.look;
    let from = match &model.report.began {
        Some(began) => look
            .words
            .header
            .seen_from
            .with(&[("host", &began.host), ("store", &began.cloud_store)]),
        None => look.words.header.not_begun.to_string(),
    };
    let from = format!(" {from}");
    let progress = progress(model);
    let room = cells.saturating_sub(progress.iter().map(Span::width).sum::<usize>() + 2);
    let from = fit(&safe(&from, look), room, look);
    let gap = room + 1 - width(&from).min(room);
    let mut line = vec![
        Span::styled(from, look.style(Role::Quiet)),
        Span::raw(" ".repeat(gap)),
    ];
    line.extend(progress);
    Line::from(line)
}

/// How many rows stand where.
fn counts(model: &Model, took: u64) -> Vec<Span<'static>> {
    let words = &model.look.words.header;
    let counts = model.report.counts();
    let shown = [
        (Shape::Pass, Role::Pass, counts.pass),
        (Shape::Warn, Role::Warn, counts.warn),
        (Shape::Fail, Role::Fail, counts.fail),
        (Shape::Unknown, Role::Unknown, counts.unknown),
        (Shape::Blocked, Role::Quiet, counts.blocked),
        (Shape::Skipped, Role::Quiet, counts.skipped),
        (Shape::Broke, Role::Broke, counts.broke),
    ];
    let some = shown.into_iter().filter(|(_, _, count)| *count > 0);
    let mut spans: Vec<Span<'static>> = some
        .map(|(shape, role, count)| {
            Span::styled(
                format!("{} {count}  ", model.look.sign(shape, 0)),
                model.look.style(role),
            )
        })
        .collect();
    let changed = model
        .report
        .rows
        .iter()
        .filter(|row| model.stood(row).is_some())
        .count();
    if changed > 0 {
        let text = words.changed.with(&[("count", &changed)]);
        let text = format!("{} {text}  ", model.look.either("≠", "*"));
        spans.push(Span::styled(text, model.look.style(Role::Warn)));
    }
    if let Some(watch) = model.watch {
        let seconds = watch.left_ms.div_ceil(1_000);
        let text = format!("{}  ", words.again.with(&[("seconds", &seconds)]));
        spans.push(Span::styled(text, model.look.style(Role::Running)));
    }
    spans.push(Span::styled(
        words.took.with(&[("time", &time(took))]),
        model.look.style(Role::Quiet),
    ));
    spans
}

/// A bar while the run goes on, then how it was.
fn progress(model: &Model) -> Vec<Span<'static>> {
    const BAR: usize = 12;
    let (look, report) = (model.look, &model.report);
    if report.rows.is_empty() {
        return Vec::new();
    }
    let open = report
        .rows
        .iter()
        .filter(|row| matches!(row.state, State::Waiting | State::Running))
        .count();
    let all = report.rows.len();
    let done = all - open;
    let took = model
        .partial
        .as_ref()
        .map_or(report.took_ms, |part| part.report.took_ms);
    if !model.running() {
        return counts(model, took);
    }
    let full = (done * BAR).checked_div(all).unwrap_or(0);
    let so_far = look
        .words
        .header
        .progress
        .with(&[("done", &done), ("all", &all)]);
    vec![
        Span::styled(
            look.either("━", "=").repeat(full),
            look.style(Role::Running),
        ),
        Span::styled(
            look.either("─", "-").repeat(BAR - full),
            look.style(Role::Line),
        ),
        Span::raw(format!(" {so_far}")),
        Span::styled(
            format!("  {}", time(took + model.quiet_ms)),
            look.style(Role::Quiet),
        ),
    ]
}
