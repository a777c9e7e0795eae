//! Secrets that can be used and not shown.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A password, client secret or token. It cannot be printed, serialised or compared, and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// Lends the text to the one place that puts it on the wire.
    #[expect(
        clippy::disallowed_methods,
        reason = "the single exit of a secret; its callers are the modules of `wire` and the webhook lab"
    )]
    pub fn on_the_wire<T>(&self, write: impl FnOnce(&str) -> T) -> T {
        write(self.0.expose_secret())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_it() {
        let shown = format!("{:?}", Secret::new("CANARY".into()));
        assert_eq!(shown, "Secret");
    }
}
