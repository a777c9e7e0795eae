//! Reads a certificate revocation list (RFC 5280, 5) and checks who signed it.

use super::certificate::{Known, moment};
use super::facets::Said;
use super::revocation::{Issuer, Validity, reason_name};
use super::signature::{self, Proof};
use jiff::Timestamp;
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::{
    CertificateRevocationList, DistributionPointName, FromDer, IssuingDistributionPoint,
    ParsedExtension, RevokedCertificate, SubjectPublicKeyInfo,
};

/// What a list says about a certificate of this issuer.
pub(crate) fn read(list: &[u8], certificate: &Known<'_>, issuer: &Issuer, now: Timestamp) -> Said {
    let unwrapped = match list.first() {
        Some(0x30) | None => None,
        Some(_) => CertificateRevocationListDer::from_pem_slice(list).ok(),
    };
    let list = unwrapped.as_deref().unwrap_or(list);
    let Ok(([], list)) = CertificateRevocationList::from_der(list) else {
        return Said::Malformed;
    };
    if list.signature_algorithm != list.tbs_cert_list.signature {
        return Said::Malformed;
    }
    // The list of another CA is signed by another key; an indirect list names the CA of each entry, and is not read here.
    if list.issuer().as_raw() != issuer.name {
        return Said::OtherCertificate;
    }
    if !issuer.may_sign_lists || !is_signed_by(&list, &issuer.key) {
        return Said::Unproven;
    }
    let validity = validity(&list);
    let reach = reach(&list, certificate);
    if reach == Reach::Elsewhere {
        return Said::OtherCertificate;
    }
    let serial = certificate.x509.raw_serial();
    let entry = list
        .iter_revoked_certificates()
        .find(|entry| entry.raw_serial() == serial);
    match (entry, reach) {
        (Some(entry), Reach::Whole | Reach::Part) => revoked(entry, validity, now),
        (None, Reach::Whole) => validity.good(now),
        (_, Reach::Part | Reach::Unclear | Reach::Elsewhere) => Said::Undecided,
    }
}

fn is_signed_by(list: &CertificateRevocationList<'_>, key: &[u8]) -> bool {
    SubjectPublicKeyInfo::from_der(key).is_ok_and(|(_, key)| {
        signature::over(
            &key,
            &list.signature_algorithm,
            &list.signature_value,
            list.tbs_cert_list.as_ref(),
        ) == Proof::Signed
    })
}

fn validity(list: &CertificateRevocationList<'_>) -> Validity {
    Validity {
        this_update: moment(list.last_update().timestamp()),
        next_update: list.next_update().map(|next| moment(next.timestamp())),
    }
}

/// An entry that says of the certificate that it is revoked, unless it says something that is not understood.
fn revoked(entry: &RevokedCertificate<'_>, validity: Validity, now: Timestamp) -> Said {
    let mut reason = None;
    for extension in entry.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::ReasonCode(code) => reason = reason_name(code.0),
            _ if extension.critical => return Said::Undecided,
            _ => {}
        }
    }
    validity.revoked(now, moment(entry.revocation_date.timestamp()), reason)
}

/// What a list tells of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Revoked if it stands there, good if not.
    Whole,
    /// Revoked if it stands there; if not, for reasons of another list it may be revoked all the same.
    Part,
    /// It is of another kind than the list is about.
    Elsewhere,
    /// The list says something about itself that is not understood here.
    Unclear,
}

fn reach(list: &CertificateRevocationList<'_>, certificate: &Known<'_>) -> Reach {
    const DELTA: &str = "2.5.29.27";
    let mut reach = Reach::Whole;
    for extension in list.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::IssuingDistributionPoint(point) => {
                reach = reach_of(point, certificate);
            }
            _ if extension.critical || extension.oid.to_id_string() == DELTA => {
                return Reach::Unclear;
            }
            _ => {}
        }
    }
    reach
}

fn reach_of(point: &IssuingDistributionPoint<'_>, certificate: &Known<'_>) -> Reach {
    let is_ca = certificate.is_ca();
    if point.indirect_crl {
        return Reach::Unclear;
    }
    if point.only_contains_attribute_certs
        || point.only_contains_user_certs && is_ca
        || point.only_contains_ca_certs && !is_ca
    {
        return Reach::Elsewhere;
    }
    match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => {
            let mut named = certificate.list_names();
            if !named.any(|name| names.contains(name)) {
                return Reach::Elsewhere;
            }
        }
        Some(DistributionPointName::NameRelativeToCRLIssuer(_)) => return Reach::Unclear,
        None => {}
    }
    if point.only_some_reasons.is_some() {
        Reach::Part
    } else {
        Reach::Whole
    }
}
