//! Reads access lists of Cisco's ASA and IOS, as their configuration or `show access-lists` prints them.
//!
//! The list bound where the cloud arrives decides; which interface that is may be told, else it is the only one with a list, the
//! one with security level 0, or the one named `outside`. Without any binding all lists must agree.

mod ace;
mod bind;
mod config;
mod dialect;
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
