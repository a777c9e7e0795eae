//! Any bytes as a file of ranges, or a table copied from a page.
#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::enter("ranges", bytes));
