//! What kind of key a certificate holds, and whether it is strong enough.

use super::facets::{Key, KeyGrade};
use super::signature;
use crate::shown::shown;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::{PublicKey, RSAPublicKey};

/// The key of a certificate.
pub(crate) fn of(key: &SubjectPublicKeyInfo<'_>) -> Key {
    let oid = key.algorithm.algorithm.to_id_string();
    match oid.as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => match key.parsed() {
            Ok(PublicKey::RSA(rsa)) => rsa_key(rsa.modulus, rsa.exponent),
            // The parser reads RSASSA-PSS keys as unknown; their bits are those of an RSA key all the same.
            _ => match RSAPublicKey::from_der(&key.subject_public_key.data) {
                Ok((_, rsa)) => rsa_key(rsa.modulus, rsa.exponent),
                Err(_) => Key {
                    kind: "RSA".to_owned(),
                    bits: 0,
                    grade: KeyGrade::Unknown,
                },
            },
        },
        "1.2.840.10045.2.1" => curve(key),
        "1.3.101.112" => Key {
            kind: "Ed25519".to_owned(),
            bits: 256,
            grade: KeyGrade::Strong,
        },
        "1.3.101.113" => Key {
            kind: "Ed448".to_owned(),
            bits: 456,
            grade: KeyGrade::Strong,
        },
        "1.2.840.10040.4.1" => Key {
            kind: "DSA".to_owned(),
            bits: 0,
            grade: KeyGrade::Weak,
        },
        _ => Key {
            kind: shown(&oid),
            bits: 0,
            grade: KeyGrade::Unknown,
        },
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Key {
    let bits = signature::bits(modulus);
    // As the verifiers do, a modulus counts as whole bytes: one of 2047 bits is as good as 2048.
    let grade = if bits.div_ceil(8) * 8 < 2048 || signature::bits(exponent) < 2 {
        KeyGrade::Weak
    } else {
        KeyGrade::Strong
    };
    Key {
        kind: "RSA".to_owned(),
        bits: u32::try_from(bits).unwrap_or(u32::MAX),
        grade,
    }
}

/// Curves by object identifier: name, size, whether they are strong.
const CURVES: [(&str, &str, u32, KeyGrade); 12] = [
    ("1.2.840.10045.3.1.7", "EC P-256", 256, KeyGrade::Strong),
    ("1.3.132.0.34", "EC P-384", 384, KeyGrade::Strong),
    ("1.3.132.0.35", "EC P-521", 521, KeyGrade::Strong),
    ("1.3.132.0.10", "EC secp256k1", 256, KeyGrade::Unknown),
    (
        "1.3.36.3.3.2.8.1.1.7",
        "EC brainpoolP256r1",
        256,
        KeyGrade::Unknown,
    ),
    (
        "1.3.36.3.3.2.8.1.1.11",
        "EC brainpoolP384r1",
        384,
        KeyGrade::Unknown,
    ),
    (
        "1.3.36.3.3.2.8.1.1.13",
        "EC brainpoolP512r1",
        512,
        KeyGrade::Unknown,
    ),
    ("1.2.840.10045.3.1.1", "EC P-192", 192, KeyGrade::Weak),
    ("1.3.132.0.33", "EC P-224", 224, KeyGrade::Weak),
    ("1.3.132.0.32", "EC secp224k1", 224, KeyGrade::Weak),
    ("1.3.132.0.31", "EC secp192k1", 192, KeyGrade::Weak),
    ("1.3.132.0.8", "EC secp160r1", 160, KeyGrade::Weak),
];

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Key {
    let parameters = key.algorithm.parameters.as_ref();
    let oid = parameters
        .and_then(|any| any.as_oid().ok())
        .map(|oid| oid.to_id_string());
    let found = CURVES
        .iter()
        .find(|(known, ..)| Some(*known) == oid.as_deref());
    match (found, oid) {
        (Some((_, kind, bits, grade)), _) => Key {
            kind: (*kind).to_owned(),
            bits: *bits,
            grade: *grade,
        },
        (None, Some(oid)) => Key {
            kind: shown(&format!("EC {oid}")),
            bits: 0,
            grade: KeyGrade::Unknown,
        },
        (None, None) => Key {
            kind: "EC with its own curve".to_owned(),
            bits: 0,
            grade: KeyGrade::Unknown,
        },
    }
}
