//! Where on the path the connection ends, in words.

use super::{Names, Seen};
use crate::dial::{Complaint, Failure, Meaning, Protocol};
use crate::path::{Location, Place, Remark, Verdict};
use crate::probe::{At, Facts, Symptom, symptoms};
use crate::words::Words;
use crate::words::facts::Hops;

symptoms! {
    /// Where packets to the port end.
    Clearness {
        /// At the host.
        Clear = "clear",
        /// They vanish on the way.
        DroppedBetween = "dropped-between",
        /// A device refuses them and says so.
        RejectedByHop = "rejected-by-hop",
        /// A device nearer than the host answers with a reset in its name.
        ResetByHop = "reset-by-hop",
        /// What came back does not settle it.
        Unlocated = "unlocated",
    }
}

impl Symptom for Clearness {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        if seen.open().next().is_some() {
            return Self::Clear;
        }
        match seen.location().map(|location| location.verdict) {
            Some(Verdict::Clear) => Self::Clear,
            Some(Verdict::DroppedBetween) => Self::DroppedBetween,
            Some(Verdict::RejectedByHop) => Self::RejectedByHop,
            Some(Verdict::ResetByHop) => Self::ResetByHop,
            Some(Verdict::Unlocated) | None => Self::Unlocated,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::of(self)
    }
}

/// What sentences may mention of the place.
pub(super) fn facts(seen: &Seen, words: &Words) -> Facts {
    let said = &words.facts.hops;
    let location = seen.location();
    let between = location.as_ref().and_then(|location| location.between);
    let place =
        |at: usize| between.map_or_else(|| said.unknown.to_string(), |two| named(two[at], said));
    let complaint = location.as_ref().and_then(|location| location.complaint);
    Facts::from([
        ("left", place(0)),
        ("right", place(1)),
        ("remark", remark(location.as_ref(), said)),
        (
            "complaint",
            complaint.map_or_else(
                || said.rejected.to_string(),
                |complaint| self::said(complaint, said),
            ),
        ),
        ("path", drawn(seen, words)),
        ("unsettled", unsettled(seen, location.as_ref(), said)),
        ("closed_where", elsewhere(seen, said)),
    ])
}

/// A place in words.
pub(super) fn named(place: Place, words: &Hops) -> String {
    match (place.hop, place.address) {
        (0, Some(address)) => words.here_at.with(&[("address", &address)]),
        (0, None) => words.here.to_string(),
        (hop, Some(address)) => words.at.with(&[("hop", &hop), ("address", &address)]),
        (hop, None) => words.mute.with(&[("hop", &hop)]),
    }
}

/// What a device said, in words.
pub(super) fn said(complaint: Complaint, words: &Hops) -> String {
    let meaning = match complaint.meaning() {
        Meaning::Prohibited => &words.prohibited,
        Meaning::Unreachable => &words.unreachable,
        Meaning::HopLimit => &words.circles,
    };
    let protocol = match complaint.protocol {
        Protocol::Icmp => "ICMP",
        Protocol::Icmp6 => "ICMPv6",
    };
    let (class, code) = (complaint.class, complaint.code);
    meaning.with(&[("protocol", &protocol), ("class", &class), ("code", &code)])
}

/// What must be added for the sentence to be honest.
pub(super) fn remark(location: Option<&Location>, words: &Hops) -> String {
    let next_door = location.is_some_and(|location| location.distance == Some(1));
    let text: &str = match location.and_then(|location| location.remark) {
        Some(Remark::RouterOrHost) if next_door => &words.own_or_hosts_firewall,
        Some(Remark::HostOrLastRouterRefused) if next_door => &words.host_or_own_firewall,
        Some(Remark::NothingButRefusals) => &words.nothing_but_refusals,
        Some(Remark::RouterOrHost) => &words.router_or_host,
        Some(Remark::NothingBeyond) => &words.nothing_beyond,
        Some(Remark::HostOrLastRouterRefused) => &words.host_or_last_router,
        Some(Remark::AnsweredBeforeHost) => &words.answered_before_host,
        Some(Remark::Circle) => &words.circle,
        Some(
            Remark::DistanceUnknown
            | Remark::NoHopAnswers
            | Remark::SendersUntold
            | Remark::NotSent
            | Remark::Contradiction,
        )
        | None => "",
    };
    text.to_owned()
}

