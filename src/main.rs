//! The program `orch-doctor`.
fn main() {}
