//! A small certificate authority for tests.

use super::super::{Facets, Roots, Served, Views, judge};
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

/// The host that test certificates are made out to.
pub(crate) const HOST: &str = "orch.example.com";

/// The moment that tests judge for.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// The host as it is asked for.
pub(crate) fn host() -> Served {
    Served::Name(HOST.to_owned())
}

/// A certificate with its key.
pub(crate) struct Made {
    pub(crate) params: CertificateParams,
    pub(crate) key: KeyPair,
    pub(crate) der: CertificateDer<'static>,
}

impl Made {
    /// A certificate that its own key signs.
    pub(crate) fn root(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { params, key, der }
    }

    /// A certificate that this one signs.
    pub(crate) fn issue(&self, params: CertificateParams) -> Self {
        self.issue_for(params, KeyPair::generate().unwrap())
    }

    /// The same for a key that is there already.
    pub(crate) fn issue_for(&self, params: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &issuer).unwrap().der().clone();
        Self { params, key, der }
    }

    /// This certificate as the only root.
    pub(crate) fn roots(&self) -> Roots {
        Roots::from_ders("test roots", [self.der.clone()]).unwrap()
    }
}

/// A distinguished name of a common name alone.
pub(crate) fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// What a CA of this name looks like.
pub(crate) fn ca(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

/// What a healthy server certificate looks like.
pub(crate) fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.distinguished_name = named(HOST);
    params.not_before = date_time_ymd(2026, 9, 1);
    params.not_after = date_time_ymd(2027, 9, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

/// Root, intermediate and leaf, all healthy.
pub(crate) struct Chain {
    pub(crate) root: Made,
    pub(crate) middle: Made,
    pub(crate) leaf: Made,
}

impl Chain {
    /// A healthy chain, with the leaf's parameters changed.
    pub(crate) fn with_leaf(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let root = Made::root(ca("Test Root"));
        let middle = root.issue(ca("Test Issuing CA"));
        let mut params = leaf();
        change(&mut params);
        let leaf = middle.issue(params);
        Self { root, middle, leaf }
    }

    /// A healthy chain.
    pub(crate) fn healthy() -> Self {
        Self::with_leaf(|_| {})
    }

    /// A healthy chain, with the intermediate's parameters changed.
    pub(crate) fn with_middle(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let root = Made::root(ca("Test Root"));
        let mut params = ca("Test Issuing CA");
        change(&mut params);
        let middle = root.issue(params);
        let leaf = middle.issue(leaf());
        Self { root, middle, leaf }
    }

    /// Leaf and intermediate, as a healthy server sends them.
    pub(crate) fn served(&self) -> Vec<CertificateDer<'static>> {
        vec![self.leaf.der.clone(), self.middle.der.clone()]
    }

    /// The facets when the root is the cloud's.
    pub(crate) fn judged(&self) -> Facets {
        judged(&self.served(), &self.root.roots())
    }
}

/// Roots that have nothing to do with the tests' chains.
pub(crate) fn strangers() -> Roots {
    Made::root(ca("Unrelated Root")).roots()
}

/// The facets of a chain by the cloud's roots alone.
pub(crate) fn judged(chain: &[CertificateDer<'_>], cloud: &Roots) -> Facets {
    judge(
        chain,
        &[],
        &host(),
        now(),
        &Views {
            cloud,
            machine: None,
            bundle: None,
            pool: &[],
        },
    )
}
