//! From the receiver to whoever reads: every event that was answered is told, or counted as not told.

use super::say::Voice;
use crate::cli::arguments::HookFormat;
use crate::tui::listen::Heard;
use crate::webhook::line::{Line, Pace, Teller};
use crate::webhook::receiver::{Counts, Received, Receiver};
use crate::world::{Clock, real};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Events that may wait for the writer besides those that wait in the receiver.
const AHEAD: usize = 64;
/// Events waiting from which on wrong signatures are not explained any more.
const HURRY: usize = 500;
/// How long nothing may be told before the rest is given up, once the listening is over.
const STUCK: Duration = Duration::from_secs(3);
/// How often that is looked at before the rest is given up even though some of it is still told.
const ROUNDS: u32 = 10;

/// How many events were told, as whoever tells them last counts them.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<AtomicU64>);

impl Told {
    /// So many more were told.
    pub(super) fn add(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many were told so far.
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The counts of a receiver that is over, with every event that was answered and is not among those told.
    pub(super) fn settled(&self, counts: Counts) -> Counts {
        let answered = counts.accepted + counts.refused;
        Counts {
            unseen: answered.saturating_sub(self.count()),
            ..counts
        }
    }
}

/// An event on its way to the writer, with how many wait behind it.
pub(super) struct Waiting {
    received: Received,
    behind: usize,
}

/// Where events are told.
pub(super) enum Out {
    /// On stdout, in this format.
    Lines(HookFormat, Voice, Told),
    /// On the screen, which is not waited for: what it has no room for is counted. It counts itself what it shows.
    Screen(mpsc::Sender<Heard>, Arc<AtomicU64>),
}

impl Out {
    /// Tells one event.
    fn put(&self, line: Line, received: Received) -> std::io::Result<()> {
        match self {
            Self::Lines(format, voice, told) => {
                match format {
                    HookFormat::Text => put(&voice.line(&line))?,
                    HookFormat::Jsonl => match serde_json::to_string(&line) {
                        Ok(text) => put(&text)?,
                        Err(_) => unreachable!("a line has text keys only"),
                    },
                }
                told.add(1);
                Ok(())
            }
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

/// The writer's end: what it takes, and when it has gone.
pub(super) struct Writer {
    lines: mpsc::Sender<Waiting>,
    ended: oneshot::Receiver<()>,
}

impl Writer {
    /// Starts the thread that explains and writes. It is a thread, since a pipe that nobody reads blocks whoever writes to it.
    pub(super) fn start(mut teller: Teller, out: Out) -> Self {
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
        Self { lines, ended }
    }

    /// Takes the next event, once there is room for it; false when there is none any more, or nobody who reads it.
    /// While the writer is stuck, events wait in the receiver, which counts what it cannot keep.
    async fn take_one(&self, receiver: &mut Receiver) -> bool {
        let Ok(room) = self.lines.reserve().await else {
            return false;
        };
        let event = tokio::select! {
            biased;
            () = self.lines.closed() => return false,
            event = receiver.next() => event,
        };
        let Some(received) = event else { return false };
        let behind = receiver.waiting();
        room.send(Waiting { received, behind });
        true
    }

    /// Hands events over until the stop, then what was answered before it, as long as that is told.
    pub(super) async fn hand_over(
        self,
        receiver: &mut Receiver,
        stop: &CancellationToken,
        told: &Told,
    ) {
        loop {
            let more = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                more = self.take_one(receiver) => more,
            };
            if !more {
                break;
            }
        }
        receiver.stop().await;
        let rest = async {
            while self.take_one(receiver).await {}
            let Self { lines, ended } = self;
            drop(lines);
            // An error says the same: the writer has gone.
            let _ = ended.await;
        };
        tokio::select! {
            biased;
            () = rest => {}
            // A terminal that takes nothing must not keep the program from ending.
            () = stuck(told) => {}
        }
        // Connections that are being closed may still be answering: their counts belong to the end.
        let _ = timeout(STUCK, async { while receiver.next().await.is_some() {} }).await;
    }
}

/// Waits until nothing has been told for a while, and not for ever.
async fn stuck(told: &Told) {
    for _ in 0..ROUNDS {
        let before = told.count();
        sleep(STUCK).await;
        if told.count() == before {
            return;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::receiver::Setup;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    /// A receiver that has answered so many events, which nobody has taken yet.
    async fn answered(events: usize) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver::start(listener, Setup::default()).unwrap();
        let request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
        let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
        stream.write_all(&request.repeat(events)).await.unwrap();
        let mut answers = Vec::new();
        while receiver.counts().accepted < u64::try_from(events).unwrap() {
            stream.read_buf(&mut answers).await.unwrap();
        }
        receiver
    }

    /// More than may wait for the writer.
    const EVENTS: usize = 3 * AHEAD;

    #[tokio::test]
    async fn what_was_answered_before_the_stop_is_told_after_it() {
        let mut receiver = answered(EVENTS).await;
        let (events, mut shown) = mpsc::channel(EVENTS);
        let (told, stop) = (Told::default(), CancellationToken::new());
        stop.cancel();
        let writer = Writer::start(
            Teller::default(),
            Out::Screen(events, Arc::new(AtomicU64::new(0))),
        );
        let reading = tokio::spawn({
            let told = told.clone();
            async move {
                while shown.recv().await.is_some() {
                    told.add(1);
                }
            }
        });
        writer.hand_over(&mut receiver, &stop, &told).await;
        reading.await.unwrap();
        assert_eq!(told.count(), u64::try_from(EVENTS).unwrap());
        assert_eq!(told.settled(receiver.counts()).unseen, 0);
    }

    #[tokio::test]
    async fn what_nobody_reads_any_more_is_counted() {
        let mut receiver = answered(EVENTS).await;
        let (events, shown) = mpsc::channel(EVENTS);
        let (told, stop) = (Told::default(), CancellationToken::new());
        let writer = Writer::start(
            Teller::default(),
            Out::Screen(events, Arc::new(AtomicU64::new(0))),
        );
        drop(shown);
        writer.hand_over(&mut receiver, &stop, &told).await;
        let counts = told.settled(receiver.counts());
        let all = u64::try_from(EVENTS).unwrap();
        assert_eq!((counts.accepted, counts.unseen), (all, all));
    }
}
