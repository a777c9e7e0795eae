//! What Orchestrator itself can reach: VerifyHostAvailibility really tries.

use super::reply::Reply;
use rustls_pki_types::ServerName;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
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

/// Whether the handshake failed for the server's certificate.
fn is_certificate(error: &std::io::Error) -> bool {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}
