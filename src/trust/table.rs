//! The certificates at hand, laid out by index: the served ones in the order served, then those found elsewhere.

use super::certificate::{self, Known, moment};
use super::facets::{Certificate, Facets, Fault, FaultKind, Path, Place, View};
use super::judge::{Reach, Views};
use super::path::{Found, Spelling, Web};
use super::revocation::Issuer;
use super::roots::Roots;
use super::rules::{self, Root};
use super::signature::Proof;
use super::verify::{self, Accepted};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

/// The most served certificates that are looked at.
const MOST_SERVED: usize = 128;
/// The most certificates found elsewhere that are looked at.
const MOST_FOUND: usize = 12;

/// The certificates of one judging.
pub(crate) struct Table<'a> {
    /// Who signed whom.
    pub(crate) web: Web<'a>,
    ders: Vec<&'a [u8]>,
    unreadable: Vec<Option<&'static str>>,
    served: usize,
}

impl<'a> Table<'a> {
    /// The served certificates.
    pub(crate) fn of(chain: &'a [CertificateDer<'_>]) -> Self {
        let ders: Vec<&[u8]> = chain.iter().take(MOST_SERVED).map(AsRef::as_ref).collect();
        let (mut nodes, mut unreadable) = (Vec::new(), Vec::new());
        for der in &ders {
            match Known::read(der, Place::Served) {
                Ok(known) => {
                    nodes.push(Some(known));
                    unreadable.push(None);
                }
                Err(reason) => {
                    nodes.push(None);
                    unreadable.push(Some(reason));
                }
            }
        }
        Self {
            web: Web::new(nodes),
            served: ders.len(),
            ders,
            unreadable,
        }
    }

    /// The leaf's bytes.
    pub(crate) fn leaf(&self) -> Option<CertificateDer<'a>> {
        self.ders.first().map(|der| CertificateDer::from(*der))
    }

    /// The served certificates but the leaf, as rustls-webpki takes them; of many, only those that lead on from the leaf.
    pub(crate) fn intermediates(&mut self) -> Vec<CertificateDer<'a>> {
        let others = 1..self.served;
        if others.len() <= verify::FEW {
            return others
                .map(|index| CertificateDer::from(self.ders[index]))
                .collect();
        }
        let mut reached = vec![0];
        let mut next = 0;
        while let Some(child) = reached.get(next).copied() {
            next += 1;
            for index in 1..self.served {
                if !reached.contains(&index) && self.signed_by(child, index) {
                    reached.push(index);
                }
            }
        }
        reached.retain(|index| *index != 0);
        reached.sort_unstable();
        reached
            .into_iter()
            .map(|index| CertificateDer::from(self.ders[index]))
            .collect()
    }

    fn signed_by(&mut self, child: usize, issuer: usize) -> bool {
        let (Some(below), Some(above)) = (self.web.known(child), self.web.known(issuer)) else {
            return false;
        };
        if below.x509.issuer.as_raw() != above.x509.subject.as_raw() {
            return false;
        }
        let key = above.x509.subject_pki.raw.to_vec();
        self.web.proof(child, &key) == Proof::Signed
    }

    /// Adds certificates from elsewhere that bear the name of an issuer, as far as they lead.
    pub(crate) fn find<'v: 'a>(&mut self, views: &Views<'v>) {
        let subjects: Vec<Option<Vec<u8>>> = views.pool.iter().map(subject_of).collect();
        let mut from = 0;
        while from < self.web.nodes().len() {
            let Some(issuer) = self
                .web
                .known(from)
                .map(|known| known.x509.issuer.as_raw().to_vec())
            else {
                from += 1;
                continue;
            };
            for (der, subject) in views.pool.iter().zip(&subjects) {
                let is_wanted = subject
                    .as_ref()
                    .is_some_and(|subject| !subject.is_empty() && issuer.ends_with(subject));
                if is_wanted
                    && !self.ders.contains(&der.as_ref())
                    && self.ders.len() < self.served + MOST_FOUND
                {
                    self.add(der.as_ref());
                }
            }
            from += 1;
        }
    }

    fn add(&mut self, der: &'a [u8]) {
        if let Ok(known) = Known::read(der, Place::Found) {
            self.web.add(known);
            self.ders.push(der);
            self.unreadable.push(None);
        }
    }

    /// The best path to these roots: sound before doubtful before faulty, in date before out of it, short before long.
    pub(crate) fn best_path(
        &mut self,
        roots: &Roots,
        now: Timestamp,
        reach: Reach,
    ) -> Option<Path> {
        let usable = match reach {
            Reach::Served => self.served,
            Reach::Found => self.ders.len(),
        };
        let mut found = self.web.paths(roots, usable, Spelling::Exact);
        if found.is_empty() {
            found = self.web.paths(roots, usable, Spelling::Loose);
        }
        let paths = found.iter().map(|found| self.path(found, roots));
        paths.min_by_key(|path| {
            let worst = path
                .faults
                .iter()
                .map(|fault| rank(fault.kind))
                .max()
                .unwrap_or(0);
            let out_of_date = path
                .certificates
                .iter()
                .filter(|index| !self.in_date(**index, now))
                .count();
            (worst, out_of_date, path.certificates.len())
        })
    }

    fn path(&self, found: &Found, roots: &Roots) -> Path {
        let mut path = self.described(found.certificates.clone(), found.anchor, roots);
        let unproven = found.unproven.iter().map(|index| Fault {
            certificate: Some(*index),
            kind: FaultKind::Unproven,
        });
        path.faults.extend(unproven);
        if found.spelling == Spelling::Loose {
            path.faults.push(Fault {
                certificate: Some(0),
                kind: FaultKind::Spelling,
            });
        }
        path
    }

    fn described(&self, certificates: Vec<usize>, anchor: usize, roots: &Roots) -> Path {
        let known: Vec<_> = certificates
            .iter()
            .filter_map(|index| Some((*index, self.web.known(*index)?)))
            .collect();
        let certificate = roots.certificate(anchor);
        let root = certificate.and_then(|der| Known::read(der, Place::Found).ok());
        let constraints = roots.constraints(anchor);
        let faults = rules::faults(
            &known,
            &Root {
                certificate: root.as_ref(),
                constraints: constraints.as_deref(),
            },
        );
        Path {
            root: roots.shown(anchor),
            root_key: roots.shown_key(anchor),
            root_dates: root_dates(roots, anchor),
            faults,
            certificates,
        }
    }

    /// The path that rustls-webpki found, if its root is one of these.
    pub(crate) fn accepted_path(&self, accepted: &Accepted, roots: &Roots) -> Option<Path> {
        let anchor = roots
            .anchors()
            .iter()
            .position(|anchor| *anchor == accepted.root)?;
        let place = |der: &Vec<u8>| self.ders.iter().position(|known| known == der);
        let above = accepted.intermediates.iter().filter_map(place);
        Some(self.described([0].into_iter().chain(above).collect(), anchor, roots))
    }

    /// A moment at which all of these certificates are in date.
    pub(crate) fn common_moment(&self, certificates: &[usize]) -> Option<Timestamp> {
        let known = || {
            certificates
                .iter()
                .filter_map(|index| self.web.known(*index))
        };
        let from = known()
            .map(|known| known.x509.validity.not_before.timestamp())
            .max()?;
        let until = known()
            .map(|known| known.x509.validity.not_after.timestamp())
            .min()?;
        if from <= until {
            Some(moment(from))
        } else {
            None
        }
    }

    fn in_date(&self, index: usize, now: Timestamp) -> bool {
        self.web.known(index).is_some_and(|known| {
            let validity = &known.x509.validity;
            (validity.not_before.timestamp()..=validity.not_after.timestamp())
                .contains(&now.as_second())
        })
    }

    /// The served chain as far as it leads: to a root rather than into the open, and the longer one.
    pub(crate) fn longest_chain(&mut self) -> Vec<usize> {
        let chains = self.web.chains(self.served);
        let best = chains.into_iter().max_by_key(|chain| {
            let head = chain
                .certificates
                .last()
                .and_then(|index| self.web.known(*index));
            (
                head.is_some_and(|head| head.self_signed),
                chain.certificates.len(),
            )
        });
        best.map(|chain| chain.certificates).unwrap_or_default()
    }

    /// The served ones of these certificates, without a root at the end.
    pub(crate) fn served_without_root(&self, certificates: &[usize]) -> Vec<usize> {
        let stays = |index: &usize| {
            *index == 0
                || *index < self.served
                    && self
                        .web
                        .known(*index)
                        .is_some_and(|known| !known.self_signed)
        };
        certificates.iter().copied().filter(stays).collect()
    }

    /// The issuer of the certificate of this index, when its signature proves it.
    pub(crate) fn issuer_of(&mut self, child: usize, views: &Views<'_>) -> Option<Issuer> {
        let name = self.web.known(child)?.x509.issuer.as_raw().to_vec();
        let nodes = self.web.nodes().iter().flatten();
        let mut candidates: Vec<(Vec<u8>, bool)> = nodes
            .filter(|known| known.x509.subject.as_raw() == name)
            .map(|known| {
                let key = known.x509.subject_pki.raw.to_vec();
                (key, known.may_sign_lists())
            })
            .collect();
        for roots in views.all() {
            candidates.extend(roots.named(&name).map(|anchor| {
                let root = roots.certificate(anchor);
                let root = root.and_then(|der| Known::read(der, Place::Found).ok());
                let may_sign_lists = root.is_none_or(|root| root.may_sign_lists());
                (roots.key(anchor).to_vec(), may_sign_lists)
            }));
        }
        let (key, may_sign_lists) = candidates
            .into_iter()
            .find(|(key, _)| self.web.proof(child, key) == Proof::Signed)?;
        Some(Issuer {
            name,
            key,
            may_sign_lists,
        })
    }

    /// Writes the certificates into the facets: all served ones, and those found elsewhere that a path uses.
    pub(crate) fn lay_out(&self, facets: &mut Facets) {
        let views = |facets: &mut Facets, change: &mut dyn FnMut(&mut Path)| {
            let views = [
                Some(&mut facets.cloud),
                facets.machine.as_mut(),
                facets.bundle.as_mut(),
            ];
            for View {
                path, completed, ..
            } in views.into_iter().flatten()
            {
                path.iter_mut()
                    .chain(completed.iter_mut())
                    .for_each(&mut *change);
            }
        };
        let mut kept: Vec<usize> = (0..self.served).collect();
        views(facets, &mut |path| {
            for index in &path.certificates {
                if !kept.contains(index) {
                    kept.push(*index);
                }
            }
        });
        let place = |index: usize| {
            kept.iter()
                .position(|known| *known == index)
                .unwrap_or(index)
        };
        views(facets, &mut |path| {
            path.certificates
                .iter_mut()
                .for_each(|index| *index = place(*index));
            path.faults
                .iter_mut()
                .for_each(|fault| fault.certificate = fault.certificate.map(place));
        });
        facets.certificates = kept.iter().map(|index| self.facts(*index)).collect();
    }

    fn facts(&self, index: usize) -> Certificate {
        match self.web.known(index) {
            Some(known) => known.facts(),
            None => certificate::unreadable(
                self.ders[index],
                Place::Served,
                self.unreadable[index].unwrap_or("it cannot be read"),
            ),
        }
    }
}

/// How bad a fault is when paths are compared.
fn rank(kind: FaultKind) -> u8 {
    match kind {
        FaultKind::Unproven | FaultKind::Spelling | FaultKind::Disputed => 1,
        FaultKind::NoCa
        | FaultKind::MayNotSign
        | FaultKind::PathLength
        | FaultKind::NameConstraint
        | FaultKind::CriticalExtension
        | FaultKind::Malformed => 2,
    }
}

/// The subject of a certificate without its header, read as cheaply as can be.
fn subject_of(der: &CertificateDer<'_>) -> Option<Vec<u8>> {
    webpki::anchor_from_trusted_cert(der)
        .ok()
        .map(|anchor| anchor.subject.to_vec())
}

/// From when until when a root counts: a renewed one stands beside the earlier with the same name and key, and either will do.
fn root_dates(roots: &Roots, anchor: usize) -> Option<(Timestamp, Timestamp)> {
    roots
        .of_same_ca(anchor)
        .filter_map(|other| Known::read(roots.certificate(other)?, Place::Found).ok())
        .map(|root| {
            let validity = &root.x509.validity;
            (
                moment(validity.not_before.timestamp()),
                moment(validity.not_after.timestamp()),
            )
        })
        .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}
