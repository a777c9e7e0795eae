//! A certificate chain in words, from the server's own certificate to where it ends: what the screen and the text draw alike.

mod span;

pub use span::Span;

use crate::catalog::CheckId;
use crate::probe::tls::{Seen, Shown};
use crate::trust::{Certificate, End, Facets, Key, NameState, Path, Place, Served, View};
use crate::words::{Chain as Said, Words};
use jiff::Timestamp;
use span::TimeLine;

/// How many names of a certificate are told.
const NAMES: usize = 5;

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Not known.
    Open,
}

/// One certificate, or the end of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// How it stands.
    pub standing: Standing,
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub troubles: Vec<String>,
    /// What it says of itself.
    pub facts: Vec<String>,
    /// When it is valid.
    pub span: Option<Span>,
}

/// A chain: each link is signed by the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The addresses that send it.
    pub sent_by: String,
    /// Its certificates, the server's own first.
    pub links: Vec<Link>,
    /// Where it ends.
    pub end: Link,
    /// What was sent and is no part of it.
    pub beside: Vec<String>,
    /// Who trusts it, and who does not.
    pub views: Vec<String>,
    /// The certificates that the server has to send and does not, in PEM, in the order to send them.
    pub missing: Vec<String>,
}

impl Chain {
    /// The lines of what has to be sent. A recording is a file like any other: what is no text of PEM is no line of it.
    pub(super) fn missing_lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.missing.iter().flat_map(|pem| pem.lines());
        lines.filter(|line| line.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
    }
}

/// Whether a check is about the chain, so that drawing it explains the answer.
pub(super) fn explains(check: &CheckId) -> bool {
    check.as_str().starts_with("certificate-")
}

/// Each chain that was served, once.
pub fn chains(seen: &Seen, words: &Words) -> Vec<Chain> {
    let words = &words.chain;
    let mut told: Vec<&Facets> = Vec::new();
    let mut chains = Vec::new();
    for shown in &seen.addresses {
        let Some(facets) = &shown.facets else {
            continue;
        };
        if told.iter().any(|other| is_same(other, facets)) {
            continue;
        }
        told.push(facets);
        let same = |other: &&Shown| {
            let other = other.facets.as_ref();
            other.is_some_and(|other| is_same(other, facets))
        };
        let more = match seen.addresses.iter().filter(same).count() - 1 {
            0 => String::new(),
            count => words.more.of(count),
        };
        chains.push(chain(format!("{}{more}", shown.address), facets, words));
    }
    chains
}

/// Whether two addresses serve the same, judged alike; the moments of judging differ always.
fn is_same(one: &Facets, other: &Facets) -> bool {
    one.certificates == other.certificates && one.end == other.end && one.cloud == other.cloud
}

/// One chain.
fn chain(sent_by: String, facets: &Facets, words: &Said) -> Chain {
    let path = known_path(facets);
    let indices = path.map_or(&facets.chain, |(path, _)| &path.certificates);
    let line = TimeLine::around(facets.leaf().and_then(validity), facets.at);
    let links = indices.iter().enumerate().filter_map(|(at, index)| {
        let certificate = facets.certificates.get(*index)?;
        Some(link(certificate, facets, (at == 0, line, words)))
    });
    let beside = facets.certificates.iter().enumerate().filter(|(at, one)| {
        one.place == Place::Served && !indices.contains(at) && !is_end(facets, *at)
    });
    Chain {
        sent_by,
        links: links.collect(),
        end: end(facets, path, (line, words)),
        beside: beside
            .map(|(_, one)| words.beside.with(&[("name", &name(one, words))]))
            .collect(),
        views: views(facets, words),
        missing: missing(facets),
    }
}

/// One certificate.
fn link(
    certificate: &Certificate,
    facets: &Facets,
    (first, line, words): (bool, TimeLine, &Said),
) -> Link {
    let found = (certificate.place == Place::Found).then(|| words.found.to_string());
    let troubles: Vec<String> = found
        .into_iter()
        .chain(trouble(certificate, facets, (first, words)))
        .collect();
    Link {
        standing: if troubles.is_empty() {
            Standing::Good
        } else {
            Standing::Bad
        },
        name: name(certificate, words).to_owned(),
        troubles,
        facts: plain_facts(certificate, (first, words)),
        span: span(certificate, line, words),
    }
}

