//! Brings together what is known of a chain: its certificates, each view of it, where it ends and what its names are.

use super::facets::{End, Facets, Path, Refusal, Served, Staple, View};
use super::roots::Roots;
use super::table::Table;
use super::verify::{self, Purpose};
use super::{end, name, product, staple};
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
    let mut cloud = view(&mut table, views.cloud, now);
    if cloud.path.is_none() {
        table.find(views);
        cloud.completed = table.best_path(views.cloud, now, Reach::Found);
    }
    let mut other = |roots: Option<&Roots>| {
        roots.map(|roots| {
            let mut view = view(&mut table, roots, now);
            if view.path.is_none() {
                view.completed = table.best_path(roots, now, Reach::Found);
            }
            view
        })
    };
    let (machine, bundle) = (other(views.machine), other(views.bundle));
    let walked = table.longest_chain();
    let end = end::of(&mut table, &walked, views);
    let path = [Some(&cloud), machine.as_ref(), bundle.as_ref()]
        .into_iter()
        .flatten()
        .find_map(any_path);
    let judged = path.map_or(walked.as_slice(), |path| path.certificates.as_slice());
    let chain_judged = table.served_without_root(judged);
    let product = if cloud.trusted() {
        None
    } else {
        product_on(&table, judged)
    };
    let mut facets = Facets {
        at: now,
        host: host.clone(),
        served: chain.len(),
        certificates: Vec::new(),
        chain: chain_judged,
        end,
        names: name::compare(table.web.known(0), host),
        cloud,
        machine,
        bundle,
        product,
        staple: staple_of(&mut table, staple, now, views),
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
    let mut table = Table::of(chain);
    let Some(leaf) = chain.first() else {
        return Err(Refusal::Nothing);
    };
    let intermediates = table.intermediates();
    verify::trusted(leaf, &intermediates, cloud, now, Purpose::Server)?;
    match verify::names(leaf, host) {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) | None => Err(Refusal::Other),
    }
}

fn view(table: &mut Table<'_>, roots: &Roots, now: Timestamp) -> View {
    let store = roots.name();
    let Some(leaf) = table.leaf() else {
        return View {
            store,
            refusal: Some(Refusal::Nothing),
            trusted_otherwise: false,
            path: None,
            completed: None,
        };
    };
    let intermediates = table.intermediates();
    let (refusal, path) = match verify::trusted(&leaf, &intermediates, roots, now, Purpose::Server)
    {
        Ok(accepted) => (None, Some(table.accepted_path(&accepted, roots))),
        Err(refusal) => (Some(refusal), table.best_path(roots, now, Reach::Served)),
    };
    let otherwise = |path: &Path| {
        let moment = table.common_moment(&path.certificates);
        moment.is_some_and(|moment| {
            verify::trusted(&leaf, &intermediates, roots, moment, Purpose::Any).is_ok()
        })
    };
    let trusted_otherwise = refusal.is_none() || path.as_ref().is_some_and(otherwise);
    View {
        store,
        refusal,
        trusted_otherwise,
        path,
        completed: None,
    }
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

fn staple_of(table: &mut Table<'_>, staple: &[u8], now: Timestamp, views: &Views<'_>) -> Staple {
    if staple.is_empty() {
        return Staple::Absent;
    }
    let issuer = table.issuer_of_leaf(views);
    match (table.web.known(0), issuer) {
        (Some(leaf), Some((subject, key))) => staple::read(staple, &leaf.x509, &subject, &key, now),
        (Some(_) | None, _) => Staple::Unproven,
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
            End::Nothing | End::Unreadable | End::SelfSigned | End::Root(_) => None,
        }
    }
}
