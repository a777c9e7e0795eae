//! The stand-in robot: answers on loopback as RobotJS does, faithfully enough that UiPath's own client runs a job on it.

mod mind;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use mind::{Mind, Place, Question, Reply};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Bytes of arguments that are read.
const LONGEST: usize = 1 << 20;
/// The token that stands for an earlier consent.
pub const TOKEN: &str = "stand-in-robot-token";

/// How the robot behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// How it comes to its user's consent.
    pub consent: Consent,
    /// How old it is.
    pub age: Age,
    /// The processes it offers.
    pub processes: Vec<String>,
}

/// What happens when a page asks for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The consent was given long ago, to anybody.
    Given,
    /// The user agrees after the page has asked so many times.
    AfterAsking(u32),
    /// The user refuses after the page has asked so many times.
    RefusedAfter(u32),
    /// The origin is on the robot's list: no dialog, and the next question is answered.
    Listed,
}

/// The robot's generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It says what it can do.
    Current,
    /// It does not say so.
    Early,
    /// It answers 426.
    TooOld,
    /// No robot at all: another web server took the port.
    Stranger,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            consent: Consent::AfterAsking(2),
            age: Age::Current,
            processes: vec!["InvoiceBot".to_owned()],
        }
    }
}

/// A robot at work; it ends when it is dropped.
pub struct Robot {
    discovery: SocketAddr,
    session: SocketAddr,
    heard: mpsc::UnboundedReceiver<String>,
    stop: CancellationToken,
}

impl Robot {
    /// Begins to answer: discovery on this listener, the session on a free port of the same address.
    pub async fn start(listener: TcpListener, manners: Manners) -> io::Result<Self> {
        let sessions = TcpListener::bind((listener.local_addr()?.ip(), 0)).await?;
        Self::on(vec![listener], vec![sessions], manners)
    }

    /// The same on several addresses: listeners of one port for discovery, and of another for the session.
    pub(super) fn on(
        discoveries: Vec<TcpListener>,
        sessions: Vec<TcpListener>,
        manners: Manners,
    ) -> io::Result<Self> {
        let first = |listeners: &[TcpListener]| match listeners.first() {
            Some(listener) => listener.local_addr(),
            None => Err(io::ErrorKind::AddrNotAvailable.into()),
        };
        let (discovery, session) = (first(&discoveries)?, first(&sessions)?);
        let (questions, asked) = mpsc::channel(16);
        let (tell, heard) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let mind = Mind::new(manners, session.port(), tell);
        tokio::spawn(stop.clone().run_until_cancelled_owned(mind.think(asked)));
        let places = discoveries
            .into_iter()
            .map(|listener| (listener, Place::Discovery))
            .chain(
                sessions
                    .into_iter()
                    .map(|listener| (listener, Place::Session)),
            );
        for (listener, place) in places {
            let listening = listen(listener, place, questions.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(listening));
        }
        Ok(Self {
            discovery,
            session,
            heard,
            stop,
        })
    }

    /// The same robot, whose questions are not kept for anybody.
    pub(super) fn unheard(mut self) -> Self {
        self.heard.close();
        self
    }

    /// Where pages look for it.
    pub const fn discovery(&self) -> SocketAddr {
        self.discovery
    }

    /// Where the user's session listens.
    pub const fn session(&self) -> SocketAddr {
        self.session
    }

    /// The next question it was asked: method, path and query.
    pub async fn heard(&mut self) -> Option<String> {
        self.heard.recv().await
    }

    /// A question that has been asked already, if there is one.
    pub fn heard_already(&mut self) -> Option<String> {
        self.heard.try_recv().ok()
    }
}

impl Drop for Robot {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Accepts connections and puts their questions to the mind.
async fn listen(listener: TcpListener, place: Place, questions: mpsc::Sender<Question>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let questions = questions.clone();
                let service = hyper::service::service_fn(move |request| answer(request, place, questions.clone()));
                let connection = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_secs(30))
                    .serve_connection(TokioIo::new(stream), service);
                connections.spawn(async move { drop(connection.await) });
            }
        }
    }
}

/// Answers one request; the browser's rules about origins are met for any.
async fn answer(
    request: Request<Incoming>,
    place: Place,
    questions: mpsc::Sender<Question>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let origin = head.headers.get("origin").cloned();
    let reply = if head.method == Method::OPTIONS {
        Reply::bare(StatusCode::OK)
    } else {
        let body = Limited::new(body, LONGEST)
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let (reply, answered) = oneshot::channel();
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let token = head
            .headers
            .get("uipathtoken")
            .and_then(|token| token.to_str().ok())
            .map(str::to_owned);
        let path = head.uri.path().to_owned();
        let sent = questions
            .send(Question {
                place,
                method: head.method,
                path,
                query,
                token,
                body,
                reply,
            })
            .await;
        match sent {
            Ok(()) => answered
                .await
                .unwrap_or_else(|_| Reply::bare(StatusCode::SERVICE_UNAVAILABLE)),
            Err(_) => Reply::bare(StatusCode::SERVICE_UNAVAILABLE),
        }
    };
    let text = if reply.body.is_null() {
        String::new()
    } else {
        reply.body.to_string()
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = reply.status;
    put_headers(response.headers_mut(), origin, &reply.headers);
    Ok(response)
}

/// The headers of an answer.
fn put_headers(
    headers: &mut HeaderMap,
    origin: Option<HeaderValue>,
    own: &[(&'static str, &'static str)],
) {
    let fixed = [
        ("server", "Microsoft-HTTPAPI/2.0"),
        ("content-type", "application/json; charset=utf-8"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", "uipathToken, Content-Type"),
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-private-network", "true"),
        (
            "access-control-expose-headers",
            "uipathToken, X-UIPATH-DOMAIN-ALLOWED",
        ),
    ];
    for (name, value) in fixed.iter().chain(own) {
        if let Ok(name) = HeaderName::try_from(*name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(origin) = origin {
        headers.insert("access-control-allow-origin", origin);
    }
}
