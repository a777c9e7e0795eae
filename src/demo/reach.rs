//! What Orchestrator itself reaches: VerifyHostAvailibility really tries, and events are really posted.

mod blind;

use super::fault::Fault;
use super::reply::{Delivery, Reply};
use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use serde_json::json;
use sha2::Sha256;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an attempt came to.
enum Found {
    /// It can be reached.
    Reached,
    /// Its certificate is not accepted.
    BadTls(String),
    /// It cannot be reached.
    Nothing(String),
}

/// Tries this URL, judging its certificate by these roots.
pub(super) async fn verify(url: &str, roots: &Arc<rustls::ClientConfig>) -> Reply {
    let found = timeout(PATIENCE, attempt(url, roots))
        .await
        .unwrap_or_else(|_| Found::Nothing("A task was canceled.".to_owned()));
    let (can_connect, bad_tls, error) = match found {
        Found::Reached => (true, false, None),
        Found::BadTls(error) => (false, true, Some(error)),
        Found::Nothing(error) => (false, false, Some(error)),
    };
    Reply::json(
        200,
        &json!({ "canConnect": can_connect, "hasBadSsl": bad_tls, "connectionError": error }),
    )
}

/// One attempt.
async fn attempt(url: &str, roots: &Arc<rustls::ClientConfig>) -> Found {
    let Ok(url) = url::Url::parse(url) else {
        return Found::Nothing("Invalid URI.".to_owned());
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Found::Nothing("The URI has no host.".to_owned());
    };
    let host = host.trim_matches(['[', ']']);
    let stream = match TcpStream::connect((host, port)).await {
        Ok(stream) => stream,
        Err(error) => {
            return Found::Nothing(format!("Unable to connect to the remote server: {error}"));
        }
    };
    if url.scheme() != "https" {
        return Found::Reached;
    }
    let Ok(name) = ServerName::try_from(host.to_owned()) else {
        return Found::Nothing("Invalid host name.".to_owned());
    };
    match TlsConnector::from(Arc::clone(roots))
        .connect(name, stream)
        .await
    {
        Ok(_) => Found::Reached,
        Err(error) if is_certificate(&error) => Found::BadTls(
            "The remote certificate is invalid according to the validation procedure.".to_owned(),
        ),
        Err(error) => Found::Nothing(format!(
            "The SSL connection could not be established: {error}"
        )),
    }
}

/// What happens to events between Orchestrator and their receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// Nothing.
    Clear,
    /// The header with the signature is taken away.
    Stripped,
    /// The body is changed.
    Altered,
}

impl Passage {
    /// The passage that these faults make; without a signature a change cannot be seen.
    pub(super) fn of(faults: &[Fault]) -> Self {
        if faults.contains(&Fault::EventsUnsigned) {
            Self::Stripped
        } else if faults.contains(&Fault::EventsTampered) {
            Self::Altered
        } else {
            Self::Clear
        }
    }

    /// The event as it comes out at the other end.
    fn through(self, mut event: Delivery) -> Delivery {
        match self {
            Self::Clear => {}
            Self::Stripped => event.signature = None,
            Self::Altered => alter(&mut event.body),
        }
        event
    }
}

/// Puts another digit into the event's id: the same length, and as good JSON as before.
fn alter(body: &mut [u8]) {
    const BEFORE: &[u8] = br#""EventId":""#;
    let at = body
        .windows(BEFORE.len())
        .position(|window| window == BEFORE);
    if let Some(digit) = at.and_then(|at| body.get_mut(at + BEFORE.len())) {
        *digit = if *digit == b'0' { b'1' } else { b'0' };
    }
}

/// How events leave Orchestrator.
#[derive(Debug, Clone)]
pub(super) struct Outward {
    /// What it trusts when it connects to others.
    pub(super) trust: Arc<rustls::ClientConfig>,
    /// What happens to events on their way.
    pub(super) passage: Passage,
}

/// Posts an event once, and tells the status of the answer; Orchestrator keeps that to itself.
pub(super) async fn deliver(event: Delivery, way: Outward) -> Option<u16> {
    let event = way.passage.through(event);
    timeout(PATIENCE, post(event, way.trust))
        .await
        .ok()
        .flatten()
}

/// Posts an event; `None` when it is not answered.
async fn post(event: Delivery, roots: Arc<rustls::ClientConfig>) -> Option<u16> {
    let url = url::Url::parse(&event.url).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host.as_str(), url.port_or_known_default()?))
        .await
        .ok()?;
    let mut request =
        hyper::Request::post(&url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(
                "host",
                &url[url::Position::BeforeHost..url::Position::AfterPort],
            )
            .header("content-type", "application/json; charset=utf-8")
            .header("x-orchestrator-stand-in", "orch-doctor demo");
    if let Some(signature) = &event.signature {
        request = request.header("x-uipath-signature", signature);
    }
    let request = request.body(Full::new(Bytes::from(event.body))).ok()?;
    if url.scheme() != "https" {
        return send(request, stream).await;
    }
    let config = if event.insecure {
        Arc::new(blind::config(&roots))
    } else {
        roots
    };
    let name = ServerName::try_from(host).ok()?;
    send(
        request,
        TlsConnector::from(config)
            .connect(name, stream)
            .await
            .ok()?,
    )
    .await
}

/// Sends one request and waits for its answer.
async fn send(
    request: hyper::Request<Full<Bytes>>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Option<u16> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    tokio::select! {
        _ = connection => None,
        answer = sender.send_request(request) => answer.ok().map(|answer| answer.status().as_u16()),
    }
}

/// Base64 of the HMAC-SHA256 of the body.
pub(super) fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(body);
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

/// Whether the handshake failed for the server's certificate.
fn is_certificate(error: &std::io::Error) -> bool {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(body: &[u8]) -> Delivery {
        Delivery {
            url: "http://127.0.0.1:9/".to_owned(),
            signature: Some(signature("secret", body)),
            insecure: false,
            body: body.to_vec(),
        }
    }

    #[test]
    fn what_is_changed_on_the_way_is_still_an_event_and_fits_its_signature_no_more() {
        for id in ["0f3a", "f0a3"] {
            let body = json!({ "Type": "ping", "EventId": id }).to_string();
            let altered = Passage::Altered.through(event(body.as_bytes()));
            let read: serde_json::Value = serde_json::from_slice(&altered.body).unwrap();
            assert_eq!(read["Type"], "ping");
            assert_ne!(read["EventId"], id);
            assert_ne!(altered.signature, Some(signature("secret", &altered.body)));
        }
    }

    #[test]
    fn a_clear_passage_changes_nothing_and_a_stripped_one_the_header_alone() {
        let clear = Passage::of(&[]).through(event(b"{}"));
        assert_eq!(clear.signature, Some(signature("secret", b"{}")));
        let stripped = Passage::of(&[Fault::EventsUnsigned]).through(event(b"{}"));
        assert_eq!((stripped.signature, &stripped.body[..]), (None, &b"{}"[..]));
    }
}
