//! One request: how much of it is read, what it is worth, and what is answered.

use super::forward::Forwarding;
use super::table::Since;
use super::{Counters, Limits, Received, count, now};
use crate::webhook::signature::{self, HEADER, Presented, Signature, SigningKey};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HeaderMap,
    HeaderName, HeaderValue, PROXY_AUTHORIZATION,
};
use hyper::{Method, Request, Response, StatusCode, Version};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

/// Bytes of a too long body that are read away, so that its sender gets to read the answer.
const MOST_DRAINED: u64 = 8 << 20;
/// Values of the signature header that are kept.
const MOST_VALUES: usize = 4;
/// Characters of a value that are kept.
const LONGEST_VALUE: usize = 1_024;
/// Headers that are kept to be shown.
const MOST_HEADERS: usize = 32;
/// Characters of such a header that are kept.
const LONGEST_TEXT: usize = 200;

/// What every request passes through.
pub(super) struct Door {
    pub(super) key: Option<SigningKey>,
    pub(super) path_end: Option<String>,
    pub(super) limits: Limits,
    pub(super) forwarding: Option<Forwarding>,
    /// Room for bodies on their way in.
    pub(super) arriving: Arc<Semaphore>,
    /// Room for events that wait.
    pub(super) waiting: Arc<Semaphore>,
    pub(super) events: mpsc::Sender<Received>,
    pub(super) counters: Arc<Counters>,
}

/// Why a body was not read to its end.
enum Unread {
    TooLong,
    TooSlow,
    Broken,
}

impl Door {
    /// Answers one request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        from: SocketAddr,
        since: &Since,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let version = request.version();
        let status = self.status(request, from).await;
        since.touch();
        match status {
            StatusCode::ACCEPTED => count(&self.counters.accepted),
            StatusCode::UNAUTHORIZED => count(&self.counters.refused),
            _ => count(&self.counters.unusable),
        }
        Ok(response(status, version))
    }

    /// Reads and judges a request; what the answer is.
    async fn status(&self, request: Request<Incoming>, from: SocketAddr) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        if self
            .path_end
            .as_ref()
            .is_some_and(|end| !request.uri().path().ends_with(end))
        {
            return StatusCode::NOT_FOUND;
        }
        let (head, body) = request.into_parts();
        let deadline = now() + self.limits.whole;
        match self.read(&head.headers, body, deadline).await {
            Ok((body, _room)) => self.take(&head.headers, body, from),
            Err(Unread::TooLong) => StatusCode::PAYLOAD_TOO_LARGE,
            Err(Unread::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Err(Unread::Broken) => StatusCode::BAD_REQUEST,
        }
    }

    /// Judges a whole event, hands it to whoever shows it, and says what to answer.
    fn take(&self, headers: &HeaderMap, body: Bytes, from: SocketAddr) -> StatusCode {
        let presented = presented(headers);
        let signature = signature::judge(self.key.as_ref(), &presented, &body);
        if signature.is_accepted()
            && let Some(forwarding) = &self.forwarding
        {
            forwarding.offer(headers, &body);
        }
        let headers = as_text(headers);
        let length = |(name, value): &(String, String)| name.len() + value.len();
        let size = body.len() + headers.iter().map(length).sum::<usize>();
        let size = u32::try_from(size.max(1)).unwrap_or(u32::MAX);
        // Never wait here: the answer must not depend on who looks at the events.
        let shown = self
            .waiting
            .clone()
            .try_acquire_many_owned(size)
            .is_ok_and(|room| {
                self.events
                    .try_send(Received {
                        from,
                        headers,
                        presented,
                        signature,
                        body,
                        _room: room,
                    })
                    .is_ok()
            });
        if !shown {
            count(&self.counters.unseen);
        }
        match signature {
            Signature::Valid | Signature::Unchecked => StatusCode::ACCEPTED,
            Signature::Invalid | Signature::Missing => StatusCode::UNAUTHORIZED,
        }
    }

    /// Reads a body within its limits.
    async fn read(
        &self,
        headers: &HeaderMap,
        mut body: Incoming,
        deadline: Instant,
    ) -> Result<(Bytes, Vec<OwnedSemaphorePermit>), Unread> {
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let most = u64::try_from(self.limits.body).unwrap_or(u64::MAX);
        if announced.is_some_and(|length| length > most) || body.size_hint().lower() > most {
            // Who asks before sending gets the answer instead of the leave to send.
            if !headers.contains_key(EXPECT) {
                drain(&mut body, deadline).await;
            }
            return Err(Unread::TooLong);
        }
        let mut bytes = Vec::new();
        let mut room = Vec::new();
        loop {
            let frame = timeout_at(deadline, body.frame())
                .await
                .map_err(|_| Unread::TooSlow)?;
            let Some(frame) = frame else {
                return Ok((bytes.into(), room));
            };
            let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > self.limits.body {
                drain(&mut body, deadline).await;
                return Err(Unread::TooLong);
            }
            let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
            let more = timeout_at(deadline, self.arriving.clone().acquire_many_owned(size)).await;
            room.extend(more.map_err(|_| Unread::TooSlow)?);
            bytes.extend_from_slice(&data);
        }
    }
}

/// Reads away the rest of a body, some of it and not for long.
async fn drain(body: &mut Incoming, deadline: Instant) {
    let mut drained = 0;
    while let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await {
        drained += frame
            .data_ref()
            .map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        if drained > MOST_DRAINED {
            return;
        }
    }
}

/// What stands in the signature header, bounded.
fn presented(headers: &HeaderMap) -> Presented {
    let text = |value: &HeaderValue| {
        String::from_utf8_lossy(value.as_bytes())
            .chars()
            .take(LONGEST_VALUE)
            .collect::<String>()
    };
    let mut values: Vec<String> = headers
        .get_all(HEADER)
        .iter()
        .take(MOST_VALUES)
        .map(text)
        .collect();
    match values.len() {
        0 => Presented::Nothing,
        1 => Presented::One(values.remove(0)),
        _ => Presented::Several(values),
    }
}

/// The headers as text, bounded. What lets somebody in is nobody's business here.
fn as_text(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = match *name {
            AUTHORIZATION | PROXY_AUTHORIZATION | COOKIE => "(not kept)".to_owned(),
            _ => String::from_utf8_lossy(value.as_bytes())
                .chars()
                .take(LONGEST_TEXT)
                .collect(),
        };
        (name.as_str().chars().take(LONGEST_TEXT).collect(), value)
    };
    headers.iter().take(MOST_HEADERS).map(text).collect()
}

/// The answer with this status.
fn response(status: StatusCode, version: Version) -> Response<Full<Bytes>> {
    let says = match status {
        StatusCode::ACCEPTED => "",
        StatusCode::UNAUTHORIZED => "X-UiPath-Signature is missing or wrong.\n",
        StatusCode::METHOD_NOT_ALLOWED => "Events come as POST.\n",
        StatusCode::NOT_FOUND => "Events come to another path.\n",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is longer than 1 MB.\n",
        StatusCode::REQUEST_TIMEOUT => "The body took too long.\n",
        _ => "The body ended early.\n",
    };
    let mut response = Response::new(Full::new(Bytes::from_static(says.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !says.is_empty() {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    let unread = matches!(
        status,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT
    );
    if unread && version < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
