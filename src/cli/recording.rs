//! Recorded runs: shown again, or judged again.

use super::Refused;
use super::arguments::RecordingArguments;
use super::code::Code;
use super::{output, prompt, request, screen};
use crate::catalog::Catalog;
use crate::event::{Began, Event, What};
use crate::plan::Plan;
use crate::report::Report;
use crate::run::{Recording, Run, Source, Vantage, run};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// The largest recording that is read, bytes.
const LARGEST: u64 = 256 << 20;

/// `replay`: the recorded run as it was.
pub(super) async fn replay(arguments: RecordingArguments) -> Result<Code, Refused> {
    let catalog = request::catalog(arguments.checks.as_deref())?;
    let events = read(&arguments.file)?;
    if arguments.writing.is_open() && output::terminal() {
        let catalog = catalog.in_language(arguments.told.lang.into())?;
        if output::screenless(arguments.writing.manner) {
            return Ok(prompt::replay(&catalog, &events).await.into());
        }
        let manner = (arguments.color, arguments.told.lang);
        let exit = screen::replay(catalog, events, manner).await;
        return exit.map(Code::from);
    }
    finish(catalog, &events, &arguments)
}

/// `judge`: today's checklist on the recorded evidence.
pub(super) async fn judge(arguments: RecordingArguments) -> Result<Code, Refused> {
    let catalog = request::catalog(arguments.checks.as_deref())?;
    let recorded = read(&arguments.file)?;
    let began = began(&recorded, &arguments.file)?;
    let plan = Plan::new(&catalog, &began.selection, &began.settings)?;
    let again = Run {
        plan,
        selection: began.selection.clone(),
        settings: Arc::new(began.settings.clone()),
        source: Source::Recorded(Recording::of(&recorded)),
        at: began.at,
        vantage: Vantage {
            host: began.host.clone(),
            cloud_roots: began.cloud_roots.clone(),
            cloud_store: began.cloud_store.clone(),
        },
        noted: None,
    };
    let (sender, mut receiver) = unbounded_channel();
    run(again, sender, CancellationToken::new()).await;
    let mut events = Vec::new();
    while let Ok(event) = receiver.try_recv() {
        events.push(event);
    }
    finish(catalog, &events, &arguments)
}

/// Writes the report of a run that is over.
fn finish(
    catalog: Catalog,
    events: &[Event],
    arguments: &RecordingArguments,
) -> Result<Code, Refused> {
    let catalog = catalog.in_language(arguments.told.lang.into())?;
    let mut report = Report::default();
    for event in events {
        report.apply(event, &catalog);
    }
    output::report((&report, &catalog), &arguments.writing, arguments.color)?;
    Ok(Code::of(&report, arguments.writing.format))
}

/// How the recorded run began.
fn began<'a>(events: &'a [Event], path: &Path) -> Result<&'a Began, Refused> {
    events
        .iter()
        .rev()
        .find_map(|event| match &event.what {
            What::Began(began) => Some(&**began),
            _ => None,
        })
        .ok_or_else(|| {
            Refused::new(format!(
                "cannot use {}: it is no recording of a run",
                path.display()
            ))
        })
}

/// Reads a recording; a line that was cut short at the end is left out.
pub(super) fn read(path: &Path) -> Result<Vec<Event>, Refused> {
    let unread = |cause: &dyn std::fmt::Display| {
        Refused::new(format!(
            "cannot read the recording {}: {cause}",
            path.display()
        ))
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|cause| unread(&cause))?;
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|cause| unread(&cause))?;
    let mut events = Vec::new();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    for (number, line) in lines.iter().enumerate() {
        match serde_json::from_str(line) {
            Ok(event) => events.push(event),
            Err(_) if number > 0 && number + 1 == lines.len() => {}
            Err(_) => return Err(unread(&format!("line {} is no event of a run", number + 1))),
        }
    }
    began(&events, path)?;
    Ok(events)
}
