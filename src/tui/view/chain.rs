//! The certificate chain, drawn from the server's own certificate to where it ends.

use super::detail::Page;
use crate::probe::tls::{Seen, Shown};
use crate::trust::{Certificate, End, Facets, NameState, Path, Place, Served};
use crate::tui::text::many;
use crate::tui::theme::{Role, Shape};
use jiff::Timestamp;

/// How many names of a certificate are drawn.
const NAMES: usize = 5;

/// A sign and its role.
type Sign = (Shape, Role);

/// As it should be.
const GOOD: Sign = (Shape::Pass, Role::Pass);

/// Not as it should be.
const BAD: Sign = (Shape::Fail, Role::Fail);

/// Not known.
const OPEN: Sign = (Shape::Unknown, Role::Unknown);

/// Draws each chain that was served, once.
pub(super) fn draw(page: &mut Page, seen: &Seen) {
    let mut drawn: Vec<&Facets> = Vec::new();
    for shown in &seen.addresses {
        let Some(facets) = &shown.facets else {
            continue;
        };
        if drawn.contains(&facets) {
            continue;
        }
        drawn.push(facets);
        let same = |other: &&Shown| other.facets.as_ref() == Some(facets);
        let others = seen.addresses.iter().filter(same).count() - 1;
        let more = match others {
            0 => String::new(),
            count => format!(" and {}", many(count, "address more", "addresses more")),
        };
        page.heading("CHAIN");
        page.text("", &format!("{}{more}", shown.address), Role::Quiet);
        chain(page, facets);
    }
}

/// One chain.
fn chain(page: &mut Page, facets: &Facets) {
    let path = known_path(facets);
    let links = path.map_or(&facets.chain, |(path, _)| &path.certificates);
    for (at, link) in links.iter().enumerate() {
        let Some(certificate) = facets.certificates.get(*link) else {
            continue;
        };
        if at > 0 {
            page.trunk("signed by", Role::Quiet);
        }
        let trouble = trouble(certificate, facets, at == 0);
        let sign = match (&trouble, certificate.place) {
            (None, Place::Served) => GOOD,
            (Some(_), _) | (None, Place::Found) => BAD,
        };
        page.signed(sign, name(certificate), Role::Heading);
        if certificate.place == Place::Found {
            page.trunk("not sent by the server; found elsewhere", Role::Fail);
        }
        if let Some(trouble) = trouble {
            page.trunk(&trouble, Role::Fail);
        }
        for fact in plain_facts(certificate, facets.at) {
            page.trunk(&fact, Role::Quiet);
        }
    }
    end(page, facets, path);
    let beside = facets.certificates.iter().enumerate().filter(|(at, one)| {
        one.place == Place::Served && !links.contains(at) && !is_end(facets, *at)
    });
    for (_, certificate) in beside {
        let text = format!("also sent, not part of it: {}", name(certificate));
        page.text("", &text, Role::Quiet);
    }
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
fn end(page: &mut Page, facets: &Facets, path: Option<(&Path, bool)>) {
    let (name, why, sign) = match path {
        Some((path, true)) => {
            let why = format!("a root that the cloud has ({})", facets.cloud.store);
            (path.root.clone(), why, GOOD)
        }
        Some((path, false)) => {
            let why = "a private root: the cloud does not have it";
            (path.root.clone(), why.into(), BAD)
        }
        None => open_end(facets),
    };
    page.trunk("signed by", Role::Quiet);
    page.signed(sign, &name, Role::Heading);
    page.text("  ", &why, sign.1);
}

/// Where a chain ends that leads to no known root: name, why, sign.
fn open_end(facets: &Facets) -> (String, String, Sign) {
    let issuer = |at: usize| {
        let certificate = facets.certificates.get(at);
        certificate
            .map_or("?", |one| one.issuer_name.as_str())
            .to_owned()
    };
    let (named, why, sign) = match facets.end {
        End::SelfSigned => (
            "itself".into(),
            "self-signed: no authority stands behind it",
            BAD,
        ),
        End::Root(at) => (
            facets.certificates.get(at).map_or("?", name).to_owned(),
            "a root of its own: the cloud does not have it",
            BAD,
        ),
        End::Anchored(at) => (
            issuer(at),
            "a root known to this machine alone: the cloud does not have it",
            BAD,
        ),
        End::Open(at) => (
            issuer(at),
            "neither sent nor known: here the chain breaks",
            BAD,
        ),
        End::WrongKey(at) => (
            issuer(at),
            "known by this name, and another key signed",
            BAD,
        ),
        End::Unproven(at) => (issuer(at), "its signature cannot be checked here", OPEN),
        End::Nothing | End::Unreadable => ("nothing".into(), "no certificate could be read", BAD),
    };
    (named, why.into(), sign)
}

/// A certificate's name.
fn name(certificate: &Certificate) -> &str {
    match certificate.subject_name.as_str() {
        "" if certificate.malformed.is_some() => "a certificate that cannot be read",
        "" => "a certificate without a name",
        name => name,
    }
}

/// What is wrong with a certificate by itself; names are asked of the first alone.
fn trouble(certificate: &Certificate, facets: &Facets, first: bool) -> Option<String> {
    if let Some(reason) = &certificate.malformed {
        return Some(format!("cannot be read: {reason}"));
    }
    if let Some(until) = certificate.not_after.filter(|until| *until < facets.at) {
        return Some(format!("ended on {}", day(until)));
    }
    if let Some(from) = certificate.not_before.filter(|from| *from > facets.at) {
        return Some(format!("not valid before {}", day(from)));
    }
    let host = match &facets.host {
        Served::Name(name) => name.clone(),
        Served::Address(address) => address.to_string(),
    };
    match facets.names.state {
        NameState::Mismatch if first => Some(format!("made out to others, not to {host}")),
        NameState::Absent if first => Some("names no host (no subject alternative name)".into()),
        NameState::Matches | NameState::Mismatch | NameState::Absent | NameState::Unreadable => {
            None
        }
    }
}

/// Names, end of validity and key, a line each or two.
fn plain_facts(certificate: &Certificate, at: Timestamp) -> Vec<String> {
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
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        lines.push(format!("for {}{more}", names.join(", ")));
    }
    let mut facts = Vec::new();
    if let Some(until) = certificate.not_after.filter(|until| *until >= at) {
        let days = (until.as_second() - at.as_second()) / 86_400;
        facts.push(format!("until {} ({days} days)", day(until)));
    }
    if !certificate.key.kind.is_empty() {
        facts.push(match certificate.key.bits {
            bits if bits > 0 && certificate.key.kind == "RSA" => format!("RSA {bits}"),
            _ => certificate.key.kind.clone(),
        });
    }
    lines.push(facts.join(", "));
    lines
}

/// The day of a moment.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
