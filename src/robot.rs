//! Asks the local robot what a web page asks it, and never for consent: no dialog opens because of a question of ours.

mod call;
mod say;

pub use say::{Answer, Listing, Reply};

use crate::veil::Veil;
use call::{Question, ask};
use hyper::header::HeaderValue;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// The port that the robot's discovery service listens on unless it is told otherwise.
pub const PORT: u16 = 2323;

/// The header that carries the token of an earlier consent.
pub const TOKEN_HEADER: &str = "uipathtoken";

/// The origin of the page that would ask: the robot decides by it whether consent is needed.
const ORIGIN: &str = "https://cloud.uipath.com";

/// What a question is asked with.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The port of the URL.
    pub port: u16,
    /// The token of an earlier consent, when one is at hand.
    pub token: Option<&'a HeaderValue>,
    /// What takes the token out of an answer that repeats it.
    pub veil: &'a Veil,
    /// Time for the whole answer.
    pub budget: Duration,
}

/// The token as it goes on the wire, hidden from whoever prints it; nothing when it cannot be one.
pub fn token(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text.trim()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Asks the discovery service for the port of this user's session.
pub async fn port<S>(stream: S, asking: Asking<'_>) -> Answer
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    say::answer(
        &ask(
            stream,
            Question {
                path: "/GetPort",
                asking,
            },
        )
        .await,
    )
}

/// Asks a session for the processes it offers.
pub async fn processes<S>(stream: S, asking: Asking<'_>) -> Listing
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    say::listing(
        &ask(
            stream,
            Question {
                path: "/RobotProcesses",
                asking,
            },
        )
        .await,
    )
}
