//! Asks and reads OCSP (RFC 6960): the request, and a response with the check of who signed it.

use super::certificate::moment;
use super::der::{
    BITS, ENUMERATED, Element, INTEGER, OCTETS, OID, Reader, SEQUENCE, TIME, wrapped,
};
use super::facets::Said;
use super::revocation::{Issuer, Validity, reason_name};
use super::signature::{self, Proof};
use jiff::Timestamp;
use sha2::Digest as _;
use x509_parser::asn1_rs::{BitString, Class};
use x509_parser::prelude::{
    AlgorithmIdentifier, FromDer, ParsedExtension, SubjectPublicKeyInfo, X509Certificate,
};

/// What a response says about a certificate of this issuer.
pub(crate) fn read(
    response: &[u8],
    certificate: &X509Certificate<'_>,
    issuer: &Issuer,
    now: Timestamp,
) -> Said {
    let (name, key) = (&issuer.name, &issuer.key);
    let basic = match basic_response(response) {
        Some(Outer::Basic(basic)) => basic,
        Some(Outer::NoAnswer) => return Said::Undecided,
        None => return Said::Malformed,
    };
    let Some(response) = Response::read(basic) else {
        return Said::Malformed;
    };
    let single = response
        .answers
        .iter()
        .find(|single| single.is_about(certificate, name, key));
    let Some(single) = single else {
        return Said::OtherCertificate;
    };
    if !response.is_signed_by(name, key, now) {
        return Said::Unproven;
    }
    match &single.state {
        State::Revoked { since, reason } => single.validity.revoked(now, *since, *reason),
        State::Unknown => Said::Undecided,
        State::Good => single.validity.good(now),
    }
}

/// The media type of a request (RFC 6960, appendix A.1).
pub(crate) const REQUEST_TYPE: &str = "application/ocsp-request";

/// A request about the certificate with this serial number (RFC 6960, 4.1.1).
///
/// The issuer is named by SHA-1, which every responder knows (RFC 5019, 2.1.1), and there is no nonce: times tell what is fresh.
pub(crate) fn request(issuer: &Issuer, serial: &[u8]) -> Option<Vec<u8>> {
    const SHA_1: [u8; 11] = [0x30, 9, 0x06, 5, 0x2b, 14, 3, 2, 26, 0x05, 0];
    let (_, key) = SubjectPublicKeyInfo::from_der(&issuer.key).ok()?;
    let id = [
        &SHA_1[..],
        &wrapped(OCTETS, &sha1::Sha1::digest(&issuer.name)),
        &wrapped(OCTETS, &sha1::Sha1::digest(&key.subject_public_key.data)),
        &wrapped(INTEGER, serial),
    ]
    .concat();
    let single = wrapped(SEQUENCE, &wrapped(SEQUENCE, &id));
    Some(wrapped(
        SEQUENCE,
        &wrapped(SEQUENCE, &wrapped(SEQUENCE, &single)),
    ))
}

enum Outer<'a> {
    Basic(&'a [u8]),
    NoAnswer,
}

/// Unwraps OCSPResponse down to BasicOCSPResponse.
fn basic_response(staple: &[u8]) -> Option<Outer<'_>> {
    const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
    let mut outer = Reader(Reader(staple).expect(SEQUENCE)?.contents);
    if outer.expect(ENUMERATED)?.contents != [0] {
        return Some(Outer::NoAnswer);
    }
    let mut bytes = Reader(
        Reader(outer.context(0)?.contents)
            .expect(SEQUENCE)?
            .contents,
    );
    let kind = bytes.expect(OID)?;
    let (_, kind) = x509_parser::asn1_rs::Oid::from_der(kind.whole).ok()?;
    if kind.to_id_string() != BASIC {
        return None;
    }
    Some(Outer::Basic(bytes.expect(OCTETS)?.contents))
}

struct Response<'a> {
    signed: &'a [u8],
    answers: Vec<Single<'a>>,
    algorithm: AlgorithmIdentifier<'a>,
    signature: BitString<'a>,
    certificates: Vec<&'a [u8]>,
}

impl<'a> Response<'a> {
    /// The most answers and certificates of one response that are looked at.
    const MOST: usize = 32;

    fn read(basic: &'a [u8]) -> Option<Self> {
        let mut basic = Reader(Reader(basic).expect(SEQUENCE)?.contents);
        let data = basic.expect(SEQUENCE)?;
        let (_, algorithm) = AlgorithmIdentifier::from_der(basic.expect(SEQUENCE)?.whole).ok()?;
        let (_, signature) = BitString::from_der(basic.expect(BITS)?.whole).ok()?;
        let mut certificates = Vec::new();
        if let Some(given) = basic.context(0) {
            let mut given = Reader(Reader(given.contents).expect(SEQUENCE)?.contents);
            while let (Some(element), true) = (given.next(), certificates.len() < Self::MOST) {
                certificates.push(element.whole);
            }
        }
        let answers = answers(data.contents)?;
        Some(Self {
            signed: data.whole,
            answers,
            algorithm,
            signature,
            certificates,
        })
    }

