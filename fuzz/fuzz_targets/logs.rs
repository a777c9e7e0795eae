//! Any bytes as an access log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orch_doctor::allowlist::logs::read_log;

fuzz_target!(|bytes: &[u8]| {
    let ranges = ["203.0.113.0/24", "0.0.0.0/1"].map(|range| range.parse().expect("a network"));
    let _ = read_log(bytes, &ranges, Some(443)).facts();
});
