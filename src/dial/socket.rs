//! One TCP socket: made to order, connected, and asked what ICMP said.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Socket, Type};
use tokio::io::Interest;
use tokio::net::{TcpSocket, TcpStream};

use super::failure::Failure;
use super::icmp::{Complaint, Senders};

/// How a socket is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Where it will connect to.
    pub(crate) target: SocketAddr,
    /// The local address.
    pub(crate) source: Option<IpAddr>,
    /// The hop limit of its packets; the system's own where there is none.
    pub(crate) hops: Option<u8>,
    /// The largest segment to agree to.
    pub(crate) max_segment: Option<u32>,
    /// Whether to hear what ICMP says of its packets.
    pub(crate) senders: Senders,
}

/// A socket ready to connect.
pub(crate) struct Opened {
    socket: TcpSocket,
    /// The same socket once more: tokio's own is gone after a failure, and the error queue with it.
    witness: Witness,
}

/// A socket that can be asked what ICMP said of it.
struct Witness {
    socket: Socket,
    senders: Senders,
}

impl Opened {
    /// Makes the socket.
    pub(crate) fn new(plan: &Plan) -> Result<Self, Failure> {
        let family = Domain::for_address(plan.target);
        let socket = Socket::new(family, Type::STREAM, None).map_err(|_| Failure::NoFamily)?;
        let other = |error: io::Error| Failure::other(error.kind());
        socket.set_nonblocking(true).map_err(other)?;
        ask(&socket, plan)?;
        if let Some(hops) = plan.hops {
            set_hops(&socket, plan.target.ip(), hops).map_err(other)?;
        }
        if let Some(bytes) = plan.max_segment {
            set_segment(&socket, bytes).map_err(other)?;
        }
        if let Some(source) = plan.source {
            bind(&socket, source, plan.target)?;
        }
        let witness = Witness {
            socket: socket.try_clone().map_err(other)?,
            senders: plan.senders,
        };
        Ok(Self {
            socket: TcpSocket::from_std_stream(socket.into()),
            witness,
        })
    }

    /// Connects; on failure the system's error, and what ICMP said.
    pub(crate) async fn connect(
        self,
        target: SocketAddr,
    ) -> Result<TcpStream, (io::Error, Option<Complaint>)> {
        let Self { socket, witness } = self;
        let stream = match socket.connect(target).await {
            Ok(stream) => truly_connected(stream, &witness).await?,
            Err(error) => return Err((error, witness.complaint())),
        };
        #[cfg(target_os = "linux")]
        super::icmp::stop_asking(&witness.socket, target.ip());
        Ok(stream)
    }
}

impl Witness {
    /// What ICMP said; nothing where the system is not to be asked: some keep it all the same.
    fn complaint(&self) -> Option<Complaint> {
        match self.senders {
            Senders::Asked => complaint(&self.socket),
            Senders::Untold => None,
        }
    }
}

/// Waits until the connection stands or has failed.
///
/// An ICMP error that comes while `connect` is still at work is kept in the queue and wakes the socket, but does not end
/// the attempt: such a socket looks ready, has no error, and is not connected.
async fn truly_connected(
    stream: TcpStream,
    witness: &Witness,
) -> Result<TcpStream, (io::Error, Option<Complaint>)> {
    loop {
        match stream.peer_addr() {
            Ok(_) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {}
            Err(error) => return Err((error, None)),
        }
        let failed = stream.take_error().unwrap_or_else(Some);
        if let Some(complaint) = witness.complaint() {
            let error = failed.unwrap_or_else(|| io::ErrorKind::HostUnreachable.into());
            return Err((error, Some(complaint)));
        }
        if let Some(error) = failed {
            return Err((error, None));
        }
        let not_yet = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
        let _still_waiting = stream.try_io(Interest::WRITABLE, not_yet);
        if let Err(error) = stream.writable().await {
            return Err((error, None));
        }
    }
}

/// Asks the system to keep what ICMP says, where that is wanted.
pub(super) fn ask(socket: &Socket, plan: &Plan) -> Result<(), Failure> {
    match plan.senders {
        #[cfg(target_os = "linux")]
        Senders::Asked => {
            super::icmp::ask(socket, plan.target.ip()).map_err(|error| Failure::other(error.kind()))
        }
        #[cfg(not(target_os = "linux"))]
        Senders::Asked => {
            let _ = socket;
            Ok(())
        }
        Senders::Untold => Ok(()),
    }
}

/// Limits the segments that are agreed to.
#[cfg(unix)]
fn set_segment(socket: &Socket, bytes: u32) -> io::Result<()> {
    socket.set_tcp_mss(bytes)
}

/// Other systems have no such setting; a connection that is not narrow would prove nothing.
#[cfg(not(unix))]
fn set_segment(_socket: &Socket, _bytes: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What ICMP said about the socket's packets.
#[cfg(target_os = "linux")]
pub(super) fn complaint(socket: &Socket) -> Option<Complaint> {
    super::icmp::first(socket)
}

/// Other systems keep no error queue.
#[cfg(not(target_os = "linux"))]
pub(super) fn complaint(_socket: &Socket) -> Option<Complaint> {
    None
}

/// Limits how far the socket's packets go.
pub(super) fn set_hops(socket: &Socket, target: IpAddr, hops: u8) -> io::Result<()> {
    match target {
        IpAddr::V4(_) => socket.set_ttl_v4(hops.into()),
        IpAddr::V6(_) => socket.set_unicast_hops_v6(hops.into()),
    }
}

/// Fixes the local address and leaves the port open until the connection is made.
pub(super) fn bind(socket: &Socket, source: IpAddr, target: SocketAddr) -> Result<(), Failure> {
    if source.is_ipv4() != target.is_ipv4() {
        return Err(Failure::NoFamily);
    }
    #[cfg(target_os = "linux")]
    // Without it a run with many connections from one address can run out of ports; it works without, too.
    let _ = nix::sys::socket::setsockopt(
        socket,
        nix::sys::socket::sockopt::IpBindAddressNoPort,
        &true,
    );
    socket
        .bind(&SocketAddr::new(source, 0).into())
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrNotAvailable => Failure::SourceNotHere,
            kind => Failure::other(kind),
        })
}
