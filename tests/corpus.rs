//! The corpus of every fuzz target goes through the very function that the fuzzer calls: what was found once stays found.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../fuzz/entry.rs"]
mod entry;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use orch_doctor::allowlist::model::Kind;
use tokio::time::Instant;

/// How long one input may take, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Every kind of rule set has a target of its name.
fn targets() -> BTreeSet<String> {
    Kind::ALL
        .iter()
        .map(|(_, name)| *name)
        .chain(entry::OTHERS)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_parser_has_a_target_and_a_corpus() {
    let files: BTreeSet<String> = targets().iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&folder("fuzz_targets")), files);
    assert_eq!(names(&folder("corpus")), targets());
    for target in targets() {
        let cargo = std::fs::read_to_string(folder("Cargo.toml")).unwrap();
        assert!(cargo.contains(&format!("name = \"{target}\"")), "{target}");
        let source = std::fs::read_to_string(folder("fuzz_targets").join(format!("{target}.rs")));
        assert!(source.unwrap().contains(&format!("enter(\"{target}\"")));
        assert!(
            names(&folder("corpus").join(&target)).len() >= 3,
            "{target}"
        );
    }
}

#[test]
fn the_corpus_goes_through_every_target() {
    for target in targets() {
        let folder = folder("corpus").join(&target);
        for name in names(&folder) {
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            let began = Instant::now();
            entry::enter(&target, &bytes);
            assert!(began.elapsed() < LONGEST, "{target}/{name}");
        }
    }
}

/// How often each file is damaged in another way; more with `ORCH_DOCTOR_FUZZ_ROUNDS`.
const ROUNDS: u64 = 20;

/// Numbers of a fixed sequence (SplitMix64), so that what was found can be found again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// A place in some bytes and another one not far behind it.
    fn piece(&mut self, bytes: &[u8]) -> (usize, usize) {
        let from = self.below(bytes.len() + 1);
        let to = from + self.below(48).min(bytes.len() - from);
        (from, to)
    }
}

/// One file with some bytes changed, cut out, repeated, or taken from another one.
fn damaged(bytes: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(5) {
        let (from, to) = numbers.piece(&bytes);
        match numbers.below(4) {
            0 if from < bytes.len() => bytes[from] = u8::try_from(numbers.below(256)).unwrap(),
            1 => drop(bytes.drain(from..to)),
            2 => {
                let piece = bytes[from..to].repeat(1 + numbers.below(20));
                bytes.splice(from..from, piece);
            }
            _ => {
                let (start, end) = numbers.piece(other);
                bytes.splice(from..to, other[start..end].to_vec());
            }
        }
    }
    bytes
}

#[test]
fn damaged_files_of_the_corpus_go_through_every_target() {
    let rounds = std::env::var("ORCH_DOCTOR_FUZZ_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(ROUNDS);
    for target in targets() {
        let folder = folder("corpus").join(&target);
        let files: Vec<Vec<u8>> = names(&folder)
            .iter()
            .map(|name| std::fs::read(folder.join(name)).unwrap())
            .collect();
        let mut numbers = Numbers(5);
        for round in 0..rounds {
            for (at, bytes) in files.iter().enumerate() {
                let other = numbers.below(files.len());
                let bytes = damaged(bytes, &files[other], &mut numbers);
                let began = Instant::now();
                if std::panic::catch_unwind(|| entry::enter(&target, &bytes)).is_err() {
                    let found =
                        std::env::temp_dir().join(format!("orch-doctor-{target}-{round}-{at}"));
                    std::fs::write(&found, &bytes).unwrap();
                    unreachable!("{target}: {} holds what stopped it", found.display());
                }
                assert!(
                    began.elapsed() < LONGEST,
                    "{target}, round {round}, file {at}"
                );
            }
        }
    }
}

/// How often a piece is repeated.
const TIMES: usize = 100_000;

/// A piece, many times.
fn many(piece: &str) -> String {
    piece.repeat(TIMES)
}

/// Inputs for hosts that grow in one way only.
fn growing_hosts() -> Vec<(&'static str, String)> {
    vec![
        ("nft", format!("{{\"nftables\": [{}", many("["))),
        ("nft", format!("{{\"nftables\": [{}]}}", many("{\"a\":"))),
        ("nft", format!("{{\"nftables\": [{}", many("\"\\n"))),
        (
            "nft",
            format!("{{\"nftables\": [{}]}}", many("{\"metainfo\":{}},")),
        ),
        (
            "iptables",
            format!(
                "*filter\n:INPUT DROP\n-A INPUT {} -j DROP\nCOMMIT\n",
                many("-s 1.1.1.1 ")
            ),
        ),
        (
            "iptables",
            format!(
                "*filter\n:INPUT DROP\n{}COMMIT\n",
                many("-A INPUT -m comment --comment \"x\" -j RETURN\n")
            ),
        ),
        ("iptables", many("*filter\n")),
        ("windows", many("[")),
        ("windows", format!("[{}", many("{\"DisplayName\":\"x\"},"))),
        ("iis", format!("<ipSecurity>{}", many("<a>"))),
        (
            "iis",
            format!("<ipSecurity>{}</ipSecurity>", many("<add/>\n")),
        ),
    ]
}

/// The same for the network's devices, for logs and for ranges.
fn growing_devices() -> Vec<(&'static str, String)> {
    vec![
        ("nsg", format!("{{\"securityRules\":{}", many("["))),
        (
            "aws",
            format!("{{\"Entries\":[{}]}}", many("{\"RuleNumber\":1},") + "{}"),
        ),
        ("asa", many("object-group network G\n group-object G\n")),
        ("asa", many("access-list A extended permit ip any any\n")),
        (
            "asa",
            format!(
                "access-list A extended permit tcp any any {}",
                many("eq 1 ")
            ),
        ),
        (
            "panos",
            many("set rulebase security rules r source [ 1.1.1.1 ]\n"),
        ),
        (
            "panos",
            format!("set address-group g static [ {} ]", many("g ")),
        ),
        ("fortios", many("config firewall policy\nedit 1\n")),
        (
            "fortios",
            format!(
                "config firewall policy\nedit 1\n{}",
                many("set srcaddr a\n")
            ),
        ),
        ("cidrs", many("1.1.1.1 ")),
        ("cidrs", many("10.0.0.0/8\n")),
        ("logs", many("#Fields: date\n")),
        ("logs", many("[")),
        ("logs", many("1.1.1.1 - - [\"\\\"")),
        ("gzip", many("x ")),
        ("ranges", many("[[set]]\n")),
        ("ranges", many("Europe 1.2.3.4/30\n")),
    ]
}

/// Time and memory must not grow with the square of the input.
#[test]
fn inputs_that_only_grow_end_soon() {
    let inputs = growing_hosts().into_iter().chain(growing_devices());
    for (target, input) in inputs {
        let began = Instant::now();
        entry::enter(target, input.as_bytes());
        let shown: String = input.chars().take(60).collect();
        assert!(
            began.elapsed() < LONGEST,
            "{target}: {shown:?} took {:?}",
            began.elapsed()
        );
    }
}
