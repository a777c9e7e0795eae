//! Asks rustls-webpki, the verifier that stands in for the cloud's, about a chain.

use super::facets::{Refusal, Served};
use super::roots::Roots;
use jiff::Timestamp;
use rustls_pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use std::time::Duration;
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage};

/// More intermediates than this are sifted first: rustls-webpki tries every order of those of the same name.
pub(crate) const FEW: usize = 7;

/// The algorithms of the *ring* provider, which every connection of this program uses.
pub(crate) const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    webpki::ring::ECDSA_P256_SHA256,
    webpki::ring::ECDSA_P256_SHA384,
    webpki::ring::ECDSA_P384_SHA256,
    webpki::ring::ECDSA_P384_SHA384,
    webpki::ring::ED25519,
    webpki::ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    webpki::ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    webpki::ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    webpki::ring::RSA_PKCS1_2048_8192_SHA256,
    webpki::ring::RSA_PKCS1_2048_8192_SHA384,
    webpki::ring::RSA_PKCS1_2048_8192_SHA512,
    webpki::ring::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    webpki::ring::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    webpki::ring::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
];

/// For what purpose a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve TLS, as a client asks.
    Server,
    /// Any: tells a wrong purpose from a wrong chain.
    Any,
}

impl ExtendedKeyUsageValidator for Purpose {
    fn validate(&self, ids: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        match self {
            Self::Server => KeyUsage::server_auth().validate(ids),
            Self::Any => Ok(()),
        }
    }
}

/// The path that rustls-webpki found: the intermediates' bytes in order, and the root.
pub(crate) struct Accepted {
    pub(crate) intermediates: Vec<Vec<u8>>,
    pub(crate) root: TrustAnchor<'static>,
}

/// Whether rustls-webpki trusts this leaf with these intermediates, at this moment, by these roots.
pub(crate) fn trusted(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &Roots,
    at: Timestamp,
    purpose: Purpose,
) -> Result<Accepted, Refusal> {
    let leaf = EndEntityCert::try_from(leaf).map_err(|error| refusal(&error))?;
    let path = leaf
        .verify_for_usage(
            ALGORITHMS,
            roots.anchors(),
            intermediates,
            unix_time(at),
            purpose,
            None,
            None,
        )
        .map_err(|error| refusal(&error))?;
    Ok(Accepted {
        intermediates: path
            .intermediate_certificates()
            .map(|certificate| certificate.der().to_vec())
            .collect(),
        root: path.anchor().to_owned(),
    })
}

/// What rustls-webpki says of the names of a leaf, where it can read leaf and host.
pub(crate) fn names(leaf: &CertificateDer<'_>, host: &Served) -> Option<Result<(), webpki::Error>> {
    let name = server_name(host)?;
    EndEntityCert::try_from(leaf)
        .ok()
        .map(|leaf| leaf.verify_is_valid_for_subject_name(&name))
}

/// The host as rustls takes it, if it is one.
pub(crate) fn server_name(host: &Served) -> Option<ServerName<'static>> {
    match host {
        Served::Name(name) => match ServerName::try_from(name.clone()).ok()? {
            // A name is asked for by name: digits and dots that happen to be an address are the caller's to sort out.
            name @ ServerName::DnsName(_) => Some(name),
            _ => None,
        },
        Served::Address(address) => Some(ServerName::IpAddress((*address).into())),
    }
}

fn unix_time(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(
        u64::try_from(at.as_second()).unwrap_or(0),
    ))
}

fn refusal(error: &webpki::Error) -> Refusal {
    use webpki::Error as E;
    match error {
        E::UnknownIssuer => Refusal::UnknownIssuer,
        E::CertExpired { .. } => Refusal::Expired,
        E::CertNotValidYet { .. } => Refusal::NotYetValid,
        E::InvalidSignatureForPublicKey => Refusal::BadSignature,
        E::RequiredEkuNotFoundContext(_) | E::EmptyEkuExtension => Refusal::WrongPurpose,
        E::CaUsedAsEndEntity => Refusal::CaAsLeaf,
        E::EndEntityUsedAsCa => Refusal::LeafAsCa,
        E::PathLenConstraintViolated => Refusal::PathLength,
        E::NameConstraintViolation
        | E::MalformedNameConstraint
        | E::InvalidNetworkMaskConstraint => Refusal::NameConstraint,
        E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Refusal::Algorithm,
        E::UnsupportedCertVersion => Refusal::OldVersion,
        E::UnsupportedCriticalExtension => Refusal::CriticalExtension,
        E::CertDistrusted => Refusal::Distrusted,
        E::MaximumPathDepthExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded
        | E::MaximumNameConstraintComparisonsExceeded => Refusal::TooComplex,
        E::BadDer
        | E::BadDerTime
        | E::TrailingData(_)
        | E::MalformedExtensions
        | E::ExtensionValueInvalid
        | E::InvalidCertValidity
        | E::InvalidSerialNumber
        | E::MalformedDnsIdentifier
        | E::SignatureAlgorithmMismatch => Refusal::Malformed,
        _ => Refusal::Other,
    }
}
