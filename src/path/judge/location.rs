//! Where connections to a host end, as far as packets show it.

use crate::dial::Complaint;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What the path does to the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Packets get to the host, whatever the host then answers.
    Clear,
    /// They vanish.
    DroppedBetween,
    /// A device refuses them and says so (ICMP).
    RejectedByHop,
    /// A device nearer than the host answers with a reset in its name.
    ResetByHop,
    /// What came back does not settle it.
    Unlocated,
}

/// A place on the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its distance; 0 is this machine.
    pub hop: u8,
    /// Its address, where it is known.
    pub address: Option<IpAddr>,
}

/// What else must be said for the location to be honest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// The last router and the host's own firewall look the same from here.
    RouterOrHost,
    /// Nothing beyond the first place answered on any port, so the second is only the next one in line.
    NothingBeyond,
    /// A refusal at the host's distance: the host itself, or the last router in its name.
    HostOrLastRouterRefused,
    /// Every port refuses from one distance and nothing else answers: the host, or a device that refuses all in its name.
    NothingButRefusals,
    /// Something nearer than the host completed the connection in its name.
    AnsweredBeforeHost,
    /// The packets go in circles.
    Circle,
    /// No other port of the host answered, so nothing says how far away it is.
    DistanceUnknown,
    /// No router on the path answers.
    NoHopAnswers,
    /// This system does not tell who sent an ICMP error.
    SendersUntold,
    /// This machine could not send at all.
    NotSent,
    /// The answers contradict each other.
    Contradiction,
}

/// Where the attempt ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// What happens there.
    pub verdict: Verdict,
    /// The two places between which it happens.
    pub between: Option<[Place; 2]>,
    /// The device that says so itself, with what it said.
    pub complaint: Option<Complaint>,
    /// How far away the host is, where a control port told.
    pub distance: Option<u8>,
    /// What else must be said.
    pub remark: Option<Remark>,
}
