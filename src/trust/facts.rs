//! Named facts for the sentences of a finding.

mod revocation;

use super::facets::{Certificate, End, Facets, FaultKind, Path, Place, Served, Usage, View};
use super::reading::judged;
use crate::words::Words;
use crate::words::facts::Trust;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Everything about a chain that a sentence may mention, by name. Values are bounded and safe to show; what is not known is absent.
pub fn facts(facets: &Facets, words: &Words) -> BTreeMap<&'static str, String> {
    let said = &words.facts.trust;
    let mut out = BTreeMap::new();
    let host = match &facets.host {
        Served::Name(name) => crate::shown::shown(name),
        Served::Address(address) => address.to_string(),
    };
    out.insert("host", host);
    out.insert("served", facets.served.to_string());
    out.insert("cloud_store", facets.cloud.store.clone());
    let unreadable = facets
        .certificates
        .iter()
        .find_map(|one| one.malformed.clone());
    if let Some(reason) = unreadable {
        out.insert("malformed", reason);
    }
    if let Some(leaf) = facets.leaf() {
        of_leaf(leaf, &mut out);
    }
    of_names(facets, words, &mut out);
    of_dates(facets, &mut out);
    of_paths(facets, words, &mut out);
    of_strength(facets, said, &mut out);
    revocation::of_revocation(facets, words, &mut out);
    out
}

type Facts = BTreeMap<&'static str, String>;

fn of_leaf(leaf: &Certificate, out: &mut Facts) {
    if leaf.malformed.is_some() {
        return;
    }
    out.insert("subject", leaf.subject_name.clone());
    out.insert("issuer", leaf.issuer_name.clone());
    out.insert("issuer_whole", leaf.issuer.clone());
    out.insert("serial", leaf.serial.clone());
    out.insert("fingerprint", leaf.fingerprint.clone());
    out.insert("key", described_key(leaf));
    out.insert("signature", leaf.signature.algorithm.clone());
}

fn of_names(facets: &Facets, words: &Words, out: &mut Facts) {
    if let Some(leaf) = facets.leaf().filter(|leaf| leaf.name_count > 0) {
        const SHOWN: usize = 5;
        let mut names = leaf
            .names
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if leaf.name_count > SHOWN {
            let more = leaf.name_count - SHOWN;
            names = words
                .facts
                .common
                .more
                .with(&[("named", &names), ("count", &more)]);
        }
        out.insert("names", crate::shown::shown(&names));
    }
    if let Some(nearest) = &facets.names.nearest {
        out.insert("nearest", nearest.clone());
    }
    if let Some(name) = &facets.names.common_name {
        out.insert("common_name", name.clone());
    }
}

fn of_dates(facets: &Facets, out: &mut Facts) {
    let first_to_end = judged(facets)
        .filter(|one| one.not_after.is_some())
        .min_by_key(|one| one.not_after);
    let last_to_begin = judged(facets)
        .filter(|one| one.not_before.is_some())
        .max_by_key(|one| one.not_before);
    if let Some((one, until)) = first_to_end.and_then(|one| Some((one, one.not_after?))) {
        out.insert("not_after", until.to_string());
        out.insert("days", days(facets.at, until).to_string());
        out.insert("expires", one.subject_name.clone());
    }
    if let Some((one, from)) = last_to_begin.and_then(|one| Some((one, one.not_before?))) {
        out.insert("not_before", from.to_string());
        out.insert("begins", one.subject_name.clone());
    }
    let Some((root, (from, until))) = facets
        .cloud
        .path
        .as_ref()
        .and_then(|path| Some((&path.root, path.root_dates?)))
    else {
        return;
    };
    let served_end = first_to_end.and_then(|one| one.not_after);
    if facets.at > until && served_end.is_none_or(|end| facets.at <= end) {
        out.insert("not_after", until.to_string());
        out.insert("days", days(facets.at, until).to_string());
        out.insert("expires", root.clone());
    }
    let served_begin = last_to_begin.and_then(|one| one.not_before);
    if facets.at < from && served_begin.is_none_or(|begin| facets.at >= begin) {
        out.insert("not_before", from.to_string());
        out.insert("begins", root.clone());
    }
}

/// Whole days between two moments, whichever comes first.
fn days(one: Timestamp, other: Timestamp) -> i64 {
    (one.as_second() - other.as_second()).abs() / (24 * 60 * 60)
}

