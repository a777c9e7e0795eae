//! What was fetched from where a certificate points to: certificates in any of the wrappings that CAs use.

use super::certificate::Known;
use super::der::{OID, Reader, SEQUENCE};
use super::facets::{End, Facets, Place};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// The most certificates of one parcel that are looked at.
const MOST: usize = 8;

/// The readable certificates in it: a DER certificate, PEM, or a PKCS#7 bundle without signatures.
pub fn unpacked(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let ders: Vec<CertificateDer<'static>> = match bytes.first() {
        Some(0x30) => match bundled(bytes) {
            Some(ders) => ders,
            None => vec![CertificateDer::from(bytes.to_vec())],
        },
        Some(_) => CertificateDer::pem_slice_iter(bytes)
            .filter_map(Result::ok)
            .collect(),
        None => Vec::new(),
    };
    let readable = |der: &CertificateDer<'_>| Known::read(der, Place::Found).is_ok();
    ders.into_iter().filter(readable).take(MOST).collect()
}

/// The certificates of a PKCS#7 bundle (RFC 2315, SignedData).
fn bundled(bytes: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
    const SET: u32 = 17;
    const INTEGER: u32 = 2;
    let mut info = Reader(Reader(bytes).expect(SEQUENCE)?.contents);
    let (_, kind) = x509_parser::asn1_rs::FromDer::from_der(info.expect(OID)?.whole)
        .map(|(rest, oid): (_, x509_parser::asn1_rs::Oid<'_>)| (rest, oid))
        .ok()?;
    if kind.to_id_string() != SIGNED_DATA {
        return None;
    }
    let mut data = Reader(Reader(info.context(0)?.contents).expect(SEQUENCE)?.contents);
    data.expect(INTEGER)?;
    data.expect(SET)?;
    data.expect(SEQUENCE)?;
    let mut list = Reader(data.context(0)?.contents);
    let mut out = Vec::new();
    while let (Some(element), true) = (list.next(), out.len() < MOST) {
        out.push(CertificateDer::from(element.whole.to_vec()));
    }
    Some(out)
}

/// Where the issuer of these certificates is said to be; those that signed themselves have none.
pub fn leads(ders: &[CertificateDer<'_>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for der in ders {
        let Ok(known) = Known::read(der, Place::Found) else {
            continue;
        };
        if !known.self_signed {
            out.extend(known.facts().issuer_urls);
        }
    }
    out
}

impl Facets {
    /// Where the issuer that is missing is said to be: none where the cloud has a path, or where nothing is missing.
    pub fn issuer_leads(&self) -> &[String] {
        if self.cloud.path.is_some() || self.cloud.completed.is_some() {
            return &[];
        }
        let head = match self.end {
            End::Open(at) | End::WrongKey(at) | End::Unproven(at) | End::Anchored(at) => at,
            End::Nothing | End::Unreadable | End::SelfSigned | End::Root(_) => return &[],
        };
        let head = self.certificates.get(head);
        head.map(|head| head.issuer_urls.as_slice())
            .unwrap_or_default()
    }
}
