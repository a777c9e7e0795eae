//! Requests and answers, bounded in size and time.

use crate::words::facts::Answers;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode, Version};
use std::time::Duration;

/// The most of a body that is read, bytes: with what is made of it an answer takes no more than twice as much.
pub const LARGEST_BODY: usize = 3 << 20;

/// What is kept of a body that is not whole, bytes: it is no JSON any more, and the beginning tells who wrote it.
pub(super) const KEPT_OF_CUT: usize = 64 << 10;

/// The most values that a body of JSON may have: each takes up to a hundred bytes, however few it is written with.
const MOST_VALUES: usize = 50_000;

/// What a line must be for a request to go over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing secret is in it: any line.
    Any,
    /// A credential or token is in it: only a line whose handshake passed what the cloud would ask.
    Strict,
}

/// A request to Orchestrator.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, from the root of the host.
    pub path: String,
    /// Headers beside `Host`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// What it may go over.
    pub trust: Trust,
}

impl Request {
    /// A GET without a credential.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            trust: Trust::Any,
        }
    }

    /// A POST of JSON.
    pub fn post(path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self {
            method: Method::POST,
            body: body.to_string().into_bytes(),
            ..Self::get(path)
        }
        .header("content-type", "application/json")
    }

    /// The same with one more header; a value that cannot be one is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}

/// A whole answer, without what was secret in it.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The version of HTTP.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`LARGEST_BODY`].
    pub body: Bytes,
    /// Whether the body was longer than that, or stopped in the middle.
    pub cut: bool,
    /// From the request to the end of the body.
    pub took: Duration,
}

impl Response {
    /// The header's text, safe to show.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .map(|value| crate::shown::shown(&String::from_utf8_lossy(value.as_bytes())))
    }

    /// The text of a header that is a list, which may come in several lines (RFC 9110, 5.3), safe to show.
    pub fn list(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(name).iter();
        let lines: Vec<_> = lines
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        (!lines.is_empty()).then(|| crate::shown::shown(&lines.join(", ")))
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<serde_json::Value> {
        let body = self
            .body
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.body);
        if self.cut || has_more_values(body, MOST_VALUES) {
            return None;
        }
        if let Some(text) = from_utf16(body) {
            return serde_json::from_str(&text).ok();
        }
        serde_json::from_slice(body).ok()
    }
}

/// The text of a body in UTF-16, which says so by its first two bytes.
fn from_utf16(body: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match body {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units = body[2..]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

/// Whether JSON has more values than that, told without making any.
fn has_more_values(body: &[u8], most: usize) -> bool {
    let (mut values, mut in_string, mut escaped) = (0, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
        if values > most {
            return true;
        }
    }
    false
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// No connection could be made.
    NoConnection,
    /// The line is not one that a credential may go over.
    NotTrusted,
    /// No answer in time.
    Silent {
        /// How long was waited, milliseconds.
        waited_ms: u64,
    },
    /// The connection ended before the answer.
    Closed,
    /// What came is no HTTP.
    Malformed,
}

impl Failure {
    /// What came in place of an answer, in words.
    pub fn said(&self, words: &Answers) -> String {
        match self {
            Self::NoConnection => words.unconnected.to_string(),
            Self::NotTrusted => words.not_trusted.to_string(),
            Self::Silent { waited_ms } => {
                let waited = crate::shown::seconds(*waited_ms);
                words.silent.with(&[("waited", &waited)])
            }
            Self::Closed => words.closed.to_string(),
            Self::Malformed => words.not_http.to_string(),
        }
    }
}

/// An answer, or why there is none.
pub type Answer = Result<Response, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    fn response(body: Vec<u8>) -> Response {
        Response {
            status: StatusCode::OK,
            version: Version::HTTP_2,
            headers: HeaderMap::new(),
            body: body.into(),
            cut: false,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_few_bytes_do_not_become_many_values() {
        let zeros = |count: usize| format!("[{}0]", "0,".repeat(count - 1)).into_bytes();
        assert!(response(zeros(MOST_VALUES)).json().is_some());
        assert!(response(zeros(MOST_VALUES + 1)).json().is_none());
        let text = format!("{{\"a\":\"{}\\\"[{{\"}}", ",".repeat(MOST_VALUES));
        assert!(
            response(text.into_bytes()).json().is_some(),
            "commas in a text are none"
        );
    }
}
