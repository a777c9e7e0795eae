//! Whether a key signed a certificate, dates and trust aside.

use sha2::Digest as _;
use x509_parser::num_bigint::BigUint;
use x509_parser::prelude::{AlgorithmIdentifier, FromDer, SubjectPublicKeyInfo, X509Certificate};
use x509_parser::public_key::RSAPublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::verify::verify_signature;

/// What comparing a signature with a key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The key made the signature.
    Signed,
    /// The key did not make it.
    NotSigned,
    /// The algorithm or the key is of a kind that cannot be checked here.
    Unchecked,
}

/// Whether this key signed this certificate.
pub(crate) fn proof(child: &X509Certificate<'_>, key: &SubjectPublicKeyInfo<'_>) -> Proof {
    over(
        key,
        &child.signature_algorithm,
        &child.signature_value,
        child.tbs_certificate.as_ref(),
    )
}

/// Whether this key made this signature over these bytes.
pub(crate) fn over(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &x509_parser::asn1_rs::BitString<'_>,
    message: &[u8],
) -> Proof {
    let wanted = key_kind(algorithm);
    let given = key.algorithm.algorithm.to_id_string();
    // A key of another kind cannot have made the signature, whether or not the kind is known here.
    if wanted.is_some_and(|kinds| !kinds.contains(&given.as_str())) {
        return Proof::NotSigned;
    }
    if verify_signature(key, algorithm, signature, message).is_ok() {
        return Proof::Signed;
    }
    if given == RSA || given == RSA_PSS {
        return rsa(key, algorithm, &signature.data, message);
    }
    match (
        algorithm.algorithm.to_id_string().as_str(),
        curve(key).as_deref(),
    ) {
        (
            "1.2.840.10045.4.3.2" | "1.2.840.10045.4.3.3",
            Some("1.2.840.10045.3.1.7" | "1.3.132.0.34"),
        )
        | ("1.3.101.112", _) => Proof::NotSigned,
        _ => Proof::Unchecked,
    }
}

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC: &str = "1.2.840.10045.2.1";

