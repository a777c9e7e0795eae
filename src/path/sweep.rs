//! Sends the packets: all distances in flight together, in a few waves, and hears what comes back.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep_until};

use crate::dial::{self, Complaint, Failure, Meaning, Opened, Senders};

use super::facts::Facts;
use super::{Carrier, Options, Outcome, Sample, Seen, Verdict};

/// More time than this brings no more answers: the slowest is a router's "host unreachable", after 3 s.
const WINDOW: Duration = Duration::from_millis(3500);

/// The first wave goes this far; the next ones farther, if the host has not been met by then.
const FIRST_REACH: u8 = 12;

/// A port on which nothing listens: the control where no open one is known.
const CLOSED: u16 = 64_999;

/// Ports that a firewall may let through where it drops all others: asked when the first control brings no answer.
const COMMON: [u16; 4] = [443, 80, 22, 3389];

/// The port of the datagrams that show what stands behind a device which answers all TCP itself: that of `traceroute`.
pub const TRACED: u16 = 33_434;

/// How much farther than the first answer in the host's name the datagrams go.
const BEHIND: u8 = 4;

/// When the waves start, in thousandths of the time; the last one is the end.
const WAVES: [u32; 6] = [0, 90, 220, 400, 570, 1000];

/// The time between two waves when every packet is answered: routers limit how often they speak.
const PAUSE: Duration = Duration::from_millis(60);

/// Measures the path to the target's port; each device that answers on the way is told to `routers` at once.
pub async fn sweep(
    target: SocketAddr,
    options: &Options,
    routers: UnboundedSender<IpAddr>,
) -> Seen {
    let mut sweep = Sweep::new(target, options, routers);
    let window = options.budget.min(WINDOW);
    for (number, starts) in WAVES.windows(2).enumerate() {
        sweep.send(number);
        let until = sweep.began + window * starts[1] / 1000;
        sweep.hear(until).await;
        if sweep.is_settled(number) {
            break;
        }
    }
    sweep.seen()
}

/// An answer: which sample it belongs to, when it came, and what it was.
type Answer = (usize, Instant, Outcome);

/// A measurement under way.
struct Sweep<'a> {
    target: SocketAddr,
    options: &'a Options,
    control: u16,
    began: Instant,
    samples: Vec<Sample>,
    sent_at: Vec<Instant>,
    under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Answer> + Send>>>,
    source: Option<IpAddr>,
    routers: UnboundedSender<IpAddr>,
}

impl<'a> Sweep<'a> {
    fn new(target: SocketAddr, options: &'a Options, routers: UnboundedSender<IpAddr>) -> Self {
        let known = options.known_open.filter(|port| *port != target.port());
        let closed = CLOSED - u16::from(target.port() == CLOSED);
        Self {
            target,
            options,
            control: known.unwrap_or(closed),
            began: Instant::now(),
            samples: Vec::new(),
            sent_at: Vec::new(),
            under_way: FuturesUnordered::new(),
            source: options.source.or_else(|| local_address(target)),
            routers,
        }
    }

    /// Sends one wave. The target's packet goes first at each distance, so that a router which answers only so many
    /// packets a second answers that one.
    fn send(&mut self, wave: usize) {
        let facts = self.facts();
        let (from, to) = self.reach(wave, &facts);
        let ports = match wave {
            3 if self.wants_other_controls(&facts) => self.common_ports(),
            3 => return,
            _ => vec![self.target.port(), self.control],
        };
        let times = if wave == 4 { 3 } else { 1 };
        for _ in 0..times {
            for hops in from..=to {
                for port in &ports {
                    self.send_one((Carrier::Tcp, *port), hops);
                }
            }
        }
        if wave == 3 && self.options.senders == Senders::Asked {
            let to = to.saturating_add(BEHIND).min(self.options.max_hops);
            for hops in (from..=to).chain(from..=to) {
                self.send_one((Carrier::Udp, TRACED), hops);
            }
        }
    }

