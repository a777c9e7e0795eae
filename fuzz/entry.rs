//! What every target does with its bytes. `tests/corpus.rs` sends the corpus through the same in the ordinary tests.

use std::io::Write as _;
use std::net::IpAddr;

use ipnet::IpNet;
use orch_doctor::allowlist::addresses::Addresses;
use orch_doctor::allowlist::evaluate::evaluate;
use orch_doctor::allowlist::logs::read_log;
use orch_doctor::allowlist::model::{Flow, Hook, Kind};
use orch_doctor::allowlist::ranges::{import, parse};
use orch_doctor::allowlist::read::read;

/// The targets that read no rule set of one kind; the others have the names of the kinds.
pub(crate) const OTHERS: [&str; 4] = ["any", "logs", "gzip", "ranges"];

/// What the target of this name does.
pub(crate) fn enter(target: &str, bytes: &[u8]) {
    match target {
        "any" => rules(None, bytes),
        "logs" => log(bytes),
        "gzip" => packed(bytes),
        "ranges" => table(bytes),
        kind => {
            let kind = Kind::parse(kind);
            assert!(kind.is_some(), "{target} is no kind of rule set");
            rules(kind, bytes);
        }
    }
}

/// Reads a rule set and asks it: every source has exactly one answer.
fn rules(kind: Option<Kind>, bytes: &[u8]) {
    let Ok(device) = read("export", bytes, kind) else {
        return;
    };
    for hook in [Hook::Input, Hook::Forward] {
        let flow = Flow {
            sources: Addresses::all(),
            destination: Some(IpAddr::from([10, 0, 0, 5])),
            server: None,
            port: 443,
            hook,
            interface: None,
            onward: None,
        };
        let parts = evaluate(&device, &flow);
        let all: Addresses = parts.iter().map(|part| part.span).collect();
        assert!(all.is_all(), "no source is lost");
        let count = parts.iter().fold(0u128, |sum, part| {
            sum.saturating_add(Addresses::from(part.span).count())
        });
        assert_eq!(
            count,
            Addresses::all().count(),
            "no source is answered twice"
        );
    }
}

/// Reads a log as it is.
fn log(bytes: &[u8]) {
    let ranges: [IpNet; 2] =
        ["203.0.113.0/24", "::/1"].map(|range| range.parse().unwrap_or_default());
    let summary = read_log(bytes, &ranges, Some(443));
    assert_eq!(summary.ranges.len(), ranges.len());
    let _ = summary.facts();
}

/// Reads a log that is packed, whole, in two members, and cut: the packing itself is damaged by the target `logs`.
fn packed(bytes: &[u8]) {
    let pack = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let _ = gzip.write_all(bytes);
        gzip.finish().unwrap_or_default()
    };
    let (one, other) = bytes.split_at(bytes.len() / 2);
    let members = [pack(one), pack(other)].concat();
    log(&members);
    log(&members[..members.len() / 2]);
}

/// Reads ranges, and a table that was copied from a page: what comes of it can be read again.
fn table(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = parse(text);
    let origin = import::Origin {
        seen: jiff::civil::date(2026, 11, 24),
        valid_from: None,
        source: None,
        service: "apps".to_owned(),
    };
    let sets = import::sets(text, &origin);
    assert_eq!(parse(&import::file(&sets)).as_ref(), Ok(&sets));
}
