//! Counts what was seen, in bounded memory.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::super::addresses::Addresses;
use super::super::networks::is_inside;
use super::{Entry, LogFormat, LogSummary, Moment, Outcome, address};

/// How many statuses of a range are told apart.
const STATUSES: usize = 32;
/// How many addresses of clients inside are told apart.
const INSIDE: usize = 16;

/// What was seen of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeSeen {
    /// The range.
    pub range: IpNet,
    /// How often.
    pub times: u64,
    /// When first.
    pub first: Option<Moment>,
    /// When last.
    pub last: Option<Moment>,
    /// What became of it, most frequent first.
    pub statuses: Vec<StatusCount>,
    /// How often the firewall of the server dropped it.
    pub dropped: u64,
    /// When that happened last.
    pub dropped_last: Option<Moment>,
    /// How often it was connected, with an answer that is not told: through the firewall, and no farther for all one knows.
    pub connected: u64,
    /// When that happened last.
    pub connected_last: Option<Moment>,
    /// How often IIS turned it away for its address, with 403.6.
    pub refused: u64,
    /// When that happened last.
    pub refused_last: Option<Moment>,
    /// How often it was answered with 403 for a reason that is not told.
    pub forbidden: u64,
    /// When that happened last.
    pub forbidden_last: Option<Moment>,
    /// How often it was served or failed for another reason.
    pub served: u64,
    /// When that happened last.
    pub served_last: Option<Moment>,
}

/// A status and how often it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCount {
    /// `200`, `403.6`, `DROP`, `ALLOW`, or a reason of HTTP.sys.
    pub status: String,
    /// How often.
    pub times: u64,
}

/// Who came, whatever their range.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clients {
    /// Entries from the internet.
    pub public: u64,
    /// Entries from inside.
    pub inside: u64,
    /// Entries from the machine itself.
    pub itself: u64,
    /// Entries with the client's address in a header.
    pub forwarded: u64,
    /// The addresses from inside, as many as are told apart.
    pub inside_addresses: Vec<IpAddr>,
    /// Whether there were more of them.
    pub more_inside: bool,
}

impl RangeSeen {
    /// A range that was not seen yet.
    fn new(range: IpNet) -> Self {
        Self {
            range,
            times: 0,
            first: None,
            last: None,
            statuses: Vec::new(),
            dropped: 0,
            dropped_last: None,
            connected: 0,
            connected_last: None,
            refused: 0,
            refused_last: None,
            forbidden: 0,
            forbidden_last: None,
            served: 0,
            served_last: None,
        }
    }

    /// Counts an entry.
    fn take(&mut self, entry: &Entry<'_>) {
        self.times += 1;
        spread(&mut self.first, &mut self.last, entry.moment);
        let (times, last) = match entry.outcome {
            Outcome::Dropped => (&mut self.dropped, &mut self.dropped_last),
            // HTTP.sys also tells the end of connections on which a request was turned away.
            Outcome::Allowed | Outcome::Reason(_) | Outcome::Untold => {
                (&mut self.connected, &mut self.connected_last)
            }
            Outcome::Status(403, Some(6)) => (&mut self.refused, &mut self.refused_last),
            Outcome::Status(403, None) => (&mut self.forbidden, &mut self.forbidden_last),
            Outcome::Status(..) => (&mut self.served, &mut self.served_last),
        };
        *times += 1;
        *last = (*last).max(entry.moment);
        let mut name = Name::default();
        name.write(entry.outcome);
        count(&mut self.statuses, name.text(), 1);
    }

    /// Adds what another log tells of the same range.
    fn add(&mut self, other: &Self) {
        self.times += other.times;
        spread(&mut self.first, &mut self.last, other.first);
        spread(&mut self.first, &mut self.last, other.last);
        self.dropped += other.dropped;
        self.dropped_last = self.dropped_last.max(other.dropped_last);
        self.connected += other.connected;
        self.connected_last = self.connected_last.max(other.connected_last);
        self.refused += other.refused;
        self.refused_last = self.refused_last.max(other.refused_last);
        self.forbidden += other.forbidden;
        self.forbidden_last = self.forbidden_last.max(other.forbidden_last);
        self.served += other.served;
        self.served_last = self.served_last.max(other.served_last);
        for status in &other.statuses {
            count(&mut self.statuses, &status.status, status.times);
        }
        self.order();
    }

    /// Puts the most frequent status first.
    fn order(&mut self) {
        self.statuses.sort_by(|one, other| {
            other
                .times
                .cmp(&one.times)
                .then_with(|| one.status.cmp(&other.status))
        });
    }
}

/// Counts a status; what is too much to be told apart is counted as `other`.
fn count(statuses: &mut Vec<StatusCount>, status: &str, times: u64) {
    if let Some(known) = statuses.iter_mut().find(|known| known.status == status) {
        known.times += times;
    } else if statuses.len() < STATUSES {
        statuses.push(StatusCount {
            status: status.to_owned(),
            times,
        });
    } else {
        match statuses.iter_mut().find(|known| known.status == "other") {
            Some(other) => other.times += times,
            None => statuses.push(StatusCount {
                status: "other".to_owned(),
                times,
            }),
        }
    }
}

