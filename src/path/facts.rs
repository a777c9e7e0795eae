//! What the samples come to, hop by hop: the target's port on one side, all control ports on the other.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::dial::Complaint;

use super::{Carrier, Hop, Outcome, Sample, Seen, Verdict};

/// The answers at one distance to one port.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) sent: u32,
    /// Routers at which the limit ran out.
    pub(super) expired: Vec<Option<IpAddr>>,
    pub(super) connected: u32,
    pub(super) refused: u32,
    pub(super) complaints: Vec<Complaint>,
    pub(super) silent: u32,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Expired { by } => self.expired.push(*by),
            Outcome::Connected => self.connected += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Complained { complaint } => self.complaints.push(*complaint),
            Outcome::Silent => self.silent += 1,
            // A packet that was never sent tells nothing about the path.
            Outcome::Failed { .. } => return,
        }
        self.sent += 1;
    }

    pub(super) fn answered(&self) -> u32 {
        self.sent - self.silent
    }

    /// How many packets are known to have come as far as this distance, or to the host before it.
    fn came_through(&self, host: IpAddr) -> u32 {
        let routers = u32::try_from(self.expired.len()).unwrap_or(u32::MAX);
        let host = self.complaints.iter().filter(|c| c.by == Some(host));
        let host = u32::try_from(host.count()).unwrap_or(u32::MAX);
        routers + self.connected + self.refused + host
    }

    /// The router that answered most often.
    pub(super) fn router(&self) -> Option<IpAddr> {
        let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for address in self.expired.iter().flatten() {
            *counts.entry(*address).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map(|(address, _)| address)
    }

    /// Whether packets got to something that speaks for the host itself.
    fn arrived(&self, host: IpAddr) -> bool {
        self.connected + self.refused > 0
            || self
                .complaints
                .iter()
                .any(|complaint| complaint.by == Some(host))
    }
}

/// All answers, by distance.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) target: BTreeMap<u8, Tally>,
    pub(super) controls: BTreeMap<(Carrier, u16), BTreeMap<u8, Tally>>,
    /// The nearest distance at which a control port answered for the host.
    pub(super) distance: Option<u8>,
}

impl Facts {
    /// Counts the samples.
    pub(super) fn of(seen: &Seen) -> Self {
        Self::count(&seen.samples, seen.target.port(), seen.target.ip())
    }

