//! What judging a certificate chain costs, beside rustls-webpki alone.
//!
//! `cargo bench --bench trust` judges chains of four certificates by three sets of roots, offline, and prints the median of each with its ratio
//! to one plain verification of the same chain.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may stop"
)]

use orch_doctor::trust::{Facets, Roots, Served, Views, judge, strict};
use orch_doctor::world::real;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use std::time::Duration;
use tokio::time::Instant;

/// How often each is done; the median counts.
const TIMES: usize = 501;

/// How many roots a machine's store has.
const STORE: usize = 150;

const HOST: &str = "orch.example.com";

/// A certificate with its key.
struct Made {
    params: CertificateParams,
    key: KeyPair,
    der: CertificateDer<'static>,
}

impl Made {
    fn root(name: &str) -> Self {
        let (params, key) = (ca(name), KeyPair::generate().unwrap());
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { params, key, der }
    }

    fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &issuer).unwrap().der().clone();
        Self { params, key, der }
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

fn main() {
    let root = Made::root("Root");
    let first = root.issue(ca("Policy CA"));
    let second = first.issue(ca("Regional CA"));
    let third = second.issue(ca("Issuing CA"));
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.not_after = date_time_ymd(2099, 1, 1);
    let leaf = third.issue(params);
    let chain: Vec<_> = [&leaf, &third, &second, &first]
        .map(|made| made.der.clone())
        .to_vec();
    let strangers: Vec<_> = (0..STORE)
        .map(|number| Made::root(&format!("Root {number}")).der)
        .collect();
    let with_root = strangers.iter().chain([&root.der]).cloned();
    let store = Roots::from_ders("store", with_root).unwrap();
    let others = Roots::from_ders("others", strangers).unwrap();
    let host = Served::Name(HOST.to_owned());
    let now = real::world().clock.now();

    let plain = median(|| assert!(strict(&chain, &host, now, &store).is_ok()));
    let judged = |cloud: &Roots, machine: &Roots| -> Facets {
        let views = Views {
            cloud,
            machine: Some(machine),
            bundle: Some(&others),
            pool: machine.certificates(),
        };
        judge(&chain, &[], &host, now, &views)
    };
    let trusted = median(|| assert!(judged(&store, &store).cloud.trusted()));
    let refused = median(|| assert!(!judged(&others, &store).cloud.trusted()));
    println!(
        "{:<44} {:>8} {:>7}",
        "a chain of four, three sets of roots", "µs", "ratio"
    );
    for (name, took) in [
        ("one verification by rustls-webpki", plain),
        ("judged, trusted by the cloud", trusted),
        ("judged, trusted by this machine alone", refused),
    ] {
        let ratio = took.as_secs_f64() / plain.as_secs_f64();
        println!("{name:<44} {:>8.0} {ratio:>7.2}", took.as_secs_f64() * 1e6);
    }
}

/// The median time of one go.
fn median(mut once: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            once();
            began.elapsed()
        })
        .collect();
    times.sort();
    times[TIMES / 2]
}
