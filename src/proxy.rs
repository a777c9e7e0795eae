//! Reaches a target through an HTTP CONNECT or SOCKS5 proxy, and tells what the proxy answers apart.

mod choice;
mod http;
mod socks;

use std::fmt;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

pub use choice::{Chosen, InvalidProxy, bypasses, proxy_for};

/// A proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What it is told about who asks.
    pub credentials: Option<Credentials>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP CONNECT; the proxy resolves the name.
    Http,
    /// SOCKS5 with an address: names are resolved here.
    Socks5,
    /// SOCKS5 with a name: the proxy resolves it.
    Socks5h,
}

impl Protocol {
    /// Whether the proxy, not this machine, turns the name into an address.
    pub fn resolves_names(self) -> bool {
        match self {
            Self::Http | Self::Socks5h => true,
            Self::Socks5 => false,
        }
    }

    /// As it stands in a URL.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }
}

/// A user name and a password for a proxy. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub user: Vec<u8>,
    /// The password.
    pub password: Vec<u8>,
}

impl Credentials {
    /// The value of `Proxy-Authorization` that tells them to an HTTP proxy.
    pub fn authorization(&self) -> String {
        http::authorization(self)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// As a URL without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.protocol.scheme();
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// Why a proxy did not connect us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// It wants to know who asks (407), and was not told.
    CredentialsNeeded {
        /// The ways of telling that it offers.
        schemes: Vec<String>,
    },
    /// It does not accept who we say we are.
    CredentialsRejected {
        /// The ways of telling that it offers.
        schemes: Vec<String>,
    },
    /// Its rules forbid the target (403; SOCKS 2).
    Forbidden,
    /// It cannot reach the target (502, 503, 504; SOCKS 3, 4, 6).
    TargetUnreachable {
        /// The HTTP status or the SOCKS reply.
        code: u16,
    },
    /// The target refused the proxy's connection (SOCKS 5).
    TargetRefused,
    /// Any other refusal.
    Declined {
        /// The HTTP status or the SOCKS reply.
        code: u16,
    },
    /// What answers does not speak the protocol.
    NotAProxy,
    /// It closed the connection instead of answering.
    Closed,
    /// The connection to it broke.
    Broken {
        /// The system's words for the kind of error.
        error: String,
    },
}

impl Failure {
    /// What an error while talking to the proxy means.
    fn of(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::BrokenPipe => Self::Closed,
            kind => Self::Broken {
                error: kind.to_string(),
            },
        }
    }
}

/// Asks a proxy, over a connection to it, for a connection to the target. Afterwards the stream is the target's.
///
/// It has no time limit of its own. `host` is what the proxy is asked for: a name, or an address where names are
/// resolved here.
pub async fn connect<S>(stream: &mut S, proxy: &Proxy, host: &str, port: u16) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let credentials = proxy.credentials.as_ref();
    match proxy.protocol {
        Protocol::Http => http::connect(stream, host, port, credentials).await,
        Protocol::Socks5 | Protocol::Socks5h => {
            socks::connect(stream, host, port, credentials).await
        }
    }
}

#[cfg(test)]
mod tests;
