//! The world as it is: the one place with sockets and the system's clock.

mod state;

use super::{AnyStream, Clock, Machine, Net, World};
use crate::dial::{Dial, Failure, dial};
use crate::names::{Resolution, names_of, resolve};
use crate::path::{self, Naming};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

/// The real world, with the user's own folder for what is kept between runs.
pub fn world() -> World {
    world_keeping(state::folder())
}

/// The real world, with this folder for what is kept between runs; none keeps nothing.
pub fn world_keeping(folder: Option<PathBuf>) -> World {
    World {
        net: Arc::new(System),
        machine: Arc::new(Computer { folder }),
        clock: Arc::new(SystemClock(Instant::now())),
    }
}

/// This system's network.
#[derive(Debug)]
struct System;

/// This machine, and where it keeps what outlives a run.
#[derive(Debug)]
struct Computer {
    folder: Option<PathBuf>,
}

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
        async move {
            let end = Instant::now() + how.budget;
            let (tell, routers) = unbounded_channel();
            let server = match how.naming {
                Naming::Unasked => return path::sweep(to, &how, tell).await,
                Naming::Server(server) => Some(server),
                Naming::System => None,
            };
            let (seen, names) =
                tokio::join!(path::sweep(to, &how, tell), names_of(routers, server, end));
            path::Seen { names, ..seen }
        }
        .boxed()
    }
}

impl Machine for Computer {
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

    fn kept(&self, name: &str) -> Option<Vec<u8>> {
        state::kept(self.folder.as_deref()?, name)
    }

    fn keep(&self, name: &str, bytes: &[u8]) {
        if let Some(folder) = &self.folder
            && let Err(cause) = state::keep(folder, name, bytes)
        {
            tracing::debug!("cannot keep {name} in {}: {cause}", folder.display());
        }
    }

    fn boot(&self) -> Vec<u8> {
        // Linux alone has one; elsewhere the few bits that are kept have to do.
        std::fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default()
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
