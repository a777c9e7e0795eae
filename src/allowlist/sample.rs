//! Asks a reader about some sources, for tests.

use std::net::IpAddr;

use super::evaluate::evaluate;
use super::model::{Answer, Flow, Hook, Kind};
use super::networks::network;
use super::read::read;

/// The connections asked about.
pub(super) struct Asked {
    pub(super) sources: Vec<String>,
    pub(super) destination: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) interface: Option<String>,
    pub(super) hook: Hook,
}

impl Asked {
    /// Connections from these sources to port 443 of 10.0.0.5.
    pub(super) fn of(sources: &[&str]) -> Self {
        Self {
            sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            destination: Some(IpAddr::from([10, 0, 0, 5])),
            port: 443,
            interface: None,
            hook: Hook::Forward,
        }
    }

    /// To another port.
    pub(super) fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// To another address.
    pub(super) fn to(self, address: &str) -> Self {
        Self {
            destination: address.parse().ok(),
            ..self
        }
    }

    /// Through an interface that is told.
    pub(super) fn through(self, interface: &str) -> Self {
        Self {
            interface: Some(interface.to_owned()),
            ..self
        }
    }
}

/// The answer for each source with the line that decided; several answers are joined by `|`.
pub(super) fn answers(kind: Kind, text: &str, asked: &Asked) -> Vec<String> {
    let told = read("export", text.as_bytes(), None).map(|device| device.kind);
    assert_eq!(told, Ok(kind), "the kind is told by content");
    let device = read("export", text.as_bytes(), Some(kind)).expect("an export that can be read");
    let answer = |source: &String| {
        let flow = Flow {
            sources: network(source).expect("a network"),
            destination: asked.destination,
            server: None,
            port: asked.port,
            hook: asked.hook,
            interface: asked.interface.clone(),
            onward: None,
        };
        let parts: Vec<String> = evaluate(&device, &flow)
            .into_iter()
            .map(|part| {
                let line = part.decision.by.map_or(0, |by| by.line);
                match part.decision.answer {
                    Answer::Allow => format!("allow {line}"),
                    Answer::Deny => format!("deny {line}"),
                    Answer::Undecided { construct } => format!("undecided {line}: {construct}"),
                }
            })
            .collect();
        parts.join(" | ")
    };
    asked.sources.iter().map(answer).collect()
}
