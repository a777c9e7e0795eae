//! Connections from where the user wants them to come.

use super::Session;
use crate::dial;
use crate::world::AnyStream;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The segment size of a narrow connection: with headers it fits the smallest packet that IPv4 lets pass whole, 576 bytes.
const NARROW: u32 = 400;

impl Session {
    /// The local address to connect from: the first one asked for that is of the address's family.
    pub fn source(&self, address: SocketAddr) -> Option<IpAddr> {
        let sources = self.settings.network.source_ips.iter();
        let mut fitting = sources.filter(|source| source.is_ipv4() == address.is_ipv4());
        fitting.next().copied()
    }

    /// A connection of its own with small segments, for a question after a handshake failed.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect_narrowly(
        &self,
        address: SocketAddr,
        time: Duration,
    ) -> Result<AnyStream, dial::Failure> {
        self.connect_with(address, time, Some(NARROW)).await
    }

    /// A connection from the first source address asked for.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect(
        &self,
        address: SocketAddr,
        time: Duration,
    ) -> Result<AnyStream, dial::Failure> {
        self.connect_with(address, time, None).await
    }

    async fn connect_with(
        &self,
        address: SocketAddr,
        time: Duration,
        max_segment: Option<u32>,
    ) -> Result<AnyStream, dial::Failure> {
        let how = dial::Dial {
            source: self.source(address),
            max_segment,
            ..dial::Dial::within(time)
        };
        self.world.net.connect(address, how).await
    }
}
