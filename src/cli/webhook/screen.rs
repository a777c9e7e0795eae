//! `webhook listen` on a terminal: the events on the screen, which nobody waits for.

use super::Refused;
use super::listen::{Out, hand_over, tally, writer};
use crate::cli::arguments::{Colour, Language};
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

/// Shows what comes in until the user leaves.
pub(super) async fn run(
    mut receiver: Receiver,
    teller: Teller,
    (address, secret): (String, Secret),
) -> Result<Exit, Refused> {
    let (events, shown) = mpsc::channel(WAITING);
    let missed = Arc::new(AtomicU64::new(0));
    let (lines, mut ended) = writer(teller, Out::Screen(events, missed.clone()));
    let counts = receiver.tally();
    let stop = CancellationToken::new();
    let handing = tokio::spawn({
        let stop = stop.clone();
        async move {
            hand_over(&mut receiver, lines, &stop, &mut ended).await;
            receiver.stop().await;
        }
    });
    let opening = Opening {
        address,
        secret,
        look: screen::look((Colour::Auto, Language::En), None),
    };
    let counted = {
        let counts = counts.clone();
        move || (counts.counts(), missed.load(Ordering::Relaxed))
    };
    let left = show_events(opening, shown, counted).await;
    stop.cancel();
    // A panic of that task has been reported where it happened.
    let _ = handing.await;
    output::complain(&tally(counts.counts()));
    left?;
    Ok(Exit::Healthy)
}
