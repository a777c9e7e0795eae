//! Accepts connections, speaks TLS and HTTP, and writes down what it saw.

use super::delay::delayed;
use super::hostile::{self, Hostile};
use super::log::{Exchange, Log, Login, is_login};
use super::page::Front;
use super::reach;
use super::reply::{Body, Reply};
use super::request::Request;
use super::route;
use super::tls::Clock;
use super::wire::{HANDSHAKE_PATIENCE, Wire, begins_tls, play};
use super::world::World;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use jiff::Timestamp;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The longest body a request may have.
const REQUEST: usize = 1 << 20;
/// What hyper sends.
type Sent = UnsyncBoxBody<Bytes, io::Error>;
/// A request on its way to the world, and the way back.
pub(super) type Question = (Arc<Request>, oneshot::Sender<Reply>);

/// What all connections share.
pub(super) struct Server {
    /// How a connection begins.
    pub(super) wire: Wire,
    /// How TLS is spoken.
    pub(super) tls: TlsAcceptor,
    /// What answers in Orchestrator's place.
    pub(super) front: Option<Front>,
    /// What is done to answers.
    pub(super) hostile: Vec<Hostile>,
    /// How long answers are on the way.
    pub(super) delay: Duration,
    /// Where the world is asked.
    pub(super) world: mpsc::Sender<Question>,
    /// How Orchestrator connects to others.
    pub(super) outward: reach::Outward,
    /// What was seen.
    pub(super) log: watch::Sender<Log>,
    /// The stand-in's clock.
    pub(super) clock: Clock,
    /// The port it listens on.
    pub(super) port: u16,
    /// Ends everything.
    pub(super) stop: CancellationToken,
    /// The tasks that run.
    pub(super) tasks: TaskTracker,
}

/// One connection, as its requests know it.
#[derive(Clone)]
struct Line {
    /// What all share.
    server: Arc<Server>,
    /// Its number, from 1.
    number: u64,
    /// What was agreed on it.
    alpn: Option<String>,
}

/// Owns the world: answers questions one by one, without waiting for anything.
pub(super) async fn own(mut world: World, mut questions: mpsc::Receiver<Question>) {
    while let Some((request, back)) = questions.recv().await {
        // A client that has gone does not want its answer.
        drop(back.send(route::answer(&mut world, &request)));
    }
}

/// Accepts connections until the end.
pub(super) async fn accept(server: Arc<Server>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let line = Arc::clone(&server);
                server.tasks.spawn(
                    server
                        .stop
                        .clone()
                        .run_until_cancelled_owned(connection(line, stream)),
                );
            }
            // Out of descriptors: the connections that end give some back.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Serves one connection.
async fn connection(server: Arc<Server>, stream: TcpStream) {
    let mut number = 0;
    server.log.send_modify(|log| {
        log.connections += 1;
        number = log.connections;
    });
    // Small answers must not wait for the acknowledgement of the one before.
    drop(stream.set_nodelay(true));
    if server.wire == Wire::Closed {
        return;
    }
    if begins_tls(&stream).await {
        server.log.send_modify(|log| log.client_hellos += 1);
    }
    let line = Line {
        server: Arc::clone(&server),
        number,
        alpn: None,
    };
    match server.wire {
        Wire::Tls | Wire::Plain if server.delay.is_zero() => begin(line, stream).await,
        Wire::Tls | Wire::Plain => begin(line, delayed(stream, server.delay)).await,
        other => drop(play(other, stream).await),
    }
}

/// Speaks TLS, if that is what is spoken, and then HTTP.
async fn begin(mut line: Line, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    if line.server.wire == Wire::Plain {
        return speak(line, stream).await;
    }
    let Ok(Ok(stream)) = timeout(HANDSHAKE_PATIENCE, line.server.tls.accept(stream)).await else {
        return;
    };
    line.server.log.send_modify(|log| log.handshakes += 1);
    line.alpn = stream
        .get_ref()
        .1
        .alpn_protocol()
        .map(|name| String::from_utf8_lossy(name).into_owned());
    speak(line, stream).await;
}

/// Speaks HTTP until the connection ends.
async fn speak(line: Line, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    let two = line.alpn.as_deref() == Some("h2");
    let service = service_fn(move |request| respond(line.clone(), request));
    let stream = TokioIo::new(stream);
    // How a connection ends is the client's business.
    if two {
        drop(
            hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .serve_connection(stream, service)
                .await,
        );
    } else {
        drop(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(stream, service)
                .await,
        );
    }
}

