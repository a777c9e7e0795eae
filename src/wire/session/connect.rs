//! Connections from where the user wants them to come, by way of the proxy where there is one.

use super::Session;
use crate::config::Settings;
use crate::names::Resolution;
use crate::proxy::Proxy;
use crate::secret::Secret;
use crate::wire::fetch::Errands;
use crate::wire::route::{Obstacle, Wanted};
use crate::world::{AnyStream, World};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::sync::OnceCell;

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
    ) -> Result<AnyStream, Obstacle> {
        let port = self.settings.target.port;
        let max_segment = Some(NARROW);
        self.reach(Wanted {
            address,
            port,
            time,
            max_segment,
            exactly: false,
            source: None,
        })
        .await
    }

    /// A connection from the first source address asked for.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect(
        &self,
        address: SocketAddr,
        time: Duration,
    ) -> Result<AnyStream, Obstacle> {
        let port = self.settings.target.port;
        self.connect_to_port(address, port, time).await
    }

    /// A connection from this local address: to the host, or to the proxy that is asked for the host.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect_from(
        &self,
        source: IpAddr,
        address: SocketAddr,
    ) -> Result<AnyStream, Obstacle> {
        self.reach(Wanted {
            address,
            port: self.settings.target.port,
            time: self.time(),
            max_segment: None,
            exactly: false,
            source: Some(source),
        })
        .await
    }

    /// The same to another port of the host.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect_to_port(
        &self,
        address: SocketAddr,
        port: u16,
        time: Duration,
    ) -> Result<AnyStream, Obstacle> {
        self.reach(Wanted {
            address,
            port,
            time,
            max_segment: None,
            exactly: false,
            source: None,
        })
        .await
    }

    /// The proxy that every connection goes through, if any.
    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    pub(in crate::wire) fn proxy_names(&self) -> &OnceCell<Resolution> {
        &self.proxy_names
    }

    pub(in crate::wire) fn proxy_secret(&self) -> Option<&Secret> {
        self.credential.proxy.as_ref()
    }

    pub(in crate::wire) fn errands(&self) -> &Errands {
        &self.errands
    }

    pub(in crate::wire) fn world(&self) -> &World {
        &self.world
    }

    pub(in crate::wire) fn settings(&self) -> &Settings {
        &self.settings
    }
}
