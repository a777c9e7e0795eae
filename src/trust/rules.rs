//! What RFC 5280 forbids on a path, dates, signatures and host names aside.

use super::certificate::Known;
use super::constraints::{self, Breach};
use super::facets::{Fault, FaultKind};
use x509_parser::prelude::{FromDer, NameConstraints, ParsedExtension, X509Extension};

/// What is known of the root that a path ends in.
pub(crate) struct Root<'r> {
    /// Its certificate.
    pub(crate) certificate: Option<&'r Known<'r>>,
    /// Its name constraints.
    pub(crate) constraints: Option<&'r [u8]>,
}

/// The faults of a path; `path` holds each certificate with its index, leaf first.
pub(crate) fn faults(path: &[(usize, &Known<'_>)], root: &Root<'_>) -> Vec<Fault> {
    let mut out = Vec::new();
    for (depth, (index, known)) in path.iter().enumerate() {
        let mut note = |kind| {
            out.push(Fault {
                certificate: Some(*index),
                kind,
            });
        };
        if known.has_bad_extension()
            || known.x509.signature_algorithm != known.x509.tbs_certificate.signature
        {
            note(FaultKind::Malformed);
        }
        match critical(known) {
            Critical::Fine => {}
            Critical::Unknown => note(FaultKind::CriticalExtension),
            Critical::Disputed => note(FaultKind::Disputed),
        }
        if depth > 0 {
            issuer(&path[..depth], known, &mut note);
        }
    }
    if let Some(certificate) = root.certificate {
        let mut note = |kind| {
            out.push(Fault {
                certificate: None,
                kind,
            });
        };
        faults_of_root(path, certificate, &mut note);
    }
    names(path, root.constraints, &mut out);
    out.sort_by_key(|fault| (fault.kind, fault.certificate));
    out.dedup();
    out
}

/// What a root's own certificate forbids. rustls-webpki does not look at it, all others do.
fn faults_of_root(
    path: &[(usize, &Known<'_>)],
    root: &Known<'_>,
    note: &mut impl FnMut(FaultKind),
) {
    // A server's own certificate in the store is trusted as it is.
    if path.iter().any(|(_, known)| known.der == root.der) {
        return;
    }
    if let Critical::Unknown = critical(root) {
        note(FaultKind::CriticalExtension);
    }
    issuer(path, root, &mut |kind| match kind {
        FaultKind::Disputed => {}
        kind => note(kind),
    });
}

/// What an issuer has to be; `below` are the certificates under it, leaf first.
fn issuer(below: &[(usize, &Known<'_>)], known: &Known<'_>, note: &mut impl FnMut(FaultKind)) {
    // Version 1 knows no CA flag; that it is old is said elsewhere.
    if super::certificate::is_version_3(&known.x509) {
        match known.basic_constraints() {
            Some((true, limit)) => length(&below[1..], limit, note),
            Some((false, _)) | None => note(FaultKind::NoCa),
        }
    }
    if !known.may_sign() {
        note(FaultKind::MayNotSign);
    }
}

fn length(cas_below: &[(usize, &Known<'_>)], limit: Option<u32>, note: &mut impl FnMut(FaultKind)) {
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
        return;
    };
    let counted = cas_below
        .iter()
        .filter(|(_, ca)| !ca.names_itself())
        .count();
    if counted > limit {
        note(FaultKind::PathLength);
    } else if cas_below.len() > limit {
        // A CA that certified its own new key does not count, but rustls-webpki counts it.
        note(FaultKind::Disputed);
    }
}

enum Critical {
    Fine,
    Unknown,
    Disputed,
}

/// What the critical extensions of a certificate mean to those who read it.
fn critical(known: &Known<'_>) -> Critical {
    /// Understood by everyone.
    const COMMON: [&str; 7] = [
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.37",
        "1.3.6.1.4.1.11129.2.4.2",
    ];
    /// Part of RFC 5280 and its successors, but refused by rustls-webpki when critical.
    const STANDARD: [&str; 12] = [
        "2.5.29.14",
        "2.5.29.16",
        "2.5.29.18",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.35",
        "2.5.29.36",
        "2.5.29.46",
        "2.5.29.54",
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.11",
        "1.3.6.1.5.5.7.1.24",
    ];
    let mut worst = Critical::Fine;
    for extension in known
        .x509
        .extensions()
        .iter()
        .filter(|extension| extension.critical)
    {
        let oid = extension.oid.to_id_string();
        if STANDARD.contains(&oid.as_str()) {
            worst = Critical::Disputed;
        } else if !COMMON.contains(&oid.as_str()) {
            return Critical::Unknown;
        }
    }
    worst
}

/// The names of each certificate against the constraints of all CAs above it.
fn names(path: &[(usize, &Known<'_>)], root: Option<&[u8]>, out: &mut Vec<Fault>) {
    let mut comparisons = constraints::MOST_COMPARISONS;
    for (depth, (_, ca)) in path.iter().enumerate().skip(1) {
        if let Some(ParsedExtension::NameConstraints(limits)) = ca
            .extension("2.5.29.30")
            .map(X509Extension::parsed_extension)
        {
            below(&path[..depth], limits, &mut comparisons, out);
        }
    }
    if let Some(Ok((_, limits))) = root.map(NameConstraints::from_der) {
        below(path, &limits, &mut comparisons, out);
    }
}

fn below(
    path: &[(usize, &Known<'_>)],
    limits: &NameConstraints<'_>,
    comparisons: &mut usize,
    out: &mut Vec<Fault>,
) {
    for (depth, (index, known)) in path.iter().enumerate() {
        // A CA that certified itself anew is exempt, the leaf never is.
        if depth > 0 && known.names_itself() {
            continue;
        }
        let kind = match constraints::breach(known, limits, comparisons) {
            Breach::None => continue,
            Breach::Outside => FaultKind::NameConstraint,
            Breach::Disputed => FaultKind::Disputed,
        };
        out.push(Fault {
            certificate: Some(*index),
            kind,
        });
    }
}
