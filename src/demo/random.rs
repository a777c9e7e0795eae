//! Randomness for secrets and digests for stable ids.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// 64 hexadecimal digits that nobody can guess.
pub(super) fn secret() -> Result<String, rcgen::Error> {
    // A fresh private key is the one source of randomness the stand-in already has.
    let key = rcgen::KeyPair::generate()?;
    Ok(digest(&[key.serialized_der()]))
}

/// The SHA-256 of these parts, as hexadecimal digits.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        if write!(text, "{byte:02x}").is_err() {
            unreachable!("writing to a string does not fail");
        }
    }
    text
}

/// A GUID that belongs to this name for ever.
pub(super) fn guid(kind: &str, name: &str) -> String {
    let hex = digest(&[kind.as_bytes(), name.as_bytes()]);
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}
