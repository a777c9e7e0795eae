//! One live HTTP connection.

use super::http::{Failure, KEPT_OF_CUT, LARGEST_BODY, Request, Response};
use super::tls::Secured;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// By how much the room for a body grows, bytes.
const STEP: usize = 256 << 10;

/// The most headers that an answer may have; hyper bounds how long they are together.
const MOST_HEADERS: usize = 1_000;

/// How much of an answer may be under way unread, bytes: on one stream, and on all of a connection.
const WINDOWS: (u32, u32) = (512 << 10, 1 << 20);

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
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .initial_stream_window_size(WINDOWS.0)
                .initial_connection_window_size(WINDOWS.1);
            let (sender, connection) = builder.handshake(io).await.ok()?;
            tokio::spawn(connection);
            Sender::Shared(sender)
        } else {
            let (sender, connection) = lenient().handshake(io).await.ok()?;
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
        // Without it any coding would be acceptable (RFC 9110, 12.5.3), and none is undone here.
        headers
            .entry("accept-encoding")
            .or_insert(hyper::header::HeaderValue::from_static("identity"));
        headers
            .entry("user-agent")
            .or_insert(hyper::header::HeaderValue::from_static(concat!(
                "orch-doctor/",
                env!("CARGO_PKG_VERSION")
            )));
        Some(prepared)
    }
}

/// HTTP/1.1 read as leniently as browsers do: what old gateways write into heads must not hide an answer.
fn lenient() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .max_headers(MOST_HEADERS);
    builder
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

/// The body up to the bound and the time; `true` says that it is not whole, and then only its beginning is kept.
async fn bounded(body: Incoming, until: Instant) -> (Bytes, bool) {
    let (mut read, cut) = collected(body, until).await;
    if cut {
        read.truncate(KEPT_OF_CUT);
        read.shrink_to_fit();
    }
    (read.into(), cut)
}

async fn collected(mut body: Incoming, until: Instant) -> (Vec<u8>, bool) {
    let mut read = Vec::new();
    loop {
        match tokio::time::timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else {
                    continue;
                };
                if data.len() > LARGEST_BODY - read.len() {
                    read.extend_from_slice(&data[..KEPT_OF_CUT.min(data.len())]);
                    return (read, true);
                }
                if read.capacity() < read.len() + data.len() {
                    // Doubling would take as much again as the body.
                    read.reserve_exact(data.len().max(STEP));
                }
                read.extend_from_slice(data);
            }
            Ok(None) => return (read, false),
            Ok(Some(Err(_))) | Err(_) => return (read, true),
        }
    }
}