    /// Which distances a wave looks at.
    fn reach(&self, wave: usize, facts: &Facts) -> (u8, u8) {
        let max = self.options.max_hops;
        let first = facts.nearest(|t| t.connected + t.refused > 0 || !t.complaints.is_empty());
        let last = facts.last_router().max(facts.last_control()).unwrap_or(0);
        let edge = facts.last_router().unwrap_or(0);
        let known = first.max(facts.distance).unwrap_or(last + 4).min(max);
        match wave {
            0 => (1, FIRST_REACH.min(max)),
            1 if first.or(facts.distance).is_none() => (1, max),
            1 | 2 => (1, known),
            3 => (
                first.map_or(edge + 1, |first| first.saturating_sub(1).max(1)),
                known,
            ),
            _ => {
                let from = first.map_or(edge, |first| first.saturating_sub(1)).max(1);
                let to = first.unwrap_or(edge + 3).min(known).max(from);
                (from, to)
            }
        }
    }

    /// Whether other ports may tell what the first control did not: how far the host is, or who refuses.
    fn wants_other_controls(&self, facts: &Facts) -> bool {
        let control = facts.controls.get(&(Carrier::Tcp, self.control));
        let connected = control.is_some_and(|hops| hops.values().any(|tally| tally.connected > 0));
        let refused = facts.nearest(|tally| tally.refused > 0).is_some();
        facts.distance.is_none() || (refused && !connected)
    }

    /// The common ports that were not asked yet.
    fn common_ports(&self) -> Vec<u16> {
        let asked = [self.target.port(), self.control];
        COMMON
            .into_iter()
            .filter(|port| !asked.contains(port))
            .collect()
    }

    fn send_one(&mut self, (carrier, port): (Carrier, u16), hops: u8) {
        let index = self.samples.len();
        let now = Instant::now();
        self.samples.push(Sample {
            port,
            carrier,
            hops,
            sent_ms: dial::milliseconds(now - self.began),
            answered_after_ms: None,
            outcome: Outcome::Silent,
        });
        self.sent_at.push(now);
        let plan = dial::Plan {
            target: SocketAddr::new(self.target.ip(), port),
            source: self.options.source,
            hops: Some(hops),
            max_segment: None,
            senders: self.options.senders,
        };
        match (carrier, Opened::new(&plan)) {
            (Carrier::Udp, _) => self.under_way.push(Box::pin(async move {
                let outcome = outcome_of_datagram(dial::datagram(&plan).await);
                (index, Instant::now(), outcome)
            })),
            (Carrier::Tcp, Ok(opened)) => self.under_way.push(Box::pin(async move {
                let outcome = outcome(opened, &plan).await;
                (index, Instant::now(), outcome)
            })),
            (Carrier::Tcp, Err(failure)) => self.samples[index].outcome = not_sent(&failure),
        }
    }

    /// Hears answers until a time; when every packet is answered, no longer than a pause.
    async fn hear(&mut self, until: Instant) {
        let pause = Instant::now() + PAUSE;
        loop {
            let until = if self.under_way.is_empty() {
                until.min(pause)
            } else {
                until
            };
            tokio::select! {
                biased;
                Some(answer) = self.under_way.next() => self.note(answer),
                () = sleep_until(until) => return,
            }
        }
    }

    fn note(&mut self, (index, at, outcome): Answer) {
        let sample = &mut self.samples[index];
        if outcome != Outcome::Silent {
            sample.answered_after_ms = Some(dial::milliseconds(at - self.sent_at[index]));
        }
        if let Some(router) = sender(&outcome).filter(|router| *router != self.target.ip()) {
            // Whoever listens may have heard enough.
            let _ = self.routers.send(router);
        }
        sample.outcome = outcome;
    }

