//! The screen: a pure function of a model, and a model that is a fold of what happened.

mod command;
mod compare;
mod conclusion;
mod copy;
mod entries;
mod filtering;
mod geometry;
mod intents;
mod keys;
pub mod listen;
mod model;
mod partial;
mod past;
mod shell;
mod start;
mod text;
mod theme;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub use compare::Comparison;
pub use intents::{Intent, TABLE};
pub use keys::{Binding, Key};
pub use model::{Ask, Effect, Format, Model, Msg, Opening, Said, Size};
pub use shell::{listen as show_events, show};
pub use start::{Begin, Offers, ProfileSeen, Recent, Wanted};
pub use theme::{Look, Palette, PaletteError, Theme};
pub use update::update;
pub use view::view;
