//! Where the served chain ends, trust aside: in a root, in the open, or at a name whose key does not fit.

use super::facets::End;
use super::judge::Views;
use super::path::{Spelling, same_name};
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
    let keys = keys_of_issuer(table, head, views);
    let mut end = End::Open(head);
    for (key, id_differs) in keys {
        match (table.web.proof(head, &key), id_differs) {
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

/// The keys of all that is known by the name of the issuer of `head`, and whether their identifier is another than the one it wants.
fn keys_of_issuer(table: &Table<'_>, head: usize, views: &Views<'_>) -> Vec<(Vec<u8>, bool)> {
    const MOST: usize = 20;
    let Some(child) = table.web.known(head) else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for (index, issuer) in table.web.nodes().iter().enumerate() {
        let Some(issuer) = issuer else { continue };
        let id_differs = match (child.authority_key_id(), issuer.subject_key_id()) {
            (Some(wanted), Some(given)) => wanted != given,
            _ => false,
        };
        // A certificate with its own name as issuer's, but another key's identifier, has an issuer that happens to be called the same.
        let is_itself = index == head && id_differs;
        if !is_itself
            && same_name(
                &child.x509.issuer,
                issuer.x509.subject.as_raw(),
                Spelling::Exact,
            )
        {
            keys.push((issuer.x509.subject_pki.raw.to_vec(), id_differs));
        }
    }
    for roots in views.all() {
        let named = (0..roots.len()).filter(|anchor| {
            same_name(&child.x509.issuer, roots.subject(*anchor), Spelling::Exact)
        });
        keys.extend(named.map(|anchor| (roots.key(anchor).to_vec(), false)));
    }
    keys.truncate(MOST);
    keys
}
