//! One connection attempt, measured: what came back, from whom, and after how long.

mod datagram;
mod failure;
mod icmp;
mod socket;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

pub(crate) use datagram::datagram;
pub use failure::Failure;
pub use icmp::{Complaint, Meaning, Protocol, Senders};
pub(crate) use socket::{Opened, Plan};

/// How a connection is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// The local address to connect from; the system chooses where there is none.
    pub source: Option<IpAddr>,
    /// When silence is called silence.
    pub timeout: Duration,
    /// The largest TCP segment to agree to: a small one passes where large packets vanish.
    pub max_segment: Option<u32>,
}

impl Dial {
    /// A connection with nothing special but its time limit.
    pub fn within(timeout: Duration) -> Self {
        Self {
            source: None,
            timeout,
            max_segment: None,
        }
    }
}

/// When the attempts start, in parts of the whole time: the waits after them grow as 1 : 2 : 3.
const STARTS: [(u32, u32); 3] = [(0, 6), (1, 6), (3, 6)];

/// Connects to `target`, trying up to three times within the time limit.
///
/// A later attempt uses another source port, so another path where paths are shared, and the earlier ones stay open: an
/// answer that comes late still counts. The first definite answer ends it.
pub async fn dial(target: SocketAddr, options: &Dial) -> Result<TcpStream, Failure> {
    let began = Instant::now();
    let end = began + options.timeout;
    let mut under_way = FuturesUnordered::new();
    let mut started = 0;
    loop {
        let next = STARTS
            .get(started)
            .map_or(end, |(part, of)| began + options.timeout * *part / *of);
        if next <= Instant::now() && started < STARTS.len() {
            under_way.push(attempt(target, options));
            started += 1;
            continue;
        }
        tokio::select! {
            Some(ended) = under_way.next() => match ended {
                Ended::Connected(stream) => return Ok(stream),
                Ended::Failed(failure) => return Err(failure),
                Ended::GaveUp if under_way.is_empty() && started == STARTS.len() => break,
                Ended::GaveUp => {}
            },
            () = sleep_until(next) => if started == STARTS.len() { break },
        }
    }
    Err(Failure::Silent {
        waited_ms: milliseconds(began.elapsed()),
        attempts: u8::try_from(started).unwrap_or(u8::MAX),
    })
}

/// How one attempt ended.
enum Ended {
    Connected(TcpStream),
    Failed(Failure),
    /// The system stopped waiting before we did.
    GaveUp,
}

/// One attempt, with no time limit of its own.
async fn attempt(target: SocketAddr, options: &Dial) -> Ended {
    let plan = Plan {
        target,
        source: options.source,
        hops: None,
        max_segment: options.max_segment,
        senders: Senders::HERE,
    };
    let opened = match Opened::new(&plan) {
        Ok(opened) => opened,
        Err(failure) => return Ended::Failed(failure),
    };
    match opened.connect(target).await {
        Ok(stream) => Ended::Connected(stream),
        Err((error, complaint)) => match Failure::of(&error, complaint, target) {
            Some(failure) => Ended::Failed(failure),
            None => Ended::GaveUp,
        },
    }
}

/// Whole milliseconds.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
