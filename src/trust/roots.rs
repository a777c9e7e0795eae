//! Sets of roots: Mozilla's, which stand in for the cloud's, and those read from files and stores.

use super::der::{SEQUENCE, wrapped};
use super::facets::Key;
use super::path::{LooseName, loosely};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Name};

/// Version of webpki-roots and the day it came out, as a report shows them.
const MOZILLA: (&str, &str) = ("1.0.10", "2026-10-19");

/// A set of roots.
#[derive(Clone, Debug)]
pub struct Roots {
    name: String,
    anchors: Vec<TrustAnchor<'static>>,
    ders: Vec<CertificateDer<'static>>,
    subjects: Vec<Vec<u8>>,
    loose_subjects: Vec<Option<LooseName>>,
    keys: Vec<Vec<u8>>,
}

/// Why a set of roots could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// The text is not PEM.
    #[error("read the PEM: {0}")]
    Pem(String),
    /// There is no certificate, or none that can be a root.
    #[error("find a certificate in it")]
    NoCertificate,
}

impl Roots {
    /// Mozilla's roots, as of the version of webpki-roots that is built in.
    pub fn mozilla() -> Self {
        let name = format!(
            "Mozilla's roots (webpki-roots {}, {})",
            MOZILLA.0, MOZILLA.1
        );
        Self::new(&name, webpki_roots::TLS_SERVER_ROOTS.to_vec(), Vec::new())
    }

    /// The certificates of a PEM file, or of a single DER one; `name` says which, for a report.
    pub fn from_pem(name: impl Into<String>, text: &[u8]) -> Result<Self, RootsError> {
        if text.first() == Some(&0x30) {
            return Self::from_ders(name, [CertificateDer::from(text.to_vec())]);
        }
        let ders = CertificateDer::pem_slice_iter(text)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|cause| RootsError::Pem(crate::shown::shown(&cause.to_string())))?;
        Self::from_ders(name, ders)
    }

    /// The certificates of a store; those that cannot be roots are left out.
    pub fn from_ders(
        name: impl Into<String>,
        ders: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Result<Self, RootsError> {
        let (mut anchors, mut kept) = (Vec::new(), Vec::new());
        for der in ders {
            if let Ok(anchor) = webpki::anchor_from_trusted_cert(&der) {
                anchors.push(anchor.to_owned());
                kept.push(der);
            }
        }
        if anchors.is_empty() {
            return Err(RootsError::NoCertificate);
        }
        Ok(Self::new(&name.into(), anchors, kept))
    }

    fn new(
        name: &str,
        anchors: Vec<TrustAnchor<'static>>,
        ders: Vec<CertificateDer<'static>>,
    ) -> Self {
        let subjects: Vec<_> = anchors
            .iter()
            .map(|anchor| sequence(&anchor.subject))
            .collect();
        let loose = |name: &Vec<u8>| Some(loosely(&X509Name::from_der(name).ok()?.1));
        let loose_subjects = subjects.iter().map(loose).collect();
        let keys = anchors
            .iter()
            .map(|anchor| sequence(&anchor.subject_public_key_info))
            .collect();
        Self {
            name: crate::shown::shown(name),
            anchors,
            ders,
            subjects,
            loose_subjects,
            keys,
        }
    }

    /// The set's name, as a report shows it.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// How many roots there are.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Whether there is no root at all.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// The roots' certificates, where they are known.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.ders
    }

    /// The roots, as rustls-webpki takes them.
    pub(crate) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// The roots of this name, which is whole DER.
    pub(crate) fn named(&self, name: &[u8]) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(move |index| self.subjects[*index] == name)
    }

    /// The roots of the name and the key of this one, itself among them: earlier and later certificates of one CA.
    pub(crate) fn of_same_ca(&self, index: usize) -> impl Iterator<Item = usize> {
        self.named(&self.subjects[index])
            .filter(move |other| self.keys[*other] == self.keys[index])
    }

    /// The roots of this name in whatever spelling.
    pub(crate) fn loosely_named(&self, name: &LooseName) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(move |index| self.loose_subjects[*index].as_ref() == Some(name))
    }

    /// The key of a root, as a whole DER subjectPublicKeyInfo.
    pub(crate) fn key(&self, index: usize) -> &[u8] {
        &self.keys[index]
    }

    /// The name constraints of a root, as a whole DER extension value.
    pub(crate) fn constraints(&self, index: usize) -> Option<Vec<u8>> {
        self.anchors[index]
            .name_constraints
            .as_ref()
            .map(|inner| sequence(inner))
    }

    /// A root's key, as a report shows it.
    pub(crate) fn shown_key(&self, index: usize) -> Key {
        match SubjectPublicKeyInfo::from_der(&self.keys[index]) {
            Ok((_, key)) => super::key::of(&key),
            Err(_) => Key::default(),
        }
    }

    /// The certificate of a root, where it is known.
    pub(crate) fn certificate(&self, index: usize) -> Option<&CertificateDer<'static>> {
        self.ders.get(index)
    }

    /// A root's name, as a person says it.
    pub(crate) fn shown(&self, index: usize) -> String {
        match X509Name::from_der(&self.subjects[index]) {
            Ok((_, name)) => super::text::short_name(&name),
            Err(_) => String::new(),
        }
    }
}

/// The contents of a SEQUENCE with its header put back: webpki keeps names and keys without it.
fn sequence(contents: &[u8]) -> Vec<u8> {
    wrapped(SEQUENCE, contents)
}
