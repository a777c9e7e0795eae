//! One address: the connection, and beside it the path where the port does not open at once.

use super::Try;
use super::via::by_proxy;
use crate::dial::{Complaint, Failure};
use crate::path;
use crate::probe::Cx;
use crate::wire::Obstacle;
use futures_util::future::OptionFuture;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

/// A port that does not open within this part of the time is looked at hop by hop.
const HEAD_START: u32 = 6;

/// How long a refusal is looked at, to tell the host's from a device's in front of it.
const REFUSAL: Duration = Duration::from_secs(2);

/// Connects to one address.
pub(super) async fn attempt(cx: &Cx, address: SocketAddr) -> Try {
    let began = cx.world.clock.elapsed();
    let spent = || cx.world.clock.elapsed().saturating_sub(began);
    let time = cx.session.time();
    let opening = async { (cx.session.open(address).await.err(), spent()) };
    tokio::pin!(opening);
    // Through a proxy the path ends at the proxy, and says nothing of the host.
    let traceable = cx.session.proxy().is_none();
    let traced = cx.settings.network.always_trace && traceable;
    // Where the path is looked at in any case, nothing has to be waited for.
    let head_start = if traced {
        Duration::ZERO
    } else {
        time / HEAD_START
    };
    let early = tokio::select! {
        opened = &mut opening => Some(opened),
        () = tokio::time::sleep(head_start), if traceable => None,
    };
    let left = time.saturating_sub(spent());
    let (obstacle, took, path) = if let Some((obstacle, took)) = early {
        let worth_it = traced || obstacle.as_ref().is_some_and(is_on_the_path);
        let how = trace(cx, address, left.min(REFUSAL));
        let looking = worth_it.then(|| cx.world.net.path(address, how));
        (obstacle, took, OptionFuture::from(looking).await)
    } else {
        let tracing = cx.world.net.path(address, trace(cx, address, left));
        beside(opening, tracing, traced).await
    };
    let told = obstacle
        .as_ref()
        .and_then(|obstacle| told(obstacle, address));
    let path = path.map(|path| path::Seen { told, ..path });
    let (failure, proxy) = match obstacle {
        None => (None, None),
        Some(Obstacle::Network(failure)) => (Some(failure), None),
        Some(Obstacle::Proxy(trouble)) => (Some(by_proxy()), Some(trouble)),
    };
    Try {
        address,
        failure,
        proxy,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        path,
    }
}

/// Waits for both the connection and the path; a connection that comes about makes the path uninteresting.
async fn beside(
    mut opening: Pin<&mut impl Future<Output = (Option<Obstacle>, Duration)>>,
    tracing: impl Future<Output = path::Seen>,
    traced: bool,
) -> (Option<Obstacle>, Duration, Option<path::Seen>) {
    tokio::pin!(tracing);
    let (mut opened, mut path) = (None, None);
    loop {
        match (opened.take(), path.take()) {
            (Some((None, took)), path) if !traced || path.is_some() => return (None, took, path),
            (Some((failure, took)), Some(path)) => return (failure, took, Some(path)),
            (earlier, known) => (opened, path) = (earlier, known),
        }
        tokio::select! {
            ended = &mut opening, if opened.is_none() => opened = Some(ended),
            seen = &mut tracing, if path.is_none() => path = Some(seen),
        }
    }
}

/// What a device said of the connection itself.
fn told(obstacle: &Obstacle, address: SocketAddr) -> Option<Complaint> {
    let Obstacle::Network(Failure::Prohibited { by, code } | Failure::Unreachable { by, code }) =
        obstacle
    else {
        return None;
    };
    code.map(|code| Complaint::unreachable(address.ip(), code, *by))
}

/// How the path to an address is looked at.
fn trace(cx: &Cx, address: SocketAddr, budget: Duration) -> path::Options {
    let naming = match (
        cx.settings.network.resolving_proxy(),
        cx.settings.network.dns,
    ) {
        (Some(_), _) => path::Naming::Unasked,
        (None, Some(server)) => path::Naming::Server(server),
        (None, None) => path::Naming::System,
    };
    path::Options {
        source: cx.session.source(address),
        naming,
        ..path::Options::within(budget)
    }
}

/// Whether what stands in the way can have its cause on the path, not in this machine.
fn is_on_the_path(obstacle: &Obstacle) -> bool {
    let Obstacle::Network(failure) = obstacle else {
        return false;
    };
    match failure {
        Failure::Refused
        | Failure::Silent { .. }
        | Failure::Prohibited { .. }
        | Failure::Unreachable { .. }
        | Failure::Loop { .. }
        | Failure::Reset => true,
        Failure::NoFamily | Failure::SourceNotHere | Failure::Other { .. } => false,
    }
}
