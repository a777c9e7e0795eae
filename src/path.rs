//! Finds where on the path a connection attempt ends, without privileges.
//!
//! Ordinary connections whose packets may go one hop, two hops … further each time: a router at which such a packet's
//! limit runs out says so, and one that is not reached says nothing. The same is done at a *control port* of the same
//! host; only the difference between the two tells a firewall from a silent router, and a device's reset from the host's.

mod facts;
mod judge;
mod sweep;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dial::{Complaint, Senders};

pub use judge::{Location, Place, Remark, Verdict};
pub use sweep::{TRACED, sweep};

/// How a path is to be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The local address to send from; the system chooses where there is none.
    pub source: Option<IpAddr>,
    /// A port of the same host that is known to be open, as the control.
    pub known_open: Option<u16>,
    /// The time the whole measurement may take; more than 3.5 s brings nothing.
    pub budget: Duration,
    /// How far to look.
    pub max_hops: u8,
    /// Whether the routers get names beside their addresses.
    pub naming: Naming,
    /// Whether the system is asked who sent an ICMP error.
    pub senders: Senders,
}

/// Whether somebody is asked for the names of routers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Nobody.
    Unasked,
    /// This name server.
    Server(SocketAddr),
    /// This machine's own name servers.
    System,
}

impl Options {
    /// The usual measurement within a time limit.
    pub fn within(budget: Duration) -> Self {
        Self {
            source: None,
            known_open: None,
            budget,
            max_hops: 30,
            naming: Naming::Unasked,
            senders: Senders::HERE,
        }
    }
}

/// What a measurement of the path saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The address and port in question.
    pub target: SocketAddr,
    /// The local address the packets left from, where the system tells.
    pub source: Option<IpAddr>,
    /// Whether this system tells who sent an ICMP error; without it only distances are known.
    pub names_senders: bool,
    /// The farthest hop that was tried.
    pub max_hops: u8,
    /// Every packet and what came of it, in the order of sending.
    pub samples: Vec<Sample>,
    /// How long the whole took.
    pub took_ms: u64,
    /// The names that somebody gave to routers, safe to show.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<IpAddr, String>,
    /// What a device said of a connection whose packets may go as far as they like; routers that limit how often they
    /// speak say it once and not again.
    #[serde(default)]
    pub told: Option<Complaint>,
}

/// One attempt to connect with a limited hop count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The port: the target's, or a control's.
    pub port: u16,
    /// What the packet is; only TCP goes to the target's port.
    #[serde(default)]
    pub carrier: Carrier,
    /// How many hops the packet may go.
    pub hops: u8,
    /// When it was sent, since the beginning.
    pub sent_ms: u64,
    /// How long the answer took.
    pub answered_after_ms: Option<u64>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a packet is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// The first packet of a TCP connection.
    #[default]
    Tcp,
    /// A UDP datagram: it shows the routers behind a device that answers all TCP in the host's name.
    Udp,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// The hop limit ran out at a router.
    Expired {
        /// That router, where the system tells.
        by: Option<IpAddr>,
    },
    /// The connection came about.
    Connected,
    /// A TCP reset.
    Refused,
    /// A device refused to pass the packet on.
    Complained {
        /// What it said.
        complaint: Complaint,
    },
    /// Nothing came back, the system's own repetitions included.
    Silent,
    /// This machine could not send it.
    Failed {
        /// The system's words for the kind of error.
        error: String,
    },
}

/// One hop of the path, for drawing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Its distance; 0 is this machine.
    pub hop: u8,
    /// Its address, if it ever answered.
    pub address: Option<IpAddr>,
    /// Its name, if it has one; somebody wrote it, and it proves nothing.
    pub name: Option<String>,
    /// Its fastest answer.
    pub fastest_ms: Option<u64>,
    /// Whether packets to the target's port came as far; others answered only those to a control port, or nothing.
    pub passes_target: bool,
}

impl Seen {
    /// Where the attempt ends: pure, and silent rather than wrong.
    pub fn location(&self) -> Location {
        judge::judge(self)
    }

    /// The hops as far as anything is known of them, from this machine on.
    pub fn path(&self) -> Vec<Hop> {
        facts::Facts::of(self).path(self, self.location().verdict)
    }
}

#[cfg(test)]
mod tests;
