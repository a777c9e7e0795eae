//! What may go over which connection.

use super::super::http::{Failure, Request, Trust};
use super::super::route::Obstacle;
use super::super::tls::KeyProof;
use super::{Session, Stores};
use crate::config::{Credential, profile};
use crate::dial;
use crate::trust::tests::made::{Chain, HOST};
use crate::world::fake::{FakeNet, Port, world};
use rustls::ServerConfig;
use rustls::crypto::ring::{default_provider, sign::any_ecdsa_type};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Shows a certificate with whatever key.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server that shows the chain and signs with this key, over every pipe it is handed.
fn serve(chain: &Chain, key: &rcgen::KeyPair, mut pipes: UnboundedReceiver<DuplexStream>) {
    let der = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let certified = CertifiedKey::new(chain.served(), any_ecdsa_type(&der).unwrap());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shows(Arc::new(certified))));
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Some(pipe) = pipes.recv().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(pipe).await?;
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
            });
        }
    });
}

/// A session in a world of this network, with the chain's root as the cloud's.
fn session(net: FakeNet, chain: &Chain) -> Session {
    let url = format!("https://{HOST}:8443");
    let config = profile(None, Some(&url)).unwrap();
    let stores = Stores {
        cloud: Arc::new(chain.root.roots()),
        bundle: None,
        allowlist: None,
    };
    Session::new(
        world(net),
        Arc::new(config.settings),
        Credential::default(),
        stores,
    )
}

/// A session with a server that signs with this key, and what the handshake with it showed.
async fn shaken(chain: &Chain, key: &rcgen::KeyPair) -> (Session, KeyProof) {
    let address: SocketAddr = ([203, 0, 113, 7], 8443).into();
    let (pipes, handed) = unbounded_channel();
    serve(chain, key, handed);
    let mut net = FakeNet::default();
    net.ports.insert(address, Port::Accepts(pipes));
    let session = session(net, chain);
    let seen = session.shake(address, Duration::from_secs(5)).await;
    assert_eq!(seen.failure, None);
    (session, seen.key)
}

#[tokio::test]
async fn a_shown_certificate_without_its_key_lets_no_credential_out() {
    let chain = Chain::healthy();
    let (session, key) = shaken(&chain, &rcgen::KeyPair::generate().unwrap()).await;
    assert_eq!(key, KeyProof::Unproven);
    let request = Request {
        trust: Trust::Strict,
        ..Request::get("/")
    };
    assert!(matches!(
        session.exchange(&request).await,
        Err(Failure::NotTrusted)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_with_its_own_key_lets_a_credential_out() {
    let chain = Chain::healthy();
    let (session, key) = shaken(&chain, &chain.leaf.key).await;
    assert_eq!(key, KeyProof::Unquestioned);
    let request = Request {
        trust: Trust::Strict,
        ..Request::get("/")
    };
    // The server takes the request and says nothing.
    let failure = session.exchange(&request).await.unwrap_err();
    assert!(matches!(failure, Failure::Silent { .. }), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_port_that_refuses_is_told_from_one_that_is_silent() {
    let refuses: SocketAddr = ([203, 0, 113, 7], 8443).into();
    let drops: SocketAddr = ([203, 0, 113, 8], 8443).into();
    let mut net = FakeNet::default();
    net.ports.insert(refuses, Port::Refuses);
    net.ports.insert(drops, Port::Drops);
    let session = session(net, &Chain::healthy());
    assert_eq!(
        session.open(refuses).await,
        Err(Obstacle::Network(dial::Failure::Refused))
    );
    let silent = session.open(drops).await;
    assert!(
        matches!(silent, Err(Obstacle::Network(dial::Failure::Silent { .. }))),
        "{silent:?}"
    );
}
