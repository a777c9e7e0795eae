//! Orchestrator's error bodies, in every form that has been seen.

use super::http::{Failure, Response};
use crate::shown::shown;
use crate::words::facts::Answers;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Display;

/// The longest body that is read for what it says of an error, bytes: a longer one is a list, or no answer of Orchestrator's.
const LONGEST: usize = 64 << 10;

/// What kind of body it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Nothing.
    #[default]
    Empty,
    /// JSON.
    Json,
    /// A page.
    Html,
    /// Anything else.
    Other,
}

/// What an answer says of an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The HTTP status.
    pub status: u16,
    /// The kind of body.
    pub shape: Shape,
    /// Orchestrator's number for the error.
    pub code: Option<i64>,
    /// The name of the error, where it has one (OAuth's `error`, StartJobs' named codes).
    pub name: Option<String>,
    /// The message, safe to show, in the server's language.
    pub message: Option<String>,
    /// Seconds to wait, where the server says so.
    pub retry_after_s: Option<u64>,
    /// Whether it is in a form that Orchestrator writes, where no number tells.
    #[serde(default)]
    pub own: bool,
}

impl Envelope {
    /// What an account without the permission is answered, with that status, as the samples of readings have it.
    #[cfg(test)]
    pub(crate) fn unauthorized(status: u16) -> Self {
        Self {
            status,
            code: Some(0),
            message: Some("You are not authorized!".into()),
            ..Self::default()
        }
    }

    /// Reads an answer.
    pub fn of(response: &Response) -> Self {
        let status = response.status.as_u16();
        let retry_after_s = retry_after_s(response);
        let empty = Self {
            status,
            retry_after_s,
            ..Self::default()
        };
        if response.body.iter().all(u8::is_ascii_whitespace) {
            return empty;
        }
        if response.body.len() > LONGEST && !html(&response.body) {
            let json = response.body.trim_ascii_start().starts_with(b"{")
                || response.body.trim_ascii_start().starts_with(b"[");
            let shape = if json && !response.cut {
                Shape::Json
            } else {
                Shape::Other
            };
            return Self { shape, ..empty };
        }
        match response.json() {
            Some(value) => Self {
                status,
                retry_after_s,
                ..from_json(&value)
            },
            None if html(&response.body) => Self {
                shape: Shape::Html,
                message: title(&response.body),
                ..empty
            },
            None => Self {
                shape: Shape::Other,
                ..empty
            },
        }
    }

    /// Whether Orchestrator refuses by it: what stands in front knows nothing of the account.
    pub fn forbids(&self) -> bool {
        self.status == 403 && self.is_own()
    }

    /// Whether it may be Orchestrator's own word: a page is not, nor is JSON in the form of another.
    pub fn is_own(&self) -> bool {
        match self.shape {
            Shape::Empty => true,
            Shape::Json => self.own || self.code.is_some(),
            Shape::Html | Shape::Other => false,
        }
    }

    /// What an answer said, or what came in its place.
    pub fn said_or(envelope: Option<&Self>, failure: Option<&Failure>, words: &Answers) -> String {
        match (envelope, failure) {
            (Some(envelope), _) => envelope.said(words),
            (None, Some(failure)) => failure.said(words),
            (None, None) => words.unusable.to_string(),
        }
    }

    /// The message, or the status where there is none.
    pub fn said(&self, words: &Answers) -> String {
        let status: (_, &dyn Display) = ("status", &self.status);
        let message = self
            .message
            .as_deref()
            .map(|message| message.trim_end_matches('.'));
        match (message, self.code) {
            (Some(message), Some(code)) if code != 0 => {
                words
                    .coded
                    .with(&[status, ("code", &code), ("message", &message)])
            }
            (Some(message), _) => words.message.with(&[status, ("message", &message)]),
            (None, _) => format!("HTTP {}", self.status),
        }
    }
}

/// The seconds to wait: told as such, or as a time by the server's own clock (RFC 9110, 10.2.3).
pub(in crate::wire) fn retry_after_s(response: &Response) -> Option<u64> {
    let text = response.header("retry-after")?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(seconds);
    }
    let time = |text: &str| {
        Some(
            jiff::fmt::rfc2822::parse(text)
                .ok()?
                .timestamp()
                .as_second(),
        )
    };
    let (until, now) = (time(&text)?, time(&response.header("date")?)?);
    u64::try_from(until - now).ok()
}

/// The forms of `facts`: flat, ABP, scope, IIS-like, problem details, OAuth.
fn from_json(value: &Value) -> Envelope {
    let text = |name: &str| field(value, name).and_then(Value::as_str).map(shown);
    let has = |name: &&str| field(value, name).is_some_and(|value| !value.is_null());
    let nested = field(value, "error").filter(|error| error.is_object());
    let number = |value: &Value, name| field(value, name).and_then(whole_number);
    // The framework's own envelope says 0 outside and the number inside; a gateway's error may hold a number too, of its own.
    let framework = ["__abp", "success", "unAuthorizedRequest"].iter().any(has);
    let outer = number(value, "errorCode");
    let inner = nested
        .filter(|_| framework)
        .and_then(|error| number(error, "code"));
    let code = outer.filter(|code| *code != 0).or(inner).or(outer);
    let message = text("message")
        .or_else(|| {
            nested
                .and_then(|error| field(error, "message"))
                .and_then(Value::as_str)
                .map(shown)
        })
        .or_else(|| text("errorMessage"))
        .or_else(|| text("error_description"))
        .or_else(|| text("title"))
        .or_else(|| text("StatusDescription"));
    let name = field(value, "error")
        .and_then(Value::as_str)
        .map(shown)
        .or_else(|| field(value, "errorCode").and_then(Value::as_str).map(shown));
    let of_scopes = has(&"errorMessage") && !has(&"errorType");
    let own = framework || of_scopes || ["traceId", "StatusDescription"].iter().any(has);
    Envelope {
        shape: Shape::Json,
        own,
        code,
        name,
        message,
        ..Envelope::default()
    }
}

/// A whole number, also one that is written as a text: OData may write those of 64 bits so.
pub fn whole_number(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// A member by name, whatever its case: versions differ.
pub fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// Whether a body is a page.
pub fn html(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(1024)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.contains("<head")
        || start.contains("<body")
}

/// The page's title, safe to show.
pub fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(64 << 10)]);
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let open = from + lower[from..].find('>')? + 1;
    let close = open + lower[open..].find("</title")?;
    let title = text
        .get(open..close)?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!title.is_empty()).then(|| shown(&title))
}
