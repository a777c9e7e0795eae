//! Why no connection came about.

use std::io;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::icmp::{Complaint, Meaning};

/// Why no connection came about, as the network told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// A TCP reset answered: nothing listens there, or a device on the way says so.
    Refused,
    /// Nothing answered.
    Silent {
        /// How long was waited.
        waited_ms: u64,
        /// How many connections were tried in that time.
        attempts: u8,
    },
    /// A device said that this traffic is not allowed (ICMP 3, 9, 10, 13; v6 1, 4, 5, 6).
    Prohibited {
        /// The device that said so, where the system tells.
        by: Option<IpAddr>,
        /// The ICMP code, where the system tells.
        code: Option<u8>,
    },
    /// A device said that the network or the host cannot be reached (any other ICMP code).
    Unreachable {
        /// The device that said so, where the system tells.
        by: Option<IpAddr>,
        /// The ICMP code, where the system tells.
        code: Option<u8>,
    },
    /// The packet went round until its hop limit ran out.
    Loop {
        /// The device at which it ran out, where the system tells.
        by: Option<IpAddr>,
    },
    /// This machine (or the chosen source address) has no address or route of the target's family.
    NoFamily,
    /// The connection was reset while it was being made.
    Reset,
    /// The chosen source address is not an address of this machine.
    SourceNotHere,
    /// Anything else, in the system's words.
    Other {
        /// The system's words for the kind of error.
        error: String,
    },
}

impl Failure {
    /// What an error of `connect` means; nothing when the system merely stopped waiting.
    pub(super) fn of(
        error: &io::Error,
        complaint: Option<Complaint>,
        target: SocketAddr,
    ) -> Option<Self> {
        if let Some(complaint) = complaint {
            return Some(Self::told(complaint));
        }
        let untold = match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => return None,
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Self::Reset,
            io::ErrorKind::NetworkUnreachable if cfg!(target_os = "linux") => Self::NoFamily,
            io::ErrorKind::AddrNotAvailable if target.is_ipv6() => Self::NoFamily,
            io::ErrorKind::PermissionDenied => Self::Prohibited {
                by: None,
                code: None,
            },
            // Linux' word for a route that leads nowhere (`ip route add blackhole`).
            io::ErrorKind::InvalidInput if cfg!(target_os = "linux") => Self::Unreachable {
                by: None,
                code: None,
            },
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Self::Unreachable {
                    by: None,
                    code: None,
                }
            }
            kind => Self::other(kind),
        };
        Some(untold)
    }

    /// What a device on the way said.
    fn told(complaint: Complaint) -> Self {
        let (by, code) = (complaint.by, Some(complaint.code));
        match complaint.meaning() {
            Meaning::Prohibited => Self::Prohibited { by, code },
            Meaning::Unreachable => Self::Unreachable { by, code },
            Meaning::HopLimit => Self::Loop { by },
        }
    }

    /// An error that has no meaning of its own here.
    pub(super) fn other(kind: io::ErrorKind) -> Self {
        Self::Other {
            error: kind.to_string(),
        }
    }
}
