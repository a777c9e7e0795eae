//! Servers that TLS ends with, each told by its own symptom: OpenSSL's server in its odd settings, and plain sockets.
//!
//! The cases with OpenSSL need its command; a test that cannot run says so, and fails where `ORCH_DOCTOR_REQUIRE` is set.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at what it cannot do, and says what it leaves out"
)]

#[path = "support/rig.rs"]
#[expect(dead_code, reason = "the tests of the network use the rest of it")]
mod rig;

use futures_util::future::join_all;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const HOST: &str = "orch.example.com";

/// A folder with a root, and certificates that it issues.
struct Folder(TempDir);

impl Folder {
    /// A root and the healthy certificate `leaf`.
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Servers' Root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        folder.write("root.pem", &root.pem());
        folder.write("root.key", &key.serialize_pem());
        let leaf = KeyPair::generate().unwrap();
        let mut names = CertificateParams::new([HOST.to_owned()]).unwrap();
        names.not_after = rcgen::date_time_ymd(2099, 1, 1);
        let issued = names
            .signed_by(&leaf, &Issuer::from_params(&params, &key))
            .unwrap();
        folder.write("leaf.pem", &issued.pem());
        folder.write("leaf.key", &leaf.serialize_pem());
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }

    /// Has OpenSSL make the key and certificate `name`, which rcgen cannot make.
    fn issue(&self, name: &str, key: &[&str], sign: &[&str]) {
        let key_file = format!("{name}.key");
        self.openssl(&[&["genpkey", "-out", &key_file], key].concat());
        let subject = format!("/CN={HOST}");
        self.openssl(&[
            "req", "-new", "-key", &key_file, "-subj", &subject, "-out", "it.csr",
        ]);
        self.write(
            "it.ext",
            &format!("subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n"),
        );
        let out = format!("{name}.pem");
        let common = [
            "x509",
            "-req",
            "-in",
            "it.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
        ];
        self.openssl(&[&common[..], &["-days", "300", "-out", &out], sign].concat());
    }

    fn openssl(&self, arguments: &[&str]) {
        let run = Command::new("openssl")
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
    }

    /// OpenSSL's server with these arguments.
    fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0"]);
        self.start(command.args(arguments))
    }

    /// A server that says on which address it accepts.
    fn start(&self, command: &mut Command) -> Server {
        let mut child = command
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            line.unwrap()
                .strip_prefix("ACCEPT ")
                .map(|address| address.parse().unwrap())
        });
        // What it prints later has to be read by someone.
        std::thread::spawn(move || lines.for_each(drop));
        Server {
            child,
            address: address.unwrap(),
        }
    }
}

/// A server that ends with the test.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rows of a check of this address, by check.
async fn rows(folder: &Folder, address: SocketAddr, checks: &str) -> BTreeMap<String, Value> {
    let command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    rows_of(command, folder, address, checks).await
}

/// The same, by a command that ends in the program.
async fn rows_of(
    mut command: Command,
    folder: &Folder,
    address: SocketAddr,
    checks: &str,
) -> BTreeMap<String, Value> {
    let port = address.port();
    command
        .args([
            "check",
            &format!("https://{HOST}:{port}"),
            "--format",
            "json",
            "--only",
            checks,
        ])
        .args([
            "--resolve",
            &format!("{HOST}:{port}:{}", address.ip()),
            "--connect-timeout",
            "2",
        ])
        .arg("--cloud-roots")
        .arg(folder.path().join("root.pem"));
    let run = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let report: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&run.stderr)));
    let rows = report["rows"].as_array().unwrap().clone();
    rows.into_iter()
        .map(|row| (row["check"].as_str().unwrap().to_owned(), row))
        .collect()
}

/// How the handshake of this address is told: symptom and sentence.
async fn agreement(folder: &Folder, address: SocketAddr) -> (String, String) {
    let rows = rows(folder, address, "tls-agreed").await;
    let row = &rows["tls-agreed"];
    (
        row["symptom"].as_str().unwrap_or("none").to_owned(),
        row["says"].as_str().unwrap_or("").to_owned(),
    )
}

fn has_openssl() -> bool {
    rig::needs::program("servers of OpenSSL", "openssl", "version")
}

const WITH_LEAF: [&str; 5] = ["-cert", "leaf.pem", "-key", "leaf.key", "-www"];
/// OpenSSL must be told to do what is too weak for it by default.
const LAX: &str = "ALL:@SECLEVEL=0";

/// A name for a server, its arguments, the symptom and a part of the sentence.
type OddServer = (&'static str, Vec<&'static str>, &'static str, &'static str);

