//! Any bytes as a rule set of the kind aws.
#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::enter("aws", bytes));
