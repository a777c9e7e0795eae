//! What is asked of a server after a handshake with it failed: each question over a connection of its own.

use crate::config::Host;
use crate::probe::Cx;
use crate::wire::hello::Offer;
use crate::wire::question::{ask, ask_plainly};
use crate::wire::reply::Reply;
use crate::wire::tls::{Handshake, TlsFailure, handshake};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// The longest that a question may take.
const LONGEST: Duration = Duration::from_secs(2);

/// The answers; none where the question was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Further {
    /// To a hello of TLS 1.1 at most.
    pub old: Option<Reply>,
    /// To a hello with every version, suite and group.
    pub everything: Option<Reply>,
    /// To the same without a name.
    pub nameless: Option<Reply>,
    /// To a request without TLS.
    pub plain: Option<Reply>,
    /// Whether more came over a connection with small segments.
    pub narrow: Option<Narrow>,
}

/// What came of a handshake over a connection with small segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Narrow {
    /// The server's certificate, or an agreement: more than over the other one.
    Further,
    /// As little as before.
    NoFurther,
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Which versions and suites it knows.
    Versions,
    /// Whether it is the name that it does not know.
    Name,
    /// Whether it speaks HTTP without TLS.
    Plain,
    /// Whether large packets vanish.
    Narrow,
}

/// The questions that a failure raises.
fn questions(seen: &Handshake) -> &'static [Question] {
    use Question::{Name, Narrow, Plain, Versions};
    const PROTOCOL_VERSION: u8 = 70;
    match &seen.failure {
        Some(TlsFailure::Silent { received: 0, .. }) => &[Plain, Narrow],
        Some(TlsFailure::Silent { .. }) => &[Narrow],
        // Once the certificate has been sent, version, suite and name were agreed on.
        Some(failure) if !seen.chain.is_empty() || says_it_all(failure) => &[],
        Some(
            TlsFailure::Alert {
                code: PROTOCOL_VERSION,
                ..
            }
            | TlsFailure::Incompatible { .. }
            | TlsFailure::Other { .. },
        ) => &[Versions],
        Some(TlsFailure::Alert { .. }) => &[Versions, Name],
        Some(TlsFailure::Closed) => &[Versions, Name, Plain],
        Some(TlsFailure::NotTls | TlsFailure::Name) | None => &[],
    }
}

/// Whether the alert says all there is to say: no certificate, unrecognised name, certificate required.
fn says_it_all(failure: &TlsFailure) -> bool {
    matches!(
        failure,
        TlsFailure::Alert {
            code: 41 | 112 | 116,
            ..
        }
    )
}

/// Asks what the failure leaves open, all at once.
pub(super) async fn ask_further(cx: &Cx, address: SocketAddr, seen: &Handshake) -> Further {
    let asked = questions(seen);
    let wanted = |question| asked.contains(&question);
    let time = (cx.session.time() / 2).min(LONGEST);
    let host = &cx.settings.target.host;
    let name = match host {
        Host::Name(name) => Some(name.as_str()),
        Host::Address(_) => None,
    };
    let hello = async |wanted: bool, offer: Offer, name: Option<&str>| {
        if !wanted {
            return None;
        }
        Some(match cx.session.connect(address, time).await {
            Ok(stream) => ask(stream, offer, name, time).await,
            Err(_) => Reply::Unconnected,
        })
    };
    let (old, everything, nameless, plain, narrow) = tokio::join!(
        hello(wanted(Question::Versions), Offer::Old, name),
        hello(
            wanted(Question::Versions) || wanted(Question::Name),
            Offer::Everything,
            name
        ),
        hello(
            wanted(Question::Name) && name.is_some(),
            Offer::Everything,
            None
        ),
        plainly(wanted(Question::Plain), cx, address, time),
        narrowly(wanted(Question::Narrow), cx, address, (time, seen)),
    );
    Further {
        old,
        everything,
        nameless,
        plain,
        narrow,
    }
}

async fn plainly(wanted: bool, cx: &Cx, address: SocketAddr, time: Duration) -> Option<Reply> {
    if !wanted {
        return None;
    }
    Some(match cx.session.connect(address, time).await {
        Ok(stream) => ask_plainly(stream, &cx.settings.target.host.to_string(), time).await,
        Err(_) => Reply::Unconnected,
    })
}

async fn narrowly(
    wanted: bool,
    cx: &Cx,
    address: SocketAddr,
    (time, before): (Duration, &Handshake),
) -> Option<Narrow> {
    if !wanted {
        return None;
    }
    let Ok(stream) = cx.session.connect_narrowly(address, time).await else {
        return Some(Narrow::NoFurther);
    };
    let (seen, secured) = handshake(stream, &cx.settings.target.host, time).await;
    let got_further = secured.is_some() || before.chain.is_empty() && !seen.chain.is_empty();
    Some(if got_further {
        Narrow::Further
    } else {
        Narrow::NoFurther
    })
}
