//! One handshake with every address: protocol and certificates, whether or not anyone would trust them.

mod agreement;
mod clock;
mod further;
mod judged;
mod reading;
mod revocation;
mod several;

pub use agreement::Agreement;
pub use clock::Clocks;
pub use further::{Further, Narrow};
pub use reading::{Dated, Named, Strong, Trusted, Unrevoked};
pub use several::Uniform;

use super::{At, Cx, Intent, Subject, Symptom};
use crate::config::{Host, Settings};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::trust::{self, Facets};
use crate::wire::fetch::Fetched;
use crate::wire::reply::{self, Spoken};
use crate::wire::tls::{Handshake, KeyProof, TlsFailure};
use crate::words::Words;
use crate::words::facts::{Errands, Facts as Said, Handshakes};
use jiff::Timestamp;
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
    /// The server's clock and this one, where they matter.
    #[serde(default)]
    pub clocks: Option<Clocks>,
}

/// What one address showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Address and port; the proxy's, where it resolves names.
    pub address: SocketAddr,
    /// The handshake.
    pub handshake: Handshake,
    /// The certificates, judged; none where none came.
    pub facets: Option<Facets>,
    /// What was asked after it failed.
    #[serde(default)]
    pub further: Further,
    /// What was fetched from where the certificates point to.
    #[serde(default)]
    pub fetched: Vec<Fetched>,
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
        let (facets, fetched) = judged::judged(cx, attempt.address.ip(), &handshake).await;
        let further = further::ask_further(cx, attempt.address, &handshake).await;
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Shown {
            address: attempt.address,
            handshake,
            facets,
            further,
            fetched,
            took_ms,
        }
    }))
    .await;
    let mut seen = Seen {
        addresses,
        clocks: None,
    };
    seen.clocks = clock::ask(cx, &seen).await;
    seen
}

/// One handshake an address.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let sni = match &settings.target.host {
        Host::Name(name) => Some(name.clone()),
        Host::Address(_) => None,
    };
    let mut intents = vec![Intent {
        sni,
        ..Intent::to("tls", &settings.target.host, Some(settings.target.port))
    }];
    intents.extend(judged::intents(settings));
    intents
}

/// What the handshake was made with, in words, and the same as a command takes it: the address, or the host where a
/// proxy stands in between.
fn ends(shown: &Shown, at: &At<'_>) -> (String, String) {
    let settings = at.settings;
    let address = shown.address.to_string();
    let Some(proxy) = settings.network.proxy() else {
        return (address.clone(), address);
    };
    let server = if proxy.protocol.resolves_names() {
        format!("{}:{}", settings.target.host, settings.target.port)
    } else {
        address
    };
    let through = at
        .words
        .facts
        .handshakes
        .through
        .with(&[("server", &server), ("proxy", &proxy)]);
    (through, server)
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
        let (address, server) = ends(shown, at);
        facts.insert("address", address);
        facts.insert("server", server);
        let handshake = &shown.handshake;
        let would = agreement::would_have_agreed(shown);
        let words = &at.words.facts.handshakes;
        let told = alert(handshake, words);
        let refusal = match &would {
            Some((protocol, cipher)) => words
                .would_agree
                .with(&[("protocol", protocol), ("cipher", cipher)]),
            None => words.answered.with(&[("alert", &told)]),
        };
        facts.insert("alert", told);
        facts.insert("refusal", refusal);
        let (protocol, cipher) = would.unwrap_or_else(|| (words.no_tls.to_string(), String::new()));
        let agreed = |given: &Option<String>, would| given.clone().unwrap_or(would);
        facts.insert("protocol", agreed(&handshake.protocol, protocol));
        facts.insert("cipher", agreed(&handshake.cipher, cipher));
        let first = handshake.first();
        let spoken = reply::spoken(&first).unwrap_or(Spoken::Unknown);
        facts.insert("spoken", spoken_name(spoken, words));
        facts.insert("banner", banner(&first, &handshake.first_bytes, at.words));
        facts.extend(self.of_certificates(at));
        facts
    }

    /// What the sentences may mention of certificates; each topic is told of the address that decides its row.
    fn of_certificates(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let mut facts = untold(words);
        let of = |shown: Option<&Shown>| {
            let judged = shown.and_then(|shown| shown.facets.as_ref());
            judged
                .map(|facets| trust::facts(facets, at.words))
                .unwrap_or_default()
        };
        let trusted = self.deciding::<Trusted>(at);
        facts.extend(of(trusted));
        facts.insert(
            "lookup",
            trusted
                .map(|shown| looked_up(shown, &words.errands))
                .unwrap_or_default(),
        );
        let topics: [(Facts, &[&str]); 4] = [
            (
                of(self.deciding::<Named>(at)),
                &["names", "nearest", "common_name"],
            ),
            (
                of(self.deciding::<Dated>(at)),
                &["not_after", "not_before", "days", "expires", "begins"],
            ),
            (
                of(self.deciding::<Strong>(at)),
                &["weakness", "key", "signature"],
            ),
            (
                of(self.deciding::<Unrevoked>(at)),
                &[
                    "staple",
                    "told_by",
                    "revoked_name",
                    "revoked_at",
                    "revoked_for",
                ],
            ),
        ];
        facts.extend(self.of_several(at));
        facts.insert("clock", self.of_clock(at));
        for (told, names) in topics {
            facts.extend(told.into_iter().filter(|(name, _)| names.contains(name)));
        }
        for name in ["not_after", "not_before", "revoked_at"] {
            let moment = facts
                .get(name)
                .and_then(|text| text.parse::<Timestamp>().ok());
            if let Some(moment) = moment {
                facts.insert(name, moment.strftime("%Y-%m-%d %H:%M UTC").to_string());
            }
        }
        facts
    }

    /// The first address that, seen alone, reads as all of them do.
    fn deciding<S: Symptom<Seen = Self>>(&self, at: &At<'_>) -> Option<&Shown> {
        let whole = S::read(self, at).key();
        let alone = |shown: &&Shown| S::read(&shown.alone(), at).key() == whole;
        self.addresses.iter().find(alone)
    }
}

