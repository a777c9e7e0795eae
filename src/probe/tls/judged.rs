//! The chain, judged: by the cloud's roots, and where those do not settle it by what else is at hand or may be fetched.

use super::revocation;
use crate::config::Settings;
use crate::probe::{Cx, Effect, Intent};
use crate::trust::{self, Facets, Roots, Views};
use crate::wire::fetch::{Errand, Fetched};
use crate::wire::session::served;
use crate::wire::tls::{Handshake, bytes_of};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;

/// How many missing issuers are looked for, one above the other.
const STEPS: usize = 4;

/// The certificates of the stores that this machine has.
fn kept(stores: [Option<&Roots>; 2]) -> Vec<CertificateDer<'static>> {
    let stores = stores.into_iter().flatten();
    stores
        .flat_map(|roots| roots.certificates().iter().cloned())
        .collect()
}

/// The judged chain, and what was fetched for it.
pub(super) async fn judged(
    cx: &Cx,
    target: IpAddr,
    handshake: &Handshake,
) -> (Option<Facets>, Vec<Fetched>) {
    if handshake.chain.is_empty() {
        return (None, Vec::new());
    }
    let chain = chain(handshake);
    let staple = bytes_of(&handshake.staple);
    let host = served(&cx.settings.target.host);
    let now: Timestamp = cx.world.clock.now();
    let cloud = cx.session.roots().clone();
    let by_cloud = Views {
        cloud: &cloud,
        machine: None,
        bundle: cx.session.bundle(),
        pool: &[],
    };
    let mut facets = trust::judge(&chain, &staple, &host, now, &by_cloud);
    if facets.cloud.trusted() {
        revocation::ask(cx, target, (&chain, &by_cloud), &mut facets).await;
        return (Some(facets), Vec::new());
    }
    let machine = machine_roots(cx).await;
    let mut pool = kept([machine.as_ref(), cx.session.bundle()]);
    let by_all = |pool: &[CertificateDer<'static>]| {
        let views = Views {
            machine: machine.as_ref(),
            pool,
            ..by_cloud
        };
        trust::judge(&chain, &staple, &host, now, &views)
    };
    facets = by_all(&pool);
    let mut fetched = Vec::new();
    let mut leads = facets.issuer_leads().to_vec();
    for _ in 0..STEPS {
        if !cx.settings.trust.aia || leads.is_empty() {
            break;
        }
        let found = follow(cx, target, &leads, &mut fetched).await;
        leads = trust::leads(&found);
        pool.splice(0..0, found);
        facets = by_all(&pool);
        if facets.issuer_leads().is_empty() {
            break;
        }
    }
    let views = Views {
        machine: machine.as_ref(),
        pool: &pool,
        ..by_cloud
    };
    revocation::ask(cx, target, (&chain, &views), &mut facets).await;
    (Some(facets), fetched)
}

/// The certificates as sent.
fn chain(handshake: &Handshake) -> Vec<CertificateDer<'static>> {
    let ders = handshake.chain.iter();
    ders.map(|der| bytes_of(der).into()).collect()
}

/// Fetches from one address after the other until there is a certificate.
async fn follow(
    cx: &Cx,
    target: IpAddr,
    leads: &[String],
    fetched: &mut Vec<Fetched>,
) -> Vec<CertificateDer<'static>> {
    for url in leads {
        if fetched.len() >= STEPS || fetched.iter().any(|earlier| earlier.url == *url) {
            continue;
        }
        let errand = Errand {
            url: url.clone(),
            target,
            post: None,
        };
        let (came, body) = cx.session.fetch(&errand).await;
        fetched.push(came);
        let found = trust::unpacked(&body);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// This machine's own store, which takes a while to read.
async fn machine_roots(cx: &Cx) -> Option<Roots> {
    let machine = std::sync::Arc::clone(&cx.world.machine);
    let ders = tokio::task::spawn_blocking(move || machine.trusted())
        .await
        .ok()?;
    Roots::from_ders(
        "this machine's store",
        ders.into_iter().map(CertificateDer::from),
    )
    .ok()
}

/// What may be fetched, where the user permits it.
pub(super) fn intents(settings: &Settings) -> Vec<Intent> {
    let fetch = |method, path: &str| Intent {
        method: Some(method),
        path: Some(path.into()),
        effect: Effect::Reads,
        ..Intent::to("http", &"{the host that the certificate names}", None)
    };
    let mut intents = Vec::new();
    if settings.trust.aia {
        intents.push(fetch("GET", "{the address of a missing issuer}"));
    }
    if settings.trust.revocation {
        intents.push(fetch("POST", "{the address of an OCSP responder}"));
        intents.push(fetch("GET", "{the address of a revocation list}"));
    }
    intents
}
