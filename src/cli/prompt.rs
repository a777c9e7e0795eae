//! Line by line, on a terminal whose cursor does not move: the report, and then a number for more about a check.

use super::arguments::Common;
use super::request::Request;
use super::{Refused, live, output};
use crate::catalog::Catalog;
use crate::event::Event;
use crate::report::{Exit, Report, linear};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// What the user wants next.
enum Wish {
    /// Ask everything again.
    Again,
    /// Leave.
    Leave,
}

/// Whether what is shown can be asked again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    /// A live run.
    Live,
    /// A recording.
    Recorded,
}

/// A live run.
pub(super) async fn run(request: &Request, common: &Common) -> Result<Exit, Refused> {
    let catalog = request.catalog.clone().in_language(common.lang.into())?;
    let mut lines = typed();
    let mut told = Vec::new();
    let report = loop {
        output::say("Asking now. Ctrl-C stops.");
        let report = asked(request, &catalog, &mut told).await;
        output::say(&output::screenless_letters().overview(&report, &catalog));
        match answered(&report, &catalog, Asking::Live, &mut lines).await {
            Wish::Again => {}
            Wish::Leave => break report,
        }
    };
    live::written(&told, common.record.as_deref())?;
    Ok(report.exit())
}

/// A recorded run.
pub(super) async fn replay(catalog: &Catalog, events: &[Event]) -> Exit {
    let mut lines = typed();
    let mut report = Report::default();
    for event in events {
        report.apply(event, catalog);
    }
    output::say(&output::screenless_letters().overview(&report, catalog));
    // A recording cannot be asked again, so that every answer leads out.
    let _ = answered(&report, catalog, Asking::Recorded, &mut lines).await;
    report.exit()
}

/// One run of everything; what it said goes to the recording.
async fn asked(request: &Request, catalog: &Catalog, told: &mut Vec<Event>) -> Report {
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(live::stop_on_signal(stop.clone()));
    let (sender, mut events) = unbounded_channel();
    let mut report = Report::default();
    let collecting = async {
        while let Some(event) = events.recv().await {
            report.apply(&event, catalog);
            told.push(event);
        }
    };
    tokio::join!(
        request.run(request.selection.clone(), sender, stop),
        collecting
    );
    watcher.abort();
    report
}

/// Answers what is typed until another run is wanted, or the end.
async fn answered(
    report: &Report,
    catalog: &Catalog,
    asking: Asking,
    lines: &mut UnboundedReceiver<String>,
) -> Wish {
    let letters = output::screenless_letters();
    let again = match asking {
        Asking::Live => "r to ask again, ",
        Asking::Recorded => "",
    };
    let question = format!(
        "Type the number of a check (1 to {}) for all about it, o for the overview, a for all, {again}q to leave:",
        report.rows.len()
    );
    loop {
        output::say(&question);
        let line = tokio::select! {
            line = lines.recv() => line,
            () = live::stop_on_signal(CancellationToken::new()) => None,
        };
        let Some(line) = line else {
            return Wish::Leave;
        };
        match line.trim() {
            "q" | "quit" => return Wish::Leave,
            "r" if asking == Asking::Live => return Wish::Again,
            "a" => output::say(&linear(report, catalog, letters)),
            "o" => output::say(&letters.overview(report, catalog)),
            other => {
                let number = other.parse().ok();
                let detail = number.and_then(|number| letters.detail(report, catalog, number));
                if let Some(detail) = detail {
                    output::say(&detail);
                }
            }
        }
    }
}

/// The lines that are typed. A thread of its own reads them: one of the runtime's would keep the program from ending until a line came.
fn typed() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
