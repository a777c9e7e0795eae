//! Finds paths from the leaf to a root by names and signatures, dates aside, in bounded time.

use super::certificate::Known;
use super::roots::Roots;
use super::signature::{self, Proof};
use std::collections::HashMap;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Name};

/// The most certificates of a path, the leaf included.
const DEEPEST: usize = 10;
/// The most paths that are kept.
const MOST_PATHS: usize = 16;
/// The most certificates looked at in one search.
const MOST_STEPS: usize = 2_000;
/// The most signatures checked in one judging.
const MOST_SIGNATURES: usize = 150;

/// How names have to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Byte for byte, as rustls-webpki wants it.
    Exact,
    /// As RFC 5280 allows: letter case, spaces and string type do not matter.
    Loose,
}

/// A path that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its certificates, leaf first.
    pub(crate) certificates: Vec<usize>,
    /// The root, as an index into its set.
    pub(crate) anchor: usize,
    /// Those whose signature could not be checked.
    pub(crate) unproven: Vec<usize>,
    /// How the names agree.
    pub(crate) spelling: Spelling,
}

/// A chain that goes as far as it can, trust aside.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Its certificates, leaf first.
    pub(crate) certificates: Vec<usize>,
    /// Those whose signature could not be checked.
    pub(crate) unproven: Vec<usize>,
}

/// The certificates at hand and what is known of who signed whom.
pub(crate) struct Web<'a> {
    nodes: Vec<Option<Known<'a>>>,
    proofs: HashMap<(usize, Vec<u8>), Proof>,
    signatures_left: usize,
}

struct Search<'r> {
    roots: Option<&'r Roots>,
    usable: usize,
    spelling: Spelling,
    steps: usize,
    found: Vec<Found>,
    chains: Vec<Chain>,
}

impl<'a> Web<'a> {
    /// A web of these certificates; the first is the leaf.
    pub(crate) fn new(nodes: Vec<Option<Known<'a>>>) -> Self {
        Self {
            nodes,
            proofs: HashMap::new(),
            signatures_left: MOST_SIGNATURES,
        }
    }

    /// The certificates, unreadable ones as `None`.
    pub(crate) fn nodes(&self) -> &[Option<Known<'a>>] {
        &self.nodes
    }

    /// Adds a certificate that was found elsewhere.
    pub(crate) fn add(&mut self, known: Known<'a>) {
        self.nodes.push(Some(known));
    }

