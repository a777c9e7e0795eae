//! The way of the packets as steps, for drawing it: from here, hop by hop, to the host, and where they stop.

use super::location::{named, remark, said, unsettled};
use super::{Seen, Try, why};
use crate::dial::Failure;
use crate::path::{Hop, Location, Place, Verdict};
use crate::shown::shown_within;
use crate::words::Words;
use crate::words::facts::{Hops, Ports};
use std::fmt::Display;

/// The most of a router's name that is drawn: longer ones are not for people.
const MOST_OF_NAME: usize = 60;

/// What the two ends are called, where that is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// This machine.
    pub here: &'a str,
    /// The host.
    pub host: &'a str,
}

/// What is known of packets to the port at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They come this far.
    Came,
    /// They end here.
    Stopped,
    /// Whether they come this far is not known.
    Unsure,
    /// They do not come this far.
    Beyond,
}

/// A step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is known of the packets there.
    pub mark: Mark,
    /// The place.
    pub title: String,
    /// What else is known of it.
    pub note: String,
}

/// The way to the address that decides the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// What is drawn: address and port, and of how many addresses.
    pub of: String,
    /// From here to the host.
    pub steps: Vec<Step>,
}

impl Seen {
    /// The way of the packets; none where it was not looked at, or leads through a proxy, behind which nothing can be seen.
    pub fn drawing(&self, names: Names<'_>, words: &Words) -> Option<Drawing> {
        if self.via.is_some() {
            return None;
        }
        let attempt = self.worst()?;
        let sent = !matches!(
            attempt.failure,
            Some(Failure::NoFamily | Failure::SourceNotHere)
        );
        if attempt.failure.is_some() && attempt.path.is_none() && sent {
            return None;
        }
        let of = match self.tries.len() {
            1 => attempt.address.to_string(),
            count => words
                .facts
                .hops
                .one_of
                .with(&[("address", &attempt.address), ("count", &count)]),
        };
        let path = attempt.path.as_ref();
        let location = path
            .map(crate::path::Seen::location)
            .filter(|_| attempt.failure.is_some());
        let mut hops = path.map(crate::path::Seen::path).unwrap_or_default();
        if hops.is_empty() {
            hops.push(Hop {
                hop: 0,
                address: None,
                name: None,
                fastest_ms: None,
                passes_target: true,
            });
        }
        let unsettled = unsettled(self, location.as_ref(), &words.facts.hops);
        let sketch = Sketch {
            names,
            attempt,
            location,
            unsettled,
            words: &words.facts.hops,
            ports: &words.facts.ports,
        };
        let steps = sketch.steps(hops);
        Some(Drawing { of, steps })
    }
}

/// What a drawing is made from.
struct Sketch<'a> {
    names: Names<'a>,
    attempt: &'a Try,
    location: Option<Location>,
    unsettled: String,
    words: &'a Hops,
    ports: &'a Ports,
}

