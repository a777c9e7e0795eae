//! Runs with a screen: does what the terminal UI asks for.

use super::arguments::{CheckArguments, Colour, Common, Ear, Language, Manner, Writing};
use super::code::Code;
use super::request::Request;
use super::{Refused, live, output, prompt};
use crate::catalog::Catalog;
use crate::event::Event;
use crate::plan::Selection;
use crate::report::{Exit, Report};
use crate::tui::{Ask, Look, Opening, Palette, Theme, show};
use crate::words::Lang;
use crate::world::real;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// `tui`, and the program without a command on a terminal.
pub(super) async fn start(common: Common) -> Result<Code, Refused> {
    let request = Request::new(&common, real::world())?;
    if common.manner == Manner::Lines && !output::terminal() {
        let writing = Writing {
            manner: Manner::Lines,
            ..Writing::default()
        };
        let ear = Ear::default();
        let check = CheckArguments {
            common,
            writing,
            ear,
        };
        return live::headless(&request, &check).await;
    }
    run(request, &common).await
}

/// The terminal UI on a live run.
pub(super) async fn run(request: Request, common: &Common) -> Result<Code, Refused> {
    if !output::terminal() {
        return Err(Refused::new(
            "cannot open the screen: there is no terminal; `orch-doctor check` needs none",
        ));
    }
    if output::screenless(common.manner) {
        return prompt::run(&request, common).await.map(Code::from);
    }
    let opening = Opening {
        catalog: request.catalog.clone().in_language(common.lang.into())?,
        target: request.settings.target.typed.clone(),
        replay: false,
        look: look((common.color, common.lang), super::theme::own(common)?),
        mouse: true,
    };
    let (events, screen_events) = unbounded_channel();
    let (asks, asked) = unbounded_channel();
    let stop = CancellationToken::new();
    let driver = tokio::spawn(drive(request, events, asked, stop.clone()));
    let shown = show(opening, screen_events, asks).await;
    stop.cancel();
    let told = driver.await.unwrap_or_default();
    live::written(&told, common.record.as_deref())?;
    Ok(ended(&shown?).into())
}

/// Starts a run at once, and another whenever it is asked for; returns everything that was said.
async fn drive(
    request: Request,
    screen: UnboundedSender<Event>,
    mut asked: UnboundedReceiver<Ask>,
    stop: CancellationToken,
) -> Vec<Event> {
    let (sender, mut events) = unbounded_channel();
    let request = std::sync::Arc::new(request);
    let mut told = Vec::new();
    let mut run = begun(&request, request.selection.clone(), &sender, &stop);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(event) = events.recv() => {
                told.push(event.clone());
                // The screen may have gone; the recording goes on.
                let _ = screen.send(event);
            }
            ask = asked.recv() => match ask {
                None => break,
                Some(Ask::Stop) => run.1.cancel(),
                Some(Ask::Rerun(selection)) => {
                    run.1.cancel();
                    // The events of the one before come first.
                    let _ = run.0.await;
                    run = begun(&request, selection, &sender, &stop);
                }
            },
        }
    }
    run.1.cancel();
    let _ = run.0.await;
    while let Ok(event) = events.try_recv() {
        told.push(event);
    }
    told
}

/// A run on its way, and what stops it.
fn begun(
    request: &std::sync::Arc<Request>,
    selection: Selection,
    events: &UnboundedSender<Event>,
    stop: &CancellationToken,
) -> (JoinHandle<()>, CancellationToken) {
    let (request, events, own) = (request.clone(), events.clone(), stop.child_token());
    let token = own.clone();
    let task = tokio::spawn(async move { request.run(selection, events, token).await });
    (task, own)
}

/// The terminal UI on a recorded run.
pub(super) async fn replay(
    catalog: Catalog,
    events: Vec<Event>,
    (colour, language): (Colour, Language),
) -> Result<Exit, Refused> {
    let opening = Opening {
        catalog,
        target: String::new(),
        replay: true,
        look: look((colour, language), super::theme::own(&Common::default())?),
        mouse: true,
    };
    let (sender, receiver) = unbounded_channel();
    for event in events {
        // The receiver is held until the screen ends.
        let _ = sender.send(event);
    }
    drop(sender);
    let (asks, _asked) = unbounded_channel();
    Ok(ended(&show(opening, receiver, asks).await?))
}

/// The look that terminal and flags ask for.
fn look((colour, language): (Colour, Language), own: Option<Palette>) -> Look {
    let style = output::style(colour, false);
    let theme = if style.colour {
        own.map_or(Theme::Dark, Theme::Own)
    } else {
        Theme::Mono
    };
    Look {
        theme,
        ascii: style.ascii,
        words: Lang::from(language).words(),
    }
}

/// The exit code of what was shown: leaving before the end is an interruption.
fn ended(report: &Report) -> Exit {
    if report.finished {
        report.exit()
    } else {
        Exit::Interrupted
    }
}