/// The kinds of key that can make signatures of this algorithm.
fn key_kind(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static [&'static str]> {
    let oid = algorithm.algorithm.to_id_string();
    if oid.starts_with("1.2.840.113549.1.1.") {
        return Some(&[RSA, RSA_PSS]);
    }
    if oid.starts_with("1.2.840.10045.4.") {
        return Some(&[EC]);
    }
    match oid.as_str() {
        "1.3.101.112" => Some(&["1.3.101.112"]),
        "1.3.101.113" => Some(&["1.3.101.113"]),
        _ => None,
    }
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<String> {
    Some(
        key.algorithm
            .parameters
            .as_ref()?
            .as_oid()
            .ok()?
            .to_id_string(),
    )
}

/// Tells a forged RSA signature from one that *ring* refuses to look at, because the key is short: short is not the same as forged.
fn rsa(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &[u8],
    message: &[u8],
) -> Proof {
    let Ok((_, key)) = RSAPublicKey::from_der(&key.subject_public_key.data) else {
        return Proof::Unchecked;
    };
    let oid = algorithm.algorithm.to_id_string();
    let size = bits(key.modulus);
    let digest = digest_info(&oid, message);
    let ring_knows = digest.is_some() && oid != "1.2.840.113549.1.1.14"
        || oid == RSA_PSS && pss_is_known(algorithm);
    match (size.div_ceil(8) * 8, digest) {
        (2048..=8192, _) if ring_knows && (2..=33).contains(&bits(key.exponent)) => {
            Proof::NotSigned
        }
        (512..2048, Some((prefix, digest))) if bits(key.exponent) <= 33 => {
            opened(&key, signature, prefix, &digest)
        }
        _ => Proof::Unchecked,
    }
}

/// Opens a PKCS #1 signature with a short key and looks for the digest in it.
fn opened(key: &RSAPublicKey<'_>, signature: &[u8], prefix: &[u8], digest: &[u8]) -> Proof {
    let length = bits(key.modulus).div_ceil(8);
    let modulus = BigUint::from_bytes_be(key.modulus);
    let number = BigUint::from_bytes_be(signature);
    if signature.len() != length || number >= modulus {
        return Proof::NotSigned;
    }
    let Some(padding) = length
        .checked_sub(prefix.len() + digest.len() + 3)
        .filter(|padding| *padding >= 8)
    else {
        return Proof::Unchecked;
    };
    let expected = [&[1][..], &vec![0xFF; padding], &[0], prefix, digest].concat();
    let opened = number
        .modpow(&BigUint::from_bytes_be(key.exponent), &modulus)
        .to_bytes_be();
    if opened == expected {
        Proof::Signed
    } else {
        Proof::NotSigned
    }
}

/// Whether *ring* checks PSS signatures of this kind: those whose salt is as long as the digest.
fn pss_is_known(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    let parameters = algorithm
        .parameters
        .as_ref()
        .and_then(|any| RsaSsaPssParams::try_from(any).ok());
    parameters.is_some_and(|parameters| {
        let salt = match parameters.hash_algorithm_oid().to_id_string().as_str() {
            "2.16.840.1.101.3.4.2.1" => 32,
            "2.16.840.1.101.3.4.2.2" => 48,
            "2.16.840.1.101.3.4.2.3" => 64,
            _ => return false,
        };
        parameters.salt_length() == salt
    })
}

/// The DER that stands before the digest in a PKCS #1 signature, and the digest.
fn digest_info(oid: &str, message: &[u8]) -> Option<(&'static [u8], Vec<u8>)> {
    Some(match oid {
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => (
            &[
                0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
                0x14,
            ],
            sha1::Sha1::digest(message).to_vec(),
        ),
        "1.2.840.113549.1.1.11" => (
            &[
                0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                0x01, 0x05, 0x00, 0x04, 0x20,
            ],
            sha2::Sha256::digest(message).to_vec(),
        ),
        "1.2.840.113549.1.1.12" => (
            &[
                0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                0x02, 0x05, 0x00, 0x04, 0x30,
            ],
            sha2::Sha384::digest(message).to_vec(),
        ),
        "1.2.840.113549.1.1.13" => (
            &[
                0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                0x03, 0x05, 0x00, 0x04, 0x40,
            ],
            sha2::Sha512::digest(message).to_vec(),
        ),
        "1.2.840.113549.1.1.14" => (
            &[
                0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                0x04, 0x05, 0x00, 0x04, 0x1c,
            ],
            sha2::Sha224::digest(message).to_vec(),
        ),
        _ => return None,
    })
}

/// How many bits a big-endian number has.
pub(crate) fn bits(number: &[u8]) -> usize {
    match number.iter().position(|byte| *byte != 0) {
        Some(first) => (number.len() - first) * 8 - number[first].leading_zeros() as usize,
        None => 0,
    }
}

/// Signature algorithms by object identifier: name, and whether the digest is broken.
const NAMES: [(&str, &str, bool); 21] = [
    ("1.2.840.113549.1.1.2", "MD2 with RSA", true),
    ("1.2.840.113549.1.1.3", "MD4 with RSA", true),
    ("1.2.840.113549.1.1.4", "MD5 with RSA", true),
    ("1.3.14.3.2.25", "MD5 with RSA", true),
    ("1.2.840.113549.1.1.5", "SHA-1 with RSA", true),
    ("1.3.14.3.2.29", "SHA-1 with RSA", true),
    ("1.2.840.113549.1.1.11", "SHA-256 with RSA", false),
    ("1.2.840.113549.1.1.12", "SHA-384 with RSA", false),
    ("1.2.840.113549.1.1.13", "SHA-512 with RSA", false),
    ("1.2.840.113549.1.1.14", "SHA-224 with RSA", false),
    ("1.2.840.10040.4.3", "SHA-1 with DSA", true),
    ("1.3.14.3.2.27", "SHA-1 with DSA", true),
    ("2.16.840.1.101.3.4.3.1", "SHA-224 with DSA", false),
    ("2.16.840.1.101.3.4.3.2", "SHA-256 with DSA", false),
    ("1.2.840.10045.4.1", "SHA-1 with ECDSA", true),
    ("1.2.840.10045.4.3.1", "SHA-224 with ECDSA", false),
    ("1.2.840.10045.4.3.2", "SHA-256 with ECDSA", false),
    ("1.2.840.10045.4.3.3", "SHA-384 with ECDSA", false),
    ("1.2.840.10045.4.3.4", "SHA-512 with ECDSA", false),
    ("1.3.101.112", "Ed25519", false),
    ("1.3.101.113", "Ed448", false),
];

/// The name of a signature algorithm, and whether it rests on a broken digest.
pub(crate) fn name(algorithm: &AlgorithmIdentifier<'_>) -> (String, bool) {
    let oid = algorithm.algorithm.to_id_string();
    if oid == RSA_PSS {
        let parameters = algorithm
            .parameters
            .as_ref()
            .and_then(|any| RsaSsaPssParams::try_from(any).ok());
        let digest = parameters.map(|parameters| parameters.hash_algorithm_oid().to_id_string());
        // Without parameters PSS means SHA-1.
        let weak = digest.is_none_or(|digest| digest == "1.3.14.3.2.26");
        return (
            if weak {
                "SHA-1 with RSA-PSS"
            } else {
                "RSA-PSS"
            }
            .to_owned(),
            weak,
        );
    }
    match NAMES.iter().find(|(known, ..)| *known == oid) {
        Some((_, name, weak)) => ((*name).to_owned(), *weak),
        None => (oid, false),
    }
}