impl Sketch<'_> {
    fn steps(&self, mut hops: Vec<Hop>) -> Vec<Step> {
        for place in self.between().iter().flatten() {
            told(&mut hops, *place);
        }
        let names = self.attempt.path.as_ref().map(|path| &path.names);
        for hop in &mut hops {
            let known = |address| names.and_then(|names| names.get(&address).cloned());
            hop.name = hop.name.take().or_else(|| hop.address.and_then(known));
        }
        let last_passed = hops.iter().rev().find(|hop| hop.passes_target);
        let from = match self.between() {
            Some([left, _]) => left.hop,
            None => last_passed.map_or(0, |hop| hop.hop),
        };
        let mut steps: Vec<Step> = Vec::new();
        // The first of the hops before this one of which nothing is known.
        let mut silent_since: Option<u8> = None;
        for hop in &hops {
            let step = self.step(hop, from);
            let silent = hop.hop > 0 && hop.address.is_none() && hop.fastest_ms.is_none();
            match (steps.last_mut(), silent_since.filter(|_| silent)) {
                (Some(before), Some(since))
                    if (before.mark, &before.note) == (step.mark, &step.note) =>
                {
                    before.title = self
                        .words
                        .hops
                        .with(&[("first", &since), ("last", &hop.hop)]);
                }
                _ => {
                    steps.push(step);
                    silent_since = silent.then_some(hop.hop);
                }
            }
            if hop.hop == from && !self.arrives() {
                steps.push(self.stop());
                silent_since = None;
            }
        }
        if !hops.iter().any(|hop| self.is_host(hop)) {
            let mark = match (self.arrives(), self.between()) {
                (true, _) => Mark::Came,
                (false, Some(_)) => Mark::Beyond,
                (false, None) => Mark::Unsure,
            };
            steps.push(self.host(mark, None));
        }
        steps
    }

    /// A hop as a step; packets are known to come as far as `from`.
    fn step(&self, hop: &Hop, from: u8) -> Step {
        let until = self.between().map_or(u8::MAX, |[_, right]| right.hop);
        let mark = match hop.hop {
            at if self.arrives() || at <= from => Mark::Came,
            at if at < until => Mark::Unsure,
            _ => Mark::Beyond,
        };
        if self.is_host(hop) {
            self.host(mark, Some(hop))
        } else {
            self.hop(mark, hop)
        }
    }

    /// Whether a hop is the host.
    fn is_host(&self, hop: &Hop) -> bool {
        hop.hop > 0 && hop.address == Some(self.attempt.address.ip())
    }

    /// The places between which packets stop.
    fn between(&self) -> Option<[Place; 2]> {
        self.location.as_ref()?.between
    }

    /// Whether packets get to the host, whatever it answers.
    fn arrives(&self) -> bool {
        let clear = |location: &Location| location.verdict == Verdict::Clear;
        self.attempt.failure.is_none() || self.location.as_ref().is_some_and(clear)
    }

    /// This machine, or a router.
    fn hop(&self, mark: Mark, hop: &Hop) -> Step {
        if hop.hop == 0 {
            let title = self.words.here_named.with(&[("name", &self.names.here)]);
            let note = hop.address.map_or_else(
                || self.words.here.to_string(),
                |address| address.to_string(),
            );
            let title = title.trim_end().to_owned();
            return Step { mark, title, note };
        }
        let title = match hop.address {
            Some(address) => self
                .words
                .hop_address
                .with(&[("hop", &hop.hop), ("address", &address)]),
            None => self.words.hop.with(&[("hop", &hop.hop)]),
        };
        let answers = hop.address.is_some() || hop.fastest_ms.is_some();
        let how: &str = match (mark, answers) {
            (Mark::Came, true) if hop.passes_target => "",
            (Mark::Came, _) => &self.words.passes,
            (Mark::Unsure, _) => &self.words.unsure,
            (Mark::Beyond, true) => &self.words.other_ports,
            (Mark::Beyond | Mark::Stopped, false) => &self.words.no_port,
            (Mark::Stopped, true) => &self.words.ends_here,
        };
        let time = hop.fastest_ms.map(|ms| self.time(ms)).unwrap_or_default();
        let (mark, how) = match self.says(Place {
            hop: hop.hop,
            address: hop.address,
        }) {
            Some(says) if mark == Mark::Came => (mark, says),
            Some(says) => (Mark::Stopped, says),
            None => (mark, how.to_owned()),
        };
        let name = hop.name.as_deref().unwrap_or_default();
        let note = self.list(&[shown_within(name, MOST_OF_NAME), time, how]);
        Step { mark, title, note }
    }

    /// What the device at a place says, where it is the one that refuses.
    fn says(&self, place: Place) -> Option<String> {
        let complaint = self.location.as_ref()?.complaint?;
        (place.address.is_some() && complaint.by == place.address).then(|| {
            self.words
                .says
                .with(&[("said", &said(complaint, self.words))])
        })
    }

    /// The host.
    fn host(&self, mark: Mark, hop: Option<&Hop>) -> Step {
        let address = self.attempt.address;
        let named = !self.names.host.is_empty() && self.names.host != address.ip().to_string();
        let title = if named {
            self.words.host.with(&[("name", &self.names.host)])
        } else {
            self.words.host.with(&[("name", &address)])
        };
        let socket = if named {
            address.to_string()
        } else {
            String::new()
        };
        let told = self.says(Place {
            hop: 0,
            address: Some(address.ip()),
        });
        let remark = remark(self.location.as_ref(), self.words);
        let (mark, how) = match (mark, &self.attempt.failure, told) {
            (_, None, _) => (Mark::Came, self.words.accepts.to_string()),
            (Mark::Came, Some(failure @ (Failure::Refused | Failure::Reset)), _) => (
                Mark::Stopped,
                format!("{}{remark}", why(failure, self.ports)),
            ),
            (Mark::Came, Some(failure), _) => {
                let how = self
                    .words
                    .and_yet
                    .with(&[("why", &why(failure, self.ports)), ("remark", &remark)]);
                (Mark::Unsure, how)
            }
            (_, Some(_), Some(says)) => (Mark::Stopped, says),
            (Mark::Unsure, Some(_), None) => (Mark::Unsure, self.words.unsure.to_string()),
            (Mark::Beyond | Mark::Stopped, Some(_), None) => {
                let how = match hop {
                    Some(_) => &self.words.other_ports,
                    None => &self.words.distance_untold,
                };
                (Mark::Beyond, how.to_string())
            }
        };
        let place = hop
            .map(|hop| self.words.hop.with(&[("hop", &hop.hop)]))
            .unwrap_or_default();
        let took = || (self.attempt.failure.is_none()).then_some(self.attempt.took_ms);
        let fastest = hop.and_then(|hop| hop.fastest_ms).or_else(took);
        let time = fastest.map(|ms| self.time(ms)).unwrap_or_default();
        let note = self.list(&[socket, place, time, how]);
        Step { mark, title, note }
    }

    /// Where packets stop, in words.
    fn stop(&self) -> Step {
        let port = self.attempt.address.port();
        let failure = self.attempt.failure.as_ref();
        let own = matches!(failure, Some(Failure::NoFamily | Failure::SourceNotHere));
        let settled = self.location.as_ref().zip(self.between());
        let (mark, title, note) = match (settled, failure) {
            (Some((location, places)), _) => {
                let title = self.words.stops_here.with(&[("port", &port)]);
                (Mark::Stopped, title, stopped(location, places, self.words))
            }
            (None, Some(failure)) if own => {
                let title = self.words.none_leaves.with(&[("port", &port)]);
                (Mark::Stopped, title, why(failure, self.ports))
            }
            (None, _) => {
                let title = self.words.stops_untold.with(&[("port", &port)]);
                (Mark::Unsure, title, self.unsettled.clone())
            }
        };
        Step { mark, title, note }
    }

    /// Milliseconds; an answer within the first of them took less.
    fn time(&self, ms: u64) -> String {
        match ms {
            0 => self.words.under_1_ms.to_string(),
            ms => format!("{ms} ms"),
        }
    }

    /// What there is to say, one after the other.
    fn list(&self, parts: &[String]) -> String {
        let said: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        said.join(&self.words.joint)
    }
}

