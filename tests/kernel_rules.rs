//! What we say of nft and iptables rule sets, compared with what the kernel does with packets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "a test stops at what it cannot do, and says what it leaves out"
)]

#[path = "kernel_rules/generate.rs"]
mod generate;
#[path = "kernel_rules/lab.rs"]
mod lab;
#[path = "support/needs.rs"]
#[expect(dead_code, reason = "the lab asks for its programs itself")]
mod needs;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use orch_doctor::allowlist::addresses::Addresses;
use orch_doctor::allowlist::change::{For, Wanted, request};
use orch_doctor::allowlist::evaluate::evaluate;
use orch_doctor::allowlist::model::{Answer, Device, Flow, Hook};
use orch_doctor::allowlist::read::read;
use orch_doctor::allowlist::verdict::Placed;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use lab::{Lab, OWN, PORTS, SERVER, SOURCES};

/// The part of the workers that run in the namespaces.
#[test]
#[ignore = "started by the other tests, inside a namespace"]
fn worker() {
    if let Ok(role) = std::env::var(lab::WORKER) {
        lab::work(&role);
    }
}

/// How many answers agreed, and how many were left open.
#[derive(Debug, Default)]
struct Tally {
    agreed: usize,
    undecided: usize,
    allowed: usize,
}

/// Every source to every port of the firewall and of the server behind it, of the families asked for.
fn attempts(families: &[bool]) -> Vec<(Hook, IpAddr, SocketAddr)> {
    let mut all = Vec::new();
    for (hook, destinations) in [(Hook::Input, OWN), (Hook::Forward, SERVER)] {
        for destination in destinations {
            let destination: IpAddr = destination.parse().unwrap();
            for source in SOURCES {
                let source: IpAddr = source.parse().unwrap();
                if source.is_ipv4() == destination.is_ipv4() && families.contains(&source.is_ipv6())
                {
                    all.extend(
                        PORTS
                            .iter()
                            .map(|port| (hook, source, SocketAddr::new(destination, *port))),
                    );
                }
            }
        }
    }
    all
}

/// Our answer for one connection.
fn answer(device: &Device, hook: Hook, source: IpAddr, destination: SocketAddr) -> Answer {
    let flow = Flow {
        sources: Addresses::from(source),
        destination: Some(destination.ip()),
        server: None,
        port: destination.port(),
        hook,
        interface: Some(lab::FACING.to_owned()),
        onward: Some(lab::ONWARD.to_owned()),
    };
    let parts = evaluate(device, &flow);
    assert_eq!(parts.len(), 1, "one source has one answer: {parts:?}");
    parts[0].decision.answer.clone()
}

/// Compares all answers for a loaded rule set with the kernel's.
fn compare(lab: &mut Lab, device: &Device, families: &[bool], shown: &str, tally: &mut Tally) {
    let attempts = attempts(families);
    let tried: Vec<(IpAddr, SocketAddr)> = attempts
        .iter()
        .map(|(_, source, to)| (*source, *to))
        .collect();
    let opened = lab.connect(&tried, Duration::from_millis(120));
    for ((hook, source, to), open) in attempts.iter().zip(opened) {
        let agrees = |open: bool, answer: &Answer| {
            matches!(
                (answer, open),
                (Answer::Allow, true) | (Answer::Deny, false)
            )
        };
        let answer = answer(device, *hook, *source, *to);
        if matches!(answer, Answer::Undecided { .. }) {
            tally.undecided += 1;
            continue;
        }
        // A packet that was only late is given more time before it counts.
        if !agrees(open, &answer) && !open {
            let open = lab.connect(&[(*source, *to)], Duration::from_secs(3))[0];
            assert!(
                agrees(open, &answer),
                "{hook:?} {source} to {to}: we say {answer:?}, the kernel {open}\n{shown}"
            );
        } else {
            assert!(
                agrees(open, &answer),
                "{hook:?} {source} to {to}: we say {answer:?}, the kernel {open}\n{shown}"
            );
        }
        tally.agreed += 1;
        tally.allowed += usize::from(answer == Answer::Allow);
    }
}

