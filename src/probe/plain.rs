//! Whether the host also answers without TLS.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The longest wait: a port that is silent is closed as far as this question goes.
const LONGEST: Duration = Duration::from_secs(2);

/// What came back to a plain request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The port that was asked.
    pub port: u16,
    /// The status, where HTTP answered.
    pub status: Option<u16>,
    /// Where it sends to, safe to show.
    pub location: Option<String>,
}

/// Sends a plain request to the first address; no credential is ever in it.
pub async fn measure(cx: &Cx) -> Seen {
    let port = cx.settings.network.http_port;
    let none = Seen {
        port,
        status: None,
        location: None,
    };
    let address = cx
        .before
        .names(None)
        .and_then(|names| names.addresses(&cx.settings).into_iter().next());
    let Some(mut address) = address.filter(|address| address.port() != port) else {
        return none;
    };
    address.set_port(port);
    let time = cx.session.time().min(LONGEST);
    let request = format!(
        "GET {}/ HTTP/1.1\r\nHost: {}\r\nUser-Agent: orch-doctor\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        cx.settings.target.base(),
        cx.settings.target.host
    );
    let exchange = async {
        let mut stream = cx.session.connect_to_port(address, port, time).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut head = Vec::new();
        let mut piece = [0; 1024];
        while head.len() < 16 << 10 && !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => head.extend_from_slice(&piece[..count]),
            }
        }
        Some(String::from_utf8_lossy(&head).into_owned())
    };
    let head = tokio::time::timeout(time, exchange).await.ok().flatten();
    head.map_or(none, |head| read_head(port, &head))
}

/// Status and location of an answer's head.
fn read_head(port: u16, head: &str) -> Seen {
    let mut lines = head.lines();
    let status = lines
        .next()
        .filter(|line| line.starts_with("HTTP/"))
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|code| code.parse().ok());
    let location = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| crate::shown::shown(value.trim()));
    Seen {
        port,
        status,
        location,
    }
}

/// One plain request.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let port = settings.network.http_port;
    vec![Intent {
        method: Some("GET"),
        path: Some(format!("{}/", settings.target.base())),
        effect: super::Effect::Reads,
        ..Intent::to("http", &settings.target.host, Some(port))
    }]
}

impl Seen {
    /// Port and answer.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        Facts::from([
            ("http_port", self.port.to_string()),
            (
                "http_status",
                self.status.map_or_else(
                    || at.words.facts.common.nothing.to_string(),
                    |status| status.to_string(),
                ),
            ),
            ("http_location", self.location.clone().unwrap_or_default()),
        ])
    }
}

symptoms! {
    /// Whether plain HTTP is on offer.
    Insecure {
        /// No HTTP answers there.
        Closed = "closed",
        /// It sends everyone to HTTPS.
        Redirects = "redirects",
        /// It serves without TLS.
        PlainOpen = "plain-open",
    }
}

impl Symptom for Insecure {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let secure = seen
            .location
            .as_deref()
            .is_some_and(|to| to.to_ascii_lowercase().starts_with("https://"));
        match seen.status {
            Some(300..=399) if secure => Self::Redirects,
            // Refusing to talk without TLS is no service without TLS.
            None | Some(400 | 403 | 404 | 426 | 497 | 500..=599) => Self::Closed,
            Some(_) => Self::PlainOpen,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let seen = Seen {
            port: 80,
            status: None,
            location: None,
        };
        match self {
            Self::Closed => seen,
            Self::Redirects => Seen {
                status: Some(301),
                location: Some("https://orch.example.com:8443/".into()),
                ..seen
            },
            Self::PlainOpen => Seen {
                status: Some(200),
                ..seen
            },
        }
    }
}
