//! Why a signature does not match: tries what people, files and proxies do to secrets, bodies and header values.

mod body;
mod cause;
mod claim;
mod json_text;
mod secret;

pub use cause::Cause;

use crate::webhook::signature::Presented;
use claim::Claim;
use hmac::Hmac;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Bodies longer than this are tried against the likeliest secrets only.
const LONG: usize = 64 << 10;
/// Forms of the secret that are tried together with changed bodies.
const LIKELY: usize = 16;

/// What explains a signature; the first reason is the one to name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Every difference that had to be assumed.
    pub causes: Vec<Cause>,
}

impl Explanation {
    /// The reason to name when there is room for one.
    pub fn cause(&self) -> Cause {
        match self.causes.first() {
            Some(cause) => *cause,
            None => unreachable!("an explanation names at least one difference"),
        }
    }
}

/// A form of the secret, ready for every algorithm.
struct Keyed {
    cause: Option<Cause>,
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
    sha384: Hmac<Sha384>,
    sha512: Hmac<Sha512>,
    prefixed: Sha256,
}

/// Everything needed to explain mismatches under one secret; holds no readable secret.
pub struct Forensics {
    keys: Vec<Keyed>,
}

impl Forensics {
    /// Prepares the forms of the secret.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            keys: secret::variants(secret)
                .into_iter()
                .map(Keyed::new)
                .collect(),
        }
    }

    /// The smallest set of differences under which what was presented is a signature of this body.
    pub fn explain(&self, presented: &Presented, body: &[u8]) -> Option<Explanation> {
        let claims = claim::claims(presented);
        if claims.is_empty() {
            return None;
        }
        let keys = if body.len() > LONG {
            self.likely(LIKELY)
        } else {
            self.likely(usize::MAX)
        };
        let partners = if body.len() > LONG {
            self.likely(1)
        } else {
            self.likely(LIKELY)
        };
        matched(keys, &claims, body, None)
            .or_else(|| {
                body::search(body, |form| {
                    matched(self.likely(1), &claims, &form.bytes, Some(form.cause))
                })
            })
            .or_else(|| match partners {
                [_, others @ ..] if !others.is_empty() => body::search(body, |form| {
                    matched(others, &claims, &form.bytes, Some(form.cause))
                }),
                _ => None,
            })
    }

    /// The first forms of the secret.
    fn likely(&self, most: usize) -> &[Keyed] {
        &self.keys[..self.keys.len().min(most)]
    }
}

/// Compares each claim with each form of the secret over one form of the body.
fn matched(
    keys: &[Keyed],
    claims: &[Claim],
    body: &[u8],
    changed: Option<Cause>,
) -> Option<Explanation> {
    let changed = &changed;
    keys.iter().find_map(|key| {
        claims.iter().find_map(|claim| {
            let algorithm = key.algorithm(&claim.tag, body)?;
            let causes: Vec<Cause> = key
                .cause
                .into_iter()
                .chain(claim.form.iter().copied())
                .chain(algorithm)
                .chain(*changed)
                .collect();
            // Nothing differs: the signature is valid, and there is nothing to explain.
            (!causes.is_empty()).then_some(Explanation { causes })
        })
    })
}

impl Keyed {
    fn new(form: secret::Variant) -> Self {
        let key = form.bytes;
        Self {
            cause: form.cause,
            sha1: keyed(&key),
            sha256: keyed(&key),
            sha384: keyed(&key),
            sha512: keyed(&key),
            prefixed: Sha256::new_with_prefix(&key),
        }
    }

    /// What explains this digest of the body under this key: the differing algorithm, or nothing for the right one.
    /// `None` when no algorithm makes it.
    fn algorithm(&self, tag: &[u8], body: &[u8]) -> Option<Vec<Cause>> {
        let says = |matches: bool, causes: &[Cause]| matches.then(|| causes.to_vec());
        match tag.len() {
            20 => says(is_mac(&self.sha1, tag, body), &[Cause::Sha1]),
            48 => says(is_mac(&self.sha384, tag, body), &[Cause::Sha384]),
            64 => says(is_mac(&self.sha512, tag, body), &[Cause::Sha512]),
            // Plain digests: of the secret and the body, of the body alone (the empty secret).
            32 => says(is_mac(&self.sha256, tag, body), &[]).or_else(|| {
                says(
                    self.prefixed.clone().chain_update(body).finalize()[..] == *tag,
                    &[Cause::PlainSha256],
                )
            }),
            _ => None,
        }
    }
}

/// HMAC with this key; any length will do.
fn keyed<M: hmac::KeyInit>(key: &[u8]) -> M {
    match M::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    }
}

