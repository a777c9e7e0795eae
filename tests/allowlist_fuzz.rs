//! No export, however broken, makes a reader or the evaluation panic.

use orch_doctor::allowlist::addresses::Addresses;
use orch_doctor::allowlist::evaluate::evaluate;
use orch_doctor::allowlist::model::{Flow, Hook, Kind};
use orch_doctor::allowlist::ranges::{import, parse};
use orch_doctor::allowlist::read::read;
use proptest::prelude::*;

/// Exports that are sound, to be broken.
const SOUND: &[(&str, Option<Kind>)] = &[
    (include_str!("allowlist/ruleset.nft.json"), None),
    (include_str!("allowlist/rules.iptables"), None),
    (include_str!("allowlist/rules.iptables"), Some(Kind::Nft)),
    (
        include_str!("allowlist/ruleset.nft.json"),
        Some(Kind::Iptables),
    ),
];

/// Pieces that mean something to one of the formats.
const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "0",
    "-1",
    "4294967296",
    "\\",
    "\u{fffd}",
    "!",
    "-j",
    "-m",
    "--dport",
    "1.2.3.4/99",
    "::/129",
    "@",
    "*",
    "\n",
    "set",
    "elem",
    "99999",
    "0x",
    "/",
    "-",
    "é",
    "COMMIT",
    "*filter",
];

/// A sound export with some bytes replaced by pieces, and some cut out.
fn broken(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        0usize..40,
        prop::sample::select(PIECES),
    );
    proptest::collection::vec(change, 0..6).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, piece) in changes {
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece.bytes());
            if bytes.is_empty() {
                bytes.push(b' ');
            }
        }
        bytes
    })
}

fn flow() -> Flow {
    Flow {
        sources: Addresses::all(),
        destination: "10.0.0.5".parse().ok(),
        server: None,
        port: 443,
        hook: Hook::Input,
        interface: None,
        onward: None,
    }
}

/// Reads and evaluates; every source must have exactly one answer.
fn try_all(bytes: &[u8], kind: Option<Kind>) {
    if let Ok(device) = read("fw", bytes, kind) {
        let parts = evaluate(&device, &flow());
        let sum = parts.iter().fold(0u128, |sum, part| {
            sum.saturating_add(Addresses::from(part.span).count())
        });
        let all: Addresses = parts.iter().map(|part| part.span).collect();
        assert!(all.is_all(), "no source is lost");
        assert_eq!(sum, Addresses::all().count(), "no source is answered twice");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn broken_exports_are_read_or_refused((bytes, kind) in prop::sample::select(SOUND).prop_flat_map(|(text, kind)| (broken(text), Just(kind)))) {
        try_all(&bytes, kind);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in prop::sample::select(&[None, Some(Kind::Nft), Some(Kind::Iptables), Some(Kind::Cidrs)][..])) {
        try_all(&bytes, kind);
    }

    #[test]
    fn any_text_is_imported_or_ignored(text in "(.|\n|\t|[|]|1.2.3.4/30|Europe){0,60}") {
        let origin = import::Origin { seen: jiff::civil::date(2026, 11, 24), valid_from: None, source: None, service: "apps".to_owned() };
        let sets = import::sets(&text, &origin);
        assert_eq!(parse(&import::file(&sets)).unwrap(), sets);
        let _ = parse(&text);
    }
}
