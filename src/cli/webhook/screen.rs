//! `webhook listen` on a terminal: the events on the screen, which nobody waits for.

use super::Refused;
use super::say::Voice;
use super::telling::{Out, Told, Writer};
use crate::cli::arguments::{Colour, Language, Manner};
use crate::cli::{output, screen};
use crate::report::Exit;
use crate::tui::listen::Opening;
pub(super) use crate::tui::listen::Secret;
use crate::tui::show_events;
use crate::webhook::line::Teller;
use crate::webhook::receiver::Receiver;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Events that may wait for the screen; it takes them all between two drawings.
const WAITING: usize = 2_048;

/// Shows what comes in until the user leaves. What was answered until then and not shown is counted.
pub(super) async fn run(
    mut receiver: Receiver,
    teller: Teller,
    (address, secret, lang): (String, Secret, Language),
) -> Result<Exit, Refused> {
    let (events, shown) = mpsc::channel(WAITING);
    let missed = Arc::new(AtomicU64::new(0));
    let told = Told::default();
    let writer = Writer::start(teller, Out::Screen(events, missed.clone()));
    let counts = receiver.tally();
    let stop = CancellationToken::new();
    let handing = tokio::spawn({
        let (stop, told) = (stop.clone(), told.clone());
        async move { writer.hand_over(&mut receiver, &stop, &told).await }
    });
    let look = screen::look((Colour::Auto, lang), None);
    let voice = Voice::new(lang, Manner::Drawn);
    let opening = Opening {
        address,
        secret,
        look,
    };
    let counted = {
        let (counts, told) = (counts.clone(), told.clone());
        move |shown| {
            told.add(shown);
            (counts.counts(), missed.load(Ordering::Relaxed))
        }
    };
    let left = show_events(opening, shown, counted).await;
    stop.cancel();
    // A panic of that task has been reported where it happened.
    let _ = handing.await;
    output::complain(&voice.tally(told.settled(counts.counts())));
    left?;
    Ok(Exit::Healthy)
}
