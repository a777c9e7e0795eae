//! The readings: what the facts mean for each question about a certificate.

use super::facets::{
    Certificate, End, Facets, FaultKind, KeyGrade, NameState, Path, Place, Refusal, Said, Usage,
    View,
};
use jiff::{SignedDuration, Timestamp};

/// Whether the cloud trusts the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// The chain ends in a root of the cloud.
    Public,
    /// An inspection product signed it: what the cloud sees is unknown.
    Intercepted,
    /// The server's certificate signed itself.
    SelfSigned,
    /// The chain ends in a root that the cloud does not have.
    PrivateRoot,
    /// A certificate that the server does not send was found, and completes the chain to a root of the cloud.
    MissingIntermediate,
    /// The chain ends open and nothing settles it.
    UnknownIssuer,
    /// The chain reaches a root of the cloud but breaks a rule: a CA's names, its depth, an issuer that is no CA.
    ChainInvalid,
    /// A CA of the issuer's name is known, but its key did not sign the certificate.
    BadSignature,
    /// A certificate cannot be read.
    Malformed,
    /// Looked at, and could not be told.
    Untold,
}

/// Whether the certificate is made out to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Naming {
    /// It is.
    Matches,
    /// It is made out to other names.
    Mismatch,
    /// It has no subject alternative name to be matched.
    NoAlternativeName,
    /// Its names could not be read.
    Untold,
}

/// Whether the chain is in date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lifetime {
    /// It is.
    InDate,
    /// It is, but not for long.
    ExpiresSoon,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Its dates could not be read.
    Untold,
}

/// Whether keys, signatures and purposes are what the cloud accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strength {
    /// They are.
    Strong,
    /// A signature rests on a broken digest.
    WeakSignature,
    /// A key is too short.
    WeakKey,
    /// A certificate is made for something else.
    WrongUsage,
    /// Not X.509 version 3.
    OldVersion,
    /// Could not be told.
    Untold,
}

/// Whether the certificate is revoked, as far as the server's stapled answer and those that were asked for tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// The CA says it is good.
    Unrevoked,
    /// Nobody said anything that settles it.
    Untold,
    /// The CA says it is revoked.
    Revoked,
}

/// Reads whether the cloud trusts the issuer. Dates, names and strength are other questions.
pub fn trust(facets: &Facets) -> Trust {
    if let Some(path) = &facets.cloud.path {
        return trust_of_path(facets, path);
    }
    match facets.end {
        End::Nothing => return Trust::Untold,
        End::Unreadable => return Trust::Malformed,
        End::SelfSigned => return Trust::SelfSigned,
        End::Root(_) | End::Anchored(_) | End::Open(_) | End::WrongKey(_) | End::Unproven(_) => {}
    }
    if let Some(path) = &facets.cloud.completed {
        return match broken_rule(path) {
            Some(trust) => trust,
            None if path.faults.is_empty() => Trust::MissingIntermediate,
            None => Trust::Untold,
        };
    }
    if facets.product.is_some() {
        return Trust::Intercepted;
    }
    let here = [facets.machine.as_ref(), facets.bundle.as_ref()]
        .into_iter()
        .flatten();
    if here.flat_map(paths).any(|path| {
        !path
            .faults
            .iter()
            .any(|fault| fault.kind == FaultKind::Unproven)
    }) {
        return Trust::PrivateRoot;
    }
    match facets.end {
        End::Root(_) | End::Anchored(_) => Trust::PrivateRoot,
        End::WrongKey(_) => Trust::BadSignature,
        End::Open(_) if facets.certificates.iter().any(is_unreadable) => Trust::Malformed,
        End::Open(_) => Trust::UnknownIssuer,
        End::Unproven(_) | End::Nothing | End::Unreadable | End::SelfSigned => Trust::Untold,
    }
}

/// Reads a chain that reaches a root of the cloud.
fn trust_of_path(facets: &Facets, path: &Path) -> Trust {
    let trusted = facets.cloud.trusted();
    if let Some(broken) = broken_rule(path) {
        // What the verifier read without complaint is readable enough.
        if !(trusted && broken == Trust::Malformed) {
            return broken;
        }
    }
    if trusted {
        return Trust::Public;
    }
    // The root is reached; the refusal has to be explained by what the other questions tell, or it stays unexplained.
    let explained = facets.cloud.trusted_otherwise
        || is_out_of_date(facets)
        || match strength(facets) {
            Strength::WeakSignature
            | Strength::WeakKey
            | Strength::WrongUsage
            | Strength::OldVersion => true,
            Strength::Strong | Strength::Untold => false,
        };
    match facets.cloud.refusal {
        Some(Refusal::Distrusted) => Trust::ChainInvalid,
        Some(_) | None if path.faults.is_empty() && explained => Trust::Public,
        Some(_) | None => Trust::Untold,
    }
}

/// Whether no moment exists at which the whole path is in date, so that the verifier cannot be asked for one.
fn is_out_of_date(facets: &Facets) -> bool {
    let dates = |pick: fn(&Certificate) -> Option<Timestamp>| {
        judged(facets).filter_map(pick).collect::<Vec<_>>()
    };
    let from = dates(|certificate| certificate.not_before)
        .into_iter()
        .max();
    let until = dates(|certificate| certificate.not_after).into_iter().min();
    from > until
}