/// Why the place is not known.
pub(super) fn unsettled(seen: &Seen, location: Option<&Location>, words: &Hops) -> String {
    let failure = seen.worst().and_then(|worst| worst.failure.as_ref());
    let text = match (location.and_then(|location| location.remark), failure) {
        (Some(Remark::DistanceUnknown), _) => &words.distance_unknown,
        (Some(Remark::NoHopAnswers), _) => &words.no_hop_answers,
        (Some(Remark::SendersUntold), _) => {
            let distance = location.and_then(|location| location.distance);
            return untold(distance, words);
        }
        (Some(Remark::Contradiction), _) => &words.contradiction,
        (Some(Remark::NotSent), _) | (None, Some(Failure::NoFamily | Failure::SourceNotHere)) => {
            &words.not_sent
        }
        _ if seen.via.is_some() => &words.by_proxy,
        _ => &words.not_looked,
    };
    text.to_string()
}

/// What is left to say where the system does not tell who answered.
fn untold(distance: Option<u8>, words: &Hops) -> String {
    match distance {
        Some(1) => words.next_door.to_string(),
        Some(hops) => words.hops_away.with(&[("hops", &hops)]),
        None => words.senders_untold.to_string(),
    }
}

/// The path as a line: from here to where it ends.
fn drawn(seen: &Seen, words: &Words) -> String {
    let drawing = seen.drawing(Names::default(), words);
    let steps = drawing.map(|drawing| drawing.steps).unwrap_or_default();
    let titles: Vec<String> = steps.into_iter().map(|step| step.title).collect();
    titles.join(" → ")
}

/// Where connections to the closed ones of several addresses end.
fn elsewhere(seen: &Seen, words: &Hops) -> String {
    let placed = seen.tries.iter().filter_map(|attempt| {
        let [left, right] = attempt.path.as_ref()?.location().between?;
        let (left, right) = (named(left, words), named(right, words));
        Some(words.ends_between.with(&[
            ("address", &attempt.address.ip()),
            ("left", &left),
            ("right", &right),
        ]))
    });
    placed.collect()
}

#[cfg(test)]
mod samples {
    use super::super::{Seen, Try};
    use super::Clearness;
    use crate::dial::{Complaint, Failure, Protocol};
    use crate::path::{self, Outcome, Sample};
    use std::collections::BTreeMap;
    use std::net::IpAddr;

    fn router(hop: u8) -> IpAddr {
        [198, 51, 100, hop].into()
    }

    /// Three rounds of what the target's port and the control port answer at the hops 1, 2 and 3.
    fn seen(failure: Failure, target: &[Outcome; 3], control: &[Outcome; 3]) -> Seen {
        let sample = |port, hops: usize, outcome: &Outcome| Sample {
            port,
            carrier: path::Carrier::Tcp,
            hops: u8::try_from(hops + 1).expect("three"),
            sent_ms: 0,
            answered_after_ms: Some(4),
            outcome: outcome.clone(),
        };
        let mut samples = Vec::new();
        for _ in 0..3 {
            let numbered = |port: u16, side: &[Outcome; 3]| -> Vec<Sample> {
                side.iter()
                    .enumerate()
                    .map(|(hops, outcome)| sample(port, hops, outcome))
                    .collect()
            };
            samples.extend(numbered(8443, target));
            samples.extend(numbered(64_999, control));
        }
        let address = ([203, 0, 113, 7], 8443).into();
        let path = path::Seen {
            target: address,
            source: Some(router(100)),
            names_senders: true,
            max_hops: 30,
            samples,
            took_ms: 3500,
            names: BTreeMap::from([(router(2), "fw-2.example.com".to_owned())]),
            told: None,
        };
        Seen {
            tries: vec![Try {
                address,
                failure: Some(failure),
                proxy: None,
                took_ms: 5000,
                path: Some(path),
            }],
            via: None,
        }
    }

    pub(super) fn of(symptom: Clearness) -> Seen {
        let passed = |hop| Outcome::Expired {
            by: Some(router(hop)),
        };
        let silent = || Outcome::Silent;
        let silence = || Failure::Silent {
            waited_ms: 5000,
            attempts: 3,
        };
        let by = Some(router(1));
        let complaint = Complaint {
            protocol: Protocol::Icmp,
            class: 3,
            code: 13,
            by,
        };
        let rejected = || Outcome::Complained { complaint };
        let control = [passed(1), passed(2), Outcome::Refused];
        match symptom {
            Clearness::Clear => {
                let open = [passed(1), passed(2), Outcome::Connected];
                seen(Failure::Refused, &control, &open)
            }
            Clearness::DroppedBetween => {
                seen(silence(), &[passed(1), silent(), silent()], &control)
            }
            Clearness::RejectedByHop => {
                let failure = Failure::Prohibited { by, code: Some(13) };
                seen(failure, &[passed(1), rejected(), rejected()], &control)
            }
            Clearness::ResetByHop => {
                let reset = [passed(1), Outcome::Refused, Outcome::Refused];
                seen(Failure::Refused, &reset, &control)
            }
            Clearness::Unlocated => {
                let nothing = [silent(), silent(), silent()];
                seen(silence(), &nothing, &nothing)
            }
        }
    }
}
