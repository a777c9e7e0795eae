//! What the stand-in saw, for tests to read.

use std::time::Duration;

/// Everything seen until now.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// TCP connections accepted.
    pub connections: u64,
    /// Connections whose first byte was that of a TLS handshake.
    pub client_hellos: u64,
    /// TLS handshakes completed.
    pub handshakes: u64,
    /// Requests that carried a credential, in order of their answers.
    pub logins: Vec<Login>,
    /// The latest requests, in order of their answers; at least the last 10,000.
    pub requests: Vec<Exchange>,
    /// How many requests there were.
    pub request_count: u64,
}

/// One attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name or client id that was sent.
    pub who: String,
    /// The status of the answer.
    pub status: u16,
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// GET, POST …
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// The names of the headers, in lower case; never their values.
    pub headers: Vec<String>,
    /// The body, for requests that carry no credential.
    pub body: Option<Vec<u8>>,
    /// The status of the answer; 0 when none was given.
    pub status: u16,
    /// The number of the connection, from 1.
    pub connection: u64,
    /// What was agreed on the connection: `h2`, `http/1.1`, or nothing.
    pub alpn: Option<String>,
    /// When the request was there, since the stand-in's start.
    pub arrived: Duration,
    /// When the answer was given out, since the stand-in's start.
    pub answered: Duration,
}

impl Exchange {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether this asked Orchestrator to change something.
    pub fn is_write(&self) -> bool {
        let path = self.path().to_ascii_lowercase();
        let only_asks = is_login(&path) || path.ends_with(".validatedynamicjob");
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !only_asks
    }
}

/// Whether a credential goes to this path.
pub(super) fn is_login(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with("/api/account/authenticate") || path.ends_with("/connect/token")
}

/// How many requests are kept at least.
const KEPT: usize = 10_000;

impl Log {
    /// Writes down one more request; a stand-in that runs for weeks must not grow.
    pub(super) fn push(&mut self, exchange: Exchange) {
        if self.requests.len() >= 2 * KEPT {
            self.requests.drain(..KEPT);
        }
        self.requests.push(exchange);
        self.request_count += 1;
    }

    /// Writes down one more sign-in.
    pub(super) fn push_login(&mut self, login: Login) {
        if self.logins.len() >= 2 * KEPT {
            self.logins.drain(..KEPT);
        }
        self.logins.push(login);
    }

    /// The requests that asked for a change: none in a diagnosis.
    pub fn writes(&self) -> Vec<&Exchange> {
        self.requests
            .iter()
            .filter(|exchange| exchange.is_write())
            .collect()
    }

    /// The sign-ins that succeeded.
    pub fn accepted_logins(&self) -> usize {
        self.logins
            .iter()
            .filter(|login| login.status == 200)
            .count()
    }
}
