//! One live HTTP connection.

use super::http::{Failure, LARGEST_BODY, Request, Response};
use super::tls::Secured;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// A live connection to Orchestrator.
pub struct Line {
    /// Where it goes.
    pub address: SocketAddr,
    /// Whether its own handshake passed what the cloud would ask.
    pub strict: bool,
    sender: Sender,
}

enum Sender {
    Shared(http2::SendRequest<Full<Bytes>>),
    Alone(http1::SendRequest<Full<Bytes>>),
}

impl Line {
    /// Speaks HTTP over a TLS connection, HTTP/2 where it was agreed on.
    pub async fn over(secured: Secured, address: SocketAddr, strict: bool) -> Option<Self> {
        let shared = secured.get_ref().1.alpn_protocol() == Some(b"h2");
        let io = TokioIo::new(secured);
        let sender = if shared {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.ok()?;
            tokio::spawn(connection);
            Sender::Shared(sender)
        } else {
            let (sender, connection) = http1::handshake(io).await.ok()?;
            tokio::spawn(connection);
            Sender::Alone(sender)
        };
        Some(Self {
            address,
            strict,
            sender,
        })
    }

    /// A second handle on the same connection, where it takes several requests at once.
    pub fn share(&self) -> Option<Self> {
        match &self.sender {
            Sender::Shared(sender) if !sender.is_closed() => Some(Self {
                address: self.address,
                strict: self.strict,
                sender: Sender::Shared(sender.clone()),
            }),
            Sender::Shared(_) | Sender::Alone(_) => None,
        }
    }

    /// Whether it takes one request at a time and is still good for the next.
    pub async fn reusable(&mut self) -> bool {
        match &mut self.sender {
            Sender::Shared(_) => false,
            Sender::Alone(sender) => {
                tokio::time::timeout(Duration::from_millis(100), sender.ready())
                    .await
                    .is_ok_and(|ready| ready.is_ok())
            }
        }
    }

    /// Sends the request and reads the whole answer within the time.
    ///
    /// # Errors
    /// `Err((failure, unsent))`: `unsent` says that nothing of the request left, so that another line may take it.
    pub async fn send(
        &mut self,
        request: &Request,
        authority: &str,
        time: Duration,
    ) -> Result<Response, (Failure, bool)> {
        let began = Instant::now();
        let waited_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let prepared = self
            .prepared(request, authority)
            .ok_or((Failure::Malformed, false))?;
        let exchange = async {
            let answer = match &mut self.sender {
                Sender::Shared(sender) => sender.send_request(prepared).await,
                Sender::Alone(sender) => sender.send_request(prepared).await,
            };
            let (head, body) = answer.map_err(|error| told(&error))?.into_parts();
            let (body, cut) = bounded(body, began + time).await;
            Ok(Response {
                status: head.status,
                version: head.version,
                headers: head.headers,
                body,
                cut,
                took: began.elapsed(),
            })
        };
        // The body keeps its own time, so that what came of it is not lost.
        tokio::time::timeout(time + Duration::from_millis(50), exchange)
            .await
            .unwrap_or(Err((Failure::Silent { waited_ms }, false)))
    }

    /// The request as the version of HTTP wants it: a whole URI for HTTP/2, path and `Host` for HTTP/1.1.
    fn prepared(&self, request: &Request, authority: &str) -> Option<hyper::Request<Full<Bytes>>> {
        let builder = hyper::Request::builder().method(&request.method);
        let builder = match &self.sender {
            Sender::Shared(_) => builder.uri(format!("https://{authority}{}", request.path)),
            Sender::Alone(_) => builder.uri(request.path.as_str()).header("host", authority),
        };
        let mut prepared = builder
            .body(Full::new(Bytes::from(request.body.clone())))
            .ok()?;
        prepared.headers_mut().extend(request.headers.clone());
        let headers = prepared.headers_mut();
        headers
            .entry("accept")
            .or_insert(hyper::header::HeaderValue::from_static("application/json"));
        headers
            .entry("user-agent")
            .or_insert(hyper::header::HeaderValue::from_static(concat!(
                "orch-doctor/",
                env!("CARGO_PKG_VERSION")
            )));
        Some(prepared)
    }
}

/// What hyper's error means, by kind.
fn told(error: &hyper::Error) -> (Failure, bool) {
    let failure = if error.is_parse() || error.is_parse_status() {
        Failure::Malformed
    } else {
        Failure::Closed
    };
    (failure, error.is_canceled())
}

/// The body up to the bound and the time; `true` says that it is not whole.
async fn bounded(mut body: Incoming, until: Instant) -> (Vec<u8>, bool) {
    let mut read = Vec::new();
    loop {
        match tokio::time::timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    let room = LARGEST_BODY - read.len();
                    read.extend_from_slice(&data[..data.len().min(room)]);
                    if data.len() > room {
                        return (read, true);
                    }
                }
            }
            Ok(None) => return (read, false),
            Ok(Some(Err(_))) | Err(_) => return (read, true),
        }
    }
}
