//! Written evidence and the diagnosis it must come to: `tests/scenarios/*.toml`.
