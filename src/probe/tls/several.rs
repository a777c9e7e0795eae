//! A host of several addresses: which of them serves which certificate.

use super::{Seen, Shown};
use crate::probe::{At, Facts, Symptom, symptoms};
use crate::trust::Certificate;
use crate::words::facts::Facts as Said;
use std::fmt::Display;
use std::net::SocketAddr;

/// How many addresses are named one by one.
const NAMED: usize = 3;

symptoms! {
    /// Whether every address serves the same certificate.
    Uniform {
        /// It does.
        Uniform = "uniform",
        /// They serve different ones.
        Differing = "differing",
        /// No certificate came.
        Untold = "untold",
    }
}

impl Symptom for Uniform {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let mut leaves = seen.leaves().map(|(_, leaf)| &leaf.fingerprint);
        match leaves.next() {
            None => Self::Untold,
            Some(first) if leaves.all(|other| other == first) => Self::Uniform,
            Some(_) => Self::Differing,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        super::reading::samples::uniformity(self)
    }
}

impl Seen {
    /// The server's own certificate, by address.
    fn leaves(&self) -> impl Iterator<Item = (SocketAddr, &Certificate)> {
        self.addresses.iter().filter_map(|shown| {
            let facets = shown.facets.as_ref()?;
            Some((shown.address, facets.leaf()?))
        })
    }

    /// What the sentences say of several addresses: which serve what, and where a fault is.
    pub(super) fn of_several(&self, at: &At<'_>) -> Facts {
        Facts::from([
            ("trust_where", self.whereabouts::<super::Trusted>(at)),
            ("names_where", self.whereabouts::<super::Named>(at)),
            ("dates_where", self.whereabouts::<super::Dated>(at)),
            ("strength_where", self.whereabouts::<super::Strong>(at)),
            ("revocation_where", self.whereabouts::<super::Unrevoked>(at)),
            ("certificates", self.side_by_side(&at.words.facts)),
            (
                "compared",
                listed(
                    &self
                        .leaves()
                        .map(|(address, _)| address)
                        .collect::<Vec<_>>(),
                    &at.words.facts,
                ),
            ),
        ])
    }

    /// The addresses that decide a row and those that are better off; nothing where all are alike.
    fn whereabouts<S: Symptom<Seen = Self>>(&self, at: &At<'_>) -> String {
        let words = &at.words.facts;
        let whole = S::read(self, at).key();
        let judged = self.addresses.iter().filter(|shown| shown.facets.is_some());
        let (like, unlike): (Vec<&Shown>, Vec<&Shown>) =
            judged.partition(|shown| S::read(&shown.alone(), at).key() == whole);
        if like.is_empty() || unlike.is_empty() {
            return String::new();
        }
        let addresses = |these: &[&Shown]| {
            listed(
                &these.iter().map(|shown| shown.address).collect::<Vec<_>>(),
                words,
            )
        };
        words.handshakes.whereabouts.with(&[
            ("these", &addresses(&like)),
            ("others", &addresses(&unlike)),
        ])
    }

    /// The certificates with their addresses, the one that ends last first.
    fn side_by_side(&self, words: &Said) -> String {
        let mut different: Vec<(&Certificate, Vec<SocketAddr>)> = Vec::new();
        for (address, leaf) in self.leaves() {
            let known = different
                .iter_mut()
                .find(|(other, _)| other.fingerprint == leaf.fingerprint);
            match known {
                Some((_, addresses)) => addresses.push(address),
                None => different.push((leaf, vec![address])),
            }
        }
        different.sort_by_key(|(leaf, _)| std::cmp::Reverse(leaf.not_after));
        let told: Vec<String> = different
            .iter()
            .take(NAMED)
            .map(|(leaf, addresses)| {
                let addresses: (_, &dyn Display) = ("addresses", &listed(addresses, words));
                let print = leaf.fingerprint.get(..16).unwrap_or_default();
                let print: (_, &dyn Display) = ("print", &print);
                match leaf.not_after {
                    None => words.handshakes.unreadable.with(&[addresses, print]),
                    Some(until) => {
                        let day = until.strftime("%Y-%m-%d");
                        let day: (_, &dyn Display) = ("day", &day);
                        words.handshakes.until.with(&[addresses, day, print])
                    }
                }
            })
            .collect();
        told.join(", ")
    }
}

/// The first few addresses, and how many more there are.
fn listed(addresses: &[SocketAddr], words: &Said) -> String {
    let mut told: Vec<String> = addresses
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    if addresses.len() > NAMED {
        let more = addresses.len() - NAMED;
        told.push(words.handshakes.addresses_more.with(&[("count", &more)]));
    }
    match told.as_slice() {
        [] => words.common.none.to_string(),
        [only] => only.clone(),
        [first @ .., last] => words
            .handshakes
            .addresses_and
            .with(&[("first", &first.join(", ")), ("last", last)]),
    }
}
