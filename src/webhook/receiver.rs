//! The receiver: takes Orchestrator's events in and answers at once, whatever becomes of them afterwards.

mod answer;
mod forward;
mod table;

pub use forward::Forward;

use crate::webhook::signature::{Presented, Signature, SigningKey};
use answer::Door;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use table::Table;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// What a receiver puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Connections at a time; one more ends the one that has been waited for longest.
    pub connections: usize,
    /// Time for a TLS handshake, and for the head of a request.
    pub head: Duration,
    /// Time for a whole body.
    pub whole: Duration,
    /// Events that may wait to be shown.
    pub waiting: usize,
    /// Bytes that may wait to be shown; as much again may be on its way in.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1_000_000,
            connections: 256,
            head: Duration::from_secs(10),
            whole: Duration::from_secs(10),
            waiting: 8_192,
            bytes: 32 << 20,
        }
    }
}

/// How to receive.
#[derive(Default)]
pub struct Setup {
    /// The secret, when one is set.
    pub key: Option<SigningKey>,
    /// TLS, when a certificate is at hand.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whether connections without TLS are taken on the same port.
    pub plain_too: bool,
    /// How the path must end to be answered on; any does when none is named.
    pub path_end: Option<String>,
    /// Where accepted events go on to.
    pub forward: Option<Forward>,
    /// What to put up with.
    pub limits: Limits,
}

/// One event as it came in.
pub struct Received {
    /// Who sent it.
    pub from: SocketAddr,
    /// Its headers as text, bounded; what lets somebody in is left out.
    pub headers: Vec<(String, String)>,
    /// What stood in the signature header.
    pub presented: Presented,
    /// What the answer rested on.
    pub signature: Signature,
    /// The very bytes.
    pub body: Bytes,
    /// Room among the events that wait; given back when this one is dropped.
    _room: OwnedSemaphorePermit,
}

/// What a receiver has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answered 202.
    pub accepted: u64,
    /// Answered 401.
    pub refused: u64,
    /// Answered anything else.
    pub unusable: u64,
    /// Answered rightly, and never shown because nobody took them.
    pub unseen: u64,
    /// Handed on.
    pub forwarded: u64,
    /// Not handed on.
    pub lost: u64,
}

/// The counters behind [`Counts`].
#[derive(Default)]
struct Counters {
    accepted: AtomicU64,
    refused: AtomicU64,
    unusable: AtomicU64,
    unseen: AtomicU64,
    forwarded: AtomicU64,
    lost: AtomicU64,
}

impl Counters {
    /// What they stand at.
    fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            accepted: read(&self.accepted),
            refused: read(&self.refused),
            unusable: read(&self.unusable),
            unseen: read(&self.unseen),
            forwarded: read(&self.forwarded),
            lost: read(&self.lost),
        }
    }
}

/// Tells what a receiver has counted, for whoever does not own it.
#[derive(Clone)]
pub struct Tally(Arc<Counters>);

impl Tally {
    /// What has been counted so far.
    pub fn counts(&self) -> Counts {
        self.0.read()
    }
}