/// When a certificate is valid.
fn validity(certificate: &Certificate) -> Option<(Timestamp, Timestamp)> {
    Some((certificate.not_before?, certificate.not_after?))
}

fn span(certificate: &Certificate, line: TimeLine, words: &Said) -> Option<Span> {
    validity(certificate).map(|validity| line.span(validity, words))
}

/// What each set of roots makes of it.
fn views(facets: &Facets, words: &Said) -> Vec<String> {
    let told = |view: &View, is_cloud: bool| {
        let told = match (is_cloud, view.trusted()) {
            (true, true) => &words.trusted_cloud,
            (true, false) => &words.untrusted_cloud,
            (false, true) => &words.trusted,
            (false, false) => &words.untrusted,
        };
        told.with(&[("store", &view.store)])
    };
    let others = [facets.machine.as_ref(), facets.bundle.as_ref()];
    let others = others.into_iter().flatten().map(|view| told(view, false));
    std::iter::once(told(&facets.cloud, true))
        .chain(others)
        .collect()
}

/// What completes the path to a root of the cloud.
fn missing(facets: &Facets) -> Vec<String> {
    let path = facets.cloud.completed.as_ref();
    let indices = path.map(|path| path.certificates.as_slice());
    indices
        .unwrap_or_default()
        .iter()
        .filter_map(|index| facets.certificates.get(*index)?.pem.clone())
        .collect()
}

/// Whether the chain ends in the served certificate at that place.
fn is_end(facets: &Facets, at: usize) -> bool {
    match facets.end {
        End::Root(root) => root == at,
        End::Nothing
        | End::Unreadable
        | End::SelfSigned
        | End::Anchored(_)
        | End::Open(_)
        | End::WrongKey(_)
        | End::Unproven(_) => false,
    }
}

/// The best path to a root, and whether the cloud has that root.
fn known_path(facets: &Facets) -> Option<(&Path, bool)> {
    let cloud = facets
        .cloud
        .path
        .as_ref()
        .or(facets.cloud.completed.as_ref());
    let others = [facets.machine.as_ref(), facets.bundle.as_ref()];
    let other = others
        .into_iter()
        .flatten()
        .find_map(|view| view.path.as_ref().or(view.completed.as_ref()));
    cloud
        .map(|path| (path, true))
        .or(other.map(|path| (path, false)))
}

/// Where the chain ends.
fn end(facets: &Facets, path: Option<(&Path, bool)>, (line, words): (TimeLine, &Said)) -> Link {
    let (name, why, standing) = match path {
        Some((path, true)) => {
            let why = words.cloud_root.with(&[("store", &facets.cloud.store)]);
            (path.root.clone(), why, Standing::Good)
        }
        Some((path, false)) => {
            let why = words.private_root.to_string();
            (path.root.clone(), why, Standing::Bad)
        }
        None => open_end(facets, words),
    };
    let why = vec![why];
    let (troubles, mut facts) = match standing {
        Standing::Good => (Vec::new(), why),
        Standing::Bad | Standing::Open => (why, Vec::new()),
    };
    let served = served_root(facets);
    let key = path
        .map(|(path, _)| &path.root_key)
        .or(served.map(|root| &root.key));
    facts.extend(key.and_then(described));
    let dates = path
        .and_then(|(path, _)| path.root_dates)
        .or(served.and_then(validity));
    Link {
        standing,
        name,
        troubles,
        facts,
        span: dates.map(|validity| line.span(validity, words)),
    }
}

/// The root that the server sent, where the chain ends in one.
fn served_root(facets: &Facets) -> Option<&Certificate> {
    match facets.end {
        End::Root(at) => facets.certificates.get(at),
        End::Nothing
        | End::Unreadable
        | End::SelfSigned
        | End::Anchored(_)
        | End::Open(_)
        | End::WrongKey(_)
        | End::Unproven(_) => None,
    }
}

