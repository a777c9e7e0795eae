//! Servers whose certificates differ by address, or whose dates hang on a clock.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

#[path = "support/chains.rs"]
#[expect(dead_code, reason = "the tests of what is fetched use the rest of it")]
mod chains;

use chains::{HOST, Made, ca, pointless_leaf};
use jiff::SignedDuration;
use orch_doctor::world::real;
use rcgen::{CertificateParams, date_time_ymd};
use rustls_pki_types::PrivateKeyDer;
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that counts the hellos it gets, and answers HTTP with its own clock's time.
struct Server {
    address: SocketAddr,
    hellos: Arc<AtomicUsize>,
}

impl Server {
    /// It listens there and is this far ahead of the present.
    async fn start(at: SocketAddr, leaf: &Made, above: &Made, ahead: SignedDuration) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(leaf.key.serialize_der().into());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der.clone(), above.der.clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(at).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            hellos: Arc::default(),
        };
        let hellos = Arc::clone(&server.hellos);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, hellos) = (acceptor.clone(), Arc::clone(&hellos));
                tokio::spawn(async move {
                    let mut first = [0];
                    if stream.peek(&mut first).await? == 1 {
                        hellos.fetch_add(1, Ordering::SeqCst);
                    }
                    let mut stream = acceptor.accept(stream).await?;
                    loop {
                        let mut head = Vec::new();
                        while !head.ends_with(b"\r\n\r\n") {
                            head.push(stream.read_u8().await?);
                        }
                        let date =
                            (real::world().clock.now() + ahead).strftime("%a, %d %b %Y %T GMT");
                        let answer = format!(
                            "HTTP/1.1 404 Not Found\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n"
                        );
                        stream.write_all(answer.as_bytes()).await?;
                    }
                    #[expect(unreachable_code, reason = "tells the type of the block")]
                    Ok::<(), std::io::Error>(())
                });
            }
        });
        server
    }
}

const NO_SKEW: SignedDuration = SignedDuration::ZERO;

/// Root, intermediate and two certificates that differ in their end alone.
fn issued(first: CertificateParams, second: CertificateParams) -> (Made, Made, Made, Made) {
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    let (first, second) = (middle.issue(first), middle.issue(second));
    (root, middle, first, second)
}

/// The report on these checks of that host, whose addresses these are.
async fn report(servers: &[&Server], root: &Made, checks: &str, format: &str) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).unwrap();
    let port = servers[0].address.port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    command
        .args(["check", &format!("https://{HOST}:{port}")])
        .args(["--format", format, "--only", checks, "--cloud-roots"])
        .arg(&file);
    for server in servers {
        let pin = format!("{HOST}:{port}:{}", server.address.ip());
        command.args(["--resolve", &pin]);
    }
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    String::from_utf8(run.await.unwrap().stdout).unwrap()
}

/// A row of it.
fn row(report: &str, check: &str) -> Value {
    let report: Value = serde_json::from_str(report).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["check"] == check);
    row.unwrap().clone()
}

/// Two servers of one port with these certificates.
async fn pair(first: &Made, second: &Made, above: &Made) -> (Server, Server) {
    let one = Server::start("127.0.0.1:0".parse().unwrap(), first, above, NO_SKEW).await;
    let there = SocketAddr::new("127.0.0.2".parse().unwrap(), one.address.port());
    let two = Server::start(there, second, above, NO_SKEW).await;
    (one, two)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_server_that_still_serves_the_old_certificate_is_named() {
    let mut old = pointless_leaf();
    old.not_after = date_time_ymd(2026, 1, 1);
    let (root, middle, new, old) = issued(pointless_leaf(), old);
    let (one, two) = pair(&new, &old, &middle).await;
    let servers = [&one, &two];
    let checks = "certificate-*";

    let json = report(&servers, &root, checks, "json").await;
    let dated = row(&json, "certificate-in-date");
    assert_eq!(dated["symptom"], "expired", "{dated}");
    let (new_at, old_at) = (one.address, two.address);
    let says = dated["says"].as_str().unwrap();
    assert!(
        says.contains(&format!(" at {old_at} (not at {new_at})")),
        "{says}"
    );
    let uniform = row(&json, "certificate-uniform");
    assert_eq!(uniform["symptom"], "differing", "{uniform}");
    let says = uniform["says"].as_str().unwrap();
    for (at, until) in [(new_at, "2099-01-01"), (old_at, "2026-01-01")] {
        assert!(says.contains(&format!("{at} one until {until}")), "{says}");
    }
    assert_eq!(row(&json, "certificate-trusted")["symptom"], "public");

    let text = report(&servers, &root, checks, "text").await;
    for at in [new_at, old_at] {
        assert!(
            text.contains(&format!("The chain that {at} sends:")),
            "{text}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_with_one_certificate_are_asked_once_each_and_drawn_once() {
    let (root, middle, leaf, _) = issued(pointless_leaf(), pointless_leaf());
    let (one, two) = pair(&leaf, &leaf, &middle).await;
    let json = report(&[&one, &two], &root, "certificate-*,tls-agreed", "json").await;
    assert_eq!(row(&json, "certificate-uniform")["symptom"], "uniform");
    assert_eq!(row(&json, "certificate-trusted")["symptom"], "public");
    assert_eq!(one.hellos.load(Ordering::SeqCst), 1);
    assert_eq!(two.hellos.load(Ordering::SeqCst), 1);
    let private = Made::root("Another Root");
    let text = report(&[&one, &two], &private, "certificate-*", "text").await;
    assert_eq!(text.matches("The chain that 127.").count(), 1, "{text}");
    assert!(text.contains("and 1 address more"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clocks_part_in_a_date_is_told() {
    let day = SignedDuration::from_hours(24);
    let mut future = pointless_leaf();
    future.not_before = date_time_ymd(2090, 1, 1);
    let mut over = pointless_leaf();
    over.not_before = date_time_ymd(2010, 1, 1);
    over.not_after = date_time_ymd(2020, 1, 1);
    let (root, middle, future, over) = issued(future, over);
    let anywhere: SocketAddr = "127.0.0.1:0".parse().unwrap();
    for (leaf, ahead, symptom, part) in [
        (
            &future,
            NO_SKEW,
            "not-yet-valid",
            "; the server's clock agrees with this machine's",
        ),
        (
            &future,
            day * 366 * 70,
            "not-yet-valid",
            "ahead of this machine's, it is valid",
        ),
        (
            &future,
            day * 3,
            "not-yet-valid",
            "; the server's clock is 3 days ahead of",
        ),
        (
            &over,
            day * -366 * 15,
            "expired",
            "behind this machine's, it is valid",
        ),
        (
            &over,
            NO_SKEW,
            "expired",
            "; the server's clock agrees with this machine's",
        ),
    ] {
        let server = Server::start(anywhere, leaf, &middle, ahead).await;
        let json = report(&[&server], &root, "certificate-in-date", "json").await;
        let row = row(&json, "certificate-in-date");
        assert_eq!(row["symptom"], symptom, "{row}");
        assert!(row["says"].as_str().unwrap().contains(part), "{row}");
        assert_eq!(server.hellos.load(Ordering::SeqCst), 1);
    }
}
