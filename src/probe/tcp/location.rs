//! Where on the path the connection ends, in words.

use super::{Names, Seen};
use crate::dial::{Complaint, Failure, Meaning, Protocol};
use crate::path::{Location, Place, Remark, Verdict};
use crate::probe::{At, Facts, Symptom, symptoms};

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
pub(super) fn facts(seen: &Seen) -> Facts {
    let location = seen.location();
    let between = location.as_ref().and_then(|location| location.between);
    let place = |at: usize| between.map_or_else(|| "an unknown hop".into(), |two| named(two[at]));
    let complaint = location.as_ref().and_then(|location| location.complaint);
    Facts::from([
        ("left", place(0)),
        ("right", place(1)),
        ("remark", remark(location.as_ref())),
        (
            "complaint",
            complaint.map_or_else(|| "rejected".into(), said),
        ),
        ("path", drawn(seen)),
        ("unsettled", unsettled(seen, location.as_ref())),
        ("closed_where", elsewhere(seen)),
    ])
}

/// A place in words.
pub(super) fn named(place: Place) -> String {
    match (place.hop, place.address) {
        (0, Some(address)) => format!("this machine ({address})"),
        (0, None) => "this machine".into(),
        (hop, Some(address)) => format!("hop {hop} ({address})"),
        (hop, None) => format!("hop {hop} (which never answers)"),
    }
}

/// What a device said, in words.
pub(super) fn said(complaint: Complaint) -> String {
    let meaning = match complaint.meaning() {
        Meaning::Prohibited => "it is prohibited",
        Meaning::Unreachable => "it cannot be reached",
        Meaning::HopLimit => "packets go in circles",
    };
    let protocol = match complaint.protocol {
        Protocol::Icmp => "ICMP",
        Protocol::Icmp6 => "ICMPv6",
    };
    let (class, code) = (complaint.class, complaint.code);
    format!("{meaning} ({protocol} type {class} code {code})")
}

/// What must be added for the sentence to be honest.
pub(super) fn remark(location: Option<&Location>) -> String {
    let next_door = location.is_some_and(|location| location.distance == Some(1));
    let text = match location.and_then(|location| location.remark) {
        Some(Remark::RouterOrHost) if next_door => {
            "; this machine's own firewall and the host's look the same from here"
        }
        Some(Remark::HostOrLastRouterRefused) if next_door => {
            ", and the refusal comes from the host's own distance: from itself, or from this machine's own firewall in its name"
        }
        Some(Remark::RouterOrHost) => {
            "; the last router and the host's own firewall look the same from here"
        }
        Some(Remark::NothingButRefusals) => {
            ", or a device refuses everything in its name: both look the same from here"
        }
        Some(Remark::NothingBeyond) => "; nothing farther away answers on any port",
        Some(Remark::HostOrLastRouterRefused) => {
            ", and the refusal comes from the host's own distance: from itself, or from the last router in its name"
        }
        Some(Remark::AnsweredBeforeHost) => {
            ", although a device nearer than the host answers in its name"
        }
        Some(Remark::Circle) => "; they go in circles there",
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
pub(super) fn unsettled(seen: &Seen, location: Option<&Location>) -> String {
    let failure = seen.worst().and_then(|worst| worst.failure.as_ref());
    let text = match (location.and_then(|location| location.remark), failure) {
        (Some(Remark::DistanceUnknown), _) => {
            "no other port of the host answers, so nothing tells how far away it is"
        }
        (Some(Remark::NoHopAnswers), _) => "no router on the way answers",
        (Some(Remark::SendersUntold), _) => {
            let distance = location.and_then(|location| location.distance);
            return untold(distance);
        }
        (Some(Remark::Contradiction), _) => "the answers contradict each other",
        (Some(Remark::NotSent), _) | (None, Some(Failure::NoFamily | Failure::SourceNotHere)) => {
            "this machine cannot send to it"
        }
        _ if seen.via.is_some() => "the connection goes through a proxy",
        _ => "it was not looked at",
    };
    text.to_owned()
}

/// What is left to say where the system does not tell who answered.
fn untold(distance: Option<u8>) -> String {
    let untold = "this system does not tell a program without privileges who answered";
    match distance {
        Some(1) => format!("{untold}; other ports of the host answer from next door"),
        Some(hops) => format!("{untold}; other ports of the host answer, {hops} hops away"),
        None => untold.to_owned(),
    }
}

/// The path as a line: from here to where it ends.
fn drawn(seen: &Seen) -> String {
    let drawing = seen.drawing(Names::default());
    let steps = drawing.map(|drawing| drawing.steps).unwrap_or_default();
    let titles: Vec<String> = steps.into_iter().map(|step| step.title).collect();
    titles.join(" → ")
}

/// Where connections to the closed ones of several addresses end.
fn elsewhere(seen: &Seen) -> String {
    let placed = seen.tries.iter().filter_map(|attempt| {
        let [left, right] = attempt.path.as_ref()?.location().between?;
        let (left, right) = (named(left), named(right));
        Some(format!(
            "; to {} they end between {left} and {right}",
            attempt.address.ip()
        ))
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
