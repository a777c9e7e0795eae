//! One GET over a connection, and what came back, bounded.

use super::{Asking, ORIGIN, TOKEN_HEADER};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// Bytes of an answer that are read.
const LONGEST: usize = 256 << 10;

/// What is asked. There is no way to put a consent code into it.
pub(super) struct Question<'a> {
    /// Which page.
    pub(super) path: &'static str,
    /// How.
    pub(super) asking: Asking<'a>,
}

/// What came back.
pub(super) enum Heard {
    /// An answer in HTTP; the body only when it was whole and not too long.
    Http(Page),
    /// Bytes that are no HTTP.
    NotHttp,
    /// The end of the connection.
    Closed,
    /// Nothing in time.
    Silent,
}

/// An answer in HTTP.
pub(super) struct Page {
    /// The status.
    pub(super) status: u16,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Option<Bytes>,
}

/// Asks over the connection, within the budget.
pub(super) async fn ask<S>(stream: S, question: Question<'_>) -> Heard
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let budget = question.asking.budget;
    match timeout(budget, exchange(stream, question)).await {
        Ok(Ok(page)) => Heard::Http(page),
        Ok(Err(error)) if error.is_parse() => Heard::NotHttp,
        Ok(Err(_)) => Heard::Closed,
        Err(_) => Heard::Silent,
    }
}

/// Sends the question and reads the answer.
async fn exchange<S>(stream: S, question: Question<'_>) -> Result<Page, hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(&question);
    let veil = question.asking.veil;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let talk = async {
        let answer = sender.send_request(request).await?;
        let (mut head, body) = answer.into_parts();
        veil.over_headers(&mut head.headers);
        let body = Limited::new(body, LONGEST)
            .collect()
            .await
            .ok()
            .map(|body| Bytes::from(veil.over(body.to_bytes().to_vec())));
        Ok(Page {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    };
    tokio::pin!(talk);
    tokio::pin!(connection);
    tokio::select! {
        page = &mut talk => page,
        // The connection is over; what it brought may still wait to be read.
        ended = &mut connection => match ended {
            Ok(()) => talk.await,
            Err(error) => match talk.await { Ok(page) => Ok(page), Err(_) => Err(error) },
        },
    }
}

/// What a page of the cloud would send, without a consent code.
fn request(question: &Question<'_>) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = Uri::from_static(question.path);
    let headers = request.headers_mut();
    // HTTP.sys answers only to the host name it was registered under, whichever loopback address is used.
    if let Ok(host) = HeaderValue::from_str(&format!("localhost:{}", question.asking.port)) {
        headers.insert(hyper::header::HOST, host);
    }
    headers.insert(hyper::header::ORIGIN, HeaderValue::from_static(ORIGIN));
    headers.insert(hyper::header::ACCEPT, HeaderValue::from_static("*/*"));
    if let Some(token) = question.asking.token {
        headers.insert(HeaderName::from_static(TOKEN_HEADER), token.clone());
    }
    request
}
