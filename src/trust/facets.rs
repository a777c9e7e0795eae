//! What is known of a certificate chain: plain data, from which every reading, sentence and drawing is made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What the user asks for: the name or address that the certificate has to be made out to.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Served {
    /// A host name, already in its ASCII form.
    Name(String),
    /// An address literal.
    Address(IpAddr),
}

/// Everything that one judging of a chain found out.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Facets {
    /// The moment for which it was judged.
    pub at: Timestamp,
    /// What was asked for.
    pub host: Served,
    /// How many certificates were served, those not kept included.
    pub served: usize,
    /// The served certificates in the order served, then those found elsewhere that complete a path.
    pub certificates: Vec<Certificate>,
    /// The certificates that dates and strength are judged on, as indices, leaf first, root excluded.
    pub chain: Vec<usize>,
    /// Where the served chain ends, trust aside.
    pub end: End,
    /// How the names of the leaf compare with the host.
    pub names: Names,
    /// The cloud's view.
    pub cloud: View,
    /// This machine's view, when its store was read.
    pub machine: Option<View>,
    /// The view of the user's own CA file, when there is one.
    pub bundle: Option<View>,
    /// The inspection product whose name an untrusted issuer carries.
    pub product: Option<String>,
    /// What the stapled OCSP response says.
    pub staple: Said,
    /// What was asked for over the network, where that is permitted.
    #[serde(default)]
    pub asked: Vec<Asked>,
}

/// One certificate, as far as it could be read. Texts are bounded and safe to show.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
pub struct Certificate {
    /// Where it came from.
    pub place: Place,
    /// SHA-256 of the certificate, in lower-case hexadecimal.
    pub fingerprint: String,
    /// Length of its DER in bytes.
    pub length: usize,
    /// Why it could not be read; the other fields are then empty.
    pub malformed: Option<String>,
    /// The whole subject.
    pub subject: String,
    /// The subject's common name, else its organisation.
    pub subject_name: String,
    /// The whole issuer.
    pub issuer: String,
    /// The issuer's common name, else its organisation.
    pub issuer_name: String,
    /// The serial number in hexadecimal.
    pub serial: String,
    /// X.509 version: 1, 2 or 3.
    pub version: u32,
    /// First moment of validity.
    pub not_before: Option<Timestamp>,
    /// Last moment of validity.
    pub not_after: Option<Timestamp>,
    /// Its public key.
    pub key: Key,
    /// The algorithm that its signature was made with.
    pub signature: Signature,
    /// Names and addresses of the subject alternative name, the first of them.
    pub names: Vec<String>,
    /// How many names and addresses there are altogether.
    pub name_count: usize,
    /// Object identifiers or short names of the extended key usage.
    pub usages: Vec<String>,
    /// What its extensions say about serving TLS.
    pub usage: Usage,
    /// Whether it says of itself that it is a CA.
    pub is_ca: bool,
    /// Whether its own key signed it.
    pub self_signed: bool,
    /// Where its issuer's certificate can be fetched.
    pub issuer_urls: Vec<String>,
    /// Where its revocation list can be fetched.
    pub crl_urls: Vec<String>,
    /// Where its state can be asked.
    pub ocsp_urls: Vec<String>,
    /// The certificate itself in PEM, for one that was found elsewhere: it is what the server has to send.
    pub pem: Option<String>,
}

/// Where a certificate came from.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The server sent it.
    #[default]
    Served,
    /// It was found elsewhere: in this machine's store, over its issuer's address, in a recording.
    Found,
}

/// A public key.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct Key {
    /// Its kind, as shown: `RSA`, `EC P-256`, `Ed25519` or an object identifier.
    pub kind: String,
    /// Its size in bits, 0 when unknown.
    pub bits: u32,
    /// Whether it is strong enough.
    pub grade: KeyGrade,
}

/// Whether a key is strong enough.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum KeyGrade {
    /// Strong.
    Strong,
    /// Too short, or of a kind that is given up.
    Weak,
    /// Not a kind known here.
    #[default]
    Unknown,
}

/// A signature algorithm.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct Signature {
    /// Its name, as shown, or its object identifier.
    pub algorithm: String,
    /// Whether it rests on a broken digest (MD2, MD4, MD5, SHA-1).
    pub weak: bool,
}

/// What a certificate's extensions say about serving TLS.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    /// Nothing forbids it.
    #[default]
    Allowed,
    /// The extended key usage names other purposes only.
    OtherPurpose,
    /// The key usage allows no handshake.
    NoHandshake,
}

/// How the leaf's names compare with the host.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The comparison itself.
    pub state: NameState,
    /// The name that comes nearest to the host.
    pub nearest: Option<String>,
    /// The common name, when it would have matched.
    pub common_name: Option<String>,
}

/// The comparison of the leaf's names with the host.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum NameState {
    /// One of the names is the host's.
    Matches,
    /// There are names, none is the host's.
    Mismatch,
    /// There is neither a name nor an address in the subject alternative name.
    Absent,
    /// The names could not be read, or the host is no name that a certificate can hold.
    Unreadable,
}

/// How one set of roots sees the chain.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct View {
    /// The name of the set of roots.
    pub store: String,
    /// Why the chain is refused, as rustls-webpki says it for this moment; `None` when it is trusted.
    pub refusal: Option<Refusal>,
    /// Whether it would be trusted at a moment at which all of the path is in date, whatever the purpose of its certificates.
    pub trusted_otherwise: bool,
    /// The best path from the leaf to a root, by names and signatures, using what was served.
    pub path: Option<Path>,
    /// The same with certificates found elsewhere, looked for when the served ones give no path.
    pub completed: Option<Path>,
}

