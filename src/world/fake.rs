//! A world of tables and in-memory pipes: silence and slowness cost no real time.

use super::{AnyStream, Clock, Machine, Net, World};
use crate::dial::{Dial, Failure};
use crate::names::{Address, AnsweredBy, Outcome, Resolution};
use crate::path;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::sync::mpsc::UnboundedSender;

/// What a port does.
#[derive(Clone, Debug)]
pub(crate) enum Port {
    /// Answers with a reset.
    Refuses,
    /// Answers nothing.
    Drops,
    /// Hands the server's end of a pipe to whoever plays the server.
    Accepts(UnboundedSender<DuplexStream>),
}

/// The tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeNet {
    /// Name → addresses; other names do not exist.
    pub(crate) names: BTreeMap<String, Vec<IpAddr>>,
    /// Address and port → behaviour; other ports drop.
    pub(crate) ports: BTreeMap<SocketAddr, Port>,
}

impl Net for FakeNet {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
        _server: Option<SocketAddr>,
        _budget: Duration,
    ) -> BoxFuture<'a, Resolution> {
        let found = self.names.get(name).cloned();
        let outcome = if found.is_some() {
            Outcome::Resolved
        } else {
            Outcome::NoSuchName
        };
        let addresses = found
            .unwrap_or_default()
            .into_iter()
            .map(|address| Address {
                address,
                ttl_s: Some(60),
            });
        let resolution = Resolution {
            name: name.to_owned(),
            outcome,
            addresses: addresses.collect(),
            answered_by: Some(AnsweredBy::HostsFile),
            found_as: None,
            aliases: Vec::new(),
            exchanges: Vec::new(),
            took_ms: 0,
        };
        std::future::ready(resolution).boxed()
    }

    fn path(&self, to: SocketAddr, _how: path::Options) -> BoxFuture<'_, path::Seen> {
        // A table has no routers: nothing is sent, so nothing is located.
        let seen = path::Seen {
            target: to,
            source: None,
            names_senders: true,
            max_hops: 0,
            samples: Vec::new(),
            took_ms: 0,
            names: BTreeMap::new(),
            told: None,
        };
        std::future::ready(seen).boxed()
    }

    fn connect(&self, to: SocketAddr, how: Dial) -> BoxFuture<'_, Result<AnyStream, Failure>> {
        async move {
            match self.ports.get(&to) {
                Some(Port::Refuses) => Err(Failure::Refused),
                Some(Port::Accepts(server)) => {
                    let (ours, theirs) = tokio::io::duplex(64 << 10);
                    server.send(theirs).map_err(|_| Failure::Refused)?;
                    Ok(Box::new(ours) as AnyStream)
                }
                Some(Port::Drops) | None => {
                    tokio::time::sleep(how.timeout).await;
                    let waited_ms = u64::try_from(how.timeout.as_millis()).unwrap_or(u64::MAX);
                    Err(Failure::Silent {
                        waited_ms,
                        attempts: 3,
                    })
                }
            }
        }
        .boxed()
    }
}

/// A machine that trusts nothing and keeps in memory what it is given.
#[derive(Debug, Default)]
pub(crate) struct FakeMachine {
    kept: std::sync::Mutex<BTreeMap<String, Vec<u8>>>,
    boot: Vec<u8>,
}

impl FakeMachine {
    /// A machine with this value of its boot.
    pub(crate) fn booted(boot: &[u8]) -> Self {
        Self {
            boot: boot.to_vec(),
            ..Self::default()
        }
    }
}

/// A clock that starts at a fixed time.
#[derive(Debug)]
struct Fixed(tokio::time::Instant);

impl Machine for FakeMachine {
    fn name(&self) -> String {
        "test-machine".into()
    }

    fn trusted(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.kept.lock().expect("one test").get(name).cloned()
    }

    fn keep(&self, name: &str, bytes: &[u8]) {
        let mut kept = self.kept.lock().expect("one test");
        kept.insert(name.to_owned(), bytes.to_vec());
    }

    fn boot(&self) -> Vec<u8> {
        self.boot.clone()
    }
}

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().expect("a time");
        start + SignedDuration::try_from(self.0.elapsed()).expect("a short test")
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A world with these tables.
pub(crate) fn world(net: FakeNet) -> World {
    World {
        net: Arc::new(net),
        machine: Arc::new(FakeMachine::default()),
        clock: Arc::new(Fixed(tokio::time::Instant::now())),
    }
}
