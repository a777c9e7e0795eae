//! Finds out, and proves, why UiPath Apps (cloud) cannot use an Orchestrator in your own data centre.
//!
//! The modules stand in the order of the arrows that `tests/layering.rs` keeps: a module uses those above it, never those below.

pub mod allowlist;
pub mod demo;
pub mod path;
pub mod robot;
pub mod trust;
pub mod webhook;