impl Shown {
    /// What would have been seen, had it been the only one.
    fn alone(&self) -> Seen {
        Seen {
            addresses: vec![self.clone()],
            clocks: None,
        }
    }
}

/// What stands in a sentence where a certificate does not tell.
fn untold(words: &Said) -> Facts {
    let handshakes = &words.handshakes;
    let texts = [
        ("subject", &handshakes.subject),
        ("issuer", &handshakes.issuer),
        ("root", &handshakes.root),
        ("missing_issuer", &handshakes.issuer),
        ("last_served", &handshakes.last_served),
        ("fault", &handshakes.fault),
        ("found", &handshakes.found),
        ("product", &handshakes.product),
        ("malformed", &handshakes.malformed),
        ("fingerprint", &handshakes.fingerprint),
        ("names", &handshakes.names),
        ("common_name", &handshakes.common_name),
        ("weakness", &handshakes.weakness),
        ("key", &handshakes.key),
        ("told_by", &handshakes.told_by),
        ("revoked_name", &handshakes.subject),
        ("revoked_at", &handshakes.revoked_at),
        ("revoked_for", &handshakes.revoked_for),
        ("cloud_store", &handshakes.cloud_store),
        ("staple", &words.trust.no_staple),
    ];
    texts
        .into_iter()
        .map(|(name, text)| (name, text.to_string()))
        .collect()
}

/// A protocol in a sentence.
fn spoken_name(spoken: Spoken, words: &Handshakes) -> String {
    match spoken {
        Spoken::Http => words.plain_http.to_string(),
        Spoken::SmtpOrFtp => words.smtp_or_ftp.to_string(),
        Spoken::Unknown => words.unknown_protocol.to_string(),
        named => named.name().to_owned(),
    }
}

/// What came of looking for the missing issuer, as the end of a sentence.
fn looked_up(shown: &Shown, words: &Errands) -> String {
    let Some(last) = shown.fetched.last() else {
        return String::new();
    };
    match &last.trouble {
        Some(trouble) => words
            .failed
            .with(&[("url", &last.url), ("trouble", &trouble.said(words))]),
        None => words.astray.with(&[("url", &last.url)]),
    }
}

/// The first bytes as text, as far as they are text.
fn banner(bytes: &[u8], hex: &str, words: &Words) -> String {
    let text: String = String::from_utf8_lossy(bytes)
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
        return words.facts.handshakes.bytes.with(&[("hex", &hex)]);
    }
    words
        .facts
        .common
        .quoted
        .with(&[("text", &shown(text.trim()))])
}

/// The alert in words.
fn alert(handshake: &Handshake, words: &Handshakes) -> String {
    match &handshake.failure {
        None if handshake.key == KeyProof::Unproven => words.wrong_key.to_string(),
        Some(TlsFailure::Alert { code, name }) => {
            words.alert.with(&[("code", code), ("name", name)])
        }
        Some(TlsFailure::Incompatible { what } | TlsFailure::Other { what }) => shown(what),
        Some(
            TlsFailure::Closed | TlsFailure::Silent { .. } | TlsFailure::NotTls | TlsFailure::Name,
        )
        | None => words.no_alert.to_string(),
    }
}
