//! The certificates of the stand-in, minted at each start: root, intermediate, leaf, with the fault asked for.

use super::fault::Fault;
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::time::Duration;

/// What the server shows, and what the cloud would trust.
pub(super) struct Chain {
    /// What is sent in the handshake, leaf first.
    pub(super) served: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(super) key: PrivateKeyDer<'static>,
    /// The roots that stand for the cloud's, as PEM.
    pub(super) roots: String,
    /// The same roots.
    pub(super) anchors: Vec<CertificateDer<'static>>,
}

/// One day.
const DAY: Duration = Duration::from_secs(86_400);

/// What is wrong with the chain.
#[derive(Clone, Copy)]
struct Wrong<'a>(&'a [Fault]);

impl Wrong<'_> {
    /// Whether this fault is switched on.
    fn has(self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }
}

/// Mints a chain for these names; `token` keeps its subjects apart from those of other starts.
pub(super) fn mint(
    names: &[String],
    token: &str,
    faults: &[Fault],
    now: Timestamp,
) -> Result<Chain, rcgen::Error> {
    let wrong = Wrong(faults);
    let root = authority(&format!("Stand-in Root {token}"), token, now)?;
    let leaf_key = KeyPair::generate()?;
    let leaf = leaf_params(names, wrong, now)?;
    let served = if wrong.has(Fault::CertificateSelfSigned) {
        vec![leaf.self_signed(&leaf_key)?.der().clone()]
    } else {
        let middle = intermediate(token, wrong, now, &root)?;
        let mut leaf = leaf.signed_by(&leaf_key, &middle)?.der().clone();
        if wrong.has(Fault::CertificateMalformed) {
            leaf = CertificateDer::from(leaf[..leaf.len() / 3].to_vec());
        }
        let mut served = vec![leaf];
        if !wrong.has(Fault::CertificateUnknownIssuer) {
            served.push(middle.der().clone());
        }
        if wrong.has(Fault::CertificatePrivateRoot) {
            served.push(root.der().clone());
        }
        served
    };
    let trusted =
        if wrong.has(Fault::CertificatePrivateRoot) || wrong.has(Fault::CertificateSelfSigned) {
            authority(&format!("Stand-in Public Root {token}"), token, now)?
        } else if wrong.has(Fault::CertificateBadSignature) {
            authority(&format!("Stand-in Root {token}"), token, now)?
        } else {
            root
        };
    Ok(Chain {
        served,
        key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
        roots: trusted.pem(),
        anchors: vec![trusted.der().clone()],
    })
}

/// A root with this common name and a key of its own.
fn authority(
    name: &str,
    token: &str,
    now: Timestamp,
) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = authority_params(name, token, BasicConstraints::Unconstrained);
    set_dates(&mut params, now, -400, 3_000);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

/// The certificate that issues the leaf.
fn intermediate(
    token: &str,
    wrong: Wrong<'_>,
    now: Timestamp,
    root: &Issuer<'static, KeyPair>,
) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = authority_params(
        &format!("Stand-in Issuing CA {token}"),
        token,
        BasicConstraints::Constrained(0),
    );
    if wrong.has(Fault::CertificateChainInvalid) {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    }
    params.use_authority_key_identifier_extension = true;
    set_dates(&mut params, now, -300, 1_500);
    CertifiedIssuer::signed_by(params, KeyPair::generate()?, root)
}

/// What root and intermediate have in common.
fn authority_params(name: &str, token: &str, constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(name, Some(token));
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The server's own certificate: 90 days, 30 of them gone.
fn leaf_params(
    names: &[String],
    wrong: Wrong<'_>,
    now: Timestamp,
) -> Result<CertificateParams, rcgen::Error> {
    let alternative = if wrong.has(Fault::CertificateNoName) {
        Vec::new()
    } else if wrong.has(Fault::CertificateOtherName) {
        vec!["old-orchestrator.corp.example".to_owned()]
    } else {
        names.to_vec()
    };
    let common = alternative
        .first()
        .or(names.first())
        .map_or("localhost", String::as_str)
        .to_owned();
    let mut params = CertificateParams::new(alternative)?;
    params.distinguished_name = subject(&common, None);
    params.is_ca = IsCa::NoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![if wrong.has(Fault::CertificateWrongUsage) {
        ExtendedKeyUsagePurpose::ClientAuth
    } else {
        ExtendedKeyUsagePurpose::ServerAuth
    }];
    let from = if wrong.has(Fault::CertificateExpired) {
        -95
    } else if wrong.has(Fault::CertificateNotYetValid) {
        5
    } else {
        -30
    };
    set_dates(&mut params, now, from, from + 90);
    Ok(params)
}

/// A subject of our own making, so that nobody takes it for a real authority's.
fn subject(common: &str, token: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if token.is_some() {
        name.push(DnType::OrganizationName, "orch-doctor stand-in");
    }
    name.push(DnType::CommonName, common);
    name
}

/// Sets the validity, in days from now.
fn set_dates(params: &mut CertificateParams, now: Timestamp, from: i32, until: i32) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let now = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
    let at = |days: i32| {
        let span = DAY * days.unsigned_abs();
        if days < 0 {
            epoch + now.saturating_sub(span)
        } else {
            epoch + now + span
        }
    };
    params.not_before = at(from);
    params.not_after = at(until);
}
