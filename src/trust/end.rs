//! Where the served chain ends, trust aside: in a root, in the open, or at a name whose key does not fit.

use super::facets::End;
use super::judge::Views;
use super::signature::Proof;
use super::table::Table;

/// The end of a chain that was walked as far as it goes.
pub(crate) fn of(table: &mut Table<'_>, walked: &[usize], views: &Views<'_>) -> End {
    let Some(head) = walked.last().copied() else {
        return if table.leaf().is_some() {
            End::Unreadable
        } else {
            End::Nothing
        };
    };
    match table.web.known(head) {
        Some(known) if known.self_signed && head == 0 => return End::SelfSigned,
        Some(known) if known.self_signed => return End::Root(head),
        Some(_) => {}
        None => return End::Unreadable,
    }
    let mut end = End::Open(head);
    for candidate in candidates(table, head, views) {
        match (table.web.proof(head, &candidate.key), candidate.id_differs) {
            (Proof::Signed, _) if candidate.is_root => return End::Anchored(head),
            (Proof::Signed, _) => return End::Open(head),
            (Proof::NotSigned, _) | (Proof::Unchecked, true) if end != End::Unproven(head) => {
                end = End::WrongKey(head);
            }
            (Proof::NotSigned, _) | (Proof::Unchecked, true) => {}
            (Proof::Unchecked, false) => end = End::Unproven(head),
        }
    }
    end
}

/// The end of a chain that the cloud trusts: the root, if it was served, or the last below it.
pub(crate) fn of_trusted(table: &Table<'_>, path: &[usize]) -> End {
    let head = path.last().copied().unwrap_or(0);
    let root = table.web.known(head).and_then(|head| {
        let mut nodes = table.web.nodes().iter();
        nodes.position(|node| {
            node.as_ref().is_some_and(|node| {
                node.self_signed && node.x509.subject.as_raw() == head.x509.issuer.as_raw()
            })
        })
    });
    root.map_or(End::Anchored(head), End::Root)
}

/// A key that may have signed a certificate.
struct Candidate {
    key: Vec<u8>,
    is_root: bool,
    id_differs: bool,
}

/// The keys of all that is known by the name of the issuer of `head`.
fn candidates(table: &Table<'_>, head: usize, views: &Views<'_>) -> Vec<Candidate> {
    const MOST: usize = 20;
    let Some(child) = table.web.known(head) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (index, issuer) in table.web.nodes().iter().enumerate() {
        let Some(issuer) = issuer else { continue };
        let id_differs = match (child.authority_key_id(), issuer.subject_key_id()) {
            (Some(wanted), Some(given)) => wanted != given,
            _ => false,
        };
        // A certificate with its own name as issuer's, but another key's identifier, has an issuer that happens to be called the same.
        let is_itself = index == head && id_differs;
        let subject = issuer.x509.subject.as_raw();
        if !is_itself && child.x509.issuer.as_raw() == subject {
            found.push(Candidate {
                key: issuer.x509.subject_pki.raw.to_vec(),
                is_root: false,
                id_differs,
            });
        }
    }
    for roots in views.all() {
        for anchor in roots.named(child.x509.issuer.as_raw()) {
            found.push(Candidate {
                key: roots.key(anchor).to_vec(),
                is_root: true,
                id_differs: false,
            });
        }
    }
    found.truncate(MOST);
    found
}
