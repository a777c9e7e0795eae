//! What a probe would send: shown by `plan`, with nothing sent.

use serde::Serialize;

/// Whether something is changed where the intent goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing is asked that anyone keeps.
    None,
    /// Something is read.
    Reads,
    /// Something is changed.
    Changes,
}

/// One thing that goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intent {
    /// `dns`, `tcp`, `tls`, `http`.
    pub kind: &'static str,
    /// The local address, where the user chose one.
    pub source: Option<String>,
    /// Where it goes.
    pub destination: String,
    /// The port there.
    pub port: Option<u16>,
    /// The name sent in the TLS handshake.
    pub sni: Option<String>,
    /// The HTTP method.
    pub method: Option<&'static str>,
    /// The path, with `{…}` for what is known only on the way.
    pub path: Option<String>,
    /// Whose credential goes with it: the name of its source, never a value.
    pub credential: Option<String>,
    /// What it does there.
    pub effect: Effect,
}

impl Intent {
    /// A packet of that kind to that place.
    pub fn to(kind: &'static str, destination: &impl ToString, port: Option<u16>) -> Self {
        Self {
            kind,
            source: None,
            destination: destination.to_string(),
            port,
            sni: None,
            method: None,
            path: None,
            credential: None,
            effect: Effect::None,
        }
    }

    /// A request to Orchestrator below its base path.
    pub fn request(settings: &crate::config::Settings, method: &'static str, path: &str) -> Self {
        Self {
            method: Some(method),
            path: Some(format!("{}{path}", settings.target.base())),
            effect: Effect::Reads,
            ..Self::to("http", &settings.target.host, Some(settings.target.port))
        }
    }

    /// The same, with the session's token.
    #[must_use]
    pub fn signed_in(self) -> Self {
        Self {
            credential: Some("token of this run's sign-in".into()),
            ..self
        }
    }
}