/// Whether this is the MAC of the body.
fn is_mac<M: hmac::Mac + Clone>(mac: &M, tag: &[u8], body: &[u8]) -> bool {
    mac.clone().chain_update(body).verify_slice(tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::signature::SigningKey;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hmac::Mac as _;

    const BODY: &[u8] = b"{\"Type\":\"job.completed\",\"Job\":{\"Id\":1}}";

    fn why(secret: &[u8], value: &str, body: &[u8]) -> Vec<Cause> {
        let found = Forensics::new(secret).explain(&Presented::One(value.to_owned()), body);
        found
            .map(|explanation| explanation.causes)
            .unwrap_or_default()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    fn signed(secret: &[u8], body: &[u8]) -> String {
        SigningKey::new(secret).sign(body)
    }

    #[test]
    fn a_differing_secret_is_named() {
        assert_eq!(
            why(b"key", &signed(b"key\n", BODY), BODY),
            [Cause::TrailingNewline]
        );
        assert_eq!(
            why(b"key\n", &signed(b"key", BODY), BODY),
            [Cause::TrailingNewline]
        );
        assert_eq!(
            why(b"key", &signed(b"\xff\xfek\0e\0y\0", BODY), BODY),
            [Cause::SecretUtf16]
        );
    }

    #[test]
    fn a_differing_form_is_named() {
        let tag = STANDARD.decode(signed(b"key", BODY)).unwrap();
        assert_eq!(why(b"key", &hex(&tag), BODY), [Cause::Hex]);
        assert_eq!(why(b"key", &hex(&tag).to_uppercase(), BODY), [Cause::Hex]);
        assert_eq!(
            why(b"key", &format!("sha256={}", hex(&tag)), BODY),
            [Cause::Sha256Prefix, Cause::Hex]
        );
        assert_eq!(
            why(b"key", &format!("sha256={}", signed(b"key", BODY)), BODY),
            [Cause::Sha256Prefix]
        );
    }

    #[test]
    fn a_differing_algorithm_is_named() {
        let sha1 = keyed::<Hmac<Sha1>>(b"key")
            .chain_update(BODY)
            .finalize()
            .into_bytes();
        let sha512 = keyed::<Hmac<Sha512>>(b"key")
            .chain_update(BODY)
            .finalize()
            .into_bytes();
        assert_eq!(why(b"key", &STANDARD.encode(sha1), BODY), [Cause::Sha1]);
        assert_eq!(
            why(b"key", &format!("sha1={}", hex(&sha1)), BODY),
            [Cause::OtherPrefix, Cause::Hex, Cause::Sha1]
        );
        assert_eq!(why(b"key", &STANDARD.encode(sha512), BODY), [Cause::Sha512]);
        assert_eq!(
            why(
                b"key",
                &STANDARD.encode(Sha256::digest([b"key", BODY].concat())),
                BODY
            ),
            [Cause::PlainSha256]
        );
    }

    #[test]
    fn a_differing_body_is_named_alone_and_with_a_differing_secret_or_form() {
        let received = b"{\n  \"Type\": \"job.completed\",\n  \"Job\": {\n    \"Id\": 1\n  }\n}";
        assert_eq!(
            why(b"key", &signed(b"key", BODY), received),
            [Cause::ReSerialisedBody]
        );
        assert_eq!(
            why(b"key", &signed(b"key\n", BODY), received),
            [Cause::TrailingNewline, Cause::ReSerialisedBody]
        );
        let tag = hex(&STANDARD.decode(signed(b"key", BODY)).unwrap());
        assert_eq!(
            why(b"key", &tag, received),
            [Cause::Hex, Cause::ReSerialisedBody]
        );
    }

    #[test]
    fn two_headers_are_explained_by_the_right_one_among_them() {
        let both = Presented::Several(vec!["x".to_owned(), signed(b"key", BODY)]);
        let found = Forensics::new(b"key").explain(&both, BODY).unwrap();
        assert_eq!(found.cause(), Cause::TwoSignatures);
    }

    #[test]
    fn another_secret_and_another_body_stay_unexplained() {
        assert!(why(b"key", &signed(b"other", BODY), BODY).is_empty());
        assert!(why(b"key", &signed(b"key", b"{\"Type\":\"job.faulted\"}"), BODY).is_empty());
        assert!(why(b"key", "nonsense", BODY).is_empty());
        assert!(why(b"key", "", BODY).is_empty());
    }

    #[test]
    fn a_valid_signature_needs_no_explanation() {
        assert!(why(b"key", &signed(b"key", BODY), BODY).is_empty());
    }
}
