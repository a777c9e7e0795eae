//! A hundred thousand rules and a hundred ranges: how long, and with how much memory.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use orch_doctor::allowlist::model::Hook;
use orch_doctor::allowlist::ranges::Ranges;
use orch_doctor::allowlist::read::read;
use orch_doctor::allowlist::verdict::{Asked, Placed, Symptom, judge};

const RULES: u32 = 100_000;

/// A hundred published ranges, one of which no rule admits.
fn ranges() -> Ranges {
    let cidrs: Vec<String> = (0..100)
        .map(|index| format!("\"20.200.{index}.4/30\""))
        .collect();
    let mut ranges = Ranges::built_in();
    ranges
        .add(&format!(
            "[[set]]\nname = \"many\"\nregion = \"many\"\ncidrs = [{}]\n",
            cidrs.join(", ")
        ))
        .unwrap();
    ranges
}

/// The address range of a rule; those of the last hundred are the published ones, but for one.
fn source(index: u32) -> String {
    match index.checked_sub(RULES - 100) {
        Some(99) => "203.0.113.9/32".to_owned(),
        Some(published) => format!("20.200.{published}.4/30"),
        None => format!("{}/28", Ipv4Addr::from(0x1400_0000 + index * 16)),
    }
}

fn judged(export: &str) -> (Duration, Symptom) {
    let began = tokio::time::Instant::now();
    let device = read("big", export.as_bytes(), None).unwrap();
    let placed = Placed {
        device,
        hook: Hook::Input,
        interface: None,
        onward: None,
    };
    let verdict = judge(&Asked {
        ranges: &ranges(),
        regions: &["many".to_owned()],
        on: jiff::civil::date(2026, 11, 24),
        devices: &[placed],
        destinations: &[IpAddr::from([10, 0, 0, 5])],
        server: None,
        port: 443,
    });
    (began.elapsed(), verdict.symptom)
}

/// The most memory this process had, in megabytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024)
}

#[test]
#[ignore = "measures: run it alone, optimised, as `cargo test --release --test allowlist_speed -- --ignored --nocapture --test-threads=1`"]
fn a_hundred_thousand_iptables_rules_take_less_than_a_second() {
    let mut export = String::from("*filter\n:INPUT DROP [0:0]\n");
    for index in 0..RULES {
        let action = if index < RULES - 100 {
            "DROP"
        } else {
            "ACCEPT"
        };
        writeln!(
            export,
            "-A INPUT -s {} -p tcp -m tcp --dport 443 -j {action}",
            source(index)
        )
        .unwrap();
    }
    export += "COMMIT\n";
    let (took, symptom) = judged(&export);
    println!("iptables: {took:?}, peak {:?} MB", peak_memory());
    assert_eq!(symptom, Symptom::Missing);
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(
        peak_memory().is_none_or(|megabytes| megabytes < 200),
        "{:?}",
        peak_memory()
    );
}

#[test]
#[ignore = "measures: run it alone, optimised, as `cargo test --release --test allowlist_speed -- --ignored --nocapture --test-threads=1`"]
fn a_hundred_thousand_nft_rules_take_less_than_a_second() {
    let mut export = String::from(
        "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"in\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}}",
    );
    for index in 0..RULES {
        let action = if index < RULES - 100 {
            "drop"
        } else {
            "accept"
        };
        let source = source(index);
        let (address, length) = source.split_once('/').unwrap();
        write!(
            export,
            ", {{\"rule\": {{\"family\": \"inet\", \"table\": \"t\", \"chain\": \"in\", \"handle\": {index}, \"expr\": [{{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"ip\", \"field\": \"saddr\"}}}}, \"right\": {{\"prefix\": {{\"addr\": \"{address}\", \"len\": {length}}}}}}}}}, {{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"tcp\", \"field\": \"dport\"}}}}, \"right\": 443}}}}, {{\"{action}\": null}}]}}}}"
        )
        .unwrap();
    }
    export += "]}";
    let (took, symptom) = judged(&export);
    println!("nft: {took:?}, peak {:?} MB", peak_memory());
    assert_eq!(symptom, Symptom::Missing);
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(
        peak_memory().is_none_or(|megabytes| megabytes < 200),
        "{:?}",
        peak_memory()
    );
}
