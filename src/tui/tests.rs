//! Stories of the screen: what happened, and what is then seen.

mod chain;
mod compare;
pub(super) mod fixture;
mod fuzz;
mod hostile;
mod japanese;
mod path;
mod ranges;
mod rerun;
mod screens;
mod start;
mod story;