    /// The certificate of this index.
    pub(crate) fn known(&self, index: usize) -> Option<&Known<'a>> {
        self.nodes.get(index).and_then(Option::as_ref)
    }

    /// The paths to these roots over the first `usable` certificates.
    pub(crate) fn paths(&mut self, roots: &Roots, usable: usize, spelling: Spelling) -> Vec<Found> {
        self.search(Some(roots), usable, spelling).found
    }

    /// The chains that the first `usable` certificates make, trust aside.
    pub(crate) fn chains(&mut self, usable: usize) -> Vec<Chain> {
        self.search(None, usable, Spelling::Exact).chains
    }

    /// What the signature on a certificate says about a key.
    pub(crate) fn proof(&mut self, child: usize, key: &[u8]) -> Proof {
        let Some(known) = self.nodes.get(child).and_then(Option::as_ref) else {
            return Proof::NotSigned;
        };
        if let Some(proof) = self.proofs.get(&(child, key.to_vec())) {
            return *proof;
        }
        let Some(left) = self.signatures_left.checked_sub(1) else {
            return Proof::Unchecked;
        };
        self.signatures_left = left;
        let proof = match SubjectPublicKeyInfo::from_der(key) {
            Ok((_, key)) => signature::proof(&known.x509, &key),
            Err(_) => Proof::Unchecked,
        };
        self.proofs.insert((child, key.to_vec()), proof);
        proof
    }

    fn search<'r>(
        &mut self,
        roots: Option<&'r Roots>,
        usable: usize,
        spelling: Spelling,
    ) -> Search<'r> {
        let mut search = Search {
            roots,
            usable,
            spelling,
            steps: 0,
            found: Vec::new(),
            chains: Vec::new(),
        };
        if self.known(0).is_some() {
            let mut path = Chain {
                certificates: vec![0],
                unproven: Vec::new(),
            };
            self.visit(&mut path, &mut search);
        }
        search
    }

    fn visit(&mut self, path: &mut Chain, search: &mut Search<'_>) {
        let head = *path.certificates.last().unwrap_or(&0);
        search.steps += 1;
        self.visit_roots(path, search, head);
        let mut goes_on = false;
        for next in 1..search.usable.min(self.nodes.len()) {
            if search.steps >= MOST_STEPS
                || search.found.len() >= MOST_PATHS
                || path.certificates.len() >= DEEPEST
            {
                break;
            }
            if !self.may_follow(path, head, next, search.spelling) {
                continue;
            }
            let key = self
                .known(next)
                .map(|known| known.x509.subject_pki.raw.to_vec())
                .unwrap_or_default();
            let proof = self.proof(head, &key);
            if proof == Proof::NotSigned || proof == Proof::Unchecked && self.ids_differ(head, next)
            {
                continue;
            }
            goes_on = true;
            path.certificates.push(next);
            if proof == Proof::Unchecked {
                path.unproven.push(head);
            }
            self.visit(path, search);
            path.certificates.pop();
            if proof == Proof::Unchecked {
                path.unproven.pop();
            }
        }
        if !goes_on && search.chains.len() < MOST_PATHS {
            search.chains.push(path.clone());
        }
    }

    fn visit_roots(&mut self, path: &Chain, search: &mut Search<'_>, head: usize) {
        let (Some(roots), Some(known)) = (search.roots, self.known(head)) else {
            return;
        };
        let issuer = &known.x509.issuer;
        let named: Vec<usize> = match search.spelling {
            Spelling::Exact => roots.named(issuer.as_raw()).collect(),
            Spelling::Loose => roots.loosely_named(&loosely(issuer)).collect(),
        };
        for anchor in named {
            if search.found.len() >= MOST_PATHS {
                return;
            }
            let mut unproven = path.unproven.clone();
            match self.proof(head, roots.key(anchor)) {
                Proof::Signed => {}
                Proof::NotSigned => continue,
                Proof::Unchecked => unproven.push(head),
            }
            search.found.push(Found {
                certificates: path.certificates.clone(),
                anchor,
                unproven,
                spelling: search.spelling,
            });
        }
    }

    /// Whether `next` has the name of the issuer of `head` and is not on the path yet, in this or another copy.
    fn may_follow(&self, path: &Chain, head: usize, next: usize, spelling: Spelling) -> bool {
        let (Some(child), Some(issuer)) = (self.known(head), self.known(next)) else {
            return false;
        };
        let (wanted, given) = (&child.x509.issuer, &issuer.x509.subject);
        let same = wanted.as_raw() == given.as_raw()
            || spelling == Spelling::Loose && loosely(wanted) == loosely(given);
        same && !path
            .certificates
            .iter()
            .filter_map(|index| self.known(*index))
            .any(|earlier| {
                earlier.x509.subject.as_raw() == issuer.x509.subject.as_raw()
                    && earlier.x509.subject_pki.raw == issuer.x509.subject_pki.raw
            })
    }

    /// Whether both say which key signed, and say different keys.
    fn ids_differ(&self, child: usize, issuer: usize) -> bool {
        let wanted = self.known(child).and_then(Known::authority_key_id);
        let given = self.known(issuer).and_then(Known::subject_key_id);
        matches!((wanted, given), (Some(wanted), Some(given)) if wanted != given)
    }
}

/// A name with letter case, spaces and string types levelled out: its parts, each with kinds and values.
pub(crate) type LooseName = Vec<Vec<(String, String)>>;

/// A name with letter case, spaces and string types levelled out.
pub(crate) fn loosely(name: &X509Name<'_>) -> LooseName {
    let part = |rdn: &x509_parser::prelude::RelativeDistinguishedName<'_>| {
        let mut values: Vec<_> = rdn
            .iter()
            .map(|attribute| {
                let text = super::text::text_of(attribute).to_lowercase();
                let words: Vec<_> = text.split_whitespace().collect();
                (attribute.attr_type().to_id_string(), words.join(" "))
            })
            .collect();
        values.sort();
        values
    };
    name.iter_rdn().map(part).collect()
}
