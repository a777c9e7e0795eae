//! Logs of nginx, Apache and `HAProxy`.

use super::{Entry, LineRead, LogFormat, Moment, Outcome, address, number};

/// Takes a line of one of them.
pub(super) fn entry(line: &[u8]) -> LineRead<'_> {
    match combined(line).or_else(|| haproxy(line)) {
        Some(entry) => LineRead::Entry(entry),
        None => LineRead::Unread,
    }
}

/// Where a byte stands, from a place on.
fn find(line: &[u8], byte: u8, from: usize) -> Option<usize> {
    line.get(from..)?
        .iter()
        .position(|one| *one == byte)
        .map(|offset| from + offset)
}

/// `203.0.113.1 - user [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 512 "referrer" "agent" "forwarded for"`.
fn combined(line: &[u8]) -> Option<Entry<'_>> {
    let client = address(&line[..find(line, b' ', 0)?])?;
    let open = find(line, b'[', 0)?;
    let close = find(line, b']', open)?;
    let moment = Moment::of_web(&line[open + 1..close]);
    let request = find(line, b'"', close)?;
    // A quote within the request is escaped.
    let mut end = find(line, b'"', request + 1)?;
    while line[end - 1] == b'\\' {
        end = find(line, b'"', end + 1)?;
    }
    let mut fields = line[end + 1..]
        .split(|byte| *byte == b' ')
        .filter(|field| !field.is_empty());
    let status = number(fields.next()?)?;
    Some(Entry {
        format: LogFormat::Combined,
        client,
        forwarded: last_quoted(&line[end + 1..]),
        moment,
        outcome: Outcome::Status(status, None),
    })
}

/// The text of the third pair of quotes or a later one, the last on the line, when it names an address.
fn last_quoted(rest: &[u8]) -> Option<&[u8]> {
    let body = rest.trim_ascii_end().strip_suffix(b"\"")?;
    let open = body.iter().rposition(|byte| *byte == b'"')?;
    let text = &body[open + 1..];
    let first = text.split(|byte| *byte == b',' || *byte == b' ').next()?;
    address(first).map(|_| text)
}

/// `… haproxy[1]: 203.0.113.1:50000 [22/Nov/2026:10:00:00.000] front back/server 0/0/1/2/3 200 512 - - ---- … {headers} "GET / HTTP/1.1"`,
/// without the status where it proxies TCP.
fn haproxy(line: &[u8]) -> Option<Entry<'_>> {
    let mut open = find(line, b'[', 0)?;
    // The name of the process has its number in brackets.
    while line.get(open + 3).is_none_or(|byte| *byte != b'/') {
        match find(line, b'[', open + 1) {
            Some(next) => open = next,
            None => return connect(line),
        }
    }
    let head = line[..open].trim_ascii_end();
    let start = head
        .iter()
        .rposition(|byte| *byte == b' ')
        .map_or(0, |space| space + 1);
    let client = address(&head[start..])?;
    let close = find(line, b']', open)?;
    let mut fields = line[close + 1..]
        .split(|byte| *byte == b' ')
        .filter(|field| !field.is_empty());
    let timers = fields.nth(2)?;
    let http = timers.split(|byte| *byte == b'/').count() > 3;
    let status = fields.next().and_then(number).filter(|_| http);
    let headers = find(line, b'{', close)
        .zip(find(line, b'}', close))
        .filter(|(open, close)| open < close);
    let forwarded = headers.and_then(|(open, close)| {
        line[open + 1..close]
            .split(|byte| *byte == b'|')
            .find(|header| {
                header
                    .split(|byte| *byte == b',')
                    .next()
                    .and_then(address)
                    .is_some()
            })
    });
    Some(Entry {
        format: LogFormat::Haproxy,
        client,
        forwarded,
        moment: Moment::of_web(&line[open + 1..close]),
        outcome: status.map_or(Outcome::Untold, |status| Outcome::Status(status, None)),
    })
}

/// `… haproxy[1]: Connect from 203.0.113.1:50000 to 10.0.0.5:443 (front/HTTP)`.
fn connect(line: &[u8]) -> Option<Entry<'_>> {
    let phrase = b"Connect from ";
    let at = line
        .windows(phrase.len())
        .position(|window| window == phrase)?;
    let rest = &line[at + phrase.len()..];
    let client = address(rest.split(|byte| *byte == b' ').next()?)?;
    Some(Entry {
        format: LogFormat::Haproxy,
        client,
        forwarded: None,
        moment: None,
        outcome: Outcome::Untold,
    })
}
