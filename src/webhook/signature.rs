//! One signature: how Orchestrator makes it, and whether a received one is exactly that.

use crate::words::Words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;

/// The header Orchestrator puts the signature into.
pub const HEADER: &str = "x-uipath-signature";

/// Characters of the only valid form: the padded standard Base64 of 32 bytes.
const LENGTH: usize = 44;

/// A webhook's secret, ready for use and not readable any more.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Takes the secret's bytes, exactly as Orchestrator holds them.
    pub fn new(secret: &[u8]) -> Self {
        match Hmac::new_from_slice(secret) {
            Ok(state) => Self(state),
            Err(_) => unreachable!("HMAC takes a key of any length"),
        }
    }

    /// What Orchestrator would write into the header for this body.
    pub fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.0.clone().chain_update(body).finalize().into_bytes())
    }

    /// Whether this header value is the signature of this body; the comparison takes the same time for every wrong value.
    pub fn accepts(&self, value: &str, body: &[u8]) -> bool {
        if value.len() != LENGTH {
            return false;
        }
        let Ok(tag) = STANDARD.decode(value) else {
            return false;
        };
        self.0.clone().chain_update(body).verify_slice(&tag).is_ok()
    }
}

/// What stood in the signature header of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// There was no such header.
    Nothing,
    /// The header, once.
    One(String),
    /// The header several times: which one counts is anybody's guess.
    Several(Vec<String>),
}

/// What a receiver can say about the signature of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// Made with the secret, over these very bytes.
    Valid,
    /// Present, and not the signature of these bytes under the secret.
    Invalid,
    /// A secret is set, and the event carries no signature.
    Missing,
    /// No secret is set, so nothing was compared.
    Unchecked,
}

impl Signature {
    /// The word used in reports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Unchecked => "unchecked",
        }
    }

    /// The word for it, in a language.
    pub fn word(self, words: &'static Words) -> &'static str {
        let signatures = &words.webhook.signatures;
        match self {
            Self::Valid => &signatures.valid,
            Self::Invalid => &signatures.invalid,
            Self::Missing => &signatures.missing,
            Self::Unchecked => &signatures.unchecked,
        }
    }

    /// Whether a receiver takes the event in.
    pub const fn is_accepted(self) -> bool {
        match self {
            Self::Valid | Self::Unchecked => true,
            Self::Invalid | Self::Missing => false,
        }
    }
}

/// Judges one event's signature. A missing header is a failure when a secret is set.
pub fn judge(key: Option<&SigningKey>, presented: &Presented, body: &[u8]) -> Signature {
    let Some(key) = key else {
        return Signature::Unchecked;
    };
    match presented {
        Presented::Nothing => Signature::Missing,
        Presented::One(value) if key.accepts(value, body) => Signature::Valid,
        Presented::One(_) | Presented::Several(_) => Signature::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        tests: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        key: String,
        msg: String,
        tag: String,
        result: String,
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    fn vectors(text: &str) -> Vec<Vector> {
        serde_json::from_str::<Vectors>(text).unwrap().tests
    }

    fn agrees_with_published(text: &str) -> usize {
        let all = vectors(text);
        for vector in &all {
            let (key, msg) = (SigningKey::new(&bytes(&vector.key)), bytes(&vector.msg));
            let value = STANDARD.encode(bytes(&vector.tag));
            let valid = vector.result == "valid";
            assert_eq!(
                key.accepts(&value, &msg),
                valid,
                "{} {}",
                vector.key,
                vector.msg
            );
            assert_eq!(key.sign(&msg) == value, valid);
        }
        all.len()
    }

    #[test]
    fn agrees_with_wycheproof() {
        let text = include_str!("../../tests/fixtures/webhook/hmac-sha256-wycheproof.json");
        assert_eq!(agrees_with_published(text), 116);
    }

    #[test]
    fn agrees_with_rfc_4231() {
        let text = include_str!("../../tests/fixtures/webhook/hmac-sha256-rfc4231.json");
        assert_eq!(agrees_with_published(text), 7);
    }

    #[test]
    fn only_the_exact_form_is_valid() {
        let key = SigningKey::new(b"secret");
        let body = br#"{"Type":"ping"}"#;
        // A value with both characters that URL-safe Base64 writes differently, found by trying bodies.
        let (body, value) = (0..1_000)
            .map(|n: i32| [&body[..], n.to_string().as_bytes()].concat())
            .map(|body| (body.clone(), key.sign(&body)))
            .find(|(_, value)| value.contains('+') && value.contains('/'))
            .unwrap();
        let judged = |value: &str| judge(Some(&key), &Presented::One(value.to_owned()), &body);
        assert_eq!(judged(&value), Signature::Valid);
        let hex: String = STANDARD
            .decode(&value)
            .unwrap()
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        for wrong in [
            value.replace('+', "-").replace('/', "_"),
            value.trim_end_matches('=').to_owned(),
            format!(" {value}"),
            format!("{value} "),
            format!("{value}\n"),
            format!("\"{value}\""),
            format!("sha256={value}"),
            format!("{value},{value}"),
            value.to_lowercase(),
            hex,
            String::new(),
        ] {
            assert_eq!(judged(&wrong), Signature::Invalid, "{wrong}");
        }
    }

    #[test]
    fn spare_bits_of_the_last_character_do_not_make_a_second_valid_form() {
        let key = SigningKey::new(b"secret");
        let value = key.sign(b"body");
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let accepted = alphabet
            .iter()
            .filter(|last| {
                key.accepts(&format!("{}{}=", &value[..42], char::from(**last)), b"body")
            })
            .count();
        assert_eq!(accepted, 1);
    }

    #[test]
    fn a_missing_header_is_a_failure_when_a_secret_is_set_and_unchecked_when_not() {
        let key = SigningKey::new(b"secret");
        assert_eq!(
            judge(Some(&key), &Presented::Nothing, b"{}"),
            Signature::Missing
        );
        assert_eq!(
            judge(None, &Presented::Nothing, b"{}"),
            Signature::Unchecked
        );
        assert_eq!(
            judge(None, &Presented::One("x".to_owned()), b"{}"),
            Signature::Unchecked
        );
    }

    #[test]
    fn two_headers_are_invalid_even_when_both_are_right() {
        let key = SigningKey::new(b"secret");
        let both = Presented::Several(vec![key.sign(b"{}"), key.sign(b"{}")]);
        assert_eq!(judge(Some(&key), &both, b"{}"), Signature::Invalid);
    }
}