impl View {
    /// Whether this set of roots trusts the chain now.
    pub fn trusted(&self) -> bool {
        self.refusal.is_none()
    }
}

/// Why rustls-webpki refuses a chain.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// No path ends in a root.
    UnknownIssuer,
    /// A certificate of the path has expired.
    Expired,
    /// A certificate of the path is not valid yet.
    NotYetValid,
    /// A signature does not fit the key of the issuer of that name.
    BadSignature,
    /// The extended key usage names other purposes.
    WrongPurpose,
    /// The leaf is a CA certificate.
    CaAsLeaf,
    /// An issuer is no CA.
    LeafAsCa,
    /// A CA has more CAs below it than it allows.
    PathLength,
    /// A name lies outside what a CA may certify.
    NameConstraint,
    /// The signature algorithm is not supported: too old or too new.
    Algorithm,
    /// Not X.509 version 3.
    OldVersion,
    /// A critical extension that is not understood.
    CriticalExtension,
    /// Not readable.
    Malformed,
    /// Finding a path took too long.
    TooComplex,
    /// The key is on the list of those known to be distrusted.
    Distrusted,
    /// There was no certificate.
    Nothing,
    /// Anything else.
    Other,
}

/// A path from the leaf to a root.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Path {
    /// Its certificates as indices, leaf first, the root of the store excluded.
    pub certificates: Vec<usize>,
    /// The root's name.
    pub root: String,
    /// The root's key.
    pub root_key: Key,
    /// The root's first and last moment, where its certificate is known.
    pub root_dates: Option<(Timestamp, Timestamp)>,
    /// What is wrong with it besides dates, names of the host and strength.
    pub faults: Vec<Fault>,
}

/// One thing wrong with a path.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Fault {
    /// The certificate at fault, as an index; `None` is the root in the store.
    pub certificate: Option<usize>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a path.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An issuer that does not say that it is a CA.
    NoCa,
    /// An issuer whose key usage does not let it sign certificates.
    MayNotSign,
    /// More CAs below it than it allows.
    PathLength,
    /// A name outside of what a CA above it may certify.
    NameConstraint,
    /// A critical extension that nobody knows.
    CriticalExtension,
    /// Its two statements of the signature algorithm differ, or an extension appears twice or cannot be read.
    Malformed,
    /// A signature that could not be checked here.
    Unproven,
    /// Issuer and subject are the same name in different spelling, which some accept and others refuse.
    Spelling,
    /// Allowed by the standard, refused by rustls-webpki.
    Disputed,
}

/// Where the served chain ends, trust aside.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// There was no certificate.
    Nothing,
    /// The leaf cannot be read.
    Unreadable,
    /// The leaf signed itself.
    SelfSigned,
    /// A served certificate that signed itself, as an index.
    Root(usize),
    /// The issuer of the certificate of this index is a root of one of the stores.
    Anchored(usize),
    /// The issuer of the certificate of this index is nowhere to be seen.
    Open(usize),
    /// A certificate with the issuer's name is known, but its key did not sign the certificate of this index.
    WrongKey(usize),
    /// A certificate with the issuer's name is known, but the signature on the certificate of this index cannot be checked here.
    Unproven(usize),
}

/// What a CA says of a certificate's state, in an OCSP response (RFC 6960) or a revocation list (RFC 5280, 5).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Said {
    /// There is none.
    Absent,
    /// Good, signed by the issuer or its responder, and fresh.
    Good {
        /// When it was said.
        this_update: Timestamp,
        /// Until when it holds.
        next_update: Option<Timestamp>,
    },
    /// Revoked, signed by the issuer or its responder.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// The reason's name, if one is given.
        reason: Option<String>,
    },
    /// The responder does not know the certificate, or would not answer; the list is not one that settles it alone.
    Undecided,
    /// It says nothing about this certificate.
    OtherCertificate,
    /// Its time is over, or has not come.
    Stale,
    /// Its signature could not be checked, or does not fit.
    Unproven,
    /// It cannot be read.
    Malformed,
    /// It could not be fetched.
    Unfetched {
        /// Why not, in words.
        why: String,
    },
}

impl Said {
    /// Whether it settles the question.
    pub fn decides(&self) -> bool {
        match self {
            Self::Good { .. } | Self::Revoked { .. } => true,
            Self::Absent
            | Self::Undecided
            | Self::OtherCertificate
            | Self::Stale
            | Self::Unproven
            | Self::Malformed
            | Self::Unfetched { .. } => false,
        }
    }
}

/// An answer that was asked for over the network.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Asked {
    /// The certificate asked about, as an index.
    pub certificate: usize,
    /// Who was asked.
    pub source: Source,
    /// What came of it.
    pub said: Said,
}

/// Who tells of a certificate's state. Addresses are safe to show.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Source {
    /// The server, which staples what it was told.
    Staple,
    /// An OCSP responder.
    Responder {
        /// Its address.
        url: String,
    },
    /// A revocation list.
    List {
        /// Its address.
        url: String,
    },
    /// The certificate names nobody, or nobody whose answer could be checked.
    Nobody,
}
