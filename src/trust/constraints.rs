//! Name constraints: whether the names of a certificate lie within what a CA above it may certify (RFC 5280, 4.2.1.10).

use super::certificate::Known;
use super::path::loosely;
use x509_parser::prelude::{GeneralName, GeneralSubtree, NameConstraints, X509Name};

/// The most comparisons of one path: hostile certificates have thousands of names and of constraints.
pub(crate) const MOST_COMPARISONS: usize = 250_000;

/// How the names of a certificate stand to the constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Breach {
    /// All lie within.
    None,
    /// Verifiers come to different answers, or it took too long.
    Disputed,
    /// One lies outside.
    Outside,
}

/// Compares all names of a certificate with the constraints of one CA.
pub(crate) fn breach(
    known: &Known<'_>,
    limits: &NameConstraints<'_>,
    comparisons: &mut usize,
) -> Breach {
    let (names, readable) = known.general_names();
    let mut worst = if readable {
        Breach::None
    } else {
        Breach::Disputed
    };
    for name in names {
        worst = worst.max(one(name, limits, comparisons));
    }
    let subject = &known.x509.subject;
    if subject.iter_rdn().next().is_some() {
        worst = worst.max(directory(subject, limits, comparisons));
    }
    worst
}

/// One name against permitted and excluded subtrees of its kind.
fn one(name: &GeneralName<'_>, limits: &NameConstraints<'_>, comparisons: &mut usize) -> Breach {
    let mut permitted = None;
    for subtree in limits.permitted_subtrees.iter().flatten() {
        match within(name, subtree, Side::Permitted, comparisons) {
            Within::OtherKind => {}
            Within::Unknown => return Breach::Disputed,
            Within::Yes => permitted = Some(true),
            Within::No => permitted = permitted.or(Some(false)),
        }
    }
    for subtree in limits.excluded_subtrees.iter().flatten() {
        match within(name, subtree, Side::Excluded, comparisons) {
            Within::OtherKind | Within::No => {}
            Within::Unknown => return Breach::Disputed,
            Within::Yes => return Breach::Outside,
        }
    }
    if permitted == Some(false) {
        Breach::Outside
    } else {
        Breach::None
    }
}

/// The subject against directory constraints, which rustls-webpki refuses altogether.
fn directory(
    subject: &X509Name<'_>,
    limits: &NameConstraints<'_>,
    comparisons: &mut usize,
) -> Breach {
    let has_directory = |subtrees: &Option<Vec<GeneralSubtree<'_>>>| {
        subtrees
            .iter()
            .flatten()
            .any(|subtree| matches!(subtree.base, GeneralName::DirectoryName(_)))
    };
    if !has_directory(&limits.permitted_subtrees) && !has_directory(&limits.excluded_subtrees) {
        return Breach::None;
    }
    one(
        &GeneralName::DirectoryName(subject.clone()),
        limits,
        comparisons,
    )
    .max(Breach::Disputed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

enum Within {
    Yes,
    No,
    OtherKind,
    Unknown,
}

impl From<bool> for Within {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

fn within(
    name: &GeneralName<'_>,
    subtree: &GeneralSubtree<'_>,
    side: Side,
    comparisons: &mut usize,
) -> Within {
    let Some(left) = comparisons.checked_sub(1) else {
        return Within::Unknown;
    };
    *comparisons = left;
    match (name, &subtree.base) {
        (GeneralName::DNSName(name), GeneralName::DNSName(base)) => dns(name, base, side).into(),
        (GeneralName::IPAddress(name), GeneralName::IPAddress(base)) => address(name, base),
        (GeneralName::RFC822Name(name), GeneralName::RFC822Name(base)) => mail(name, base).into(),
        (GeneralName::URI(name), GeneralName::URI(base)) => uri(name, base),
        (GeneralName::DirectoryName(name), GeneralName::DirectoryName(base)) => {
            loosely(name).starts_with(&loosely(base)).into()
        }
        (GeneralName::Invalid(tag, _), other) | (other, GeneralName::Invalid(tag, _))
            if tag_of(other) == Some(tag.0) =>
        {
            Within::Unknown
        }
        (GeneralName::OtherName(..), GeneralName::OtherName(..))
        | (GeneralName::RegisteredID(_), GeneralName::RegisteredID(_)) => Within::Unknown,
        _ => Within::OtherKind,
    }
}

fn tag_of(name: &GeneralName<'_>) -> Option<u32> {
    match name {
        GeneralName::RFC822Name(_) => Some(1),
        GeneralName::DNSName(_) => Some(2),
        GeneralName::DirectoryName(_) => Some(4),
        GeneralName::URI(_) => Some(6),
        GeneralName::IPAddress(_) => Some(7),
        GeneralName::Invalid(tag, _) => Some(tag.0),
        GeneralName::OtherName(..)
        | GeneralName::X400Address(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::RegisteredID(_) => None,
    }
}

/// A base without a leading dot covers itself and all names below; with one, only those below.
fn dns(name: &str, base: &str, side: Side) -> bool {
    if base.is_empty() {
        return true;
    }
    let (name, base) = (name.as_bytes(), base.as_bytes());
    let covered = match (name.len().checked_sub(base.len()), base.first()) {
        (Some(0), Some(b'.')) | (None, _) => false,
        (Some(0), _) => name.eq_ignore_ascii_case(base),
        (Some(more), Some(b'.')) => name[more..].eq_ignore_ascii_case(base),
        (Some(more), _) => name[more - 1] == b'.' && name[more..].eq_ignore_ascii_case(base),
    };
    // A wildcard stands for any one label, and one of them may be what is excluded.
    covered
        || side == Side::Excluded && name.starts_with(b"*.") && {
            let label = base.iter().position(|byte| *byte == b'.');
            label.is_some_and(|label| label > 0 && base[label..].eq_ignore_ascii_case(&name[1..]))
        }
}

fn address(name: &[u8], base: &[u8]) -> Within {
    if base.len() != name.len() * 2 {
        // IPv4 against IPv6 is another kind; a base of another length is no base.
        return if matches!(base.len(), 8 | 32) && matches!(name.len(), 4 | 16) {
            Within::OtherKind
        } else {
            Within::Unknown
        };
    }
    let (network, mask) = base.split_at(name.len());
    name.iter()
        .zip(network)
        .zip(mask)
        .all(|((byte, net), mask)| byte & mask == net & mask)
        .into()
}

/// A base with `@` is one mailbox, with a leading dot all hosts below, else one host.
fn mail(name: &str, base: &str) -> bool {
    let Some((local, host)) = name.rsplit_once('@') else {
        return false;
    };
    match base.rsplit_once('@') {
        Some((base_local, base_host)) => {
            local == base_local && host.eq_ignore_ascii_case(base_host)
        }
        None => host_matches(host, base),
    }
}

fn uri(name: &str, base: &str) -> Within {
    match url::Url::parse(name)
        .ok()
        .and_then(|url| url.domain().map(str::to_owned))
    {
        Some(host) => host_matches(&host, base).into(),
        None => Within::Unknown,
    }
}

fn host_matches(host: &str, base: &str) -> bool {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    match base.strip_prefix('.') {
        Some(_) => host.len() > base.len() && host.ends_with(&base),
        None => base.is_empty() || host == base,
    }
}