/// Where a chain ends that leads to no known root: name, why, standing.
fn open_end(facets: &Facets, words: &Said) -> (String, String, Standing) {
    let issuer = |at: usize| {
        let certificate = facets.certificates.get(at);
        certificate
            .map_or("?", |one| one.issuer_name.as_str())
            .to_owned()
    };
    let (named, why, standing) = match facets.end {
        End::SelfSigned => (words.itself.to_string(), &words.self_signed, Standing::Bad),
        End::Root(at) => (
            facets
                .certificates
                .get(at)
                .map_or("?", |one| name(one, words))
                .to_owned(),
            &words.own_root,
            Standing::Bad,
        ),
        End::Anchored(at) => (issuer(at), &words.machine_root, Standing::Bad),
        End::Open(at) => (issuer(at), &words.open, Standing::Bad),
        End::WrongKey(at) => (issuer(at), &words.wrong_key, Standing::Bad),
        End::Unproven(at) => (issuer(at), &words.unproven, Standing::Open),
        End::Nothing | End::Unreadable => {
            (words.nothing.to_string(), &words.unreadable, Standing::Bad)
        }
    };
    (named, why.to_string(), standing)
}

/// A certificate's name.
fn name<'a>(certificate: &'a Certificate, words: &'a Said) -> &'a str {
    match certificate.subject_name.as_str() {
        "" if certificate.malformed.is_some() => &words.unreadable_name,
        "" => &words.no_name,
        name => name,
    }
}

/// What is wrong with a certificate by itself; names are asked of the first alone.
fn trouble(
    certificate: &Certificate,
    facets: &Facets,
    (first, words): (bool, &Said),
) -> Option<String> {
    if let Some(reason) = &certificate.malformed {
        return Some(words.malformed.with(&[("reason", reason)]));
    }
    if let Some(until) = certificate.not_after.filter(|until| *until < facets.at) {
        return Some(words.ended.with(&[("day", &day(until))]));
    }
    if let Some(from) = certificate.not_before.filter(|from| *from > facets.at) {
        return Some(words.begins.with(&[("day", &day(from))]));
    }
    let host = match &facets.host {
        Served::Name(name) => name.clone(),
        Served::Address(address) => address.to_string(),
    };
    match facets.names.state {
        NameState::Mismatch if first => Some(words.other_names.with(&[("host", &host)])),
        NameState::Absent if first => Some(words.no_host.to_string()),
        NameState::Matches | NameState::Mismatch | NameState::Absent | NameState::Unreadable => {
            None
        }
    }
}

/// Names, where it is from, key and, of the first, the fingerprint.
fn plain_facts(certificate: &Certificate, (first, words): (bool, &Said)) -> Vec<String> {
    let mut lines = Vec::new();
    if !certificate.names.is_empty() {
        let more = certificate
            .name_count
            .saturating_sub(NAMES.min(certificate.names.len()));
        let names: Vec<&str> = certificate
            .names
            .iter()
            .take(NAMES)
            .map(String::as_str)
            .collect();
        let names = names.join(", ");
        lines.push(if more > 0 {
            words
                .names_more
                .with(&[("names", &names), ("count", &more)])
        } else {
            words.names.with(&[("names", &names)])
        });
    }
    let sent = match certificate.place {
        Place::Served => Some(words.sent.to_string()),
        Place::Found => None,
    };
    let print = certificate.fingerprint.get(..16).filter(|_| first);
    let print = print.map(|print| format!("SHA-256 {print}…"));
    let facts: Vec<String> = sent
        .into_iter()
        .chain(described(&certificate.key))
        .chain(print)
        .collect();
    lines.push(facts.join(", "));
    lines
}

/// A key in words.
fn described(key: &Key) -> Option<String> {
    match key.kind.as_str() {
        "" => None,
        "RSA" if key.bits > 0 => Some(format!("RSA {}", key.bits)),
        kind => Some(kind.to_owned()),
    }
}

/// The day of a moment.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
