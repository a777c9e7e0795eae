//! `webhook listen`: receives events and tells each, without ever holding up their sender.

use super::{Refused, address, format, read, roots, say, screen, secret};
use crate::cli::arguments::{HookFormat, ListenArguments};
use crate::cli::{live, output};
use crate::report::Exit;
use crate::tui::listen::Heard;
use crate::webhook::line::{Line, Pace, Teller};
use crate::webhook::receiver::{Counts, Forward, Received, Receiver, Setup};
use crate::webhook::tls;
use crate::world::{Clock, real};
use rustls::ServerConfig;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Events that may wait for the writer besides those that wait in the receiver.
const AHEAD: usize = 64;
/// Events waiting from which on wrong signatures are not explained any more.
const HURRY: usize = 500;
/// How long the last lines may take to be written once the listening is over.
const LAST_LINES: Duration = Duration::from_secs(2);
/// How long a receiver that events are handed on to may take.
const FORWARD: Duration = Duration::from_secs(10);

/// Does what the arguments say, until it is interrupted.
pub(super) async fn run(arguments: ListenArguments) -> Result<Exit, Refused> {
    let secret = arguments.secret.as_deref().map(secret).transpose()?;
    let teller = match &secret {
        Some(secret) => secret.on_the_wire(|secret| Teller::new(Some(secret.as_bytes()))),
        None => Teller::new(None),
    };
    let tls = certificate(&arguments)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let setup = Setup {
        key: teller.key(),
        tls,
        forward: forward(&arguments)?,
        ..Setup::default()
    };
    let refused = |cause: std::io::Error| {
        Refused::new(format!("cannot listen on {}: {cause}", arguments.listen))
    };
    let listener = TcpListener::bind(arguments.listen).await.map_err(refused)?;
    let mut receiver = Receiver::start(listener, setup).map_err(refused)?;
    output::complain(&format!("listening on {scheme}://{}", receiver.address()));
    if secret.is_none() {
        output::complain("no --secret was given: signatures are not checked");
    }
    if arguments.format.is_none() && output::screen() {
        let secret = secret.map_or(screen::Secret::Absent, |_| screen::Secret::Set);
        let address = format!("{scheme}://{}", receiver.address());
        return screen::run(receiver, teller, (address, secret)).await;
    }
    let (lines, ended) = writer(teller, Out::Lines(format(arguments.format)));
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(live::stop_on_signal(stop.clone()));
    let mut ended = std::pin::pin!(ended);
    let reader_left = hand_over(&mut receiver, lines, &stop, &mut ended).await;
    watcher.abort();
    receiver.stop().await;
    if !reader_left {
        // A terminal that takes nothing must not keep the program from ending.
        let _ = timeout(LAST_LINES, ended).await;
    }
    output::complain(&tally(receiver.counts()));
    Ok(Exit::Healthy)
}

/// An event on its way to the writer, with how many wait behind it.
pub(super) struct Waiting {
    received: Received,
    behind: usize,
}

/// Where events are told.
pub(super) enum Out {
    /// On stdout, in this format.
    Lines(HookFormat),
    /// On the screen, which is not waited for: what it has no room for is counted.
    Screen(mpsc::Sender<Heard>, Arc<AtomicU64>),
}

impl Out {
    /// Tells one event.
    fn put(&self, line: Line, received: Received) -> std::io::Result<()> {
        match self {
            Self::Lines(HookFormat::Text) => put(&say::line(&line)),
            Self::Lines(HookFormat::Jsonl) => match serde_json::to_string(&line) {
                Ok(text) => put(&text),
                Err(_) => unreachable!("a line has text keys only"),
            },
            Self::Screen(events, missed) => {
                let heard = Heard::new(line, received.headers, &received.body);
                match events.try_send(heard) {
                    Ok(()) => Ok(()),
                    Err(TrySendError::Full(_)) => {
                        missed.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    }
                    Err(TrySendError::Closed(_)) => Err(std::io::ErrorKind::BrokenPipe.into()),
                }
            }
        }
    }
}

/// Hands events to the writer until the stop; true when the writer's reader has gone.
pub(super) async fn hand_over(
    receiver: &mut Receiver,
    lines: mpsc::Sender<Waiting>,
    stop: &CancellationToken,
    ended: &mut (impl Future + Unpin),
) -> bool {
    loop {
        let event = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            _ = &mut *ended => return true,
            event = receiver.next() => event,
        };
        let Some(event) = event else { break };
        let waiting = Waiting {
            received: event,
            behind: receiver.waiting(),
        };
        // While the writer is stuck, events wait in the receiver, which counts what it cannot keep.
        tokio::select! {
            biased;
            sent = lines.send(waiting) => if sent.is_err() { return true },
            () = stop.cancelled() => break,
        }
    }
    // What was answered before the stop is told, as long as there is room.
    receiver.stop().await;
    while let Some(event) = receiver.next().await {
        if lines
            .try_send(Waiting {
                received: event,
                behind: receiver.waiting(),
            })
            .is_err()
        {
            break;
        }
    }
    false
}

/// Starts the thread that explains and writes. It is a thread, since a pipe that nobody reads blocks whoever writes to it.
pub(super) fn writer(
    mut teller: Teller,
    out: Out,
) -> (mpsc::Sender<Waiting>, oneshot::Receiver<()>) {
    let (lines, mut waiting) = mpsc::channel::<Waiting>(AHEAD);
    let (done, ended) = oneshot::channel();
    std::thread::spawn(move || {
        let clock = real::world().clock;
        while let Some(Waiting { received, behind }) = waiting.blocking_recv() {
            let line = told(&mut teller, &received, behind, &*clock);
            if out.put(line, received).is_err() {
                break;
            }
        }
        // The listening may be over already.
        let _ = done.send(());
    });
    (lines, ended)
}

/// What is told of one event.
fn told(teller: &mut Teller, received: &Received, behind: usize, clock: &dyn Clock) -> Line {
    let pace = if behind > HURRY {
        Pace::Hurried
    } else {
        Pace::Calm
    };
    teller
        .tell(&received.presented, &received.body, pace)
        .received(received.from, clock.now())
}

/// Writes a line at once.
fn put(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// TLS, where a certificate is given.
fn certificate(arguments: &ListenArguments) -> Result<Option<Arc<ServerConfig>>, Refused> {
    let (Some(chain), Some(key)) = (&arguments.cert, &arguments.key) else {
        return Ok(None);
    };
    let config = tls::server(&read(chain)?, &read(key)?);
    config.map(Some).map_err(|error| {
        Refused::new(format!(
            "cannot {error}: {}, {}",
            chain.display(),
            key.display()
        ))
    })
}

/// Where events go on to.
fn forward(arguments: &ListenArguments) -> Result<Option<Forward>, Refused> {
    let Some(text) = &arguments.forward else {
        return Ok(None);
    };
    let url = address("--forward", text)?;
    let client = tls::client(tls::caller(roots(arguments.ca_bundle.as_deref())?), FORWARD);
    let client = client.map_err(|error| Refused::new(format!("cannot {error}")))?;
    Ok(Some(Forward { url, client }))
}

/// The counts in words.
pub(super) fn tally(counts: Counts) -> String {
    let mut text = format!("{} accepted, {} refused", counts.accepted, counts.refused);
    let more = [
        (counts.unusable, "unusable"),
        (counts.unseen, "answered and not shown"),
        (counts.forwarded, "handed on"),
        (counts.lost, "not handed on"),
    ];
    for (count, what) in more.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, ", {count} {what}");
    }
    text
}