fn of_paths(facets: &Facets, words: &Words, out: &mut Facts) {
    let reached = [
        Some(&facets.cloud),
        facets.machine.as_ref(),
        facets.bundle.as_ref(),
    ];
    let path = reached
        .into_iter()
        .flatten()
        .find_map(|view| view.path.as_ref().or(view.completed.as_ref()));
    if let Some(path) = path {
        out.insert("root", path.root.clone());
        of_fault((facets, path), &words.facts.trust, out);
    } else if let End::Root(index) = facets.end {
        out.insert("root", named(facets, index));
    }
    if let Some(last) = facets.open_end() {
        out.insert("missing_issuer", last.issuer_name.clone());
        out.insert("last_served", last.subject_name.clone());
        if let Some(url) = last.issuer_urls.first() {
            out.insert("issuer_url", url.clone());
        }
    }
    let found = facets
        .certificates
        .iter()
        .filter(|one| one.place == Place::Found)
        .map(|one| one.subject_name.as_str());
    let found: Vec<_> = found.collect();
    if !found.is_empty() {
        out.insert("found", crate::shown::shown(&found.join(", ")));
    }
    if let Some(product) = &facets.product {
        out.insert("product", product.clone());
    }
    out.insert("trusted_by", trusted_by(facets, words));
    if let Some(why) = why_views_differ(facets, &words.facts.trust) {
        out.insert("difference", why);
    }
}

fn of_fault((facets, path): (&Facets, &Path), words: &Trust, out: &mut Facts) {
    let Some(fault) = path.faults.first() else {
        return;
    };
    let subject = match fault.certificate {
        Some(index) => named(facets, index),
        None => path.root.clone(),
    };
    let text = match fault.kind {
        FaultKind::NoCa => &words.no_ca,
        FaultKind::MayNotSign => &words.may_not_sign,
        FaultKind::PathLength => &words.path_length,
        FaultKind::NameConstraint => &words.name_constraint,
        FaultKind::CriticalExtension => &words.critical_extension,
        FaultKind::Malformed => &words.malformed,
        FaultKind::Unproven => &words.unproven,
        FaultKind::Spelling => &words.spelling,
        FaultKind::Disputed => &words.disputed,
    };
    let told = crate::shown::shown(&text.with(&[("subject", &subject)]));
    if fault.kind == FaultKind::Malformed {
        out.insert("malformed", told.clone());
    }
    out.insert("fault", told);
}

fn named(facets: &Facets, index: usize) -> String {
    facets
        .certificates
        .get(index)
        .map(|certificate| certificate.subject_name.clone())
        .unwrap_or_default()
}

fn trusted_by(facets: &Facets, words: &Words) -> String {
    let views = [
        Some(&facets.cloud),
        facets.machine.as_ref(),
        facets.bundle.as_ref(),
    ];
    let names: Vec<_> = views
        .into_iter()
        .flatten()
        .filter(|view| view.trusted())
        .map(|view| view.store.as_str())
        .collect();
    if names.is_empty() {
        words.facts.common.none.to_string()
    } else {
        crate::shown::shown(&names.join(", "))
    }
}

/// Why this machine and the cloud come to different answers, if they do.
fn why_views_differ(facets: &Facets, words: &Trust) -> Option<String> {
    let machine = facets.machine.as_ref()?;
    if facets.cloud.path.is_some() {
        return machine
            .path
            .is_none()
            .then(|| words.root_not_here.to_string());
    }
    if facets.cloud.completed.is_some() {
        return Some(words.intermediate_here.to_string());
    }
    let root = &any_path(machine)?.root;
    Some(crate::shown::shown(
        &words.root_here.with(&[("root", root)]),
    ))
}

fn any_path(view: &View) -> Option<&Path> {
    view.path.as_ref().or(view.completed.as_ref())
}

fn of_strength(facets: &Facets, words: &Trust, out: &mut Facts) {
    use super::KeyGrade;
    let weak = judged(facets).find_map(|one| {
        let subject: (_, &dyn Display) = ("subject", &one.subject_name);
        let text = if one.version < 3 {
            words
                .old_version
                .with(&[subject, ("version", &one.version)])
        } else if one.key.grade == KeyGrade::Weak {
            words
                .weak_key
                .with(&[subject, ("key", &described_key(one))])
        } else if one.signature.weak && !one.self_signed {
            words
                .weak_signature
                .with(&[subject, ("algorithm", &one.signature.algorithm)])
        } else {
            return None;
        };
        Some(text)
    });
    let unfit = judged(facets)
        .find(|one| one.usage != Usage::Allowed)
        .map(|one| match one.usage {
            Usage::NoHandshake => words.no_handshake.with(&[("subject", &one.subject_name)]),
            Usage::OtherPurpose | Usage::Allowed => words.other_purpose.with(&[
                ("subject", &one.subject_name),
                ("usages", &one.usages.join(", ")),
            ]),
        });
    let ca = facets.leaf().filter(|leaf| leaf.is_ca && !leaf.self_signed);
    let ca = ca.map(|leaf| words.of_ca.with(&[("subject", &leaf.subject_name)]));
    if let Some(text) = weak.or(unfit).or(ca) {
        out.insert("weakness", crate::shown::shown(&text));
    }
}

fn described_key(certificate: &Certificate) -> String {
    if certificate.key.bits == 0 || certificate.key.kind.starts_with('E') {
        certificate.key.kind.clone()
    } else {
        format!("{} {}", certificate.key.kind, certificate.key.bits)
    }
}
