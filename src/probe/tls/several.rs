//! A host of several addresses: which of them serves which certificate.

use super::{Seen, Shown};
use crate::probe::{At, Facts, Symptom, symptoms};
use crate::trust::Certificate;
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
            ("certificates", self.side_by_side()),
            (
                "compared",
                listed(
                    &self
                        .leaves()
                        .map(|(address, _)| address)
                        .collect::<Vec<_>>(),
                ),
            ),
        ])
    }

    /// The addresses that decide a row and those that are better off; nothing where all are alike.
    fn whereabouts<S: Symptom<Seen = Self>>(&self, at: &At<'_>) -> String {
        let whole = S::read(self, at).key();
        let judged = self.addresses.iter().filter(|shown| shown.facets.is_some());
        let (like, unlike): (Vec<&Shown>, Vec<&Shown>) =
            judged.partition(|shown| S::read(&shown.alone(), at).key() == whole);
        if like.is_empty() || unlike.is_empty() {
            return String::new();
        }
        let addresses =
            |these: &[&Shown]| listed(&these.iter().map(|shown| shown.address).collect::<Vec<_>>());
        format!(" at {} (not at {})", addresses(&like), addresses(&unlike))
    }

    /// The certificates with their addresses, the one that ends last first.
    fn side_by_side(&self) -> String {
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
                let until = leaf.not_after.map_or_else(
                    || "one that cannot be read".to_owned(),
                    |until| format!("one until {}", until.strftime("%Y-%m-%d")),
                );
                let print = leaf.fingerprint.get(..16).unwrap_or_default();
                format!("at {} {until} (SHA-256 {print}…)", listed(addresses))
            })
            .collect();
        told.join(", ")
    }
}

/// The first few addresses, and how many more there are.
fn listed(addresses: &[SocketAddr]) -> String {
    let mut told: Vec<String> = addresses
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    if addresses.len() > NAMED {
        told.push(format!("{} more", addresses.len() - NAMED));
    }
    match told.as_slice() {
        [] => "none".into(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