/// How many rule sets are generated of each kind.
fn cases() -> usize {
    std::env::var("ORCH_DOCTOR_KERNEL_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(40)
}

fn runner() -> TestRunner {
    let seed = std::env::var("ORCH_DOCTOR_KERNEL_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(5u8);
    TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]),
    )
}

/// Generates rule sets, and compares those that the kernel takes.
fn compare_generated(
    rules: &impl Strategy<Value = String>,
    families: &[bool],
    load: impl Fn(&Lab, &str) -> Result<String, String>,
) -> Tally {
    let mut lab = Lab::new();
    let mut runner = runner();
    let (mut tally, mut loaded, mut refused) = (Tally::default(), 0, 0);
    while loaded < cases() {
        let script = rules.new_tree(&mut runner).unwrap().current();
        match load(&lab, &script) {
            Ok(export) => {
                loaded += 1;
                let device = read("fw", export.as_bytes(), None)
                    .unwrap_or_else(|error| panic!("{error}\n{export}"));
                compare(&mut lab, &device, families, &script, &mut tally);
            }
            // Matches that contradict each other are refused.
            Err(error) => {
                refused += 1;
                assert!(
                    refused < 50 + loaded * 20,
                    "the kernel refuses nearly everything: {error}\n{script}"
                );
            }
        }
    }
    println!("{loaded} rule sets ({refused} refused): {tally:?}");
    assert!(
        tally.allowed * 20 > tally.agreed && tally.allowed * 20 < tally.agreed * 19,
        "the rule sets decide too little: {tally:?}"
    );
    assert!(
        tally.undecided * 10 < tally.agreed,
        "too much is left undecided: {tally:?}"
    );
    tally
}

#[test]
fn generated_nft_rule_sets_are_judged_as_the_kernel_does() {
    if lab::missing().is_none() {
        compare_generated(&generate::nft(), &[false, true], Lab::load_nft);
    }
}

#[test]
fn generated_iptables_rule_sets_are_judged_as_the_kernel_does() {
    if lab::missing().is_none() {
        compare_generated(&generate::iptables(false), &[false], |lab, script| {
            lab.load_iptables(false, script)
        });
    }
}

#[test]
fn generated_ip6tables_rule_sets_are_judged_as_the_kernel_does() {
    if lab::missing().is_none() {
        compare_generated(&generate::iptables(true), &[true], |lab, script| {
            lab.load_iptables(true, script)
        });
    }
}

/// The sources of one family.
fn sources(six: bool) -> Vec<IpAddr> {
    SOURCES
        .iter()
        .map(|source| source.parse::<IpAddr>().unwrap())
        .filter(|source| source.is_ipv6() == six)
        .collect()
}

/// Makes the change for all sources that a device stops, looks whether they then pass, undoes it, and looks again.
/// How many sources the change let through.
fn change_and_back(lab: &mut Lab, device: &Device, system: For, place: (Hook, bool)) -> usize {
    let (hook, six) = place;
    let destination = SocketAddr::new(
        if hook == Hook::Input { OWN } else { SERVER }[usize::from(six)]
            .parse()
            .unwrap(),
        443,
    );
    let stopped = |source: &IpAddr| answer(device, hook, *source, destination) == Answer::Deny;
    let missing: Vec<IpAddr> = sources(six).into_iter().filter(stopped).collect();
    if missing.is_empty() {
        return 0;
    }
    let networks = missing.iter().copied().collect::<Addresses>().nets();
    let placed = Placed {
        device: device.clone(),
        hook,
        interface: Some(lab::FACING.to_owned()),
        onward: Some(lab::ONWARD.to_owned()),
    };
    let change = request(
        system,
        &Wanted {
            device: Some(&placed),
            missing: &networks,
            destination: Some(destination.ip()),
            port: 443,
            sets: &["lab".to_owned()],
            source: None,
            on: jiff::civil::date(2026, 11, 24),
        },
    );
    // Whether the server passes on what it translates is not in its rules.
    if change
        .notes
        .iter()
        .any(|note| note.contains("stays undecided"))
    {
        return 0;
    }
    let run = |lab: &Lab, commands: &[String]| {
        for command in commands {
            lab.on_firewall("sh", &["-c", command], "")
                .unwrap_or_else(|error| panic!("{command}: {error}\n{change:#?}"));
        }
    };
    let attempts: Vec<(IpAddr, SocketAddr)> = missing
        .iter()
        .map(|source| (*source, destination))
        .collect();
    run(lab, &change.apply);
    let opened = lab.connect(&attempts, Duration::from_secs(2));
    assert!(
        opened.iter().all(|open| *open),
        "the change lets all pass: {opened:?} {missing:?}\n{change:#?}"
    );
    run(lab, &change.rollback);
    let opened = lab.connect(&attempts, Duration::from_millis(120));
    assert!(
        opened.iter().all(|open| !open),
        "the way back closes again: {opened:?} {missing:?}\n{change:#?}"
    );
    missing.len()
}

