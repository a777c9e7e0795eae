//! TLS for the webhook lab: the listener's certificate, the sender's trust, and the one HTTP client.

use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Why TLS could not be set up; each completes "cannot …".
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file with the chain holds none.
    #[error("read a certificate from the PEM file")]
    Certificate,
    /// The file with the key holds none.
    #[error("read a private key from the PEM file")]
    Key,
    /// The key is not that of the first certificate, or of a kind that TLS does not use.
    #[error("use this certificate with this key")]
    Pair(#[source] rustls::Error),
    /// The library refused its settings.
    #[error("set up the HTTP client")]
    Client(#[source] reqwest::Error),
}

/// The settings of a listener: HTTP/2 and HTTP/1.1 under this chain and key.
pub fn server(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let versions = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions();
    let mut config = match versions {
        Ok(builder) => builder
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(TlsError::Pair)?,
        Err(_) => unreachable!("ring offers the default versions"),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The settings of a caller that trusts these roots.
pub fn caller(roots: RootCertStore) -> ClientConfig {
    match ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
    {
        Ok(builder) => builder.with_root_certificates(roots).with_no_client_auth(),
        Err(_) => unreachable!("ring offers the default versions"),
    }
}

/// The roots in a PEM file, added to those given; what cannot be used as a root is left out.
pub fn with_roots(mut roots: RootCertStore, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let more: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::Certificate)?;
    match roots.add_parsable_certificates(more) {
        (0, _) => Err(TlsError::Certificate),
        _ => Ok(roots),
    }
}

/// The HTTP client: no redirects, no referer, no proxy of the environment, and no longer than the deadline.
pub fn client(tls: ClientConfig, deadline: Duration) -> Result<reqwest::Client, TlsError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(deadline)
        .timeout(deadline)
        .build()
        .map_err(|error| TlsError::Client(error.without_url()))
}
