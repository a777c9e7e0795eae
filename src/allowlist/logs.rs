//! What the server's logs tell: which published ranges arrived, when, how often, and what became of them.
//!
//! Logs are read as they stream by, in bounded memory, whatever their size and however odd their lines.

mod lines;
mod moment;
mod seen;
mod verdict;
mod w3c;
mod web;

use std::io::{self, Read};
use std::net::IpAddr;

use flate2::read::MultiGzDecoder;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use moment::Moment;
pub use seen::{Clients, RangeSeen, StatusCount};
pub use verdict::{Arrival, Arrived};

use lines::Lines;
use seen::Tally;

/// The format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// IIS, W3C extended.
    Iis,
    /// The error log of HTTP.sys.
    HttpErr,
    /// nginx and Apache, combined or common.
    Combined,
    /// `HAProxy`, HTTP or TCP.
    Haproxy,
    /// Windows Defender Firewall's `pfirewall.log`.
    Firewall,
}

/// What a log tells of the ranges asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSummary {
    /// The formats found in it.
    pub formats: Vec<LogFormat>,
    /// How many lines were understood: requests and connections to the server.
    pub entries: u64,
    /// How many lines were not.
    pub unread: u64,
    /// When the first and the last entry were written.
    pub first: Option<Moment>,
    /// When the last entry was written.
    pub last: Option<Moment>,
    /// Every range asked about, in the order asked.
    pub ranges: Vec<RangeSeen>,
    /// Who else came.
    pub clients: Clients,
    /// Whether the entries are of another port than the one asked about, since none is of that.
    #[serde(default)]
    pub other_port: bool,
    /// Why the reading ended before the end of the log, when it did.
    pub cut: Option<String>,
}

/// Reads a log, compressed or not. Entries of other ports are left out where the log tells the port and one is given;
/// where none is of that port, it was translated on the way, and the others count.
pub fn read_log(reader: impl Read, ranges: &[IpNet], port: Option<u16>) -> LogSummary {
    let mut reading = Reading::new(ranges, port);
    let mut reader = reader;
    let mut head = [0u8; 2];
    let taken = read_up_to(&mut reader, &mut head);
    let cut = match taken {
        Err(error) => Some(error),
        Ok(taken) => {
            let whole = io::Cursor::new(&head[..taken]).chain(reader);
            if head[..taken] == [0x1f, 0x8b] {
                reading.all(MultiGzDecoder::new(whole))
            } else {
                reading.all(whole)
            }
            .err()
        }
    };
    let mut summary = reading.summary();
    summary.cut = cut.map(|error| cause(&error));
    summary
}

/// A cause in words that quote nothing of the log.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed log ends too early".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            "the compressed log is damaged".to_owned()
        }
        kind => kind.to_string(),
    }
}

/// Fills a buffer as far as the reader goes.
fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut taken = 0;
    while taken < buffer.len() {
        match reader.read(&mut buffer[taken..]) {
            Ok(0) => break,
            Ok(more) => taken += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}

/// One request or connection, as its line tells it.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    format: LogFormat,
    client: IpAddr,
    /// The header that proxies put the client's address in.
    forwarded: Option<&'a [u8]>,
    /// When, as the log writes it.
    moment: Option<Moment>,
    outcome: Outcome<'a>,
}

/// What became of a request or connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome<'a> {
    /// An HTTP status, with IIS's sub-status where it is told.
    Status(u16, Option<u16>),
    /// The firewall let it in.
    Allowed,
    /// The firewall dropped it.
    Dropped,
    /// The reason of HTTP.sys.
    Reason(&'a [u8]),
    /// Not told.
    Untold,
}

/// What a line turned out to be.
enum LineRead<'a> {
    Entry(Entry<'a>),
    /// An entry of another port than the one asked about.
    Elsewhere(Entry<'a>),
    /// A heading, a comment, an entry of something else.
    Nothing,
    /// Not understood.
    Unread,
}

/// The state that reading carries from line to line.
struct Reading {
    columns: w3c::Columns,
    port: Option<u16>,
    here: Tally,
    elsewhere: Tally,
}

impl Reading {
    /// Nothing read yet.
    fn new(ranges: &[IpNet], port: Option<u16>) -> Self {
        Self {
            columns: w3c::Columns::default(),
            port,
            here: Tally::new(ranges),
            elsewhere: Tally::new(ranges),
        }
    }

    /// Takes every line of a log.
    fn all(&mut self, reader: impl Read) -> io::Result<()> {
        let mut lines = Lines::new(reader);
        while let Some(line) = lines.next_line()? {
            match self.line(line) {
                LineRead::Entry(entry) => self.here.take(&entry),
                LineRead::Elsewhere(entry) => self.elsewhere.take(&entry),
                LineRead::Unread => self.here.unread += 1,
                LineRead::Nothing => {}
            }
        }
        Ok(())
    }

    /// What was read: of the port, or else of the ports that there are.
    fn summary(self) -> LogSummary {
        let unread = self.here.unread;
        let here = self.here.summary();
        let elsewhere = self.elsewhere.summary();
        if here.entries == 0 && elsewhere.entries > 0 {
            LogSummary {
                unread,
                other_port: true,
                ..elsewhere
            }
        } else {
            here
        }
    }

    /// Takes a line.
    fn line<'a>(&mut self, line: &'a [u8]) -> LineRead<'a> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        match line.first() {
            None => LineRead::Nothing,
            Some(b'#') => {
                self.columns.heading(line);
                LineRead::Nothing
            }
            Some(first)
                if first.is_ascii_digit()
                    && line.get(4) == Some(&b'-')
                    && line
                        .get(10)
                        .is_some_and(|byte| *byte == b' ' || *byte == b'\t') =>
            {
                self.columns.entry(line, self.port)
            }
            Some(_) => web::entry(line),
        }
    }
}

/// An address as logs write it: perhaps in brackets, with a port, or with a scope.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some((inner, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inner.parse().ok();
    }
    if let Some((address, _)) = text.split_once('%') {
        return address.parse().ok();
    }
    let (address, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    address
        .parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// A small number at the head of a field.
fn number(text: &[u8]) -> Option<u16> {
    let mut value: u16 = 0;
    if text.is_empty() || text.len() > 5 {
        return None;
    }
    for digit in text {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value
            .checked_mul(10)?
            .checked_add(u16::from(digit - b'0'))?;
    }
    Some(value)
}

#[cfg(test)]
mod tests;