    /// Counts the samples of a measurement that may still be under way.
    pub(super) fn count<'a>(
        samples: impl IntoIterator<Item = &'a Sample>,
        port: u16,
        host: IpAddr,
    ) -> Self {
        let mut facts = Self::default();
        for sample in samples {
            let side = match (sample.carrier, sample.port) {
                (Carrier::Tcp, to) if to == port => &mut facts.target,
                control => facts.controls.entry(control).or_default(),
            };
            side.entry(sample.hops).or_default().add(&sample.outcome);
        }
        facts.distance = facts
            .controls
            .values()
            .filter_map(|control| nearest(control, |tally| tally.arrived(host)))
            .min();
        facts
    }

    /// The nearest distance at which something is true of the target's packets.
    pub(super) fn nearest(&self, of: impl Fn(&Tally) -> bool) -> Option<u8> {
        nearest(&self.target, of)
    }

    /// The farthest router that answered a packet to the target's port.
    pub(super) fn last_router(&self) -> Option<u8> {
        self.target
            .iter()
            .rev()
            .find(|(_, tally)| !tally.expired.is_empty())
            .map(|(hop, _)| *hop)
    }

    /// The farthest distance to which a control port's packets are known to have come.
    pub(super) fn last_control(&self) -> Option<u8> {
        let routers = |control: &BTreeMap<u8, Tally>| {
            let last = control.iter().rev().find(|(_, t)| !t.expired.is_empty());
            last.map(|(hop, _)| *hop)
        };
        self.controls
            .values()
            .filter_map(routers)
            .max()
            .max(self.distance)
    }

    /// The address of the router at a distance, as either side saw it.
    pub(super) fn address(&self, hop: u8) -> Option<IpAddr> {
        self.target
            .get(&hop)
            .and_then(Tally::router)
            .or_else(|| self.control_router(hop))
    }

    /// The address of the router at a distance, as a control port saw it.
    pub(super) fn control_router(&self, hop: u8) -> Option<IpAddr> {
        self.at(hop).find_map(Tally::router)
    }

    /// The control ports' answers at a distance.
    pub(super) fn at(&self, hop: u8) -> impl Iterator<Item = &Tally> {
        self.controls
            .values()
            .filter_map(move |control| control.get(&hop))
    }

    /// The same of those that are TCP, which alone can be compared with the target.
    pub(super) fn tcp_at(&self, hop: u8) -> impl Iterator<Item = &Tally> {
        let tcp = |control: &(&(Carrier, u16), &BTreeMap<u8, Tally>)| control.0.0 == Carrier::Tcp;
        self.controls
            .iter()
            .filter(tcp)
            .filter_map(move |(_, control)| control.get(&hop))
    }

    /// Whether a router stands at a distance, as answers to the controls prove. Datagrams may take another path than
    /// connections, so one of them is not enough.
    pub(super) fn is_router(&self, hop: u8) -> bool {
        let answered = |((carrier, _), control): (&(Carrier, u16), &BTreeMap<u8, Tally>)| {
            let expired = control.get(&hop).map_or(0, |tally| tally.expired.len());
            match carrier {
                Carrier::Tcp => expired > 0,
                Carrier::Udp => expired > 1,
            }
        };
        self.controls.iter().any(answered)
    }

    /// Whether something other than a reset shows how far away the host is.
    pub(super) fn is_met(&self, host: IpAddr) -> bool {
        let by_host = |complaint: &Complaint| complaint.by == Some(host);
        let met = |tally: &Tally| tally.connected > 0 || tally.complaints.iter().any(by_host);
        self.controls.values().flat_map(BTreeMap::values).any(met)
    }

    /// Whether the target's silence at a distance means that its packets do not get there: a control port's did, often
    /// enough that loss and rate limits do not explain the difference.
    pub(super) fn silence_means_absence(&self, hop: u8, host: IpAddr) -> bool {
        // At the host itself every farther packet counts: the host answers without a rate limit.
        let last = if self.distance == Some(hop) {
            u8::MAX
        } else {
            hop
        };
        let (mut silent, mut answered) = (0, 0);
        for (_, tally) in self.target.range(hop..=last) {
            silent += tally.silent;
            answered += tally.answered();
        }
        if answered > 0 || silent == 0 {
            return false;
        }
        self.at(hop).any(|control| {
            let came = control.came_through(host);
            let chance = f64::from(came + 1) / f64::from(control.sent + 2);
            let tries = i32::try_from(silent).unwrap_or(i32::MAX);
            came > 0 && (1.0 - chance).powi(tries) < UNLIKELY
        })
    }

    /// The path, for drawing it. A reset from nearer than the host is no answer of the host's.
    pub(super) fn path(&self, seen: &Seen, verdict: Verdict) -> Vec<Hop> {
        let forged = verdict == Verdict::ResetByHop;
        let arrives = self
            .nearest(|tally| tally.connected + tally.refused > 0)
            .filter(|_| !forged);
        let end = arrives.or(self.distance);
        let last = end.max(self.last_router()).max(self.last_control());
        let last = end.filter(|end| Some(*end) >= self.last_router()).or(last);
        let ip = seen.target.ip();
        (0..=last.unwrap_or(0))
            .map(|hop| {
                let host = Some(hop) == end;
                let own = (hop == 0).then_some(seen.source).flatten();
                let there = host.then_some(ip);
                let came = self.target.get(&hop).is_some_and(|tally| {
                    !tally.expired.is_empty() || host && !forged && tally.arrived(ip)
                });
                let of_it = |sample: &&Sample| {
                    let to_target =
                        sample.carrier == Carrier::Tcp && sample.port == seen.target.port();
                    sample.hops == hop
                        && speaks(&sample.outcome, host)
                        && !(forged && host && to_target)
                };
                let there_and_back = seen.samples.iter().filter(of_it);
                let address = own.or(there).or_else(|| self.address(hop));
                Hop {
                    hop,
                    address,
                    name: address.and_then(|address| seen.names.get(&address).cloned()),
                    fastest_ms: there_and_back
                        .filter_map(|sample| sample.answered_after_ms)
                        .min(),
                    passes_target: hop == 0 || came,
                }
            })
            .collect()
    }
}

/// Whether an answer is that of a router at that distance, or that of the host.
fn speaks(outcome: &Outcome, host: bool) -> bool {
    match outcome {
        Outcome::Expired { .. } => !host,
        Outcome::Connected | Outcome::Refused => host,
        Outcome::Complained { .. } | Outcome::Silent | Outcome::Failed { .. } => false,
    }
}

/// A chance below which we no longer believe in loss.
const UNLIKELY: f64 = 0.02;

/// The nearest distance at which something is true.
fn nearest(side: &BTreeMap<u8, Tally>, of: impl Fn(&Tally) -> bool) -> Option<u8> {
    side.iter()
        .find(|(_, tally)| of(tally))
        .map(|(hop, _)| *hop)
}

/// Whether packets to one port met a router no nearer than they met the host.
pub(super) fn varies(side: &BTreeMap<u8, Tally>, host: IpAddr) -> bool {
    let routers = side.iter().rev().find(|(_, t)| !t.expired.is_empty());
    let arrived = nearest(side, |tally| tally.arrived(host));
    routers.is_some_and(|(last, _)| arrived.is_some_and(|first| first <= *last))
}
