//! How the stand-in speaks TLS, and how it judges others.

use super::chain::Chain;
use super::fault::Fault;
use jiff::{SignedDuration, Timestamp};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The provider of every TLS configuration here.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Roots that hold these certificates.
fn roots(anchors: &[CertificateDer<'static>]) -> io::Result<Arc<rustls::RootCertStore>> {
    let mut store = rustls::RootCertStore::empty();
    for anchor in anchors {
        store.add(anchor.clone()).map_err(io::Error::other)?;
    }
    Ok(Arc::new(store))
}

/// The stand-in's clock, by which it judges others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// When the stand-in started.
    pub(super) epoch: Instant,
    /// The time it was then.
    pub(super) now: Timestamp,
}

impl Clock {
    /// The time, this long after the start.
    pub(super) fn at(self, since: Duration) -> Timestamp {
        SignedDuration::try_from(since).map_or(self.now, |since| self.now + since)
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.at(self.epoch.elapsed()).as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// How Orchestrator judges those it connects to.
pub(super) fn outward(
    anchors: &[CertificateDer<'static>],
    clock: Clock,
) -> io::Result<rustls::ClientConfig> {
    Ok(
        rustls::ClientConfig::builder_with_details(provider(), Arc::new(clock))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots(anchors)?)
            .with_no_client_auth(),
    )
}

/// How the stand-in speaks TLS.
pub(super) fn acceptor(chain: &Chain, faults: &[Fault]) -> io::Result<tokio_rustls::TlsAcceptor> {
    let builder = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let builder = if faults.contains(&Fault::TlsClientCertificate) {
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
            roots(&chain.anchors)?,
            provider(),
        );
        builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
    } else {
        builder.with_no_client_auth()
    };
    let key =
        rustls::crypto::ring::sign::any_supported_type(&chain.key).map_err(io::Error::other)?;
    let shown = rustls::sign::CertifiedKey::new(chain.served.clone(), key);
    let mut config =
        builder.with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(shown)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tokio_rustls::TlsAcceptor::from(Arc::new(config)))
}
