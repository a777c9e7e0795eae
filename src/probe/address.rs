//! The URL itself: nothing is sent.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::{Host, Settings, Target};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use serde::{Deserialize, Serialize};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Whether it starts with `https://`.
    pub https: bool,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether the port is written.
    pub port_written: bool,
    /// What of the path belongs to no layout.
    pub extra: String,
}

/// Takes the URL apart.
#[expect(clippy::unused_async, reason = "every probe is asked in the same way")]
pub async fn measure(cx: &Cx) -> Seen {
    taken_apart(&cx.settings.target)
}

/// The URL, taken apart. It needs no run.
pub fn taken_apart(target: &Target) -> Seen {
    let host = match &target.host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    };
    Seen {
        https: target.https,
        host,
        port: target.port,
        port_written: target.port_written,
        extra: target.extra.clone(),
    }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

impl Seen {
    /// Scheme, port and path.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let target = &at.settings.target;
        let plain = format!("https://{}:{}", target.host, self.port);
        let secure_port = if self.port == 80 { 443 } else { self.port };
        Facts::from([
            ("extra", shown(&self.extra)),
            ("with_port", shown(&plain)),
            (
                "with_https",
                format!("https://{}:{secure_port}", target.host),
            ),
        ])
    }
}

symptoms! {
    /// Whether the URL is what Apps needs.
    Completeness {
        /// Scheme, host and port are there and nothing else.
        Complete = "complete",
        /// The port is not written.
        PortImplied = "port-implied",
        /// `http://`.
        NotHttps = "not-https",
        /// There is more path than a layout has.
        ExtraPath = "extra-path",
        /// It is UiPath's own cloud.
        CloudAddress = "cloud-address",
    }
}

/// UiPath's cloud: a host there is no Orchestrator in a data centre.
fn of_the_cloud(host: &str) -> bool {
    ["uipath.com", "uipath.us", "uipath.systems"]
        .iter()
        .any(|domain| {
            host == *domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
}

impl Symptom for Completeness {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        if of_the_cloud(&seen.host) {
            Self::CloudAddress
        } else if !seen.https {
            Self::NotHttps
        } else if !seen.extra.is_empty() {
            Self::ExtraPath
        } else if !seen.port_written {
            Self::PortImplied
        } else {
            Self::Complete
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let sound = Seen {
            https: true,
            host: "orch.example.com".into(),
            port: 8443,
            port_written: true,
            extra: String::new(),
        };
        match self {
            Self::Complete => sound,
            Self::PortImplied => Seen {
                port: 443,
                port_written: false,
                ..sound
            },
            Self::NotHttps => Seen {
                https: false,
                ..sound
            },
            Self::ExtraPath => Seen {
                extra: "/swagger".into(),
                ..sound
            },
            Self::CloudAddress => Seen {
                host: "cloud.uipath.com".into(),
                ..sound
            },
        }
    }
}
