//! Text that is typed and never shown.

use crate::config::Reference;
use crate::secret::Secret;
use std::fmt;

/// The most characters that are taken.
const MOST: usize = 400;

/// What is typed where a secret may be: it is told apart from a reference, and is not shown.
#[derive(Clone, Default)]
pub(crate) struct Masked(String);

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masked")
    }
}

impl Masked {
    /// Takes one more character.
    pub(crate) fn push(&mut self, character: char) {
        // Room for all of it from the start, so that no copy of a part stays behind in memory.
        self.0.reserve_exact(4 * MOST - self.0.len().min(4 * MOST));
        if self.0.chars().count() < MOST && !character.is_control() {
            self.0.push(character);
        }
    }

    /// Takes the last one off.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// Forgets all of it.
    pub(crate) fn clear(&mut self) {
        drop(self.take());
    }

    /// Whether nothing was typed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Hands it over; the type it goes into wipes it when it is dropped.
    pub(crate) fn take(&mut self) -> Secret {
        Secret::new(std::mem::take(&mut self.0))
    }

    /// The reference that it is.
    pub(crate) fn reference(&self) -> Option<Reference> {
        Reference::parse(&self.0).ok()
    }

    /// What may be seen of it: a reference as it is, and of anything else only its length.
    pub(crate) fn shown(&self, dot: &str) -> String {
        let named = ["env:", "file:", "keyring:"];
        let reference = self.0 == "prompt" || named.iter().any(|start| self.0.starts_with(start));
        if reference {
            self.0.clone()
        } else {
            dot.repeat(self.0.chars().count())
        }
    }

    /// Only its length.
    pub(crate) fn dots(&self, dot: &str) -> String {
        dot.repeat(self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Masked {
        let mut masked = Masked::default();
        text.chars().for_each(|character| masked.push(character));
        masked
    }

    #[test]
    fn only_a_reference_is_shown() {
        assert_eq!(typed("env:ORCH_PASSWORD").shown("*"), "env:ORCH_PASSWORD");
        assert_eq!(typed("prompt").shown("*"), "prompt");
        assert_eq!(typed("hunter2").shown("*"), "*******");
        assert_eq!(typed("promp").shown("*"), "*****");
        assert_eq!(typed("env:X").dots("*"), "*****");
        assert_eq!(format!("{:?}", typed("hunter2")), "Masked");
    }

    #[test]
    fn what_is_handed_over_is_gone() {
        let mut masked = typed("hunter2");
        let secret = masked.take();
        assert!(masked.is_empty());
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
