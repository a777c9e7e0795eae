//! Reads one certificate: the facts that are shown, and the parsed form that paths are made of.

use super::facets::{Certificate, Place, Signature, Usage};
use super::key;
use super::signature::{self, Proof};
use super::text::{short_name, text_of, whole_name};
use crate::shown::shown;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, Ipv6Addr};
use x509_parser::prelude::{
    DistributionPointName, FromDer, GeneralName, ParsedExtension, X509Certificate, X509Extension,
    X509Version,
};

/// The most names of one certificate that are kept.
const MOST_NAMES: usize = 50;
/// The most addresses of one kind that are kept.
const MOST_URLS: usize = 4;

/// A certificate that could be read.
pub(crate) struct Known<'a> {
    /// Its bytes.
    pub(crate) der: &'a [u8],
    /// Where it came from.
    pub(crate) place: Place,
    /// Its parts.
    pub(crate) x509: X509Certificate<'a>,
    /// Whether its own key signed it.
    pub(crate) self_signed: bool,
}

impl<'a> Known<'a> {
    /// Reads a certificate; the reason says what is wrong with it.
    pub(crate) fn read(der: &'a [u8], place: Place) -> Result<Self, &'static str> {
        let x509 = match X509Certificate::from_der(der) {
            Ok(([], x509)) => x509,
            Ok(_) => return Err("bytes follow the certificate"),
            Err(_) => return Err("it is not a DER certificate"),
        };
        let mut known = Self {
            der,
            place,
            x509,
            self_signed: false,
        };
        known.self_signed = known.names_itself()
            && match signature::proof(&known.x509, &known.x509.subject_pki) {
                Proof::Signed => true,
                Proof::NotSigned => false,
                // A key of a kind that cannot be checked: its own words decide.
                Proof::Unchecked => known
                    .authority_key_id()
                    .is_none_or(|id| known.subject_key_id() == Some(id)),
            };
        Ok(known)
    }

    /// Whether issuer and subject are the same name.
    pub(crate) fn names_itself(&self) -> bool {
        self.x509.issuer.as_raw() == self.x509.subject.as_raw()
    }

    /// The one extension with this identifier that could be read, or `None`.
    pub(crate) fn extension(&self, oid: &str) -> Option<&X509Extension<'a>> {
        self.x509
            .extensions()
            .iter()
            .find(|extension| extension.oid.to_id_string() == oid)
    }

    /// Whether an extension appears twice, or one that matters cannot be read.
    pub(crate) fn has_bad_extension(&self) -> bool {
        let extensions = self.x509.extensions();
        extensions.iter().enumerate().any(|(index, extension)| {
            extensions[..index]
                .iter()
                .any(|earlier| earlier.oid == extension.oid)
                || matches!(
                    extension.parsed_extension(),
                    ParsedExtension::ParseError { .. }
                )
        })
    }

