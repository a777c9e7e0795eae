//! Runs without a screen.

use super::Refused;
use super::arguments::{CheckArguments, ReportFormat, Writing};
use super::code::Code;
use super::output;
use super::request::Request;
use crate::event::Event;
use crate::report::Report;
use crate::world::real;
use std::path::Path;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// `check`: runs the plan, writes the report.
pub(super) async fn check(mut arguments: CheckArguments) -> Result<Code, Refused> {
    arguments.common.ear = arguments.ear.clone();
    let request = Request::new(&arguments.common, real::world())?;
    headless(&request, &arguments).await
}

/// Runs a request and writes its report.
pub(super) async fn headless(
    request: &Request,
    arguments: &CheckArguments,
) -> Result<Code, Refused> {
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(stop_on_signal(stop.clone()));
    let (sender, mut events) = unbounded_channel();
    let common = &arguments.common;
    // The run and its recording are in English; only what is read is told in the reader's language.
    let catalog = request.catalog.clone().in_language(common.lang.into())?;
    let mut report = Report::default();
    let mut told = Vec::new();
    let collecting = async {
        while let Some(event) = events.recv().await {
            report.apply(&event, &catalog);
            stream(&event, &arguments.writing);
            told.push(event);
        }
    };
    tokio::join!(
        request.run(request.selection.clone(), sender, stop),
        collecting
    );
    watcher.abort();
    written(&told, common.record.as_deref())?;
    output::report((&report, &catalog), &arguments.writing, common.color)?;
    if arguments.writing.format == Some(ReportFormat::Jsonl)
        && let Some(path) = &arguments.writing.output
    {
        output::write_file(path, &lines(&told)?)?;
    }
    Ok(Code::of(&report, arguments.writing.format))
}

/// Tells an event at once, where the stream was asked for.
fn stream(event: &Event, writing: &Writing) {
    if writing.format == Some(ReportFormat::Jsonl)
        && writing.output.is_none()
        && let Ok(line) = serde_json::to_string(event)
    {
        output::say(&line);
    }
}

/// Writes the recording.
pub(super) fn written(events: &[Event], path: Option<&Path>) -> Result<(), Refused> {
    match path {
        Some(path) => output::write_file(path, &lines(events)?),
        None => Ok(()),
    }
}

/// Events, a line each.
fn lines(events: &[Event]) -> Result<Vec<u8>, Refused> {
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, event)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Stops the run on Ctrl-C, or when the system asks for an end.
pub(super) async fn stop_on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return stop.cancel();
        }
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
    }
}
