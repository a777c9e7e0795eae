//! The sockets of the stand-in: on both loopback families, closed, or silent.

use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// How often a port is looked for that is free in both families.
const TRIES: usize = 50;
/// How long a connection attempt must stay unanswered to count as dropped.
const UNANSWERED: Duration = Duration::from_millis(250);
/// How many connections may be needed to fill a queue of none.
const FILLERS: usize = 8;

/// Sockets that have one port in common.
pub(super) struct Bound {
    /// One for each address.
    sockets: Vec<Socket>,
    /// The address that was asked for, with its port.
    pub(super) address: SocketAddr,
}

/// Sockets that stay bound and are never served.
pub(super) struct Kept {
    /// The sockets.
    _sockets: Bound,
    /// The connections that fill their queues.
    _fillers: Vec<TcpStream>,
}

/// Binds this address; for a loopback address that of the other family too, as `localhost` may mean either.
pub(super) fn bind(asked: SocketAddr) -> io::Result<Bound> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..if asked.port() == 0 { TRIES } else { 1 } {
        match bind_once(asked) {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// One attempt at it.
fn bind_once(asked: SocketAddr) -> io::Result<Bound> {
    let first = socket(asked)?;
    let address = local(&first)?;
    let mut sockets = vec![first];
    let other = match asked.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    };
    if let Some(other) = other {
        match socket(SocketAddr::new(other, address.port())) {
            Ok(socket) => sockets.push(socket),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            // A machine without the other family has nothing to be reached at there.
            Err(_) => {}
        }
    }
    Ok(Bound { sockets, address })
}

/// A bound socket.
fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if address.port() != 0 && cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The address a socket is bound to.
fn local(socket: &Socket) -> io::Result<SocketAddr> {
    socket
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))
}

impl Bound {
    /// Accepts connections.
    pub(super) fn open(self) -> io::Result<Vec<TcpListener>> {
        let mut listeners = Vec::new();
        for socket in self.sockets {
            socket.listen(BACKLOG)?;
            listeners.push(TcpListener::from_std(socket.into())?);
        }
        Ok(listeners)
    }

    /// Refuses connection attempts: bound, and not listening.
    pub(super) fn closed(self) -> Kept {
        Kept {
            _sockets: self,
            _fillers: Vec::new(),
        }
    }

    /// Drops connection attempts: a queue of none, filled by a connection of our own that nobody accepts.
    pub(super) async fn silent(self) -> io::Result<Kept> {
        let mut fillers = Vec::new();
        for socket in &self.sockets {
            socket.listen(0)?;
            fill(local(socket)?, &mut fillers).await?;
        }
        Ok(Kept {
            _sockets: self,
            _fillers: fillers,
        })
    }
}

/// Connects until an attempt stays unanswered.
async fn fill(address: SocketAddr, fillers: &mut Vec<TcpStream>) -> io::Result<()> {
    for _ in 0..FILLERS {
        match timeout(UNANSWERED, TcpStream::connect(address)).await {
            Ok(stream) => fillers.push(stream?),
            Err(_) => return Ok(()),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system accepts connections beyond a full queue, so that a silent port cannot be played",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    fn addresses(bound: &Bound) -> Vec<SocketAddr> {
        bound
            .sockets
            .iter()
            .map(|socket| local(socket).unwrap())
            .collect()
    }

    #[tokio::test]
    async fn a_closed_port_refuses() {
        let bound = bind(ANY).unwrap();
        let addresses = addresses(&bound);
        let _kept = bound.closed();
        for address in addresses {
            let error = TcpStream::connect(address).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_silent_port_drops_attempts_in_both_families() {
        let bound = bind(ANY).unwrap();
        let addresses = addresses(&bound);
        let _kept = bound.silent().await.unwrap();
        for address in addresses {
            let attempt = timeout(Duration::from_secs(1), TcpStream::connect(address)).await;
            assert!(attempt.is_err(), "{attempt:?}");
        }
    }
}