/// Servers that share no version or suite.
fn unagreeable() -> Vec<OddServer> {
    let rsa = |more: &[&'static str]| {
        let with = ["-cert", "rsa.pem", "-key", "rsa.key", "-www"];
        [&with[..], more].concat()
    };
    let keys = "-psk 1a2b -nocert -tls1_2 -cipher PSK -www";
    let (old, none) = ("too-old", "no-shared-cipher");
    let first = rsa(&["-tls1", "-cipher", LAX]);
    let second = rsa(&["-tls1_1", "-cipher", LAX]);
    let cbc = rsa(&["-tls1_2", "-cipher", "AES128-SHA"]);
    vec![
        ("TLS 1.0 only", first, old, "TLS 1.0"),
        ("TLS 1.1 only", second, old, "TLS 1.1"),
        ("CBC only", cbc, none, "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("odd curve", rsa(&["-groups", "P-521"]), none, "TLS 1.3"),
        ("keys", keys.split(' ').collect(), none, "alert 40"),
    ]
}

/// Servers that ask for something of the client.
fn demanding() -> Vec<OddServer> {
    let leaf = |more: &'static str| {
        let more: Vec<_> = more.split(' ').collect();
        [&WITH_LEAF[..], &more].concat()
    };
    let other = leaf("-servername other.example -servername_fatal -cert2 leaf.pem -key2 leaf.key");
    let demanded = "client-certificate-required";
    vec![
        ("demands, 1.3", leaf("-Verify 1 -tls1_3"), demanded, ""),
        ("demands, 1.2", leaf("-Verify 1 -tls1_2"), demanded, ""),
        ("asks", leaf("-verify 1"), "agreed", "TLSv1.3"),
        ("knows another name", other, "name-unknown", ""),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_tls_cannot_be_agreed_with_is_told_by_why() {
    if !has_openssl() {
        return;
    }
    let folder = Folder::new();
    let rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    folder.issue("rsa", &rsa, &["-extfile", "it.ext"]);
    let servers = unagreeable().into_iter().chain(demanding());
    let told = servers.map(|(name, arguments, expected, told)| {
        let folder = &folder;
        async move {
            let server = folder.serve(&arguments);
            let (symptom, says) = agreement(folder, server.address).await;
            assert_eq!(symptom, expected, "{name}: {says}");
            assert!(says.contains(told), "{name}: {says}");
        }
    });
    join_all(told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_the_handshake_trips_over_is_told_by_its_own_fault() {
    if !has_openssl() {
        return;
    }
    let folder = Folder::new();
    let rsa = |bits: &'static str| ["-algorithm", "RSA", "-pkeyopt", bits];
    folder.issue(
        "short",
        &rsa("rsa_keygen_bits:1024"),
        &["-extfile", "it.ext"],
    );
    folder.issue("first", &rsa("rsa_keygen_bits:2048"), &[]);
    folder.issue(
        "broken",
        &rsa("rsa_keygen_bits:2048"),
        &["-extfile", "it.ext", "-sha1"],
    );
    // An ECDSA signature over SHA-1 cannot be checked here, so trust is not told.
    let kinds = [
        ("short", "weak-key", "public"),
        ("first", "old-version", "public"),
        ("broken", "weak-signature", "untold"),
    ];
    let cases = kinds
        .into_iter()
        .flat_map(|kind| ["-tls1_2", "-tls1_3"].map(|version| (kind, version)));
    let told = cases.map(|((name, weakness, trust), version)| {
        let folder = &folder;
        async move {
            let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
            let with = [
                "-cert",
                &certificate,
                "-key",
                &key,
                "-cipher",
                LAX,
                "-www",
                version,
            ];
            let server = folder.serve(&with);
            let checks = "tls-agreed,certificate-strong,certificate-trusted,certificate-in-date";
            let rows = rows(folder, server.address, checks).await;
            let expected = [
                ("tls-agreed", "agreed"),
                ("certificate-strong", weakness),
                ("certificate-trusted", trust),
                ("certificate-in-date", "in-date"),
            ];
            for (check, symptom) in expected {
                assert_eq!(rows[check]["symptom"], symptom, "{name} {version} {check}");
            }
        }
    });
    join_all(told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_checked_here_is_no_failure() {
    if !has_openssl() {
        return;
    }
    let folder = Folder::new();
    folder.issue(
        "large",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        &["-extfile", "it.ext"],
    );
    let server = folder.serve(&["-cert", "large.pem", "-key", "large.key", "-www"]);
    let (symptom, says) = agreement(&folder, server.address).await;
    assert_eq!(symptom, "untold", "{says}");
}

/// A server of plain sockets; it does the same with every connection.
async fn plain<F, R>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Says something at once and listens on.
async fn saying(bytes: &'static [u8]) -> SocketAddr {
    plain(move |mut stream| async move {
        let _ = stream.write_all(bytes).await;
        listen(&mut stream).await;
    })
    .await
}

/// Reads until the other side is done.
async fn listen(stream: &mut TcpStream) {
    let mut piece = [0; 512];
    while matches!(stream.read(&mut piece).await, Ok(count) if count > 0) {}
}

/// Speaks HTTP a line at a time, as simple servers do: a hello without a line break leaves it waiting.
async fn by_the_line(mut stream: TcpStream) {
    let mut line = Vec::new();
    let mut piece = [0; 512];
    while !line.starts_with(b"HEAD ") || !line.ends_with(b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => line.extend_from_slice(&piece[..count]),
            Ok(_) | Err(_) => return,
        }
    }
    let _ = stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .await;
}

/// Sends a record a byte at a time, for ever.
async fn trickle(mut stream: TcpStream) {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(200));
    for byte in b"\x16\x03\x03\x10\x00\x02\x00\x0f\xfc\x03\x03"
        .iter()
        .cycle()
    {
        tick.tick().await;
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_tls_is_told_by_what_it_is() {
    let folder = Folder::new();
    let waits = plain(by_the_line).await;
    let answers = plain(|mut stream| async move {
        let mut piece = [0; 512];
        let _ = stream.read(&mut piece).await;
        let _ = stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            .await;
    });
    let half = saying(b"\x16\x03\x03\x10\x00\x02\x00");
    let cases = [
        (
            saying(b"SSH-2.0-OpenSSH_9.6\r\n").await,
            "other-protocol",
            "SSH-2.0-OpenSSH_9.6",
        ),
        (
            saying(b"220 mail.example.com ESMTP\r\n").await,
            "other-protocol",
            "220 mail.example.com",
        ),
        (
            saying(b"\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00").await,
            "other-protocol",
            "",
        ),
        (answers.await, "plain-http", ""),
        (waits, "plain-http", ""),
        (
            plain(|stream| async move { drop(stream) }).await,
            "closed",
            "",
        ),
        (
            plain(|mut stream| async move { listen(&mut stream).await }).await,
            "silent",
            "",
        ),
        (half.await, "silent", ""),
        (plain(trickle).await, "silent", ""),
    ];
    let folder = Arc::new(folder);
    let told = cases.map(|(address, expected, told)| {
        let folder = Arc::clone(&folder);
        async move {
            let (symptom, says) = agreement(&folder, address).await;
            assert_eq!(symptom, expected, "{says}");
            assert!(says.contains(told), "{says}");
        }
    });
    join_all(told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_server_is_asked_for_one_handshake() {
    let folder = Folder::new();
    let pem = |file: &str| std::fs::read(folder.path().join(file)).unwrap();
    let chain = CertificateDer::pem_slice_iter(&pem("leaf.pem"))
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(&pem("leaf.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let hellos = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hellos);
    let address = plain(move |stream| {
        let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
        async move {
            let mut first = [0];
            if matches!(stream.peek(&mut first).await, Ok(1)) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            }
        }
    });
    let rows = rows(&folder, address.await, "tls-agreed,certificate-*").await;
    assert_eq!(rows["tls-agreed"]["symptom"], "agreed");
    assert_eq!(rows["certificate-trusted"]["symptom"], "public");
    assert_eq!(rows["certificate-strong"]["symptom"], "strong");
    assert_eq!(hellos.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_loses_large_packets_is_told_from_silence() {
    if !has_openssl() || !rig::available("a path that loses large packets") {
        return;
    }
    let folder = Folder::new();
    let path = rig::path_of(1);
    // Packets leave one by one, so that their size on the way is their size on a wire.
    let singly =
        "for it in /sys/class/net/*; do ip link set dev ${it##*/} gso_max_segs 1 || true; done";
    path.shell(path.host(), singly);
    path.rule_at(1, "forward", "meta length > 600 drop");
    let mut command = Command::new("ip");
    command
        .args([
            "netns",
            "exec",
            &path.node(path.host()),
            "openssl",
            "s_server",
        ])
        .args(["-accept", &format!("{}:0", rig::v4(path.host()))])
        .args(WITH_LEAF);
    let server = folder.start(&mut command);
    let mut command = Command::new("ip");
    command.args([
        "netns",
        "exec",
        &path.node(0),
        env!("CARGO_BIN_EXE_orch-doctor"),
    ]);
    let rows = rows_of(command, &folder, server.address, "tls-agreed").await;
    assert_eq!(
        rows["tls-agreed"]["symptom"], "stalled",
        "{}",
        rows["tls-agreed"]["says"]
    );
}
