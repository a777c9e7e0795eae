//! Reads access lists of Cisco's ASA and IOS, as their configuration or `show access-lists` prints them.
//!
//! The list bound where the cloud arrives decides. Which interface that is may be told, else the configuration may tell it (its way to
//! everywhere, translation, the security level, names); otherwise all interfaces must agree, those without a list too. Without any
//! binding all lists must agree.

mod ace;
mod bind;
mod config;
mod dialect;
mod interfaces;
mod list;
mod nat;
mod objects;
mod ports;

use super::model::{Program, ReadError};

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let config = config::read(text);
    if config.lists.is_empty() {
        return Err(ReadError::at(1, "expected access lists"));
    }
    Ok(bind::program(&config))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod tests_of_places;
