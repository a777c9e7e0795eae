//! Everything outside the process, as traits: the network, the machine, the clock.

#[cfg(test)]
pub mod fake;
pub mod real;

use crate::dial::{Dial, Failure};
use crate::names::Resolution;
use crate::path;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection of any kind.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection, whatever carries it.
pub type AnyStream = Box<dyn Stream>;

/// Names and connections.
pub trait Net: Debug + Send + Sync {
    /// Asks for the addresses of a name, within the budget.
    fn resolve<'a>(
        &'a self,
        name: &'a str,
        server: Option<SocketAddr>,
        budget: Duration,
    ) -> BoxFuture<'a, Resolution>;

    /// Opens a TCP connection.
    fn connect(&self, to: SocketAddr, how: Dial) -> BoxFuture<'_, Result<AnyStream, Failure>>;

    /// Measures the path to a port, hop by hop.
    fn path(&self, to: SocketAddr, how: path::Options) -> BoxFuture<'_, path::Seen>;
}

/// The machine the tool runs on.
pub trait Machine: Debug + Send + Sync {
    /// The machine's name.
    fn name(&self) -> String;

    /// The certificates this machine trusts, DER.
    fn trusted(&self) -> Vec<Vec<u8>>;

    /// What an earlier run kept under this name.
    fn kept(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps something for later runs, readable by this user alone; where nothing can be kept, nothing is.
    fn keep(&self, name: &str, bytes: &[u8]);

    /// What this boot of the machine drew by itself and no disk holds; empty where the system has nothing of the kind.
    fn boot(&self) -> Vec<u8>;
}

/// Time.
pub trait Clock: Debug + Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Time since the world began; never goes back.
    fn elapsed(&self) -> Duration;
}

/// The three together.
#[derive(Clone, Debug)]
pub struct World {
    /// The network.
    pub net: Arc<dyn Net>,
    /// The machine.
    pub machine: Arc<dyn Machine>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}