/// Widens a period by a moment.
fn spread(first: &mut Option<Moment>, last: &mut Option<Moment>, moment: Option<Moment>) {
    if let Some(moment) = moment {
        *first = Some(first.map_or(moment, |known| known.min(moment)));
        *last = Some(last.map_or(moment, |known| known.max(moment)));
    }
}

/// The name of a status, written without allocating.
#[derive(Default)]
struct Name {
    bytes: [u8; 32],
    length: usize,
}

impl Name {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn digits(&mut self, number: u16) {
        let mut divisor = 10_000;
        while divisor > 1 && number / divisor == 0 {
            divisor /= 10;
        }
        while divisor > 0 {
            let digit = u8::try_from(number / divisor % 10).unwrap_or_default();
            self.push(b'0' + digit);
            divisor /= 10;
        }
    }

    fn write(&mut self, outcome: Outcome<'_>) {
        let word: &[u8] = match outcome {
            Outcome::Status(code, sub) => {
                self.digits(code);
                if let Some(sub) = sub {
                    self.push(b'.');
                    self.digits(sub);
                }
                return;
            }
            Outcome::Allowed => b"ALLOW",
            Outcome::Dropped => b"DROP",
            Outcome::Reason(reason) => reason,
            Outcome::Untold => b"untold",
        };
        for byte in word
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        {
            self.push(*byte);
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// Counts the entries of one log.
pub(super) struct Tally {
    ranges: Vec<RangeSeen>,
    /// All ranges together.
    any: Addresses,
    clients: Clients,
    formats: Vec<LogFormat>,
    entries: u64,
    /// Lines that were not understood.
    pub(super) unread: u64,
    first: Option<Moment>,
    last: Option<Moment>,
}

impl Tally {
    /// Nothing seen yet.
    pub(super) fn new(ranges: &[IpNet]) -> Self {
        Self {
            ranges: ranges.iter().copied().map(RangeSeen::new).collect(),
            any: ranges.iter().copied().collect(),
            clients: Clients::default(),
            formats: Vec::new(),
            entries: 0,
            unread: 0,
            first: None,
            last: None,
        }
    }

    /// Counts an entry.
    pub(super) fn take(&mut self, entry: &Entry<'_>) {
        self.entries += 1;
        if !self.formats.contains(&entry.format) {
            self.formats.push(entry.format);
        }
        spread(&mut self.first, &mut self.last, entry.moment);
        self.client(entry.client);
        let mut sources = [Some(entry.client), None, None, None, None, None, None, None];
        if let Some(forwarded) = entry.forwarded {
            let parts = forwarded
                .split(|byte| matches!(byte, b',' | b'+' | b' '))
                .filter_map(address);
            let mut found = false;
            for (place, part) in sources[1..].iter_mut().zip(parts) {
                *place = Some(part);
                found = true;
            }
            self.clients.forwarded += u64::from(found);
        }
        if !sources
            .iter()
            .flatten()
            .any(|source| self.any.contains(*source))
        {
            return;
        }
        for range in &mut self.ranges {
            if sources
                .iter()
                .flatten()
                .any(|source| range.range.contains(source))
            {
                range.take(entry);
            }
        }
    }

    /// Counts who came.
    fn client(&mut self, client: IpAddr) {
        let clients = &mut self.clients;
        if client.is_loopback() {
            clients.itself += 1;
        } else if is_inside(client) {
            clients.inside += 1;
            if !clients.more_inside && !clients.inside_addresses.contains(&client) {
                if clients.inside_addresses.len() < INSIDE {
                    clients.inside_addresses.push(client);
                } else {
                    clients.more_inside = true;
                }
            }
        } else {
            clients.public += 1;
        }
    }

    /// What was counted.
    pub(super) fn summary(self) -> LogSummary {
        let mut ranges = self.ranges;
        ranges.iter_mut().for_each(RangeSeen::order);
        LogSummary {
            formats: self.formats,
            entries: self.entries,
            unread: self.unread,
            first: self.first,
            last: self.last,
            ranges,
            clients: self.clients,
            other_port: false,
            cut: None,
        }
    }
}

impl LogSummary {
    /// Adds what another log of the same server tells.
    pub fn merge(&mut self, other: &Self) {
        for format in &other.formats {
            if !self.formats.contains(format) {
                self.formats.push(*format);
            }
        }
        self.entries += other.entries;
        self.unread += other.unread;
        spread(&mut self.first, &mut self.last, other.first);
        spread(&mut self.first, &mut self.last, other.last);
        for range in &other.ranges {
            match self
                .ranges
                .iter_mut()
                .find(|known| known.range == range.range)
            {
                Some(known) => known.add(range),
                None => self.ranges.push(range.clone()),
            }
        }
        let clients = &mut self.clients;
        clients.public += other.clients.public;
        clients.inside += other.clients.inside;
        clients.itself += other.clients.itself;
        clients.forwarded += other.clients.forwarded;
        clients.more_inside |= other.clients.more_inside;
        for address in &other.clients.inside_addresses {
            if clients.inside_addresses.contains(address) {
                continue;
            }
            if clients.inside_addresses.len() < INSIDE {
                clients.inside_addresses.push(*address);
            } else {
                clients.more_inside = true;
            }
        }
        self.other_port |= other.other_port;
        if self.cut.is_none() {
            self.cut.clone_from(&other.cut);
        }
    }
}