    /// Whether the issuer signed it, or a responder that the issuer certified for signing OCSP.
    fn is_signed_by(&self, issuer: &[u8], key: &[u8], now: Timestamp) -> bool {
        let fits = |key: &SubjectPublicKeyInfo<'_>| {
            signature::over(key, &self.algorithm, &self.signature, self.signed) == Proof::Signed
        };
        let Ok((_, key)) = SubjectPublicKeyInfo::from_der(key) else {
            return false;
        };
        fits(&key)
            || self
                .certificates
                .iter()
                .filter_map(|der| X509Certificate::from_der(der).ok())
                .any(|(_, responder)| {
                    let validity = &responder.validity;
                    responder.issuer.as_raw() == issuer
                        && may_answer(&responder)
                        && (validity.not_before.timestamp()..=validity.not_after.timestamp())
                            .contains(&now.as_second())
                        && signature::proof(&responder, &key) == Proof::Signed
                        && fits(&responder.subject_pki)
                })
    }
}

fn may_answer(responder: &X509Certificate<'_>) -> bool {
    responder.extensions().iter().any(|extension| {
        matches!(extension.parsed_extension(), ParsedExtension::ExtendedKeyUsage(usages) if usages.ocsp_signing)
    })
}

/// Reads the answers in ResponseData.
fn answers(data: &[u8]) -> Option<Vec<Single<'_>>> {
    let mut data = Reader(data);
    let _version = data.context(0);
    data.context(1).or_else(|| data.context(2))?;
    data.expect(TIME)?;
    let mut list = Reader(data.expect(SEQUENCE)?.contents);
    let mut out = Vec::new();
    while let (Some(element), true) = (list.next(), out.len() < Response::MOST) {
        out.push(Single::read(element.contents)?);
    }
    Some(out)
}

enum State {
    Good,
    Revoked {
        since: Timestamp,
        reason: Option<&'static str>,
    },
    Unknown,
}

struct Single<'a> {
    digest: String,
    name: &'a [u8],
    key: &'a [u8],
    serial: &'a [u8],
    state: State,
    validity: Validity,
}

impl<'a> Single<'a> {
    fn read(contents: &'a [u8]) -> Option<Self> {
        let mut single = Reader(contents);
        let mut id = Reader(single.expect(SEQUENCE)?.contents);
        let (_, digest) = AlgorithmIdentifier::from_der(id.expect(SEQUENCE)?.whole).ok()?;
        let (name, key, serial) = (id.expect(OCTETS)?, id.expect(OCTETS)?, id.expect(INTEGER)?);
        let state = single
            .next()
            .filter(|element| element.class == Class::ContextSpecific)?;
        let state = match state.tag {
            0 => State::Good,
            1 => revoked(state.contents)?,
            2 => State::Unknown,
            _ => return None,
        };
        let this_update = time(&single.expect(TIME)?)?;
        let next_update = match single.context(0) {
            Some(element) => Some(time(&Reader(element.contents).expect(TIME)?)?),
            None => None,
        };
        let digest = digest.algorithm.to_id_string();
        Some(Self {
            digest,
            name: name.contents,
            key: key.contents,
            serial: serial.contents,
            state,
            validity: Validity {
                this_update,
                next_update,
            },
        })
    }

    fn is_about(&self, certificate: &X509Certificate<'_>, issuer: &[u8], key: &[u8]) -> bool {
        let Ok((_, key)) = SubjectPublicKeyInfo::from_der(key) else {
            return false;
        };
        let hash = |bytes: &[u8]| match self.digest.as_str() {
            "1.3.14.3.2.26" => Some(sha1::Sha1::digest(bytes).to_vec()),
            "2.16.840.1.101.3.4.2.1" => Some(sha2::Sha256::digest(bytes).to_vec()),
            "2.16.840.1.101.3.4.2.2" => Some(sha2::Sha384::digest(bytes).to_vec()),
            "2.16.840.1.101.3.4.2.3" => Some(sha2::Sha512::digest(bytes).to_vec()),
            _ => None,
        };
        self.serial == certificate.raw_serial()
            && hash(issuer).is_some_and(|hash| hash == self.name)
            && hash(&key.subject_public_key.data).is_some_and(|hash| hash == self.key)
    }
}

fn revoked(contents: &[u8]) -> Option<State> {
    let mut info = Reader(contents);
    let since = time(&info.expect(TIME)?)?;
    let reason = info.context(0).and_then(|element| {
        Reader(element.contents)
            .expect(ENUMERATED)?
            .contents
            .first()
            .copied()
    });
    Some(State::Revoked {
        since,
        reason: reason.and_then(reason_name),
    })
}

fn time(element: &Element<'_>) -> Option<Timestamp> {
    let (_, time) = x509_parser::time::ASN1Time::from_der(element.whole).ok()?;
    Some(moment(time.timestamp()))
}
