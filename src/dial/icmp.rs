//! What devices on the way say about a packet (ICMP), read without privileges from the socket's error queue.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// An ICMP error about one of our packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Complaint {
    /// Which ICMP it was.
    pub protocol: Protocol,
    /// Its type.
    #[serde(rename = "type")]
    pub class: u8,
    /// Its code.
    pub code: u8,
    /// Who sent it, where the system tells.
    pub by: Option<IpAddr>,
}

/// Whether the system is asked who sent an ICMP error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Senders {
    /// It is: its error queue holds what ICMP said.
    Asked,
    /// It is not, as on systems without an error queue: only distances can be told.
    Untold,
}

impl Senders {
    /// The most that this system does for a program without privileges.
    pub const HERE: Self = if cfg!(target_os = "linux") {
        Self::Asked
    } else {
        Self::Untold
    };
}

/// The two kinds of ICMP, whose numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// ICMP of IPv4.
    Icmp,
    /// ICMP of IPv6.
    Icmp6,
}

/// What an ICMP error comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The packet's hop limit ran out at the sender.
    HopLimit,
    /// The sender does not let this traffic pass, or closes the port.
    Prohibited,
    /// The sender cannot reach the network or the host.
    Unreachable,
}

impl Complaint {
    /// What a code says of a connection to this address: "destination unreachable" in the ICMP of its family.
    pub fn unreachable(target: IpAddr, code: u8, by: Option<IpAddr>) -> Self {
        let (protocol, class) = match target {
            IpAddr::V4(_) => (Protocol::Icmp, 3),
            IpAddr::V6(_) => (Protocol::Icmp6, 1),
        };
        Self {
            protocol,
            class,
            code,
            by,
        }
    }

    /// What the numbers mean.
    pub fn meaning(self) -> Meaning {
        match (self.protocol, self.class, self.code) {
            (Protocol::Icmp, 11, _) | (Protocol::Icmp6, 3, _) => Meaning::HopLimit,
            (Protocol::Icmp, 3, 3 | 9 | 10 | 13) | (Protocol::Icmp6, 1, 1 | 4 | 5 | 6) => {
                Meaning::Prohibited
            }
            (Protocol::Icmp | Protocol::Icmp6, _, _) => Meaning::Unreachable,
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use queue::{ask, first, stop_asking};

/// The error queue of Linux.
#[cfg(target_os = "linux")]
mod queue {
    use std::io::{self, IoSliceMut};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::os::fd::AsRawFd as _;

    use nix::libc;
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
    };
    use socket2::Socket;

    use super::{Complaint, Protocol};

    /// Asks the system to keep what ICMP says about this socket's packets.
    pub(in crate::dial) fn ask(socket: &Socket, target: IpAddr) -> io::Result<()> {
        set(socket, target, true)
    }

    /// Ordinary behaviour again: on a connection that stands, an ICMP error is no failure.
    pub(in crate::dial) fn stop_asking(socket: &Socket, target: IpAddr) {
        // A socket that cannot be set any more is gone, and its connection with it.
        let _ = set(socket, target, false);
    }

    fn set(socket: &Socket, target: IpAddr, on: bool) -> io::Result<()> {
        match target {
            IpAddr::V4(_) => setsockopt(socket, sockopt::Ipv4RecvErr, &on)?,
            IpAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvErr, &on)?,
        }
        Ok(())
    }

    /// The first ICMP error that was kept.
    pub(in crate::dial) fn first(socket: &Socket) -> Option<Complaint> {
        let mut packet = [0_u8; 512];
        let mut control = [0_u8; 512];
        loop {
            let mut parts = [IoSliceMut::new(&mut packet)];
            let received = recvmsg::<SockaddrStorage>(
                socket.as_raw_fd(),
                &mut parts,
                Some(&mut control),
                MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT,
            )
            .ok()?;
            if let Some(complaint) = received
                .cmsgs()
                .ok()?
                .find_map(|message| complaint(&message))
            {
                return Some(complaint);
            }
        }
    }

    /// The ICMP error in a control message, if it is one.
    fn complaint(message: &ControlMessageOwned) -> Option<Complaint> {
        let (error, by) = match *message {
            ControlMessageOwned::Ipv4RecvErr(error, from) => (
                error,
                from.filter(|from| i32::from(from.sin_family) == libc::AF_INET)
                    .map(|from| {
                        IpAddr::V4(Ipv4Addr::from_bits(u32::from_be(from.sin_addr.s_addr)))
                    }),
            ),
            ControlMessageOwned::Ipv6RecvErr(error, from) => (
                error,
                from.filter(|from| i32::from(from.sin6_family) == libc::AF_INET6)
                    .map(|from| IpAddr::V6(Ipv6Addr::from(from.sin6_addr.s6_addr))),
            ),
            _ => return None,
        };
        let protocol = match error.ee_origin {
            libc::SO_EE_ORIGIN_ICMP => Protocol::Icmp,
            libc::SO_EE_ORIGIN_ICMP6 => Protocol::Icmp6,
            _ => return None,
        };
        Some(Complaint {
            protocol,
            class: error.ee_type,
            code: error.ee_code,
            by,
        })
    }
}