/// Adds one.
fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A receiver at work.
pub struct Receiver {
    address: SocketAddr,
    events: mpsc::Receiver<Received>,
    counters: Arc<Counters>,
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
    handing_on: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Begins to receive on a listener.
    pub fn start(listener: TcpListener, setup: Setup) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let counters = Arc::new(Counters::default());
        let (sender, events) = mpsc::channel(setup.limits.waiting);
        let stop = CancellationToken::new();
        let (forwarding, handing_on) = setup
            .forward
            .map(|forward| forward.start(counters.clone(), stop.clone()))
            .unzip();
        let door = Arc::new(Door {
            key: setup.key,
            path_end: setup.path_end,
            limits: setup.limits,
            forwarding,
            arriving: Arc::new(Semaphore::new(setup.limits.bytes)),
            waiting: Arc::new(Semaphore::new(setup.limits.bytes)),
            events: sender,
            counters: counters.clone(),
        });
        let tls = setup.tls.map(|config| Tls {
            acceptor: TlsAcceptor::from(config),
            plain_too: setup.plain_too,
        });
        let accepting = Some(tokio::spawn(accept(listener, door, tls, stop.clone())));
        Ok(Self {
            address,
            events,
            counters,
            stop,
            accepting,
            handing_on,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next event. It may be dropped without losing one.
    pub async fn next(&mut self) -> Option<Received> {
        self.events.recv().await
    }

    /// How many events wait to be shown.
    pub fn waiting(&self) -> usize {
        self.events.len()
    }

    /// What has been counted so far.
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }

    /// The counters by themselves.
    pub fn tally(&self) -> Tally {
        Tally(self.counters.clone())
    }

    /// Stops receiving and closes every connection; what waits can still be taken. What was to be handed on is given a moment, then counted as lost.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        let tasks = [self.accepting.take(), self.handing_on.take()];
        for task in tasks.into_iter().flatten() {
            // A panic of the task has been reported where it happened.
            let _ = task.await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Accepts connections until told to stop; the table, and with it every connection, ends with this task.
async fn accept(listener: TcpListener, door: Arc<Door>, tls: Option<Tls>, stop: CancellationToken) {
    let mut table = Table::new(door.limits.connections);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            () = table.settled() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let (door, tls) = (door.clone(), tls.clone());
                table.add(|since| serve(stream, from, Arc::new(Visit { door, since }), tls));
            }
            Err(error) => {
                // Out of file descriptors, most likely: the listener is ready again at once, so wait for some to come back.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// How TLS is spoken.
#[derive(Clone)]
struct Tls {
    acceptor: TlsAcceptor,
    plain_too: bool,
}

/// The first byte of a TLS connection.
const HANDSHAKE: u8 = 0x16;

/// One connection and the door it came through.
struct Visit {
    door: Arc<Door>,
    since: Arc<table::Since>,
}

/// Serves one connection to its end.
async fn serve(stream: TcpStream, from: SocketAddr, visit: Arc<Visit>, tls: Option<Tls>) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return http1(stream, from, visit).await;
    };
    let mut start = [0];
    if tls.plain_too
        && let Ok(Ok(1)) = timeout(visit.door.limits.head, stream.peek(&mut start)).await
        && start[0] != HANDSHAKE
    {
        return http1(stream, from, visit).await;
    }
    let handshake = timeout(visit.door.limits.head, tls.acceptor.accept(stream)).await;
    match handshake {
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
            http2(stream, from, visit).await;
        }
        Ok(Ok(stream)) => http1(stream, from, visit).await,
        Ok(Err(error)) => tracing::warn!(%from, %error, "cannot complete the TLS handshake"),
        Err(_) => tracing::warn!(%from, "cannot complete the TLS handshake in time"),
    }
}

/// Speaks HTTP/1.1 on a connection.
async fn http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    from: SocketAddr,
    visit: Arc<Visit>,
) {
    let head = visit.door.limits.head;
    let service = service_fn(move |request| {
        let visit = visit.clone();
        async move { visit.door.answer(request, from, &visit.since).await }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(32 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%from, %error, "connection ended early");
    }
}

/// Speaks HTTP/2 on a connection.
async fn http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    from: SocketAddr,
    visit: Arc<Visit>,
) {
    let head = visit.door.limits.head;
    let service = service_fn(move |request| {
        let visit = visit.clone();
        async move { visit.door.answer(request, from, &visit.since).await }
    });
    let served = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(head)
        .keep_alive_timeout(head)
        .max_concurrent_streams(64)
        .initial_stream_window_size(64 << 10)
        .initial_connection_window_size(256 << 10)
        .max_header_list_size(32 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%from, %error, "connection ended early");
    }
}

/// The moment now, for deadlines.
fn now() -> Instant {
    Instant::now()
}
