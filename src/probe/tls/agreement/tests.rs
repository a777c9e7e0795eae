//! How the further answers settle what a failure leaves open.

use super::samples::{HTTP, alert, silence};
use super::{Agreement, Narrow, Reply, agreement, would_have_agreed};
use crate::probe::tls::reading::samples::failing;
use crate::probe::tls::{Further, Seen};
use crate::wire::tls::TlsFailure;

const OLD: Reply = Reply::ServerHello {
    version: 0x0301,
    suite: 0x002F,
};
const NEW: Reply = Reply::ServerHello {
    version: 0x0303,
    suite: 0xC028,
};
const REFUSED: Reply = Reply::Alert { code: 40 };

fn read(mut seen: Seen, further: Further) -> Agreement {
    seen.addresses[0].further = further;
    agreement(&seen.addresses[0])
}

fn closed() -> Seen {
    failing(TlsFailure::Closed, "")
}

#[test]
fn a_refusal_by_a_server_that_agrees_to_an_old_version_is_too_old() {
    let further = || Further {
        old: Some(OLD),
        everything: Some(REFUSED),
        nameless: Some(REFUSED),
        ..Further::default()
    };
    assert_eq!(
        read(alert(40, "HandshakeFailure"), further()),
        Agreement::TooOld
    );
    assert_eq!(
        read(alert(70, "ProtocolVersion"), further()),
        Agreement::TooOld
    );
    assert_eq!(read(closed(), further()), Agreement::TooOld);
    let everything = Further {
        everything: Some(OLD),
        ..Further::default()
    };
    assert_eq!(read(closed(), everything), Agreement::TooOld);
}

#[test]
fn a_refusal_by_a_server_that_agrees_to_another_suite_is_no_shared_cipher() {
    let further = Further {
        old: Some(REFUSED),
        everything: Some(NEW),
        ..Further::default()
    };
    assert_eq!(
        read(alert(40, "HandshakeFailure"), further),
        Agreement::NoSharedCipher
    );
    let further = Further {
        everything: Some(NEW),
        nameless: Some(NEW),
        ..Further::default()
    };
    assert_eq!(read(closed(), further), Agreement::NoSharedCipher);
}

#[test]
fn a_refusal_that_goes_away_without_the_name_is_about_the_name() {
    for seen in [
        alert(40, "HandshakeFailure"),
        alert(80, "InternalError"),
        closed(),
    ] {
        let further = Further {
            everything: Some(Reply::Closed),
            nameless: Some(NEW),
            ..Further::default()
        };
        assert_eq!(read(seen, further), Agreement::NameUnknown);
    }
}

#[test]
fn a_refusal_that_nothing_settles_stays_what_it_was() {
    let further = || Further {
        old: Some(REFUSED),
        everything: Some(REFUSED),
        nameless: Some(REFUSED),
        ..Further::default()
    };
    assert_eq!(
        read(alert(40, "HandshakeFailure"), further()),
        Agreement::NoSharedCipher
    );
    assert_eq!(
        read(alert(70, "ProtocolVersion"), further()),
        Agreement::TooOld
    );
    assert_eq!(
        read(alert(80, "InternalError"), further()),
        Agreement::Untold
    );
    let further = Further {
        old: Some(Reply::Closed),
        everything: Some(Reply::Closed),
        plain: Some(Reply::Closed),
        ..Further::default()
    };
    assert_eq!(read(closed(), further), Agreement::Closed);
}

#[test]
fn a_server_that_answers_a_plain_request_speaks_plain_http() {
    for seen in [closed(), silence()] {
        assert_eq!(
            read(
                seen,
                Further {
                    plain: Some(HTTP),
                    ..Further::default()
                }
            ),
            Agreement::PlainHttp
        );
    }
}

#[test]
fn silence_that_small_segments_break_is_a_stall() {
    let stalled = Further {
        narrow: Some(Narrow::Further),
        ..Further::default()
    };
    assert_eq!(read(silence(), stalled), Agreement::Stalled);
    let silent = Further {
        narrow: Some(Narrow::NoFurther),
        plain: Some(Reply::Silent),
        ..Further::default()
    };
    assert_eq!(read(silence(), silent), Agreement::Silent);
}

#[test]
fn an_end_after_a_client_certificate_was_asked_for_is_for_want_of_it() {
    for mut seen in [
        alert(40, "HandshakeFailure"),
        alert(42, "BadCertificate"),
        alert(48, "UnknownCA"),
        closed(),
    ] {
        seen.addresses[0].handshake.client_certificate_asked = true;
        assert_eq!(
            read(seen, Further::default()),
            Agreement::ClientCertificateRequired
        );
    }
}

#[test]
fn a_server_hello_of_an_old_version_is_too_old_whatever_the_library_calls_it() {
    let hello = "16030100310200002d0301";
    let incompatible = TlsFailure::Incompatible {
        what: "ServerDoesNotSupportTls12Or13".into(),
    };
    for failure in [
        incompatible,
        TlsFailure::Other {
            what: "unexpected".into(),
        },
    ] {
        assert_eq!(
            agreement(&failing(failure, hello).addresses[0]),
            Agreement::TooOld
        );
    }
}

#[test]
fn what_the_server_would_have_agreed_to_is_told_by_name() {
    let mut seen = alert(40, "HandshakeFailure");
    seen.addresses[0].further.everything = Some(NEW);
    let told = would_have_agreed(&seen.addresses[0]);
    assert_eq!(
        told,
        Some((
            "TLS 1.2".into(),
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384".into()
        ))
    );
}
