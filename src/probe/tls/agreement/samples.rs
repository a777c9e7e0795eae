//! A handshake for each symptom.

use super::super::reading::samples::{failing, public};
use super::{Agreement, Narrow, Reply, Spoken};
use crate::probe::tls::Seen;
use crate::wire::tls::TlsFailure;

/// A handshake that ends in an alert.
pub(super) fn alert(code: u8, name: &str) -> Seen {
    failing(
        TlsFailure::Alert {
            code,
            name: name.into(),
        },
        "15030300020228",
    )
}

/// A handshake that ends in silence.
pub(super) fn silence() -> Seen {
    failing(
        TlsFailure::Silent {
            waited_ms: 5000,
            received: 0,
        },
        "",
    )
}

/// The handshake that tells this symptom.
pub(super) fn of(symptom: Agreement) -> Seen {
    match symptom {
        Agreement::Agreed => public(),
        Agreement::PlainHttp => failing(TlsFailure::NotTls, "485454502f312e312034303020426164"),
        Agreement::OtherProtocol => {
            failing(TlsFailure::NotTls, "5353482d322e302d4f70656e5353480d0a")
        }
        Agreement::Closed => failing(TlsFailure::Closed, ""),
        Agreement::Silent => silence(),
        Agreement::Stalled => {
            let mut seen = silence();
            seen.addresses[0].further.narrow = Some(Narrow::Further);
            seen.addresses[0].further.plain = Some(Reply::Silent);
            seen
        }
        Agreement::TooOld => {
            let mut seen = alert(70, "ProtocolVersion");
            seen.addresses[0].further.old = Some(Reply::ServerHello {
                version: 0x0302,
                suite: 0xC014,
            });
            seen
        }
        Agreement::NoSharedCipher => alert(40, "HandshakeFailure"),
        Agreement::NameUnknown => alert(112, "UnrecognizedName"),
        Agreement::ClientCertificateRequired => alert(116, "CertificateRequired"),
        Agreement::Untold => alert(80, "InternalError"),
    }
}

/// A reply in plain HTTP.
pub(super) const HTTP: Reply = Reply::Spoken {
    protocol: Spoken::Http,
};