/// The rule that a path breaks, if it breaks one that every verifier keeps.
fn broken_rule(path: &Path) -> Option<Trust> {
    path.faults.iter().find_map(|fault| match fault.kind {
        FaultKind::NoCa
        | FaultKind::MayNotSign
        | FaultKind::PathLength
        | FaultKind::NameConstraint
        | FaultKind::CriticalExtension => Some(Trust::ChainInvalid),
        FaultKind::Malformed => Some(Trust::Malformed),
        FaultKind::Unproven | FaultKind::Spelling | FaultKind::Disputed => None,
    })
}

fn paths(view: &View) -> impl Iterator<Item = &Path> {
    view.path.iter().chain(view.completed.iter())
}

fn is_unreadable(certificate: &Certificate) -> bool {
    certificate.malformed.is_some() && certificate.place == Place::Served
}

/// Reads whether the certificate is made out to the host.
pub fn naming(facets: &Facets) -> Naming {
    match facets.names.state {
        NameState::Matches => Naming::Matches,
        NameState::Mismatch => Naming::Mismatch,
        NameState::Absent => Naming::NoAlternativeName,
        NameState::Unreadable => Naming::Untold,
    }
}

/// Reads whether the chain is in date at a moment, and whether it stays so for some days.
pub fn lifetime(facets: &Facets, now: Timestamp, expires_soon_days: u32) -> Lifetime {
    let soon = SignedDuration::from_hours(24 * i64::from(expires_soon_days));
    let horizon = now.checked_add(soon).unwrap_or(Timestamp::MAX);
    let mut worst = Lifetime::Untold;
    for certificate in judged(facets) {
        let (Some(from), Some(until)) = (certificate.not_before, certificate.not_after) else {
            return Lifetime::Untold;
        };
        let one = match at(from, until, now) {
            Lifetime::InDate if horizon >= until => Lifetime::ExpiresSoon,
            one => one,
        };
        worst = graver(worst, one);
    }
    // A root's dates count once they are over; rustls-webpki does not look at them, all others do.
    let root = facets.cloud.path.as_ref().and_then(|path| path.root_dates);
    match root.map(|(from, until)| at(from, until, now)) {
        Some(one @ (Lifetime::Expired | Lifetime::NotYetValid)) => graver(worst, one),
        Some(Lifetime::InDate | Lifetime::ExpiresSoon | Lifetime::Untold) | None => worst,
    }
}

/// How a moment stands to two dates. Seconds count, as they do in certificates: the last second is still in date.
fn at(from: Timestamp, until: Timestamp, now: Timestamp) -> Lifetime {
    let second = now.as_second();
    if second > until.as_second() {
        Lifetime::Expired
    } else if second < from.as_second() {
        Lifetime::NotYetValid
    } else {
        Lifetime::InDate
    }
}

fn graver(one: Lifetime, other: Lifetime) -> Lifetime {
    if gravity(other) > gravity(one) {
        other
    } else {
        one
    }
}

fn gravity(lifetime: Lifetime) -> u8 {
    match lifetime {
        Lifetime::Untold => 0,
        Lifetime::InDate => 1,
        Lifetime::ExpiresSoon => 2,
        Lifetime::NotYetValid => 3,
        Lifetime::Expired => 4,
    }
}

/// Reads whether keys, signatures and purposes are what the cloud accepts; the most basic fault is told.
pub fn strength(facets: &Facets) -> Strength {
    let Some(leaf) = facets.leaf().filter(|leaf| leaf.malformed.is_none()) else {
        return Strength::Untold;
    };
    let chain: Vec<_> = judged(facets).collect();
    if chain.iter().any(|certificate| certificate.version < 3) {
        return Strength::OldVersion;
    }
    let root = facets.cloud.path.as_ref().map(|path| path.root_key.grade);
    let keys = || {
        chain
            .iter()
            .map(|certificate| certificate.key.grade)
            .chain(root)
    };
    if keys().any(|grade| grade == KeyGrade::Weak) {
        return Strength::WeakKey;
    }
    if chain
        .iter()
        .any(|certificate| certificate.signature.weak && !certificate.self_signed)
    {
        return Strength::WeakSignature;
    }
    let other_purpose = chain
        .iter()
        .any(|certificate| certificate.usage == Usage::OtherPurpose);
    if other_purpose || leaf.usage == Usage::NoHandshake || leaf.is_ca && !leaf.self_signed {
        return Strength::WrongUsage;
    }
    if chain
        .iter()
        .any(|certificate| certificate.key.grade == KeyGrade::Unknown)
    {
        return Strength::Untold;
    }
    Strength::Strong
}

/// Reads whether the certificate is revoked, or one that it leads over.
pub fn revocation(facets: &Facets) -> Revocation {
    let words = || {
        let asked = facets.asked.iter();
        std::iter::once((0, &facets.staple)).chain(asked.map(|one| (one.certificate, &one.said)))
    };
    let is_good = |certificate| {
        words().any(|(about, said)| about == certificate && matches!(said, Said::Good { .. }))
    };
    if words().any(|(_, said)| matches!(said, Said::Revoked { .. })) {
        Revocation::Revoked
    } else if words().all(|(about, _)| is_good(about)) {
        Revocation::Unrevoked
    } else {
        Revocation::Untold
    }
}

/// The readable certificates that dates and strength are judged on.
pub(crate) fn judged(facets: &Facets) -> impl Iterator<Item = &Certificate> {
    let chain = facets
        .chain
        .iter()
        .filter_map(|index| facets.certificates.get(*index));
    chain.filter(|certificate| certificate.malformed.is_none())
}
