//! What Orchestrator itself reaches: VerifyHostAvailibility really tries, and events are really posted.

mod blind;

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

/// Posts an event once; Orchestrator keeps what comes of it to itself.
pub(super) async fn deliver(event: Delivery, roots: Arc<rustls::ClientConfig>) {
    drop(timeout(PATIENCE, post(event, roots)).await);
}

/// Posts an event; `None` when it does not arrive.
async fn post(event: Delivery, roots: Arc<rustls::ClientConfig>) -> Option<()> {
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
    if let Some(secret) = &event.secret {
        request = request.header("x-uipath-signature", signature(secret, &event.body));
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
) -> Option<()> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    tokio::select! {
        _ = connection => None,
        answer = sender.send_request(request) => answer.ok().map(|_| ()),
    }
}

/// Base64 of the HMAC-SHA256 of the body.
fn signature(secret: &str, body: &[u8]) -> String {
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
