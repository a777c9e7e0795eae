//! Brings together what is known of a chain: its certificates, each view of it, where it ends and what its names are.

use super::facets::{End, Facets, Path, Refusal, Said, Served, View};
use super::roots::Roots;
use super::table::Table;
use super::verify::{self, Accepted, Purpose};
use super::{end, name, ocsp, product};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

/// Whose roots a chain is judged by, and which certificates lie at hand besides the served ones.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    /// The cloud's roots, or what stands in for them.
    pub cloud: &'a Roots,
    /// This machine's own store.
    pub machine: Option<&'a Roots>,
    /// The user's own CA file.
    pub bundle: Option<&'a Roots>,
    /// Certificates found elsewhere: in this machine's store, over an issuer's address, in a recording.
    pub pool: &'a [CertificateDer<'a>],
}

impl<'a> Views<'a> {
    /// All sets of roots, the cloud's first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'a Roots> {
        [Some(self.cloud), self.machine, self.bundle]
            .into_iter()
            .flatten()
    }
}

/// Judges a served chain, leaf first, and the OCSP response stapled to it, by each of the views, for one moment.
pub fn judge(
    chain: &[CertificateDer<'_>],
    staple: &[u8],
    host: &Served,
    now: Timestamp,
    views: &Views<'_>,
) -> Facets {
    let mut table = Table::of(chain);
    let (mut cloud, accepted) = view(&mut table, views.cloud, now);
    if cloud.path.is_none() {
        table.find(views);
        cloud.completed = table.best_path(views.cloud, now, Reach::Found);
    }
    let mut other = |roots: Option<&Roots>| {
        roots.map(|roots| other_view(&mut table, roots, now, accepted.as_ref()))
    };
    let (machine, bundle) = (other(views.machine), other(views.bundle));
    let walked = match &cloud.path {
        Some(path) if cloud.trusted() => path.certificates.clone(),
        Some(_) | None => table.longest_chain(),
    };
    let end = if cloud.trusted() {
        end::of_trusted(&table, &walked)
    } else {
        end::of(&mut table, &walked, views)
    };
    let path = [Some(&cloud), machine.as_ref(), bundle.as_ref()]
        .into_iter()
        .flatten()
        .find_map(any_path);
    let judged = path.map_or(walked.as_slice(), |path| path.certificates.as_slice());
    let mut facets = Facets {
        at: now,
        host: host.clone(),
        served: chain.len(),
        certificates: Vec::new(),
        chain: table.served_without_root(judged),
        end,
        names: name::compare(table.web.known(0), host),
        product: if cloud.trusted() {
            None
        } else {
            product_on(&table, judged)
        },
        cloud,
        machine,
        bundle,
        staple: staple_of(&mut table, staple, now, views),
        asked: Vec::new(),
    };
    table.lay_out(&mut facets);
    facets
}

/// Which certificates a path may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The served ones.
    Served,
    /// Those found elsewhere, too.
    Found,
}

/// What rustls-webpki and these roots say of the chain, for this name and this moment: the gate before a credential leaves.
pub fn strict(
    chain: &[CertificateDer<'_>],
    host: &Served,
    now: Timestamp,
    cloud: &Roots,
) -> Result<(), Refusal> {
    let Some((leaf, others)) = chain.split_first() else {
        return Err(Refusal::Nothing);
    };
    let intermediates = if others.len() <= verify::FEW {
        others.to_vec()
    } else {
        Table::of(chain).intermediates()
    };
    verify::trusted(leaf, &intermediates, cloud, now, Purpose::Server)?;
    match verify::names(leaf, host) {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) | None => Err(Refusal::Other),
    }
}

/// How a set of roots sees the served chain, and the path that it accepts.
fn view(table: &mut Table<'_>, roots: &Roots, now: Timestamp) -> (View, Option<Accepted>) {
    let mut view = View {
        store: roots.name(),
        refusal: None,
        trusted_otherwise: true,
        path: None,
        completed: None,
    };
    let Some(leaf) = table.leaf() else {
        view.refusal = Some(Refusal::Nothing);
        view.trusted_otherwise = false;
        return (view, None);
    };
    let intermediates = table.intermediates();
    match verify::trusted(&leaf, &intermediates, roots, now, Purpose::Server) {
        Ok(accepted) => {
            view.path = table.accepted_path(&accepted, roots);
            (view, Some(accepted))
        }
        Err(refusal) => {
            view.refusal = Some(refusal);
            view.path = table.best_path(roots, now, Reach::Served);
            let path = view.path.as_ref();
            let moment = path.and_then(|path| table.common_moment(&path.certificates));
            view.trusted_otherwise = moment.is_some_and(|moment| {
                verify::trusted(&leaf, &intermediates, roots, moment, Purpose::Any).is_ok()
            });
            (view, None)
        }
    }
}

/// The view of another set of roots; where it has the very root that the cloud accepted, nothing needs to be computed again.
fn other_view(
    table: &mut Table<'_>,
    roots: &Roots,
    now: Timestamp,
    accepted: Option<&Accepted>,
) -> View {
    if let Some(path) = accepted.and_then(|accepted| table.accepted_path(accepted, roots)) {
        return View {
            store: roots.name(),
            refusal: None,
            trusted_otherwise: true,
            path: Some(path),
            completed: None,
        };
    }
    let (mut view, _) = view(table, roots, now);
    if view.path.is_none() {
        view.completed = table.best_path(roots, now, Reach::Found);
    }
    view
}

fn any_path(view: &View) -> Option<&Path> {
    view.path.as_ref().or(view.completed.as_ref())
}

/// The inspection product among the issuers of these certificates.
fn product_on(table: &Table<'_>, certificates: &[usize]) -> Option<String> {
    let mut known = certificates
        .iter()
        .filter_map(|index| table.web.known(*index));
    known
        .find_map(|known| product::of(&known.x509.issuer))
        .map(str::to_owned)
}

fn staple_of(table: &mut Table<'_>, staple: &[u8], now: Timestamp, views: &Views<'_>) -> Said {
    if staple.is_empty() {
        return Said::Absent;
    }
    let issuer = table.issuer_of(0, views);
    match (table.web.known(0), issuer) {
        (Some(leaf), Some(issuer)) => ocsp::read(staple, &leaf.x509, &issuer, now),
        (Some(_) | None, _) => Said::Unproven,
    }
}

impl Facets {
    /// The leaf, when there is one.
    pub fn leaf(&self) -> Option<&super::Certificate> {
        self.certificates.first()
    }

    /// The certificate whose issuer is missing, where the chain ends open.
    pub fn open_end(&self) -> Option<&super::Certificate> {
        match self.end {
            End::Open(index) | End::WrongKey(index) | End::Unproven(index) => {
                self.certificates.get(index)
            }
            End::Nothing | End::Unreadable | End::SelfSigned | End::Root(_) | End::Anchored(_) => {
                None
            }
        }
    }
}
