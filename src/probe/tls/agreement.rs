//! What a handshake means, and the questions asked after it failed.

use super::{Further, Narrow, Seen, Shown};
use crate::probe::{At, Symptom, symptoms};
use crate::trust::{self, Strength, Trust};
use crate::wire::reply::{self, Reply, Spoken};
use crate::wire::tls::{Handshake, KeyProof, TlsFailure};

symptoms! {
    /// Whether a TLS connection comes about.
    Agreement {
        /// It does, with every address.
        Agreed = "agreed",
        /// The port speaks HTTP without TLS.
        PlainHttp = "plain-http",
        /// The port speaks something else.
        OtherProtocol = "other-protocol",
        /// The server closes or resets the connection.
        Closed = "closed",
        /// Nothing, or not enough, comes in time.
        Silent = "silent",
        /// Small segments pass and large ones vanish.
        Stalled = "stalled",
        /// The server speaks only versions before TLS 1.2.
        TooOld = "too-old",
        /// No cipher suite is shared.
        NoSharedCipher = "no-shared-cipher",
        /// The server does not know the name.
        NameUnknown = "name-unknown",
        /// The server demands a client certificate.
        ClientCertificateRequired = "client-certificate-required",
        /// It fails for a reason that tells nothing more.
        Untold = "untold",
    }
}

const TLS_1_2: u16 = 0x0303;

/// Alerts by number (RFC 8446, 6.2 and its predecessors).
mod alert {
    pub(super) const HANDSHAKE_FAILURE: u8 = 40;
    pub(super) const PROTOCOL_VERSION: u8 = 70;
    pub(super) const INSUFFICIENT_SECURITY: u8 = 71;
    pub(super) const UNRECOGNIZED_NAME: u8 = 112;
    pub(super) const CERTIFICATE_REQUIRED: u8 = 116;
    /// What servers say when the certificate that they asked for does not come.
    pub(super) const OF_CERTIFICATES: std::ops::RangeInclusive<u8> = 40..=49;
}

/// What one address's handshake means.
fn agreement(shown: &Shown) -> Agreement {
    let handshake = &shown.handshake;
    let further = &shown.further;
    match &handshake.failure {
        None if is_anyones(shown) => Agreement::Untold,
        None => Agreement::Agreed,
        Some(TlsFailure::NotTls) => match reply::spoken(&handshake.first()) {
            Some(Spoken::Http) => Agreement::PlainHttp,
            Some(_) | None => Agreement::OtherProtocol,
        },
        Some(TlsFailure::Silent { .. }) => match further {
            Further {
                narrow: Some(Narrow::Further),
                ..
            } => Agreement::Stalled,
            further if is_plain(further) => Agreement::PlainHttp,
            _ => Agreement::Silent,
        },
        Some(failure) if refuses_for_want_of_certificate(handshake, failure) => {
            Agreement::ClientCertificateRequired
        }
        Some(TlsFailure::Alert {
            code: alert::UNRECOGNIZED_NAME,
            ..
        }) => Agreement::NameUnknown,
        Some(TlsFailure::Alert { code, .. }) => {
            answered(handshake, further).unwrap_or(match *code {
                alert::PROTOCOL_VERSION => Agreement::TooOld,
                alert::HANDSHAKE_FAILURE | alert::INSUFFICIENT_SECURITY => {
                    Agreement::NoSharedCipher
                }
                _ => Agreement::Untold,
            })
        }
        Some(TlsFailure::Closed) => answered(handshake, further).unwrap_or(if is_plain(further) {
            Agreement::PlainHttp
        } else {
            Agreement::Closed
        }),
        Some(TlsFailure::Incompatible { .. }) => {
            answered(handshake, further).unwrap_or(Agreement::NoSharedCipher)
        }
        Some(TlsFailure::Name | TlsFailure::Other { .. }) => {
            answered(handshake, further).unwrap_or(Agreement::Untold)
        }
    }
}

/// Whether the server shows a certificate that is good in itself, without proof that it is its own.
///
/// Where the certificate is not good, the other questions tell why, and often that is why the proof cannot be checked.
fn is_anyones(shown: &Shown) -> bool {
    shown.handshake.key == KeyProof::Unproven
        && shown.facets.as_ref().is_some_and(|facets| {
            trust::trust(facets) == Trust::Public && trust::strength(facets) == Strength::Strong
        })
}

/// Whether the server asked for a client certificate and will not go on without.
fn refuses_for_want_of_certificate(handshake: &Handshake, failure: &TlsFailure) -> bool {
    match failure {
        TlsFailure::Alert {
            code: alert::CERTIFICATE_REQUIRED,
            ..
        } => true,
        TlsFailure::Alert { code, .. } => {
            handshake.client_certificate_asked && alert::OF_CERTIFICATES.contains(code)
        }
        TlsFailure::Closed => handshake.client_certificate_asked,
        TlsFailure::Silent { .. }
        | TlsFailure::NotTls
        | TlsFailure::Incompatible { .. }
        | TlsFailure::Name
        | TlsFailure::Other { .. } => false,
    }
}

/// What the answers to the further questions settle.
fn answered(handshake: &Handshake, further: &Further) -> Option<Agreement> {
    let agreed = |reply: Option<Reply>| match reply {
        Some(Reply::ServerHello { version, .. }) => Some(version),
        _ => None,
    };
    if reply::hello_version(&handshake.first()).is_some_and(|version| version < TLS_1_2) {
        return Some(Agreement::TooOld);
    }
    match (agreed(further.everything), agreed(further.nameless)) {
        (Some(version), _) if version < TLS_1_2 => Some(Agreement::TooOld),
        (Some(_), _) => Some(Agreement::NoSharedCipher),
        (None, Some(_)) => Some(Agreement::NameUnknown),
        (None, None) if further.everything == Some(NAME_UNKNOWN) => Some(Agreement::NameUnknown),
        (None, None) => agreed(further.old).map(|_| Agreement::TooOld),
    }
}

const NAME_UNKNOWN: Reply = Reply::Alert {
    code: alert::UNRECOGNIZED_NAME,
};

/// Whether a request without TLS was answered in HTTP.
fn is_plain(further: &Further) -> bool {
    further.plain
        == Some(Reply::Spoken {
            protocol: Spoken::Http,
        })
}

/// Version and suite that the server would have agreed to, in words.
pub(super) fn would_have_agreed(shown: &Shown) -> Option<(String, String)> {
    let replies = [
        shown.further.everything,
        shown.further.old,
        shown.further.nameless,
    ];
    replies.into_iter().flatten().find_map(|reply| match reply {
        Reply::ServerHello { version, suite } => {
            Some((reply::version_name(version), reply::suite_name(suite)))
        }
        Reply::Alert { .. }
        | Reply::Spoken { .. }
        | Reply::Closed
        | Reply::Silent
        | Reply::Unconnected => None,
    })
}

impl Symptom for Agreement {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        seen.addresses
            .iter()
            .map(agreement)
            .find(|agreement| *agreement != Self::Agreed)
            .unwrap_or(if seen.addresses.is_empty() {
                Self::Untold
            } else {
                Self::Agreed
            })
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::of(self)
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
