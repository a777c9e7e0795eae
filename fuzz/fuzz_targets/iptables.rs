//! Any bytes as a rule set of the kind iptables.
#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::enter("iptables", bytes));
