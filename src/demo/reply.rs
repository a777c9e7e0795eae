//! What the stand-in answers with: status, headers, body, and the error envelopes of the real one.

use serde_json::{Value, json};

/// An answer, before it is put on the wire.
#[derive(Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// Headers beside those every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Body,
    /// An event that is posted afterwards.
    pub(super) event: Option<Box<Delivery>>,
}

/// An event on its way to a webhook.
#[derive(Debug)]
pub(super) struct Delivery {
    /// Where it is posted to.
    pub(super) url: String,
    /// Its signature, where the webhook has a secret.
    pub(super) signature: Option<String>,
    /// Whether the receiver's certificate is not looked at.
    pub(super) insecure: bool,
    /// The event as JSON.
    pub(super) body: Vec<u8>,
}

/// How the body is sent.
#[derive(Debug)]
pub(super) enum Body {
    /// At once, whole.
    Whole(Vec<u8>),
    /// A beginning, and then the same over and over without an end.
    Endless(Vec<u8>, Vec<u8>),
    /// One byte a second.
    Slow(Vec<u8>),
    /// The connection is lost after these bytes.
    Cut(Vec<u8>),
    /// The request is never answered.
    Never,
    /// The answer is whether this URL can be reached, which is found out first.
    Reach(String),
}

/// The content type of Orchestrator's own interface.
const JSON: &str = "application/json; charset=utf-8";
/// The content type of OData.
const ODATA: &str = "application/json; odata.metadata=minimal; odata.streaming=true";

impl Reply {
    /// An answer with this content type and body.
    pub(super) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: Body::Whole(body.into()),
            event: None,
        }
    }

    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Whole(Vec::new()),
            event: None,
        }
    }

    /// JSON of Orchestrator's own interface.
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, JSON, value.to_string())
    }

    /// JSON of OData.
    pub(super) fn odata(status: u16, value: &Value) -> Self {
        Self::new(status, ODATA, value.to_string())
    }

    /// A web page.
    pub(super) fn html(status: u16, page: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// A request that is never answered.
    pub(super) fn never() -> Self {
        Self {
            status: 0,
            headers: Vec::new(),
            body: Body::Never,
            event: None,
        }
    }

    /// The same answer with one more header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}

/// How old the envelope of an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    /// With `resourceIds`.
    Old,
    /// With `traceId`.
    New,
}

impl Envelope {
    /// An error that has a code of its own.
    pub(super) fn error(self, status: u16, code: u32, message: &str) -> Reply {
        let body = match self {
            Self::Old => json!({ "message": message, "errorCode": code, "resourceIds": null }),
            Self::New => {
                json!({ "message": message, "errorCode": code, "traceId": trace(message, code) })
            }
        };
        Reply::json(status, &body)
    }
}

/// A trace id in W3C's form; the same error gives the same one.
fn trace(message: &str, code: u32) -> String {
    let digest = super::random::digest(&[message.as_bytes(), &code.to_be_bytes()]);
    format!("00-{}-{}-00", &digest[..32], &digest[32..48])
}

/// An error in the framework's own envelope, without a code of Orchestrator's.
pub(super) fn framework_error(status: u16, message: &str, inner: (u32, &str)) -> Reply {
    let (code, details) = inner;
    Reply::json(
        status,
        &json!({
            "message": message, "errorCode": 0, "result": null, "targetUrl": null, "success": false,
            "error": { "code": code, "message": message, "details": details, "validationErrors": null },
            "unAuthorizedRequest": matches!(status, 401 | 403), "__abp": true,
        }),
    )
}

/// Nobody is signed in.
pub(super) fn not_authenticated() -> Reply {
    framework_error(
        401,
        "You are not authenticated!",
        (
            0,
            "You should be authenticated (sign in) in order to perform this operation.",
        ),
    )
}

/// The account lacks a permission.
pub(super) fn not_authorized() -> Reply {
    framework_error(
        403,
        "You are not authorized!",
        (0, "You are not allowed to perform this operation."),
    )
}
