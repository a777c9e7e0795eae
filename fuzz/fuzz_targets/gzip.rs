//! Any bytes as the content of a packed access log.
#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::enter("gzip", bytes));
