//! One handshake with every address: protocol and certificates, whether or not anyone would trust them.

mod reading;

pub use reading::{Agreement, Dated, Named, Strong, Trusted, Unrevoked};

use super::{At, Cx, Intent, Subject};
use crate::config::{Host, Settings};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::trust::{self, Facets, Roots, Views};
use crate::wire::session::served;
use crate::wire::tls::{Handshake, TlsFailure, bytes_of};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The least time a handshake is given, whatever DNS and TCP took.
const LEAST: Duration = Duration::from_millis(200);

/// What each address showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// One entry an address.
    pub addresses: Vec<Shown>,
}

/// What one address showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Address and port.
    pub address: SocketAddr,
    /// The handshake.
    pub handshake: Handshake,
    /// The certificates, judged; none where none came.
    pub facets: Option<Facets>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
}

/// Makes a handshake with every open address at once.
pub async fn measure(cx: &Cx) -> Seen {
    let tcp = cx.before.tcp(None);
    let names_ms = cx.before.names(None).map_or(0, |names| names.took_ms);
    let tries = tcp.map(|tcp| tcp.tries.as_slice()).unwrap_or_default();
    let open = tries.iter().filter(|attempt| attempt.failure.is_none());
    let addresses = futures_util::future::join_all(open.map(async |attempt| {
        let spent = Duration::from_millis(names_ms + attempt.took_ms);
        let began = cx.world.clock.elapsed();
        let handshake = cx
            .session
            .shake(
                attempt.address,
                cx.session.time().saturating_sub(spent).max(LEAST),
            )
            .await;
        let took = cx.world.clock.elapsed().saturating_sub(began);
        let facets = judged(cx, &handshake).await;
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Shown {
            address: attempt.address,
            handshake,
            facets,
            took_ms,
        }
    }))
    .await;
    Seen { addresses }
}

/// The chain, judged by the cloud's roots, and by the other stores where the cloud's do not settle it.
async fn judged(cx: &Cx, handshake: &Handshake) -> Option<Facets> {
    if handshake.chain.is_empty() {
        return None;
    }
    let chain: Vec<CertificateDer<'static>> = handshake
        .chain
        .iter()
        .map(|der| bytes_of(der).into())
        .collect();
    let staple = bytes_of(&handshake.staple);
    let host = served(&cx.settings.target.host);
    let now: Timestamp = cx.world.clock.now();
    let cloud = cx.session.roots().clone();
    let by_cloud = Views {
        cloud: &cloud,
        machine: None,
        bundle: cx.session.bundle(),
        pool: &[],
    };
    let facets = trust::judge(&chain, &staple, &host, now, &by_cloud);
    if facets.cloud.trusted() {
        return Some(facets);
    }
    let machine = machine_roots(cx).await;
    let views = Views {
        machine: machine.as_ref(),
        ..by_cloud
    };
    Some(trust::judge(&chain, &staple, &host, now, &views))
}

/// This machine's own store, which takes a while to read.
async fn machine_roots(cx: &Cx) -> Option<Roots> {
    let machine = std::sync::Arc::clone(&cx.world.machine);
    let ders = tokio::task::spawn_blocking(move || machine.trusted())
        .await
        .ok()?;
    Roots::from_ders(
        "this machine's store",
        ders.into_iter().map(CertificateDer::from),
    )
    .ok()
}

/// One handshake an address.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let sni = match &settings.target.host {
        Host::Name(name) => Some(name.clone()),
        Host::Address(_) => None,
    };
    vec![Intent {
        sni,
        ..Intent::to("tls", &settings.target.host, Some(settings.target.port))
    }]
}

impl Seen {
    /// The addresses whose handshake ended well.
    pub fn agreed(&self) -> impl Iterator<Item = &Shown> {
        self.addresses
            .iter()
            .filter(|shown| shown.handshake.failure.is_none())
    }

    /// The address that the sentences tell of: the one that is worst off.
    fn telling(&self) -> Option<&Shown> {
        self.addresses
            .iter()
            .find(|shown| shown.handshake.failure.is_some())
            .or_else(|| {
                self.addresses.iter().find(|shown| {
                    shown
                        .facets
                        .as_ref()
                        .is_some_and(|facets| !facets.cloud.trusted())
                })
            })
            .or_else(|| self.addresses.first())
    }

    /// What was agreed on, what came instead, and everything about the certificates.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let mut facts = Facts::from([
            (
                "waited",
                crate::shown::seconds(at.settings.network.connect_timeout_ms),
            ),
            ("soon", at.settings.trust.expires_soon_days.to_string()),
        ]);
        let Some(shown) = self.telling() else {
            return facts;
        };
        facts.insert("address", shown.address.to_string());
        let handshake = &shown.handshake;
        facts.insert(
            "protocol",
            handshake
                .protocol
                .clone()
                .unwrap_or_else(|| "no TLS".into()),
        );
        facts.insert("cipher", handshake.cipher.clone().unwrap_or_default());
        facts.insert("banner", banner(&handshake.first_bytes));
        facts.insert("alert", alert(handshake.failure.as_ref()));
        if let Some(facets) = &shown.facets {
            facts.extend(trust::facts(facets));
        }
        facts
    }
}

/// The first bytes as text, as far as they are text.
fn banner(hex: &str) -> String {
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .filter_map(|at| hex.get(at * 2..at * 2 + 2))
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    let text: String = String::from_utf8_lossy(&bytes)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    if text
        .chars()
        .filter(|character| character.is_control() || *character == '\u{fffd}')
        .count()
        > 2
    {
        return format!("the bytes {hex}");
    }
    format!("“{}”", shown(text.trim()))
}

/// The alert in words.
fn alert(failure: Option<&TlsFailure>) -> String {
    match failure {
        Some(TlsFailure::Alert { code, name }) => format!("alert {code} ({name})"),
        Some(TlsFailure::Incompatible { what } | TlsFailure::Other { what }) => shown(what),
        Some(
            TlsFailure::Closed
            | TlsFailure::Silent { .. }
            | TlsFailure::NotTls
            | TlsFailure::Signature
            | TlsFailure::Name,
        )
        | None => "no alert".into(),
    }
}