/// How packets end between two places.
fn stopped(location: &Location, [left, right]: [Place; 2], words: &Hops) -> String {
    let how = match (location.verdict, location.complaint) {
        (Verdict::ResetByHop, _) => words.resets.to_string(),
        (_, Some(complaint)) => words.rejects.with(&[("said", &said(complaint, words))]),
        (
            Verdict::DroppedBetween | Verdict::RejectedByHop | Verdict::Clear | Verdict::Unlocated,
            _,
        ) => words.vanish.to_string(),
    };
    let remark = remark(Some(location), words);
    let how: [(_, &dyn Display); 2] = [("how", &how), ("remark", &remark)];
    if left == right {
        let place = named(left, words);
        words.stopped_at.with(&[("place", &place), how[0], how[1]])
    } else {
        let (left, right) = (named(left, words), named(right, words));
        words
            .stopped_between
            .with(&[("left", &left), ("right", &right), how[0], how[1]])
    }
}

/// Adds what is known of a place to the hops: its address, or the hop itself where it lies behind them.
fn told(hops: &mut Vec<Hop>, place: Place) {
    match hops.iter_mut().find(|hop| hop.hop == place.hop) {
        Some(hop) => hop.address = hop.address.or(place.address),
        None if place.address.is_some() => hops.push(Hop {
            hop: place.hop,
            address: place.address,
            name: None,
            fastest_ms: None,
            passes_target: false,
        }),
        None => {}
    }
}
