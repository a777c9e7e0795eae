//! Devices in series against the ranges that must be admitted: one symptom, with the deciding rule for every range.

mod evidence;
mod series;
mod wide;

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;

use super::addresses::Addresses;
use super::model::{Answer, Device, Hook, RuleRef};
use super::ranges::{Phase, Ranges, Set};
pub use evidence::{Cell, DeviceSeen, Evidence, Found, RangeSeen, SetSeen, Symptom, Verdict};
use series::{Path, Way};

/// How many days before its end a set is told to expire.
pub const EXPIRES_WITHIN_DAYS: i32 = 60;

/// A device at its place on the way in.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The device.
    pub device: Device,
    /// Whether it passes connections on or is the server.
    pub hook: Hook,
    /// Its interface that faces the cloud, when told.
    pub interface: Option<String>,
    /// Its interface that faces the server, when told.
    pub onward: Option<String>,
}

/// What is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// All sets known of.
    pub ranges: &'a Ranges,
    /// The regions that must be admitted; those of the user's own sets, or else all, when empty.
    pub regions: &'a [String],
    /// The day.
    pub on: Date,
    /// The devices, outermost first.
    pub devices: &'a [Placed],
    /// The addresses of the URL's name, when known.
    pub destinations: &'a [IpAddr],
    /// The server's own address behind NAT, where it differs.
    pub server: Option<IpAddr>,
    /// The port.
    pub port: u16,
}

/// Judges the devices.
pub fn judge(asked: &Asked<'_>) -> Verdict {
    let ranges = asked.ranges;
    let current = ranges.show(asked.on, asked.regions);
    let coming = ranges.in_phase(asked.on, Phase::Coming, asked.regions);
    let path = Path::new(asked);
    let required: Addresses = addresses(&current);
    let wanted = required.or(&addresses(&coming));
    let ways = path.ways(&wanted);
    let published: Addresses = ranges
        .sets
        .iter()
        .flat_map(|set| set.cidrs.iter().copied())
        .collect();
    let (missing, undecided) = lacking(&current, &ways);
    let evidence = Evidence {
        on: asked.on,
        port: asked.port,
        devices: asked.devices.iter().map(seen).collect(),
        sets: current
            .iter()
            .chain(&coming)
            .map(|set| set_seen(set, asked.on, &ways))
            .collect(),
        missing,
        undecided,
        too_wide: wide::around(&path, &ways, &required, &published),
        stale: stale(asked, &path),
        expiring: current
            .iter()
            .filter(|set| expires(set, asked.on))
            .map(|set| set.name.clone())
            .collect(),
        unknown: current
            .iter()
            .filter(|set| !set.known)
            .map(|set| set.name.clone())
            .collect(),
        age_days: Ranges::age(&current, asked.on),
    };
    Verdict {
        symptom: evidence.symptom(),
        evidence,
    }
}

/// A device as evidence.
fn seen(placed: &Placed) -> DeviceSeen {
    DeviceSeen {
        file: placed.device.name.clone(),
        kind: placed.device.kind,
        hook: placed.hook,
    }
}

/// The addresses of several sets.
fn addresses(sets: &[&Set]) -> Addresses {
    sets.iter()
        .flat_map(|set| set.cidrs.iter().copied())
        .collect()
}

/// Whether a set ends soon.
fn expires(set: &Set, on: Date) -> bool {
    set.valid_until.is_some_and(|until| {
        until
            .since(on)
            .is_ok_and(|span| span.get_days() <= EXPIRES_WITHIN_DAYS)
    })
}

/// A set as evidence.
fn set_seen(set: &Set, on: Date, ways: &[Way]) -> SetSeen {
    let ranges = set
        .cidrs
        .iter()
        .map(|cidr| range_seen(*cidr, ways))
        .collect();
    SetSeen {
        name: set.name.clone(),
        region: set.region.clone(),
        phase: set.phase(on),
        known: set.known,
        ranges,
    }
}

/// A range as evidence: its parts at every device.
fn range_seen(cidr: IpNet, ways: &[Way]) -> RangeSeen {
    let range = Addresses::from(cidr);
    let mut answer = Answer::Allow;
    let mut cells = Vec::new();
    for way in ways {
        let part = way.sources.and(&range);
        if part.is_empty() {
            continue;
        }
        answer = worse(answer, way.overall().1.answer.clone());
        for (device, decision) in way.decisions.iter().enumerate() {
            cells.extend(part.spans().into_iter().map(|part| Cell {
                device,
                part,
                decision: decision.clone(),
            }));
        }
    }
    cells.sort_by_key(|cell| (cell.device, cell.part));
    RangeSeen {
        cidr,
        answer,
        cells,
    }
}

/// The worse of two answers.
fn worse(one: Answer, other: Answer) -> Answer {
    match (&one, &other) {
        (Answer::Deny, _)
        | (_, Answer::Allow)
        | (Answer::Undecided { .. }, Answer::Undecided { .. }) => one,
        (Answer::Allow | Answer::Undecided { .. }, Answer::Deny)
        | (Answer::Allow, Answer::Undecided { .. }) => other,
    }
}

/// What of the sets does not get through, and what is not decided.
fn lacking(sets: &[&Set], ways: &[Way]) -> (Vec<Found>, Vec<Found>) {
    let (mut missing, mut undecided) = (Vec::new(), Vec::new());
    for set in sets {
        let wanted = set.addresses();
        for way in ways {
            let part = way.sources.and(&wanted);
            if part.is_empty() {
                continue;
            }
            let (device, decision) = way.overall();
            let found = |construct| {
                found(
                    &part,
                    Some(set.name.clone()),
                    Some(device),
                    decision.by.clone(),
                    construct,
                )
            };
            match &decision.answer {
                Answer::Allow => {}
                Answer::Deny => missing.push(found(None)),
                Answer::Undecided { construct } => undecided.push(found(Some(construct.clone()))),
            }
        }
    }
    (missing, undecided)
}

/// Something found of some addresses.
fn found(
    part: &Addresses,
    set: Option<String>,
    device: Option<usize>,
    by: Option<RuleRef>,
    construct: Option<String>,
) -> Found {
    Found {
        cidrs: part.nets(),
        set,
        device,
        by,
        construct,
    }
}

/// What of the ended sets, of any region, still gets through.
fn stale(asked: &Asked<'_>, path: &Path<'_>) -> Vec<Found> {
    let in_use: Addresses = asked
        .ranges
        .sets
        .iter()
        .filter(|set| set.phase(asked.on) != Phase::Ended)
        .flat_map(|set| set.cidrs.iter().copied())
        .collect();
    let ended: Vec<&Set> = asked
        .ranges
        .sets
        .iter()
        .filter(|set| set.phase(asked.on) == Phase::Ended)
        .collect();
    let ways = path.ways(&addresses(&ended).minus(&in_use));
    let mut stale = Vec::new();
    for set in ended {
        let wanted = set.addresses();
        for way in ways.iter().filter(|way| way.is_allowed()) {
            let part = way.sources.and(&wanted);
            if !part.is_empty() {
                let last = way
                    .decisions
                    .last()
                    .and_then(|decision| decision.by.clone());
                stale.push(found(&part, Some(set.name.clone()), None, last, None));
            }
        }
    }
    stale
}

#[cfg(test)]
mod tests;
