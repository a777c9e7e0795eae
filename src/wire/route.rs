//! The way of a connection: straight to its address, or by way of a proxy.

use super::session::Session;
use crate::config::Host;
use crate::dial::{self, Dial};
use crate::names::Outcome;
use crate::proxy::{self, Credentials, Proxy};
use crate::world::AnyStream;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The network told.
    Network(dial::Failure),
    /// The proxy is not reached, or does not connect.
    Proxy(ProxyTrouble),
}

/// Why a proxy does not connect us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ProxyTrouble {
    /// Its name has no address.
    Unresolved {
        /// What the name came to.
        outcome: Outcome,
    },
    /// It takes no connection.
    Unreached {
        /// Why.
        failure: dial::Failure,
    },
    /// It takes the connection and does not answer.
    Silent {
        /// How long was waited.
        waited_ms: u64,
    },
    /// It answered.
    Said {
        /// What.
        failure: proxy::Failure,
    },
}

/// What is asked of a route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The address, with the port, where names are resolved here.
    pub(super) address: SocketAddr,
    /// The port at the host, where the proxy resolves names.
    pub(super) port: u16,
    /// How long it may take.
    pub(super) time: Duration,
    /// The largest segment to agree to.
    pub(super) max_segment: Option<u32>,
    /// Whether a proxy is asked for the address, whatever the target.
    pub(super) exactly: bool,
    /// The local address to connect from, to the host or to the proxy; the first fitting one asked for where none is named.
    pub(super) source: Option<IpAddr>,
}

impl Session {
    /// Opens a connection on the route that the request names.
    pub(super) async fn reach(&self, wanted: Wanted) -> Result<AnyStream, Obstacle> {
        self.reach_by(self.proxy(), wanted).await
    }

    /// The same by way of that proxy, if any.
    pub(super) async fn reach_by(
        &self,
        proxy: Option<&Proxy>,
        wanted: Wanted,
    ) -> Result<AnyStream, Obstacle> {
        if let Some(proxy) = proxy {
            return self.through(proxy, wanted).await.map_err(Obstacle::Proxy);
        }
        let how = self.dialling(wanted.address, wanted);
        let connected = self.world().net.connect(wanted.address, how).await;
        connected.map_err(Obstacle::Network)
    }

    fn dialling(&self, to: SocketAddr, wanted: Wanted) -> Dial {
        Dial {
            source: wanted.source.or_else(|| self.source(to)),
            max_segment: wanted.max_segment,
            ..Dial::within(wanted.time)
        }
    }

    /// The proxy's addresses, asked for once.
    ///
    /// # Errors
    /// What its name came to instead.
    pub async fn proxy_addresses(&self, proxy: &Proxy) -> Result<Vec<SocketAddr>, ProxyTrouble> {
        if let Ok(address) = proxy.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, proxy.port)]);
        }
        let asking = async {
            let server = self.settings().network.dns;
            self.world()
                .net
                .resolve(&proxy.host, server, self.time())
                .await
        };
        let found = if self.proxy() == Some(proxy) {
            self.proxy_names().get_or_init(|| asking).await.clone()
        } else {
            asking.await
        };
        let addresses: Vec<SocketAddr> = found
            .addresses
            .iter()
            .map(|found| SocketAddr::new(found.address, proxy.port))
            .collect();
        if addresses.is_empty() {
            let outcome = found.outcome.clone();
            return Err(ProxyTrouble::Unresolved { outcome });
        }
        Ok(addresses)
    }

    /// Connects to the proxy, and asks it for the target.
    async fn through(&self, proxy: &Proxy, wanted: Wanted) -> Result<AnyStream, ProxyTrouble> {
        let clock = &self.world().clock;
        let began = clock.elapsed();
        let mut stream = self.to_proxy(proxy, wanted).await?;
        let spent = clock.elapsed().saturating_sub(began);
        let left = wanted.time.saturating_sub(spent);
        self.ask(proxy, &mut stream, (wanted, left)).await?;
        Ok(stream)
    }

    /// Connects to the first of the proxy's addresses that takes the connection.
    pub(super) async fn to_proxy(
        &self,
        proxy: &Proxy,
        wanted: Wanted,
    ) -> Result<AnyStream, ProxyTrouble> {
        let mut trouble = None;
        let mut addresses = self.proxy_addresses(proxy).await?;
        if let Some(source) = wanted.source {
            addresses.retain(|address| address.is_ipv4() == source.is_ipv4());
        }
        let share = u32::try_from(addresses.len()).unwrap_or(1).max(1);
        for address in addresses {
            let mut how = self.dialling(address, wanted);
            how.timeout = wanted.time / share;
            match self.world().net.connect(address, how).await {
                Err(failure) => trouble = Some(ProxyTrouble::Unreached { failure }),
                Ok(stream) => return Ok(stream),
            }
        }
        // A source address of a family that the proxy has no address of.
        let none_fits = ProxyTrouble::Unreached {
            failure: dial::Failure::NoFamily,
        };
        Err(trouble.unwrap_or(none_fits))
    }

    /// Who asks, for that proxy: the credential is the one proxy's that leads to the target.
    pub(super) fn credentials_for(&self, proxy: &Proxy) -> Option<Credentials> {
        let secret = self.proxy_secret().filter(|_| self.proxy() == Some(proxy));
        secret.map(|secret| secret.on_the_wire(credentials))
    }

    /// Asks the proxy for the target. Its credential goes to it and to nobody else.
    async fn ask(
        &self,
        proxy: &Proxy,
        stream: &mut AnyStream,
        (wanted, left): (Wanted, Duration),
    ) -> Result<(), ProxyTrouble> {
        let (host, port) = match &self.settings().target.host {
            Host::Name(_) | Host::Address(_) if wanted.exactly => {
                (wanted.address.ip().to_string(), wanted.address.port())
            }
            Host::Name(name) if proxy.protocol.resolves_names() => (name.clone(), wanted.port),
            Host::Address(address) if proxy.protocol.resolves_names() => {
                (address.to_string(), wanted.port)
            }
            Host::Name(_) | Host::Address(_) => {
                (wanted.address.ip().to_string(), wanted.address.port())
            }
        };
        let proxy = Proxy {
            credentials: self.credentials_for(proxy),
            ..proxy.clone()
        };
        let asked = proxy::connect(stream, &proxy, &host, port);
        match tokio::time::timeout(left, asked).await {
            Ok(answered) => answered.map_err(|failure| ProxyTrouble::Said { failure }),
            Err(_) => Err(ProxyTrouble::Silent {
                waited_ms: dial::milliseconds(wanted.time),
            }),
        }
    }
}

/// Reads `user:password`.
fn credentials(text: &str) -> Credentials {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Credentials {
        user: user.as_bytes().to_vec(),
        password: password.as_bytes().to_vec(),
    }
}
