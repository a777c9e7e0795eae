//! Reads the samples: where the attempt ends, and how sure that is.

mod location;

use std::net::IpAddr;

use crate::dial::Complaint;

use super::facts::{self, Facts, Tally};
use super::{Outcome, Seen};
pub use location::{Location, Place, Remark, Verdict};

/// Where the attempt ends.
pub(super) fn judge(seen: &Seen) -> Location {
    let facts = Facts::of(seen);
    let reader = Reader { seen, facts };
    if let Some(hop) = reader.facts.nearest(|tally| tally.connected > 0) {
        return reader.connected(hop);
    }
    let refused = reader.facts.nearest(|tally| tally.refused > 0);
    let complained = reader.facts.nearest(|tally| !tally.complaints.is_empty());
    match (refused, complained) {
        (Some(_), Some(_)) => reader.unlocated(Remark::Contradiction),
        (Some(hop), None) => reader.refused(hop),
        (None, Some(hop)) => reader.complained(hop),
        (None, None) => reader.told(reader.silent()),
    }
}

/// The samples and what they come to.
struct Reader<'a> {
    seen: &'a Seen,
    facts: Facts,
}

impl Reader<'_> {
    /// The port is open.
    fn connected(&self, hop: u8) -> Location {
        let nearer = self.is_router(hop) && !self.lengths_vary();
        self.located(
            Verdict::Clear,
            None,
            nearer.then_some(Remark::AnsweredBeforeHost),
        )
    }

    /// A reset, first seen from packets that may go `hop` hops.
    fn refused(&self, hop: u8) -> Location {
        if self.is_own() {
            return self.located(Verdict::Clear, None, None);
        }
        if self.lengths_vary() {
            return self.unlocated(Remark::Contradiction);
        }
        if self.is_router(hop) {
            let left = self.router_before(hop);
            let right = self.place(hop);
            return self.located(Verdict::ResetByHop, Some([left, right]), None);
        }
        match self.facts.distance {
            Some(distance) if distance <= hop => {
                let remark = if self.facts.is_met(self.seen.target.ip()) {
                    Remark::HostOrLastRouterRefused
                } else {
                    Remark::NothingButRefusals
                };
                self.located(Verdict::Clear, None, Some(remark))
            }
            Some(_) if self.control_never_came(hop) => {
                let left = self.router_before(hop);
                let right = Place { hop, address: None };
                self.located(Verdict::ResetByHop, Some([left, right]), None)
            }
            Some(_) => self.unlocated(Remark::Contradiction),
            None => self.unlocated(Remark::DistanceUnknown),
        }
    }

    /// A device refused the packets, first seen from those that may go `hop` hops.
    fn complained(&self, hop: u8) -> Location {
        let complaint = self.complaint(hop);
        let between = self.place_of(complaint, hop);
        Location {
            complaint: Some(complaint),
            ..self.located(Verdict::RejectedByHop, Some(between), None)
        }
    }

    /// The same where a device said of the connection itself that it refuses it, and not again of these packets.
    fn told(&self, silence: Location) -> Location {
        let Some(complaint) = self.seen.told else {
            return silence;
        };
        let between = complaint.by.and_then(|by| self.place_of_speaker(by));
        let Some(between) = between.or(silence.between) else {
            return silence;
        };
        Location {
            complaint: Some(complaint),
            ..self.located(Verdict::RejectedByHop, Some(between), None)
        }
    }

    /// Where a device stands that is known otherwise: this machine, the host, or a router that answered.
    fn place_of_speaker(&self, by: IpAddr) -> Option<[Place; 2]> {
        if self.is_own() {
            return Some([self.here(), self.here()]);
        }
        if Some(by) == self.seen.source {
            return Some([self.here(), self.place(1)]);
        }
        if by == self.seen.target.ip() {
            let hop = self.facts.distance?;
            let address = Some(by);
            return Some([self.place(hop.saturating_sub(1)), Place { hop, address }]);
        }
        let hop = self.hop_of(by)?;
        let address = Some(by);
        let itself = Place { hop, address };
        // A router at which the limit of these very packets ran out had let them in.
        let passed_on = self.facts.target.get(&hop);
        let passed_on = passed_on.is_some_and(|tally| tally.expired.contains(&address));
        Some(if passed_on {
            [itself, self.place(hop + 1)]
        } else {
            [self.place(hop.saturating_sub(1)), itself]
        })
    }

    /// Nothing but routers answered, or nothing at all.
    fn silent(&self) -> Location {
        if !self.seen.names_senders && !self.is_own() {
            return self.unlocated(Remark::SendersUntold);
        }
        if self.facts.target.values().all(|tally| tally.sent == 0) {
            return self.unlocated(Remark::NotSent);
        }
        if self.is_own() {
            let here = self.here();
            return self.located(Verdict::DroppedBetween, Some([here, here]), None);
        }
        if let Some(circle) = self.circle() {
            let remark = Some(Remark::Circle);
            return self.located(Verdict::DroppedBetween, Some(circle), remark);
        }
        let left = self.facts.last_router().unwrap_or(0);
        if left >= self.seen.max_hops {
            return self.unlocated(Remark::DistanceUnknown);
        }
        self.dropped_after(left)
    }

    /// Packets were last seen at `left`.
    fn dropped_after(&self, left: u8) -> Location {
        let known_from = self.place(left);
        let beyond = self.facts.last_control().filter(|last| *last > left);
        let Some(beyond) = beyond else {
            // Farther than the control came: it is another path, or the next device lets nothing pass.
            if left == 0 {
                return self.unlocated(Remark::NoHopAnswers);
            }
            let next = Place {
                hop: left + 1,
                address: None,
            };
            let remark = Some(Remark::NothingBeyond);
            return self.located(Verdict::DroppedBetween, Some([known_from, next]), remark);
        };
        let host = self.seen.target.ip();
        let sure = |hop: &u8| self.facts.silence_means_absence(*hop, host);
        let Some(right) = (left + 1..=beyond).find(sure) else {
            return self.unlocated(Remark::Contradiction);
        };
        let is_host = self.facts.distance == Some(right);
        if left == 0 && is_host && right > 1 {
            return self.unlocated(Remark::NoHopAnswers);
        }
        let remark = (is_host && right == left + 1).then_some(Remark::RouterOrHost);
        let between = [known_from, self.place(right)];
        self.located(Verdict::DroppedBetween, Some(between), remark)
    }

    /// The complaint that comes first and most often at a distance.
    fn complaint(&self, hop: u8) -> Complaint {
        let first = self.facts.target.get(&hop);
        first
            .and_then(|tally| tally.complaints.first())
            .copied()
            .unwrap_or_else(|| {
                unreachable!("a distance is asked for because a complaint came from it")
            })
    }

    /// Between which places a device stands that says it refuses the packets: at its exit, or at its entrance.
    fn place_of(&self, complaint: Complaint, first: u8) -> [Place; 2] {
        let host = self.seen.target.ip();
        let Some(by) = complaint.by else {
            return [self.router_before(first), self.place(first)];
        };
        if self.is_own() {
            return [self.here(), self.here()];
        }
        if Some(by) == self.seen.source {
            return [self.here(), self.place(1)];
        }
        if by == host {
            let hop = self.facts.distance.map_or(first, |known| known.min(first));
            let address = Some(by);
            return [self.place(hop.saturating_sub(1)), Place { hop, address }];
        }
        match self.hop_of(by) {
            Some(hop) if hop < first => {
                let address = Some(by);
                [Place { hop, address }, self.place(hop + 1)]
            }
            Some(hop) => {
                let address = Some(by);
                [self.place(hop.saturating_sub(1)), Place { hop, address }]
            }
            None => self.place_of_stranger(by, first),
        }
    }

    /// The same for a device that never answered as a router.
    fn place_of_stranger(&self, by: IpAddr, first: u8) -> [Place; 2] {
        let left = self.router_before(first);
        let next_to_it = left.hop + 1 == first;
        let address = Some(by);
        let before = first - 1;
        let right = match (self.facts.address(first), next_to_it) {
            (None, true) => Place {
                hop: first,
                address,
            },
            // Another router stands at that distance, so the device is the silent one before it: where only one is
            // left, and what it said of nearer packets was not merely lost.
            (Some(_), false) if left.hop + 1 == before && self.target_is_silent(before) => {
                let hop = before;
                return [Place { hop, address }, self.place(first)];
            }
            (None, false) | (Some(_), true | false) => self.place(first),
        };
        [left, right]
    }

    /// The distance at which a router with this address answered.
    fn hop_of(&self, by: IpAddr) -> Option<u8> {
        let mut answers = self
            .seen
            .samples
            .iter()
            .filter_map(|sample| match sample.outcome {
                Outcome::Expired { by: Some(router) } if router == by => Some(sample.hops),
                _ => None,
            });
        let first = answers.next()?;
        Some(answers.fold(first, u8::min))
    }

    /// Whether nothing at all came of the target's packets at a distance, often enough to be no chance.
    fn target_is_silent(&self, hop: u8) -> bool {
        let tally = self.facts.target.get(&hop);
        tally.is_some_and(|tally| tally.answered() == 0 && tally.silent >= 3)
    }

    /// Whether packets that go `hop` hops end at a router, as an answer to a control port proves.
    fn is_router(&self, hop: u8) -> bool {
        self.facts.is_router(hop)
    }

    /// Whether one port's packets meet a router no nearer than they meet the host: paths of different length.
    fn lengths_vary(&self) -> bool {
        let host = self.seen.target.ip();
        let target = std::iter::once(&self.facts.target);
        target
            .chain(self.facts.controls.values())
            .any(|side| facts::varies(side, host))
    }

    /// Whether a control port's packets that may go `hop` hops were answered by nothing, often enough to be sure.
    fn control_never_came(&self, hop: u8) -> bool {
        let sent: u32 = self.facts.tcp_at(hop).map(|tally| tally.silent).sum();
        let answered: u32 = self.facts.tcp_at(hop).map(Tally::answered).sum();
        answered == 0 && sent >= 3
    }

    /// Packets that find themselves at a router they have passed before.
    fn circle(&self) -> Option<[Place; 2]> {
        let last = self.facts.last_router()?;
        if last < self.seen.max_hops {
            return None;
        }
        let router = |hop: u8| self.facts.target.get(&hop).and_then(Tally::router);
        let seen_again = |hop: u8| {
            let address = router(hop)?;
            let again = (hop + 2..=last).filter(|later| router(*later) == Some(address));
            (again.count() >= 2).then_some([self.place(hop), self.place(hop + 1)])
        };
        (1..last).find_map(seen_again)
    }

    /// The nearest place before `hop` from which the target's packets came back.
    fn router_before(&self, hop: u8) -> Place {
        let answered = |before: &u8| {
            let tally = self.facts.target.get(before);
            tally.is_some_and(|tally| !tally.expired.is_empty())
        };
        let before = (1..hop).rev().find(answered).unwrap_or(0);
        self.place(before)
    }

    /// What is known of a distance.
    fn place(&self, hop: u8) -> Place {
        let address = match hop {
            0 => self.seen.source,
            _ if self.facts.distance == Some(hop) && self.facts.address(hop).is_none() => {
                Some(self.seen.target.ip())
            }
            _ => self.facts.address(hop),
        };
        Place { hop, address }
    }

    /// This machine.
    fn here(&self) -> Place {
        self.place(0)
    }

    /// Whether the target is this machine.
    fn is_own(&self) -> bool {
        let ip = self.seen.target.ip();
        ip.is_loopback() || Some(ip) == self.seen.source
    }

    fn located(
        &self,
        verdict: Verdict,
        between: Option<[Place; 2]>,
        remark: Option<Remark>,
    ) -> Location {
        Location {
            verdict,
            between,
            complaint: None,
            distance: self.facts.distance,
            remark,
        }
    }

    fn unlocated(&self, remark: Remark) -> Location {
        self.located(Verdict::Unlocated, None, Some(remark))
    }
}
