//! The way through several devices: what each says, and with which destination the next one sees the connection.

use std::net::IpAddr;

use super::super::addresses::{Addresses, Family};
use super::super::evaluate::evaluate;
use super::super::model::{Action, Answer, Decision, Device, Flow, Part, Target, Test};
use super::{Asked, Placed};

/// Sources with the same decisions at every device.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// The sources.
    pub(super) sources: Addresses,
    /// One decision for each device.
    pub(super) decisions: Vec<Decision>,
}

impl Way {
    /// The decision for the whole way, with the device that gave it: the outermost that denies, else the outermost that is undecided.
    pub(super) fn overall(&self) -> (usize, &Decision) {
        let first = |wanted: fn(&Answer) -> bool| {
            self.decisions
                .iter()
                .enumerate()
                .find(|(_, decision)| wanted(&decision.answer))
        };
        first(|answer| matches!(answer, Answer::Deny))
            .or_else(|| first(|answer| matches!(answer, Answer::Undecided { .. })))
            .or_else(|| self.decisions.iter().enumerate().next_back())
            .unwrap_or_else(|| unreachable!("a way leads through at least one device"))
    }

    /// Whether every device lets them through.
    pub(super) fn is_allowed(&self) -> bool {
        self.decisions
            .iter()
            .all(|decision| decision.answer == Answer::Allow)
    }
}

/// The devices with the addresses the connection is sent to.
pub(super) struct Path<'a> {
    asked: &'a Asked<'a>,
}

/// Sources under way, with what is known of them at a device.
#[derive(Clone)]
struct Traveller {
    way: Way,
    destination: Option<IpAddr>,
    port: u16,
    translated: bool,
}

impl<'a> Path<'a> {
    /// The path to what was asked.
    pub(super) fn new(asked: &'a Asked<'a>) -> Self {
        Self { asked }
    }

    /// What becomes of the sources. Those of a family that the server has no address of are left out.
    pub(super) fn ways(&self, sources: &Addresses) -> Vec<Way> {
        if self.asked.devices.is_empty() {
            return Vec::new();
        }
        let mut ways = Vec::new();
        for family in [Family::V4, Family::V6] {
            let sources = sources.and(&Addresses::of_family(family));
            let server = self.asked.server.filter(|address| is_of(*address, family));
            let mut fronts: Vec<Option<IpAddr>> = self
                .asked
                .destinations
                .iter()
                .copied()
                .filter(|address| is_of(*address, family))
                .map(Some)
                .collect();
            let unknown = self.asked.destinations.is_empty()
                && self.asked.server.is_none_or(|_| server.is_some());
            if fronts.is_empty() && (unknown || server.is_some()) {
                fronts.push(None);
            }
            for front in fronts.into_iter().filter(|_| !sources.is_empty()) {
                ways.extend(self.through(&sources, front, server));
            }
        }
        ways
    }

    /// What becomes of sources that call one address of the server.
    fn through(
        &self,
        sources: &Addresses,
        front: Option<IpAddr>,
        server: Option<IpAddr>,
    ) -> Vec<Way> {
        let way = Way {
            sources: sources.clone(),
            decisions: Vec::new(),
        };
        let mut travellers = vec![Traveller {
            way,
            destination: front,
            port: self.asked.port,
            translated: false,
        }];
        for placed in self.asked.devices {
            let step = |traveller: Traveller| -> Vec<Traveller> {
                Crossing {
                    placed,
                    traveller: &traveller,
                    server,
                }
                .through()
            };
            travellers = joined(travellers.into_iter().flat_map(step).collect());
        }
        travellers
            .into_iter()
            .map(|traveller| traveller.way)
            .collect()
    }
}

/// Joins those with the same past, which differ in their sources only.
fn joined(travellers: Vec<Traveller>) -> Vec<Traveller> {
    let mut joined: Vec<Traveller> = Vec::new();
    for traveller in travellers {
        let same = |known: &&mut Traveller| {
            known.way.decisions == traveller.way.decisions
                && (known.destination, known.port, known.translated)
                    == (traveller.destination, traveller.port, traveller.translated)
        };
        match joined.iter_mut().find(same) {
            Some(known) => known.way.sources = known.way.sources.or(&traveller.way.sources),
            None => joined.push(traveller),
        }
    }
    joined
}

/// Some sources at a device.
struct Crossing<'a> {
    placed: &'a Placed,
    traveller: &'a Traveller,
    server: Option<IpAddr>,
}