/// Generates rule sets, and changes those that stop something.
fn change_generated(
    rules: &impl Strategy<Value = String>,
    system: For,
    six: bool,
    load: impl Fn(&Lab, &str) -> Result<String, String>,
) {
    let mut lab = Lab::new();
    let mut runner = runner();
    let mut changed = 0;
    let mut tried = 0;
    while tried < cases() {
        let script = rules.new_tree(&mut runner).unwrap().current();
        for hook in [Hook::Input, Hook::Forward] {
            let Ok(export) = load(&lab, &script) else {
                continue;
            };
            tried += 1;
            let device = read("fw", export.as_bytes(), None).unwrap();
            changed += change_and_back(&mut lab, &device, system, (hook, six));
        }
    }
    assert!(changed > 10, "the generated rule sets stop something");
}

#[test]
fn the_generated_nft_change_lets_packets_pass_and_its_rollback_stops_them() {
    if lab::missing().is_none() {
        change_generated(&generate::nft(), For::Nft, false, Lab::load_nft);
    }
}

#[test]
fn the_generated_iptables_change_lets_packets_pass_and_its_rollback_stops_them() {
    if lab::missing().is_none() {
        change_generated(
            &generate::iptables(false),
            For::Iptables,
            false,
            |lab, script| lab.load_iptables(false, script),
        );
    }
}

#[test]
fn the_generated_ip6tables_change_lets_packets_pass_and_its_rollback_stops_them() {
    if lab::missing().is_none() {
        change_generated(
            &generate::iptables(true),
            For::Iptables,
            true,
            |lab, script| lab.load_iptables(true, script),
        );
    }
}

/// Rule sets as tools and administrators write them, each with the connections they are about.
const WRITTEN: &[(&str, &str)] = &[
    ("a simple host", include_str!("allowlist/host.nft")),
    ("firewalld", include_str!("allowlist/firewalld.nft")),
    ("a router with a DMZ", include_str!("allowlist/dmz.nft")),
    (
        "everything that has a map",
        include_str!("allowlist/maps.nft"),
    ),
];

#[test]
fn rule_sets_as_people_write_them_are_judged_as_the_kernel_does() {
    if lab::missing().is_some() {
        return;
    }
    let mut lab = Lab::new();
    for (name, script) in WRITTEN {
        let mut tally = Tally::default();
        let export = lab
            .load_nft(script)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let device = read("fw", export.as_bytes(), None).unwrap();
        compare(&mut lab, &device, &[false, true], script, &mut tally);
        println!("{name}: {tally:?}");
        assert!(
            tally.allowed > 0 && tally.undecided * 4 < tally.agreed,
            "{name}: {tally:?}"
        );
    }
    for (name, rules) in [
        ("ufw", include_str!("allowlist/ufw.iptables")),
        ("docker", include_str!("allowlist/docker.iptables")),
    ] {
        let mut tally = Tally::default();
        let export = lab
            .load_iptables(false, rules)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let device = read("fw", export.as_bytes(), None).unwrap();
        compare(&mut lab, &device, &[false], rules, &mut tally);
        println!("{name}: {tally:?}");
        assert!(
            tally.allowed > 0 && tally.undecided * 4 < tally.agreed,
            "{name}: {tally:?}"
        );
    }
}
