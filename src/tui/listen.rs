//! The webhook lab's screen: events as they come in, what each signature is worth, and the lives of the jobs they tell of.

mod event;
mod filter;
mod jobs;
pub(crate) mod keys;
mod list;
mod model;
mod page;
mod place;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use model::{Effect, Model, Msg};
pub use model::{Heard, Opening, Secret};
pub(crate) use update::update;
pub(crate) use view::view;
