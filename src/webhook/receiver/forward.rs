//! Hands accepted events on to another receiver, byte for byte, without holding up anybody.

use super::{Counters, count};
use crate::webhook::signature::HEADER;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Events on their way at a time.
const AT_ONCE: usize = 16;
/// Events that may wait for their turn.
const MOST_WAITING: usize = 1_024;
/// Bytes that may wait for their turn.
const MOST_BYTES: usize = 16 << 20;
/// How long what waits may still be handed on once the receiving is over.
const PARTING: Duration = Duration::from_secs(2);

/// Where to hand events on to.
pub struct Forward {
    /// The other receiver.
    pub url: Url,
    /// The client, which follows no redirect.
    pub client: reqwest::Client,
}

/// An event to hand on.
struct Parcel {
    content_type: Option<HeaderValue>,
    signature: Option<HeaderValue>,
    body: Bytes,
    /// Room among the bytes that wait.
    _room: OwnedSemaphorePermit,
}

/// The way to the task that hands on.
pub(super) struct Forwarding {
    parcels: mpsc::Sender<Parcel>,
    room: Arc<Semaphore>,
    counters: Arc<Counters>,
}

impl Forward {
    /// Begins to hand on; the task ends a while after the stop at the latest.
    pub(super) fn start(
        self,
        counters: Arc<Counters>,
        stop: CancellationToken,
    ) -> (Forwarding, JoinHandle<()>) {
        let (parcels, waiting) = mpsc::channel(MOST_WAITING);
        let task = tokio::spawn(hand_on(Arc::new(self), waiting, counters.clone(), stop));
        let forwarding = Forwarding {
            parcels,
            room: Arc::new(Semaphore::new(MOST_BYTES)),
            counters,
        };
        (forwarding, task)
    }

    /// Sends one event; the status is all that is looked at.
    async fn send(&self, parcel: Parcel) -> Result<(), String> {
        let mut request = self.client.post(self.url.clone()).body(parcel.body);
        if let Some(value) = parcel.content_type {
            request = request.header(CONTENT_TYPE, value);
        }
        if let Some(value) = parcel.signature {
            request = request.header(HEADER, value);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("status {}", answer.status().as_u16()))
        }
    }
}

impl Forwarding {
    /// Takes an event over, if there is room.
    pub(super) fn offer(&self, headers: &HeaderMap, body: &Bytes) {
        let size = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let taken = self
            .room
            .clone()
            .try_acquire_many_owned(size)
            .is_ok_and(|room| {
                let parcel = Parcel {
                    content_type: headers.get(CONTENT_TYPE).cloned(),
                    signature: headers.get(HEADER).cloned(),
                    body: body.clone(),
                    _room: room,
                };
                self.parcels.try_send(parcel).is_ok()
            });
        if !taken {
            count(&self.counters.lost);
        }
    }
}

/// Sends what comes, a few at a time; after the stop what waits is still sent, and what takes too long is counted as lost.
async fn hand_on(
    forward: Arc<Forward>,
    mut waiting: mpsc::Receiver<Parcel>,
    counters: Arc<Counters>,
    stop: CancellationToken,
) {
    let mut sending = JoinSet::new();
    let mut parted = pin!(async {
        stop.cancelled().await;
        sleep(PARTING).await;
    });
    let mut open = true;
    while open || !sending.is_empty() {
        tokio::select! {
            biased;
            () = &mut parted => break,
            // What is offered from now on is counted by whoever offers it.
            () = stop.cancelled(), if !waiting.is_closed() => waiting.close(),
            Some(sent) = sending.join_next() => settle(&counters, &sent),
            parcel = waiting.recv(), if open && sending.len() < AT_ONCE => match parcel {
                Some(parcel) => {
                    let forward = forward.clone();
                    sending.spawn(async move { forward.send(parcel).await });
                }
                None => open = false,
            },
        }
    }
    let unsent = sending.len() + waiting.len();
    counters
        .lost
        .fetch_add(u64::try_from(unsent).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Counts what came of one event.
fn settle(counters: &Counters, sent: &Result<Result<(), String>, JoinError>) {
    match sent {
        Ok(Ok(())) => count(&counters.forwarded),
        Ok(Err(error)) => {
            count(&counters.lost);
            tracing::warn!(error, "cannot hand an event on");
        }
        Err(error) => {
            count(&counters.lost);
            tracing::warn!(%error, "cannot hand an event on");
        }
    }
}
