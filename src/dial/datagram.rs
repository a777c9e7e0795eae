//! One datagram to a port on which nothing listens, and what ICMP said about it.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};
use tokio::net::UdpSocket;

use super::failure::Failure;
use super::icmp::Complaint;
use super::socket::{Plan, ask, bind, complaint, set_hops};

/// Sends an empty datagram and waits for what comes of it, however long that takes: an answer, which says nothing, or
/// what a device said of it.
///
/// # Errors
/// Why it was not sent, or that the system does not tell what was said.
pub(crate) async fn datagram(plan: &Plan) -> Result<Option<Complaint>, Failure> {
    let other = |error: io::Error| Failure::other(error.kind());
    let family = Domain::for_address(plan.target);
    let socket = Socket::new(family, Type::DGRAM, None).map_err(|_| Failure::NoFamily)?;
    socket.set_nonblocking(true).map_err(other)?;
    ask(&socket, plan)?;
    if let Some(hops) = plan.hops {
        set_hops(&socket, plan.target.ip(), hops).map_err(other)?;
    }
    if let Some(source) = plan.source {
        bind(&socket, source, plan.target)?;
    }
    let witness = socket.try_clone().map_err(other)?;
    let socket = UdpSocket::from_std(socket.into()).map_err(other)?;
    match exchange(&socket, plan.target).await {
        Ok(()) => Ok(None),
        Err(error) => complaint(&witness).map(Some).ok_or_else(|| other(error)),
    }
}

/// Sends, and waits for an answer.
async fn exchange(socket: &UdpSocket, target: SocketAddr) -> io::Result<()> {
    socket.connect(target).await?;
    socket.send(&[]).await?;
    socket.recv(&mut [0; 1]).await?;
    Ok(())
}
