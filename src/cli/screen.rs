//! Runs with a screen: drives what the terminal UI asks for.

use super::arguments::{Colour, Common};
use super::request::Request;
use super::{Refused, live, output};
use crate::catalog::Catalog;
use crate::event::Event;
use crate::report::Exit;
use crate::tui::{Ask, Look, Opening, Theme, show};
use crate::world::real;
use std::pin::pin;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// `tui`, and the program without a command on a terminal.
pub(super) async fn start(common: Common) -> Result<Exit, Refused> {
    let request = Request::new(&common, real::world())?;
    run(request, &common).await
}

/// The terminal UI on a live run.
pub(super) async fn run(request: Request, common: &Common) -> Result<Exit, Refused> {
    let (events, said) = unbounded_channel();
    let (asks, asked) = unbounded_channel();
    let opening = Opening {
        catalog: request.catalog.clone(),
        target: request.settings.target.typed.clone(),
        replay: false,
        look: look(common.color),
        mouse: true,
    };
    let mut told = Vec::new();
    let report = tokio::select! {
        report = show(opening, said, asks) => report,
        () = drive(&request, asked, events, &mut told) => unreachable!("the screen ends first: it holds the other end"),
    };
    live::written(&told, common.record.as_deref())?;
    Ok(report?.exit())
}

/// Starts the first run and those that are asked for, one after the other.
async fn drive(
    request: &Request,
    mut asks: UnboundedReceiver<Ask>,
    events: UnboundedSender<Event>,
    told: &mut Vec<Event>,
) {
    let mut next = Some(request.selection.clone());
    loop {
        let Some(selection) = next.take() else {
            match asks.recv().await {
                Some(Ask::Rerun(selection)) => next = Some(selection),
                Some(Ask::Stop) => {}
                None => return std::future::pending().await,
            }
            continue;
        };
        let stop = CancellationToken::new();
        let (sender, mut said) = unbounded_channel();
        let mut running = pin!(request.run(selection, sender, stop.clone()));
        let mut over = false;
        loop {
            tokio::select! {
                () = &mut running, if !over => over = true,
                event = said.recv() => match event {
                    Some(event) => {
                        told.push(event.clone());
                        // The screen may have gone; the run then goes with it.
                        let _ = events.send(event);
                    }
                    None => break,
                },
                ask = asks.recv() => match ask {
                    Some(Ask::Stop) => stop.cancel(),
                    Some(Ask::Rerun(selection)) => next = Some(selection),
                    None => return std::future::pending().await,
                },
            }
        }
    }
}

/// The terminal UI on a recorded run.
pub(super) async fn replay(
    catalog: Catalog,
    events: Vec<Event>,
    colour: Colour,
) -> Result<Exit, Refused> {
    let (sender, said) = unbounded_channel();
    for event in events {
        // The receiver is just below.
        let _ = sender.send(event);
    }
    drop(sender);
    let opening = Opening {
        catalog,
        target: String::new(),
        replay: true,
        look: look(colour),
        mouse: true,
    };
    let (asks, _asked) = unbounded_channel();
    Ok(show(opening, said, asks).await?.exit())
}

/// Shapes and colours that this terminal can show.
fn look(colour: Colour) -> Look {
    let style = output::style(colour, false);
    // Some terminals tell their colours as "foreground;background"; 7 and 15 are light.
    let light =
        std::env::var("COLORFGBG").is_ok_and(|told| told.ends_with(";15") || told.ends_with(";7"));
    let theme = match (style.colour, light) {
        (false, _) => Theme::Mono,
        (true, true) => Theme::Light,
        (true, false) => Theme::Dark,
    };
    Look {
        theme,
        ascii: style.ascii,
    }
}
