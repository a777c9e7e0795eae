//! The screen: a pure function of a model, and a model that is a fold of what happened.

mod command;
mod conclusion;
mod copy;
mod entries;
mod geometry;
mod keys;
mod model;
mod partial;
mod shell;
mod text;
mod theme;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub use keys::{Binding, Intent, Key, TABLE};
pub use model::{Ask, Effect, Format, Model, Msg, Opening, Size};
pub use shell::show;
pub use theme::{Look, Palette, PaletteError, Theme};
pub use update::update;
pub use view::view;