    /// Whether it says of itself that it is a CA.
    pub(crate) fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|(is_ca, _)| is_ca)
    }

    /// Whether it is a CA, and how many CAs may stand below it.
    pub(crate) fn basic_constraints(&self) -> Option<(bool, Option<u32>)> {
        match self.extension("2.5.29.19")?.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                Some((constraints.ca, constraints.path_len_constraint))
            }
            _ => None,
        }
    }

    /// The names and addresses that it is made out to, and whether all of them could be read.
    pub(crate) fn general_names(&self) -> (&[GeneralName<'a>], bool) {
        match self
            .extension("2.5.29.17")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::SubjectAlternativeName(names)) => {
                let readable = !names
                    .general_names
                    .iter()
                    .any(|name| matches!(name, GeneralName::Invalid(..)));
                (&names.general_names, readable)
            }
            Some(_) => (&[], false),
            None => (&[], true),
        }
    }

    /// The first common name.
    pub(crate) fn common_name(&self) -> Option<String> {
        self.x509.subject.iter_common_name().next().map(text_of)
    }

    /// The identifier of the key that signed it, as it says itself.
    pub(crate) fn authority_key_id(&self) -> Option<&[u8]> {
        match self.extension("2.5.29.35")?.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                id.key_identifier.as_ref().map(|id| id.0)
            }
            _ => None,
        }
    }

    /// The identifier of its own key, as it says itself.
    pub(crate) fn subject_key_id(&self) -> Option<&[u8]> {
        match self.extension("2.5.29.14")?.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        }
    }

    /// What its extensions say about serving TLS; CA certificates need no handshake usage.
    pub(crate) fn usage(&self) -> Usage {
        if let Some(extension) = self.extension("2.5.29.37") {
            return match extension.parsed_extension() {
                ParsedExtension::ExtendedKeyUsage(usages) if usages.server_auth => Usage::Allowed,
                _ => Usage::OtherPurpose,
            };
        }
        Usage::Allowed
    }

    /// Whether its key usage, where it has one, leaves room for a handshake.
    pub(crate) fn allows_handshake(&self) -> bool {
        match self
            .extension("2.5.29.15")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::KeyUsage(usage)) => {
                usage.digital_signature() || usage.key_encipherment() || usage.key_agreement()
            }
            Some(_) | None => true,
        }
    }

    /// Whether its key usage, where it has one, lets it sign certificates.
    pub(crate) fn may_sign(&self) -> bool {
        match self
            .extension("2.5.29.15")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::KeyUsage(usage)) => usage.key_cert_sign(),
            Some(_) | None => true,
        }
    }

    /// The facts that are shown.
    pub(crate) fn facts(&self) -> Certificate {
        let (names, _) = self.general_names();
        let hosts: Vec<_> = names.iter().filter_map(host_name).collect();
        Certificate {
            place: self.place,
            fingerprint: fingerprint(self.der),
            length: self.der.len(),
            malformed: None,
            subject: whole_name(&self.x509.subject),
            subject_name: short_name(&self.x509.subject),
            issuer: whole_name(&self.x509.issuer),
            issuer_name: short_name(&self.x509.issuer),
            serial: serial(self.x509.raw_serial()),
            version: self.x509.version.0.saturating_add(1),
            not_before: Some(moment(self.x509.validity.not_before.timestamp())),
            not_after: Some(moment(self.x509.validity.not_after.timestamp())),
            key: key::of(&self.x509.subject_pki),
            signature: algorithm(&self.x509),
            name_count: hosts.len(),
            names: hosts.into_iter().take(MOST_NAMES).collect(),
            usages: self.usages(),
            usage: match self.usage() {
                Usage::Allowed
                    if !self.self_signed && !self.is_ca() && !self.allows_handshake() =>
                {
                    Usage::NoHandshake
                }
                usage => usage,
            },
            is_ca: self.is_ca(),
            self_signed: self.self_signed,
            issuer_urls: self.access_urls("1.3.6.1.5.5.7.48.2"),
            crl_urls: self.crl_urls(),
            ocsp_urls: self.access_urls("1.3.6.1.5.5.7.48.1"),
            pem: (self.place == Place::Found).then(|| pem(self.der)),
        }
    }

    fn usages(&self) -> Vec<String> {
        let Some(ParsedExtension::ExtendedKeyUsage(usages)) = self
            .extension("2.5.29.37")
            .map(X509Extension::parsed_extension)
        else {
            return Vec::new();
        };
        let known = [
            (usages.any, "any"),
            (usages.server_auth, "serverAuth"),
            (usages.client_auth, "clientAuth"),
            (usages.code_signing, "codeSigning"),
            (usages.email_protection, "emailProtection"),
            (usages.time_stamping, "timeStamping"),
            (usages.ocsp_signing, "OCSPSigning"),
        ];
        let known = known
            .into_iter()
            .filter(|(present, _)| *present)
            .map(|(_, name)| name.to_owned());
        known
            .chain(
                usages
                    .other
                    .iter()
                    .take(8)
                    .map(|oid| shown(&oid.to_id_string())),
            )
            .collect()
    }

    fn access_urls(&self, method: &str) -> Vec<String> {
        match self
            .extension("1.3.6.1.5.5.7.1.1")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::AuthorityInfoAccess(access)) => {
                let wanted = access
                    .iter()
                    .filter(|entry| entry.access_method.to_id_string() == method);
                wanted
                    .filter_map(|entry| url(&entry.access_location))
                    .take(MOST_URLS)
                    .collect()
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// The names of the lists that its issuer itself keeps of every revoked certificate.
    pub(crate) fn list_names(&self) -> impl Iterator<Item = &GeneralName<'a>> {
        let points = match self
            .extension("2.5.29.31")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::CRLDistributionPoints(points)) => Some(points),
            Some(_) | None => None,
        };
        let whole = points
            .into_iter()
            .flat_map(|points| points.iter())
            .filter(|point| point.reasons.is_none() && point.crl_issuer.is_none());
        whole.flat_map(|point| match &point.distribution_point {
            Some(DistributionPointName::FullName(names)) => names.as_slice(),
            Some(DistributionPointName::NameRelativeToCRLIssuer(_)) | None => &[],
        })
    }

    fn crl_urls(&self) -> Vec<String> {
        self.list_names().filter_map(url).take(MOST_URLS).collect()
    }

    /// Whether its key usage, where it has one, lets it sign revocation lists.
    pub(crate) fn may_sign_lists(&self) -> bool {
        match self
            .extension("2.5.29.15")
            .map(X509Extension::parsed_extension)
        {
            Some(ParsedExtension::KeyUsage(usage)) => usage.crl_sign(),
            Some(_) | None => true,
        }
    }
}

/// The facts of a certificate that could not be read.
pub(crate) fn unreadable(der: &[u8], place: Place, reason: &str) -> Certificate {
    Certificate {
        place,
        fingerprint: fingerprint(der),
        length: der.len(),
        malformed: Some(reason.to_owned()),
        ..Certificate::default()
    }
}

fn host_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(shown(name)),
        GeneralName::IPAddress(bytes) => Some(address(bytes)),
        GeneralName::Invalid(tag, bytes) if tag.0 == 2 => {
            Some(shown(&String::from_utf8_lossy(bytes)))
        }
        _ => None,
    }
}

fn address(bytes: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(four).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(sixteen) => Ipv6Addr::from(sixteen).to_string(),
        Err(_) => format!("({} bytes that are no address)", bytes.len()),
    }
}

fn url(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(url) => Some(shown(url)),
        _ => None,
    }
}

/// The moment of a certificate or list; `99991231235959Z`, which stands for no end (RFC 5280, 4.1.2.5), lies just beyond what can be told.
pub(crate) fn moment(second: i64) -> Timestamp {
    let beyond = if second > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    };
    Timestamp::from_second(second).unwrap_or(beyond)
}

/// SHA-256 of some bytes in lower-case hexadecimal.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn serial(bytes: &[u8]) -> String {
    hexadecimal(&bytes[..bytes.len().min(40)])
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(CertificateDer::from(der));
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}

/// Whether a certificate is of version 3.
pub(crate) fn is_version_3(x509: &X509Certificate<'_>) -> bool {
    x509.version == X509Version::V3
}

fn algorithm(x509: &X509Certificate<'_>) -> Signature {
    let (algorithm, weak) = signature::name(&x509.signature_algorithm);
    Signature {
        algorithm: shown(&algorithm),
        weak,
    }
}
