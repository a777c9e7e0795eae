//! Logs with a heading of columns: IIS, HTTP.sys, Windows Defender Firewall. The heading may come again with other columns.

use super::{Entry, LineRead, LogFormat, Moment, Outcome, address, number};

/// Which column holds what.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns {
    format: Option<LogFormat>,
    date: Option<usize>,
    time: Option<usize>,
    client: Option<usize>,
    forwarded: Option<usize>,
    status: Option<usize>,
    sub_status: Option<usize>,
    port: Option<usize>,
    action: Option<usize>,
    protocol: Option<usize>,
    flags: Option<usize>,
    path: Option<usize>,
    reason: Option<usize>,
    /// The client's port and the server's address, which tell HTTP.sys's lines without a heading.
    told: bool,
}

/// The usual port of HTTPS.
const HTTPS: u16 = 443;
/// How many columns are looked at.
const COLUMNS: usize = 48;

/// The columns of HTTP.sys's log, which need no heading.
const HTTP_ERR: Columns = Columns {
    format: Some(LogFormat::HttpErr),
    date: Some(0),
    time: Some(1),
    client: Some(2),
    forwarded: None,
    status: Some(9),
    sub_status: None,
    port: Some(5),
    action: None,
    protocol: None,
    flags: None,
    path: None,
    reason: Some(11),
    told: false,
};

impl Columns {
    /// Takes a line that begins with `#`.
    pub(super) fn heading(&mut self, line: &[u8]) {
        let Some(names) = line.strip_prefix(b"#Fields:") else {
            return;
        };
        let mut columns = Self {
            told: true,
            ..Self::default()
        };
        let names = names
            .split(u8::is_ascii_whitespace)
            .filter(|name| !name.is_empty());
        for (place, name) in names.enumerate().take(COLUMNS) {
            let name = name.to_ascii_lowercase();
            let column = match name.as_slice() {
                b"date" => &mut columns.date,
                b"time" => &mut columns.time,
                b"c-ip" | b"src-ip" => &mut columns.client,
                b"x-forwarded-for"
                | b"cs(x-forwarded-for)"
                | b"x_forwarded_for"
                | b"original-ip"
                | b"x-original-ip" => &mut columns.forwarded,
                b"sc-status" => &mut columns.status,
                b"sc-substatus" => &mut columns.sub_status,
                b"s-port" | b"dst-port" => &mut columns.port,
                b"action" => &mut columns.action,
                b"protocol" => &mut columns.protocol,
                b"tcpflags" => &mut columns.flags,
                b"path" => &mut columns.path,
                b"s-reason" => &mut columns.reason,
                _ => continue,
            };
            *column = Some(place);
        }
        columns.format = Some(match (columns.action, columns.reason) {
            (Some(_), _) => LogFormat::Firewall,
            (None, Some(_)) => LogFormat::HttpErr,
            (None, None) => LogFormat::Iis,
        });
        *self = columns;
    }

    /// Takes a line that begins with a date.
    pub(super) fn entry<'a>(&self, line: &'a [u8], port: Option<u16>) -> LineRead<'a> {
        let mut fields: [&[u8]; COLUMNS] = [&[]; COLUMNS];
        let mut count = 0;
        for field in line.split(|byte| *byte == b' ' || *byte == b'\t') {
            if count == COLUMNS {
                break;
            }
            fields[count] = field;
            count += 1;
        }
        let columns = if self.told { self } else { &HTTP_ERR };
        let fields = &fields[..count];
        let versioned = |field: &[u8]| matches!(field.first(), Some(b'H' | b'-'));
        if !self.told && (count < 12 || !versioned(fields[6])) {
            return LineRead::Unread;
        }
        columns.read(fields, port)
    }

    /// The entry of a line's fields.
    fn read<'a>(&self, fields: &[&'a [u8]], port: Option<u16>) -> LineRead<'a> {
        let at = |column: Option<usize>| {
            column
                .and_then(|place| fields.get(place))
                .copied()
                .filter(|field| *field != b"-")
        };
        let Some(format) = self.format else {
            return LineRead::Unread;
        };
        let firewall = format == LogFormat::Firewall;
        let other = |field: Option<&[u8]>, wanted: &[u8]| {
            field.is_some_and(|field| !field.eq_ignore_ascii_case(wanted))
        };
        if firewall
            && (other(at(self.protocol), b"TCP")
                || other(at(self.path), b"RECEIVE")
                || at(self.protocol).is_none())
        {
            return LineRead::Nothing;
        }
        let told = at(self.port).and_then(number);
        let elsewhere = port.zip(told).is_some_and(|(wanted, told)| wanted != told);
        // A firewall's log has the entries of every service; of those only HTTPS can be Orchestrator behind a translated port.
        if elsewhere && firewall && told != Some(HTTPS) {
            return LineRead::Nothing;
        }
        let Some(field) = at(self.client) else {
            return if format == LogFormat::HttpErr {
                LineRead::Nothing
            } else {
                LineRead::Unread
            };
        };
        let Some(client) = address(field) else {
            return LineRead::Unread;
        };
        let outcome = if firewall {
            match dropped_or_allowed(at(self.action), at(self.flags)) {
                Ok(outcome) => outcome,
                Err(other) => return other,
            }
        } else {
            answered(at(self.status), at(self.sub_status), at(self.reason))
        };
        let moment = at(self.date).or(fields.first().copied()).zip(at(self.time));
        let entry = Entry {
            format,
            client,
            forwarded: at(self.forwarded),
            moment: moment.and_then(|(date, time)| Moment::of_date_and_time(date, time, !firewall)),
            outcome,
        };
        if elsewhere {
            LineRead::Elsewhere(entry)
        } else {
            LineRead::Entry(entry)
        }
    }
}

/// What was answered to a request, or why it was not.
fn answered<'a>(
    status: Option<&[u8]>,
    sub_status: Option<&[u8]>,
    reason: Option<&'a [u8]>,
) -> Outcome<'a> {
    let status = status.and_then(number).filter(|status| *status > 0);
    match (status, reason) {
        (Some(status), _) => Outcome::Status(status, sub_status.and_then(number)),
        (None, Some(reason)) => Outcome::Reason(reason),
        (None, None) => Outcome::Untold,
    }
}

/// What the firewall did to a connection that begins; anything else tells nothing about who may begin one.
fn dropped_or_allowed<'a>(
    action: Option<&[u8]>,
    flags: Option<&[u8]>,
) -> Result<Outcome<'a>, LineRead<'a>> {
    match action {
        Some(b"ALLOW" | b"OPEN" | b"OPEN-INBOUND") => Ok(Outcome::Allowed),
        Some(b"DROP") if flags.is_none_or(|flags| flags == b"S") => Ok(Outcome::Dropped),
        Some(b"DROP" | b"CLOSE" | b"INFO-EVENTS-LOST") => Err(LineRead::Nothing),
        _ => Err(LineRead::Unread),
    }
}
