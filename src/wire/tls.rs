//! One handshake that captures everything the server shows, whether or not anyone would trust it.

use super::tap::{Tap, first_bytes};
use crate::config::Host;
use crate::world::AnyStream;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, sign::CertifiedKey};
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::AsyncBufReadExt as _;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A TLS connection over any stream.
pub type Secured = TlsStream<Tap>;

/// What one handshake showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handshake {
    /// `TLSv1.2` or `TLSv1.3`, when it ended well.
    pub protocol: Option<String>,
    /// The cipher suite, when it ended well.
    pub cipher: Option<String>,
    /// The application protocol agreed on.
    pub alpn: Option<String>,
    /// The certificates as sent, DER in Base64.
    pub chain: Vec<String>,
    /// The stapled OCSP response, DER in Base64; empty for none.
    pub staple: String,
    /// Whether the server asked for a certificate of the client.
    pub client_certificate_asked: bool,
    /// Whether the server proved that it holds the key of its certificate.
    #[serde(default)]
    pub key: KeyProof,
    /// Why it did not end well.
    pub failure: Option<TlsFailure>,
    /// The first bytes the server sent, hexadecimal.
    pub first_bytes: String,
}

/// Whether the server proved that it holds the key of its certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyProof {
    /// It did, or the handshake did not come that far.
    #[default]
    Unquestioned,
    /// Its signature does not fit the key, or the key is of a kind that no signature can be checked with: too short, too old, too new.
    Unproven,
}

impl Handshake {
    /// The first bytes the server sent.
    pub fn first(&self) -> Vec<u8> {
        (0..self.first_bytes.len() / 2)
            .filter_map(|at| self.first_bytes.get(at * 2..at * 2 + 2))
            .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
            .collect()
    }
}

/// Why a handshake did not end well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TlsFailure {
    /// The server sent a TLS alert (RFC 8446 §6).
    Alert {
        /// Its number.
        code: u8,
        /// Its name.
        name: String,
    },
    /// The server closed or reset the connection.
    Closed,
    /// The time was over first.
    Silent {
        /// How long was waited, milliseconds.
        waited_ms: u64,
        /// How many bytes had come by then, at most 64 counted.
        received: usize,
    },
    /// What came is no TLS.
    NotTls,
    /// The server and this client share no version, cipher or key exchange.
    Incompatible {
        /// What is not shared.
        what: String,
    },
    /// The host cannot be named in a handshake.
    Name,
    /// Anything else.
    Other {
        /// In the library's words.
        what: String,
    },
}

/// Makes the handshake within the time; the connection comes back when it ended well.
pub async fn handshake(
    stream: AnyStream,
    host: &Host,
    time: Duration,
) -> (Handshake, Option<Secured>) {
    let Some(name) = server_name(host) else {
        return (
            Handshake {
                failure: Some(TlsFailure::Name),
                ..Handshake::default()
            },
            None,
        );
    };
    let capture = Arc::new(Capture::new());
    let asked = Arc::new(Asked::default());
    let (tap, received) = Tap::new(stream);
    let connector = TlsConnector::from(Arc::new(client(&capture, &asked)));
    let began = Instant::now();
    let outcome = tokio::time::timeout(time, connector.connect(name, tap)).await;
    let mut seen = Handshake {
        client_certificate_asked: asked.0.get().is_some(),
        ..Handshake::default()
    };
    let first = first_bytes(received);
    seen.first_bytes = crate::shown::hex(&first);
    if capture.unproven.get().is_some() {
        seen.key = KeyProof::Unproven;
    }
    if let Some((chain, staple)) = capture.captured.get() {
        seen.chain = chain.iter().map(|der| base64_of(der)).collect();
        seen.staple = base64_of(staple);
    }
    match outcome {
        Ok(Ok(mut secured)) => {
            if seen.client_certificate_asked
                && let Some(refused) = refusal(&mut secured, began.elapsed(), time).await
            {
                seen.failure = Some(refused);
                return (seen, None);
            }
            agreed(&secured, &mut seen);
            (seen, Some(secured))
        }
        Ok(Err(error)) => {
            seen.failure = Some(failure(&error, &first));
            (seen, None)
        }
        Err(_) => {
            let waited_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            seen.failure = Some(TlsFailure::Silent {
                waited_ms,
                received: first.len(),
            });
            (seen, None)
        }
    }
}

/// Writes down what was agreed on.
fn agreed(secured: &Secured, seen: &mut Handshake) {
    let (_, connection) = secured.get_ref();
    seen.protocol = connection
        .protocol_version()
        .and_then(|version| version.as_str().map(pretty));
    seen.cipher = connection
        .negotiated_cipher_suite()
        .map(|suite| format!("{:?}", suite.suite()));
    seen.alpn = connection
        .alpn_protocol()
        .map(|name| String::from_utf8_lossy(name).into_owned());
}

