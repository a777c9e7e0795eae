//! A certificate authority, its web server, and servers with its certificates.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) const HOST: &str = "orch.example.com";

/// A certificate with its key.
pub(crate) struct Made {
    pub(crate) params: CertificateParams,
    pub(crate) key: KeyPair,
    pub(crate) der: CertificateDer<'static>,
}

/// What a CA of this name looks like; its issuer is at that address.
pub(crate) fn ca(name: &str, issuer_at: Option<&str>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
        .custom_extensions
        .extend(issuer_at.map(issuer_address));
    params
}

/// What a server's certificate looks like that points nowhere.
pub(crate) fn pointless_leaf() -> CertificateParams {
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

/// What one looks like whose issuer is at that address.
pub(crate) fn leaf(issuer_at: &str) -> CertificateParams {
    let mut params = pointless_leaf();
    params.custom_extensions.push(issuer_address(issuer_at));
    params
}

/// Authority information access (RFC 5280 4.2.2.1) with one caIssuers address.
pub(crate) fn issuer_address(url: &str) -> CustomExtension {
    access(2, url)
}

/// The same with the address of an OCSP responder.
pub(crate) fn responder_address(url: &str) -> CustomExtension {
    access(1, url)
}

fn access(method: u8, url: &str) -> CustomExtension {
    let wrap = |tag: u8, contents: &[u8]| {
        let length = u8::try_from(contents.len()).unwrap();
        assert!(length < 0x80, "a short URL");
        [&[tag, length], contents].concat()
    };
    let method = [0x06, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, method];
    let place = wrap(0x86, url.as_bytes());
    let access = wrap(0x30, &wrap(0x30, &[&method[..], &place].concat()));
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access)
}

impl Made {
    pub(crate) fn root(name: &str) -> Self {
        let (params, key) = (ca(name, None), KeyPair::generate().unwrap());
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { params, key, der }
    }

    pub(crate) fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &issuer).unwrap().der().clone();
        Self { params, key, der }
    }

    pub(crate) fn pem(&self) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&self.der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }
}

/// Paths, and what is answered to each.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// A web server of the CA: what was asked, and what it answers to each path.
pub(crate) struct Web {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    files: Arc<Mutex<Files>>,
}

impl Web {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            files: Arc::default(),
        };
        let (asked, files) = (Arc::clone(&web.asked), Arc::clone(&web.files));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap().to_owned();
                asked.lock().unwrap().push(path.clone());
                let found = files
                    .lock()
                    .unwrap()
                    .iter()
                    .find(|(at, _)| *at == path)
                    .cloned();
                let answer = found.map_or_else(
                    || b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
                    |(_, answer)| answer,
                );
                let _ = stream.write_all(&answer).await;
            }
        });
        web
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn answer(&self, path: &str, answer: &[u8]) {
        self.files
            .lock()
            .unwrap()
            .push((path.into(), answer.to_vec()));
    }

    pub(crate) fn file(&self, path: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        self.answer(path, &[head.as_bytes(), body].concat());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A TLS server that sends the leaf alone.
pub(crate) async fn serve(leaf: &Made) -> SocketAddr {
    serve_chain(leaf, &[], Vec::new()).await
}

/// A TLS server that sends the leaf, those above it, and a staple.
pub(crate) async fn serve_chain(leaf: &Made, above: &[&Made], staple: Vec<u8>) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(leaf.key.serialize_der().into());
    let above = above.iter().map(|made| made.der.clone());
    let chain = std::iter::once(leaf.der.clone()).chain(above).collect();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert_with_ocsp(chain, key, staple)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
            });
        }
    });
    address
}
