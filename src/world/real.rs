//! The world as it is: the one place with sockets and the system's clock.

use super::{AnyStream, Clock, Machine, Net, World};
use crate::dial::{Dial, Failure, dial};
use crate::names::{Resolution, resolve};
use crate::path;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The real world.
pub fn world() -> World {
    World {
        net: Arc::new(System),
        machine: Arc::new(System),
        clock: Arc::new(SystemClock(Instant::now())),
    }
}

/// This system's network and machine.
#[derive(Debug)]
struct System;

impl Net for System {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
        server: Option<SocketAddr>,
        budget: Duration,
    ) -> BoxFuture<'a, Resolution> {
        resolve(name, server, budget).boxed()
    }

    fn connect(&self, to: SocketAddr, how: Dial) -> BoxFuture<'_, Result<AnyStream, Failure>> {
        async move {
            let stream = dial(to, &how).await?;
            // Small requests must not wait for the acknowledgement of the ones before.
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as AnyStream)
        }
        .boxed()
    }

    fn path(&self, to: SocketAddr, how: path::Options) -> BoxFuture<'_, path::Seen> {
        async move { path::sweep(to, &how).await }.boxed()
    }
}

impl Machine for System {
    fn name(&self) -> String {
        #[cfg(unix)]
        let name = nix::unistd::gethostname()
            .ok()
            .and_then(|name| name.into_string().ok());
        #[cfg(not(unix))]
        let name = std::env::var("COMPUTERNAME").ok();
        name.unwrap_or_else(|| "this machine".into())
    }

    fn trusted(&self) -> Vec<Vec<u8>> {
        rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|der| der.as_ref().to_vec())
            .collect()
    }
}

/// The system's clock, and the start of this world.
#[derive(Debug)]
struct SystemClock(Instant);

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