    /// Whether more packets would change nothing.
    fn is_settled(&self, wave: usize) -> bool {
        let facts = self.facts();
        if facts.nearest(|tally| tally.connected > 0).is_some() {
            return wave >= 1 && self.has_waited_long_enough();
        }
        let location = self.seen_so_far().location();
        let named = location
            .between
            .iter()
            .flatten()
            .all(|place| place.address.is_some());
        let enough = match location.verdict {
            Verdict::Clear => wave >= 3,
            Verdict::RejectedByHop => wave >= 2 && named,
            Verdict::ResetByHop => wave >= 4,
            // Silence is only known at the end of the time.
            Verdict::DroppedBetween | Verdict::Unlocated => false,
        };
        enough && self.has_waited_long_enough()
    }

    /// Whether what is unanswered is so for longer than the slowest answer took.
    fn has_waited_long_enough(&self) -> bool {
        let answers = self
            .samples
            .iter()
            .filter_map(|sample| sample.answered_after_ms);
        let slowest = answers.max().unwrap_or(0);
        let now = dial::milliseconds(self.began.elapsed());
        let mut unanswered = self.samples.iter().filter(|s| s.outcome == Outcome::Silent);
        let first_waves = unanswered.next().map(|sample| sample.sent_ms);
        first_waves.is_none_or(|sent| now - sent > 2 * slowest + 100)
    }

    fn facts(&self) -> Facts {
        Facts::count(&self.samples, self.target.port(), self.target.ip())
    }

    fn seen_so_far(&self) -> Seen {
        Seen {
            target: self.target,
            source: self.source,
            names_senders: self.options.senders == Senders::Asked,
            max_hops: self.options.max_hops,
            samples: self.samples.clone(),
            took_ms: dial::milliseconds(self.began.elapsed()),
            names: BTreeMap::new(),
            told: None,
        }
    }

    fn seen(self) -> Seen {
        self.seen_so_far()
    }
}

/// The device that an answer came from, where it is not the host's own answer.
fn sender(outcome: &Outcome) -> Option<IpAddr> {
    match outcome {
        Outcome::Expired { by } => *by,
        Outcome::Complained { complaint } => complaint.by,
        Outcome::Connected | Outcome::Refused | Outcome::Silent | Outcome::Failed { .. } => None,
    }
}

/// What comes of one packet, however long it takes.
async fn outcome(opened: Opened, plan: &dial::Plan) -> Outcome {
    let Err((error, complaint)) = opened.connect(plan.target).await else {
        return Outcome::Connected;
    };
    let untold = plan.senders == Senders::Untold;
    match (complaint, error.kind()) {
        (Some(complaint), _) => outcome_of(complaint),
        (None, std::io::ErrorKind::ConnectionRefused) => Outcome::Refused,
        // A reset of the first packet is a refusal: this one came to a connection that already stood.
        (None, std::io::ErrorKind::ConnectionReset) => Outcome::Connected,
        (None, std::io::ErrorKind::TimedOut) => Outcome::Silent,
        // Somebody said something, and neither who nor what is told: it proves as little as silence.
        (None, std::io::ErrorKind::HostUnreachable) if untold => Outcome::Silent,
        (None, kind) => Outcome::Failed {
            error: kind.to_string(),
        },
    }
}

/// What a device's word about a packet means.
fn outcome_of(complaint: Complaint) -> Outcome {
    match complaint.meaning() {
        Meaning::HopLimit => Outcome::Expired { by: complaint.by },
        Meaning::Prohibited | Meaning::Unreachable => Outcome::Complained { complaint },
    }
}

/// What comes of one datagram: an answer from the host is as good as a connection.
fn outcome_of_datagram(ended: Result<Option<Complaint>, Failure>) -> Outcome {
    match ended {
        Ok(None) => Outcome::Connected,
        Ok(Some(complaint)) => outcome_of(complaint),
        Err(failure) => not_sent(&failure),
    }
}

/// Why a packet was not sent.
fn not_sent(failure: &Failure) -> Outcome {
    let error = match failure {
        Failure::Other { error } => error.clone(),
        Failure::SourceNotHere => "the source address is not of this machine".to_owned(),
        other => format!("{other:?}"),
    };
    Outcome::Failed { error }
}

/// The address this machine would send from; asking sends nothing.
fn local_address(target: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = if target.is_ipv4() {
        (std::net::Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
