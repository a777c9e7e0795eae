//! Whether the names of a certificate fit the host that is asked for (RFC 9525), and which comes nearest.

use super::certificate::Known;
use super::facets::{NameState, Names, Served};
use super::verify;
use crate::shown::shown;
use rustls_pki_types::CertificateDer;
use std::net::IpAddr;
use x509_parser::prelude::GeneralName;

/// The most names that are compared for the nearest.
const MOST_COMPARED: usize = 500;

/// Compares the names of the leaf with the host.
pub(crate) fn compare(leaf: Option<&Known<'_>>, host: &Served) -> Names {
    let Some(leaf) = leaf else {
        return Names {
            state: NameState::Unreadable,
            nearest: None,
            common_name: None,
        };
    };
    let (names, readable) = leaf.general_names();
    let has_hosts = names
        .iter()
        .any(|name| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_)));
    let state = match verify::names(&CertificateDer::from(leaf.der), host) {
        _ if verify::server_name(host).is_none() => NameState::Unreadable,
        Some(Ok(())) => NameState::Matches,
        Some(Err(webpki::Error::CertNotValidForName(_))) | None if !readable => {
            NameState::Unreadable
        }
        None if names.iter().any(|name| matches(name, host)) => NameState::Matches,
        Some(Err(webpki::Error::CertNotValidForName(_))) | None if has_hosts => NameState::Mismatch,
        Some(Err(webpki::Error::CertNotValidForName(_))) | None => NameState::Absent,
        Some(Err(_)) => NameState::Unreadable,
    };
    let common_name = leaf.common_name().filter(|name| match host {
        Served::Name(host) => name_matches(name, host),
        Served::Address(address) => name.parse::<IpAddr>().is_ok_and(|name| name == *address),
    });
    let nearest = if state == NameState::Mismatch {
        nearest(names, host)
    } else {
        None
    };
    Names {
        state,
        nearest,
        common_name: common_name.map(|name| shown(&name)),
    }
}

fn matches(name: &GeneralName<'_>, host: &Served) -> bool {
    match (name, host) {
        (GeneralName::DNSName(name), Served::Name(host)) => name_matches(name, host),
        (GeneralName::IPAddress(bytes), Served::Address(IpAddr::V4(address))) => {
            **bytes == address.octets()
        }
        (GeneralName::IPAddress(bytes), Served::Address(IpAddr::V6(address))) => {
            **bytes == address.octets()
        }
        _ => false,
    }
}

/// Whether a presented name, which may begin with a whole wildcard label, is the host's.
fn name_matches(presented: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match presented.strip_prefix("*.") {
        Some(parent) if parent.contains('.') => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent)),
        Some(_) => false,
        None => !presented.contains('*') && presented.eq_ignore_ascii_case(host),
    }
}

/// The name with the fewest differing characters.
fn nearest(names: &[GeneralName<'_>], host: &Served) -> Option<String> {
    let wanted = match host {
        Served::Name(name) => name.to_ascii_lowercase(),
        Served::Address(address) => address.to_string(),
    };
    let wanted: Vec<char> = wanted.chars().take(253).collect();
    let texts = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(IpAddr::from)
            .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
            .ok()
            .map(|address| address.to_string()),
        _ => None,
    });
    texts
        .take(MOST_COMPARED)
        .min_by_key(|text| distance(&wanted, text))
        .map(|text| shown(&text))
}

/// How many characters have to be changed, added or taken away.
fn distance(wanted: &[char], text: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (above, character) in text
        .chars()
        .take(253)
        .map(|character| character.to_ascii_lowercase())
        .enumerate()
    {
        let mut corner = above;
        row[0] = above + 1;
        for column in 1..=wanted.len() {
            let changed = corner + usize::from(wanted[column - 1] != character);
            corner = row[column];
            row[column] = changed.min(row[column] + 1).min(row[column - 1] + 1);
        }
    }
    row[wanted.len()]
}
