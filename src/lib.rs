//! Finds out, and proves, why UiPath Apps (cloud) cannot use an Orchestrator in your own data centre.
//!
//! The modules stand in the order of the arrows that `tests/layering.rs` keeps: a module uses those above it, never those below.

pub mod secret;
pub mod shown;
pub mod words;

pub mod allowlist;
pub mod dial;
pub mod history;
pub mod names;
pub mod path;
pub mod proxy;
pub mod robot;
pub mod trust;
pub mod veil;
pub mod webhook;

pub mod config;
pub mod world;

pub mod wire;

pub mod probe;

pub mod catalog;

pub mod plan;

pub mod event;

pub mod run;

pub mod report;

pub mod cli;
pub mod demo;

pub mod tui;