impl Crossing<'_> {
    /// What the device does with them.
    fn through(&self) -> Vec<Traveller> {
        let own = self.server.filter(|server| {
            !self.traveller.translated && self.traveller.destination != Some(*server)
        });
        if let Some(server) = own {
            return self.to_either(server);
        }
        let parts = self.ask(&self.traveller.way.sources, self.traveller.destination);
        parts
            .into_iter()
            .map(|part| self.traveller.onward(part, self.traveller.translated))
            .collect()
    }

    /// What the device answers for sources and a destination.
    fn ask(&self, sources: &Addresses, destination: Option<IpAddr>) -> Vec<Part> {
        let flow = Flow {
            sources: sources.clone(),
            destination,
            server: self.server,
            port: self.traveller.port,
            hook: self.placed.hook,
            interface: self.placed.interface.clone(),
            onward: self.placed.onward.clone(),
        };
        evaluate(&self.placed.device, &flow)
    }

    /// Where the destination is translated outside the devices is not known: until one of them translates it, a device
    /// may name the server by the address of its name or by its own. It lets through what it lets through to either.
    fn to_either(&self, server: IpAddr) -> Vec<Traveller> {
        let device = &self.placed.device;
        let sources = &self.traveller.way.sources;
        let front = self
            .traveller
            .destination
            .or_else(|| front_of(device, server));
        let asked = front.is_some() || translates(device);
        let outside = if asked {
            self.ask(sources, front)
        } else {
            Vec::new()
        };
        let is_translated =
            |part: &Part| part.destination != front || part.port != self.traveller.port;
        let (settled, open): (Vec<Part>, Vec<Part>) = outside
            .into_iter()
            .partition(|part| part.decision.answer == Answer::Allow || is_translated(part));
        let rest = settled
            .iter()
            .fold(sources.clone(), |rest, part| rest.minus(&part.span.into()));
        let mut travellers: Vec<Traveller> = Vec::new();
        for part in settled {
            let translated = is_translated(&part);
            let destination = if translated {
                part.destination
            } else {
                self.traveller.destination
            };
            travellers.push(Traveller {
                destination,
                ..self.traveller.onward(part, translated)
            });
        }
        if !rest.is_empty() {
            let inside = self.ask(&rest, Some(server));
            travellers.extend(
                inside
                    .into_iter()
                    .flat_map(|part| self.to_own(&part, &open)),
            );
        }
        travellers
    }

    /// The answer for the server's own address; where that is no, and the one for the address of its name was undecided, the latter.
    fn to_own(&self, part: &Part, open: &[Part]) -> Vec<Traveller> {
        let mut left = Addresses::from(part.span);
        let mut travellers = Vec::new();
        let of = |addresses: &Addresses, part: &Part, translated: bool| -> Vec<Traveller> {
            let one = |span| {
                self.traveller.onward(
                    Part {
                        span,
                        ..part.clone()
                    },
                    translated,
                )
            };
            addresses.spans().into_iter().map(one).collect()
        };
        let denied = part.decision.answer == Answer::Deny;
        for undecided in open
            .iter()
            .filter(|one| denied && matches!(one.decision.answer, Answer::Undecided { .. }))
        {
            let both = left.and(&undecided.span.into());
            left = left.minus(&both);
            travellers.extend(of(&both, undecided, false));
        }
        travellers.extend(of(&left, part, !denied));
        travellers
    }
}

impl Traveller {
    /// A part of the sources behind a device.
    fn onward(&self, part: Part, translated: bool) -> Self {
        let decisions = self
            .way
            .decisions
            .iter()
            .cloned()
            .chain([part.decision])
            .collect();
        let way = Way {
            sources: part.span.into(),
            decisions,
        };
        Self {
            way,
            destination: part.destination,
            port: part.port,
            translated,
        }
    }
}

/// Whether an address is of a family.
fn is_of(address: IpAddr, family: Family) -> bool {
    address.is_ipv4() == (family == Family::V4)
}

/// The lines of a device that translate destinations.
fn translations(device: &Device) -> impl Iterator<Item = (&[Test], Target)> {
    let lines = device.program.chains.iter().flat_map(|chain| &chain.lines);
    lines.filter_map(|line| match &line.action {
        Action::Translate(translation) => Some((line.tests.as_slice(), translation.to)),
        Action::Allow
        | Action::Deny
        | Action::Continue
        | Action::Jump(_)
        | Action::Goto(_)
        | Action::Return
        | Action::Unknown(_) => None,
    })
}

/// Whether a device translates destinations.
fn translates(device: &Device) -> bool {
    translations(device).next().is_some()
}

/// The address that a device translates to the server's, when it names one.
fn front_of(device: &Device, server: IpAddr) -> Option<IpAddr> {
    translations(device)
        .filter(|(_, to)| *to == Target::Address(server))
        .find_map(|(tests, _)| {
            tests.iter().find_map(|test| match test {
                Test::Destination(set) if set.count() == 1 => {
                    set.spans().first().map(|span| span.first)
                }
                _ => None,
            })
        })
}