/// Answers one request.
async fn respond(
    line: Line,
    request: hyper::Request<Incoming>,
) -> Result<Response<Sent>, Infallible> {
    let server = &line.server;
    let arrived = server.clock.epoch.elapsed();
    let (head, body) = request.into_parts();
    let mut headers = head.headers;
    if let Some(host) = head
        .uri
        .authority()
        .and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        headers.entry("host").or_insert(host);
    }
    let reply = match Limited::new(body, REQUEST).collect().await {
        Ok(body) => {
            let body = body.to_bytes().to_vec();
            let request = Arc::new(Request::new(
                head.method.as_str(),
                &head.uri,
                headers,
                body,
                server.clock.at(arrived),
            ));
            let mut reply = server.answer(&request).await;
            if let Some(event) = reply.event.take() {
                let posted = reach::deliver(*event, server.outward.clone());
                server
                    .tasks
                    .spawn(server.stop.clone().run_until_cancelled_owned(posted));
            }
            server.note(&line, &request, reply.status, arrived);
            reply
        }
        Err(_) => Reply::empty(413),
    };
    if matches!(reply.body, Body::Never) {
        server.stop.cancelled().await;
    }
    Ok(sent(reply, server.clock.at(server.clock.epoch.elapsed())))
}

impl Server {
    /// What the world, or what stands in its place, answers.
    async fn answer(&self, request: &Arc<Request>) -> Reply {
        let host = request.header("host").unwrap_or("localhost");
        let reply = match self.front {
            Some(front) => front.answer(&request.path, host),
            None => self.ask(request).await,
        };
        let reply = match reply.body {
            Body::Reach(ref url) => {
                let found = reach::verify(url, &self.outward.trust).await;
                Reply {
                    headers: reply.headers,
                    ..found
                }
            }
            _ => reply,
        };
        hostile::harm(&self.hostile, request, self.port, reply)
    }

    /// What the world answers.
    async fn ask(&self, request: &Arc<Request>) -> Reply {
        let (send, receive) = oneshot::channel();
        let gone = || Reply::empty(503);
        if self.world.send((Arc::clone(request), send)).await.is_err() {
            return gone();
        }
        receive.await.unwrap_or_else(|_| gone())
    }

    /// Writes down a request and its answer.
    fn note(&self, line: &Line, request: &Request, status: u16, arrived: Duration) {
        let login = is_login(&request.path);
        let target = if request.raw_query.is_empty() {
            request.path.clone()
        } else {
            format!("{}?{}", request.path, request.raw_query)
        };
        let exchange = Exchange {
            method: request.method.clone(),
            target,
            headers: request
                .headers
                .keys()
                .map(|name| name.as_str().to_owned())
                .collect(),
            body: (!login).then(|| request.body.clone()),
            status,
            connection: line.number,
            alpn: line.alpn.clone(),
            arrived,
            answered: self.clock.epoch.elapsed(),
        };
        self.log.send_modify(|log| {
            if login && request.method == "POST" {
                log.push_login(Login {
                    who: who(&request.body),
                    status,
                });
            }
            log.push(exchange);
        });
    }
}

/// Who wants to sign in with this body.
fn who(body: &[u8]) -> String {
    let json: Option<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(body).ok();
    let user = json
        .as_ref()
        .and_then(|map| route::field(map, "usernameOrEmailAddress"))
        .and_then(|user| user.as_str());
    let client = || {
        url::form_urlencoded::parse(body)
            .find(|(name, _)| name == "client_id")
            .map(|(_, value)| value.into_owned())
    };
    user.map(str::to_owned).or_else(client).unwrap_or_default()
}

/// The answer as hyper sends it.
fn sent(reply: Reply, now: Timestamp) -> Response<Sent> {
    let mut response = Response::new(body(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let standard = [
        ("server", "Microsoft-IIS/10.0".to_owned()),
        ("date", date),
        ("x-orchestrator-stand-in", "orch-doctor demo".to_owned()),
    ];
    for (name, value) in standard.into_iter().chain(reply.headers) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The body as hyper sends it.
fn body(body: Body) -> Sent {
    match body {
        Body::Whole(bytes) => Full::new(Bytes::from(bytes))
            .map_err(|never: Infallible| match never {})
            .boxed_unsync(),
        Body::Endless(first, again) => {
            let again = Bytes::from(again);
            pieces(stream::unfold(Bytes::from(first), move |piece| {
                std::future::ready(Some((Ok(piece), again.clone())))
            }))
        }
        Body::Slow(bytes) => pieces(stream::unfold(Bytes::from(bytes), |mut rest| async move {
            if rest.is_empty() {
                return None;
            }
            sleep(Duration::from_secs(1)).await;
            Some((Ok(rest.split_to(1)), rest))
        })),
        Body::Cut(bytes) => {
            let lost = io::Error::from(io::ErrorKind::ConnectionReset);
            pieces(stream::iter([Ok(Bytes::from(bytes)), Err(lost)]))
        }
        Body::Never | Body::Reach(_) => Full::new(Bytes::new())
            .map_err(|never: Infallible| match never {})
            .boxed_unsync(),
    }
}

/// A body of pieces.
fn pieces(pieces: impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static) -> Sent {
    use futures_util::TryStreamExt as _;
    StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync()
}