/// Why the server ends the connection after all, now that it has seen that there is no client certificate.
///
/// In TLS 1.3 the client's handshake is over before the server looks for the certificate (RFC 8446, 4.4.2.4). A server that
/// only asked goes on; how long its refusal may take is told by how long the handshake took.
async fn refusal(
    secured: &mut Secured,
    handshake_took: Duration,
    time: Duration,
) -> Option<TlsFailure> {
    const LEAST: Duration = Duration::from_millis(250);
    let left = time.saturating_sub(handshake_took);
    let wait = (handshake_took * 3).max(LEAST).min(left.max(LEAST));
    match tokio::time::timeout(wait, secured.fill_buf()).await {
        Ok(Ok([])) => Some(TlsFailure::Closed),
        Ok(Ok(_)) | Err(_) => None,
        Ok(Err(error)) => Some(failure(&error, &[HANDSHAKE, 3])),
    }
}

/// The type of a TLS record that carries a handshake.
const HANDSHAKE: u8 = 22;

/// `TLSv1_3` as people write it.
fn pretty(version: &str) -> String {
    version.replace('_', ".")
}

/// Bytes as Base64, for evidence.
pub(crate) fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes of Base64 evidence; empty where it is none.
pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap_or_default()
}

/// The host as a handshake names it.
fn server_name(host: &Host) -> Option<ServerName<'static>> {
    match host {
        Host::Name(name) => ServerName::try_from(name.clone()).ok(),
        Host::Address(address) => Some(ServerName::IpAddress((*address).into())),
    }
}

/// A configuration that takes any certificate and keeps it; what leaves over the connection is decided elsewhere.
fn client(capture: &Arc<Capture>, asked: &Arc<Asked>) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&capture.provider))
        .with_safe_default_protocol_versions()
        .unwrap_or_else(|_| unreachable!("ring has suites for both versions"))
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(capture) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(Arc::clone(asked) as Arc<dyn ResolvesClientCert>);
    // A resumed session would show no certificate.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Tells why, by type.
fn failure(error: &io::Error, first: &[u8]) -> TlsFailure {
    use rustls::Error as Tls;
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Tls>())
    else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => TlsFailure::Closed,
            kind => TlsFailure::Other {
                what: kind.to_string(),
            },
        };
    };
    match tls {
        Tls::AlertReceived(alert) => TlsFailure::Alert {
            code: u8::from(*alert),
            name: format!("{alert:?}"),
        },
        Tls::InvalidMessage(_) if !looks_like_tls(first) => TlsFailure::NotTls,
        Tls::PeerIncompatible(what) => TlsFailure::Incompatible {
            what: format!("{what:?}"),
        },
        other => TlsFailure::Other {
            what: crate::shown::shown(&other.to_string()),
        },
    }
}

/// Whether the first bytes are a TLS record of any version (RFC 8446 §5.1).
fn looks_like_tls(first: &[u8]) -> bool {
    matches!(first, [20..=23, 3, ..])
}

/// A verifier that takes any certificate, and keeps what was shown and whether the handshake's own signature fits it.
///
/// A signature that does not fit ends no handshake: what the server is made of can be told all the same. No credential goes
/// over such a connection.
#[derive(Debug)]
struct Capture {
    provider: Arc<CryptoProvider>,
    captured: OnceLock<(Vec<CertificateDer<'static>>, Vec<u8>)>,
    unproven: OnceLock<()>,
}

impl Capture {
    fn new() -> Self {
        Self {
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            captured: OnceLock::new(),
            unproven: OnceLock::new(),
        }
    }
}

impl Capture {
    /// Takes note of a signature that does not fit, and goes on.
    fn noted(
        &self,
        checked: Result<HandshakeSignatureValid, rustls::Error>,
    ) -> HandshakeSignatureValid {
        checked.unwrap_or_else(|_| {
            // Once is enough.
            let _ = self.unproven.set(());
            HandshakeSignatureValid::assertion()
        })
    }
}

impl ServerCertVerifier for Capture {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|der| der.clone().into_owned())
            .collect();
        // A second certificate in one handshake cannot be; the first is kept.
        let _ = self.captured.set((chain, ocsp_response.to_vec()));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.noted(verify_tls12_signature(message, cert, dss, algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.noted(verify_tls13_signature(message, cert, dss, algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self
            .provider
            .signature_verification_algorithms
            .supported_schemes();
        // Not checked here, but the cloud's own client knows it: the server shall not be turned away for it.
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}

/// Notes that the server asked for a client certificate, and gives none.
#[derive(Debug, Default)]
struct Asked(OnceLock<()>);

impl ResolvesClientCert for Asked {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let _ = self.0.set(());
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}
