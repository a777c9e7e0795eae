//! The stand-in Orchestrator, with switchable faults: what `demo` shows and what the tests run against.

pub mod robot;
