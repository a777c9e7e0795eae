//! `--aia`: a missing issuer is fetched from where the certificate says it is, and only from there.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

#[path = "support/chains.rs"]
#[expect(dead_code, reason = "the tests of revocation use the rest of it")]
mod chains;

use chains::{HOST, Made, Web, ca, leaf, serve};
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A certs-only PKCS#7 bundle (RFC 2315) of one certificate.
fn bundle(der: &[u8]) -> Vec<u8> {
    let wrap = |tag: u8, contents: &[u8]| {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    };
    let signed = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    let data = [
        0x30, 11, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1,
    ];
    let body = [
        &[0x02, 1, 1, 0x31, 0][..],
        &data,
        &wrap(0xa0, der),
        &[0x31, 0],
    ]
    .concat();
    let content = wrap(0xa0, &wrap(0x30, &body));
    wrap(0x30, &[&signed[..], &content].concat())
}

/// The program's arguments for this server, with that root as the cloud's.
fn command(verb: &str, server: SocketAddr, root: &Made, folder: &TempDir) -> Command {
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).unwrap();
    let port = server.port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    command
        .args([verb, &format!("https://{HOST}:{port}"), "--resolve"])
        .arg(format!("{HOST}:{port}:127.0.0.1"))
        .args(["--only", "certificate-trusted", "--cloud-roots"])
        .arg(file);
    command
}

async fn output(mut command: Command) -> String {
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let run = run.await.unwrap();
    assert!(
        run.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

/// The row of certificate-trusted.
async fn trusted(server: SocketAddr, root: &Made, more: &[&str]) -> Value {
    let folder = TempDir::new().unwrap();
    let mut command = command("check", server, root, &folder);
    command.args(["--format", "json"]).args(more);
    let report: Value = serde_json::from_str(&output(command).await).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["check"] == "certificate-trusted");
    row.unwrap().clone()
}

/// How the only fetch ended.
fn trouble(row: &Value) -> &Value {
    &row["evidence"]["addresses"][0]["fetched"][0]["trouble"]["kind"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_intermediate_is_fetched_only_where_that_is_permitted() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    let server = serve(&middle.issue(leaf(&web.url("/ca.cer")))).await;
    web.file("/ca.cer", &middle.der);

    let row = trusted(server, &root, &[]).await;
    assert_eq!(row["symptom"], "unknown-issuer", "{row}");
    assert_eq!(web.asked(), [""; 0]);

    let row = trusted(server, &root, &["--aia"]).await;
    assert_eq!(row["symptom"], "missing-intermediate", "{row}");
    assert!(row["says"].as_str().unwrap().contains("Issuing CA"));
    assert_eq!(web.asked(), ["/ca.cer"]);
    let found = &row["evidence"]["addresses"][0]["facets"]["certificates"][1];
    let pem = found["pem"].as_str().unwrap().replace('\n', "");
    assert_eq!(pem, middle.pem().replace('\n', ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_draws_the_chain_and_holds_what_has_to_be_sent() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    let server = serve(&middle.issue(leaf(&web.url("/ca.cer")))).await;
    web.file("/ca.cer", &middle.der);
    let folder = TempDir::new().unwrap();

    let text = output(command("check", server, &root, &folder)).await;
    assert!(text.contains("here the chain breaks"), "{text}");
    assert!(!text.contains("BEGIN CERTIFICATE"), "{text}");

    let mut command = command("check", server, &root, &folder);
    let file = folder.path().join("report.txt");
    command.arg("--aia").arg("--output").arg(&file);
    output(command).await;
    let text = std::fs::read_to_string(file).unwrap();
    let order = [
        "sends:",
        "signed by",
        "Issuing CA",
        "not sent by the server",
        "Root of All",
        "BEGIN",
    ];
    let drawing = &text[text.find("The chain that").unwrap()..];
    let places = order.map(|part| {
        drawing
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {text}"))
    });
    assert!(places.is_sorted(), "{text}");
    let pem = middle.pem().replace('\n', "");
    assert!(text.replace('\n', "").contains(&pem), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_intermediates_are_fetched_one_above_the_other_in_every_wrapping() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let upper = root.issue(ca("Upper CA", None));
    let middle = upper.issue(ca("Middle CA", Some(&web.url("/upper.p7c"))));
    let lower = middle.issue(ca("Lower CA", Some(&web.url("/middle.pem"))));
    let server = serve(&lower.issue(leaf(&web.url("/lower.cer")))).await;
    web.file("/lower.cer", &lower.der);
    web.file("/middle.pem", middle.pem().as_bytes());
    web.file("/upper.p7c", &bundle(&upper.der));

    let row = trusted(server, &root, &["--aia"]).await;
    assert_eq!(row["symptom"], "missing-intermediate", "{row}");
    assert_eq!(web.asked(), ["/lower.cer", "/middle.pem", "/upper.p7c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_completes_no_path_to_the_cloud_leaves_the_issuer_unknown() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let company = Made::root("Company Root");
    web.file("/ca.cer", &company.der);
    web.file("/other.cer", &root.issue(ca("Another CA", None)).der);
    web.file("/noise.cer", b"\x30\x82\xff\xff certificate of nothing");
    for path in ["/ca.cer", "/other.cer", "/noise.cer", "/none.cer"] {
        let server = serve(&company.issue(leaf(&web.url(path)))).await;
        let row = trusted(server, &root, &["--aia"]).await;
        assert_eq!(row["symptom"], "unknown-issuer", "{path}: {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_an_endless_body_is_left() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    web.file("/ca.cer", &middle.der);
    let head = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        web.url("/ca.cer")
    );
    web.answer("/moved.cer", head.as_bytes());
    web.file("/long.cer", &vec![0x30; 65 << 10]);

    for (path, kind) in [("/moved.cer", "redirect"), ("/long.cer", "too-long")] {
        let server = serve(&middle.issue(leaf(&web.url(path)))).await;
        let row = trusted(server, &root, &["--aia"]).await;
        assert_eq!(row["symptom"], "unknown-issuer", "{row}");
        assert_eq!(*trouble(&row), kind);
        assert!(row["says"].as_str().unwrap().contains(path), "{row}");
    }
    assert_eq!(web.asked(), ["/moved.cer", "/long.cer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_tells_of_the_fetch_and_sends_nothing() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let folder = TempDir::new().unwrap();
    for (more, count) in [(&[][..], 0), (&["--aia"][..], 1)] {
        let mut command = command("plan", web.address, &root, &folder);
        command.args(["--format", "json"]).args(more);
        let plan: Value = serde_json::from_str(&output(command).await).unwrap();
        let steps = plan.as_array().unwrap();
        let fetches = steps.iter().filter(|step| step["kind"] == "http");
        assert_eq!(fetches.count(), count, "{plan}");
    }
    assert_eq!(web.asked(), [""; 0]);
}

/// What a proxy does with CONNECT.
#[derive(Clone, Copy)]
enum Connects {
    /// It connects everywhere.
    Anywhere,
    /// It connects to this port alone, as those do that know CONNECT for TLS alone.
    To(u16),
}

/// An HTTP proxy: its address, and the first line of each request.
async fn proxy(connects: Connects) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let noted = Arc::clone(&noted);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await?);
                }
                let head = String::from_utf8(head).unwrap();
                let first = head.lines().next().unwrap().to_owned();
                noted.lock().unwrap().push(first.clone());
                let mut words = first.split(' ');
                let (method, place) = (words.next().unwrap(), words.next().unwrap());
                let tunnel = method == "CONNECT";
                let rest = place.trim_start_matches("http://");
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let refused = matches!(connects, Connects::To(port) if !authority.ends_with(&format!(":{port}")));
                if tunnel && refused {
                    client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await?;
                    return Ok(0);
                }
                let mut server = TcpStream::connect(authority).await?;
                if tunnel {
                    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
                } else {
                    let request = head.replacen(place, path, 1);
                    server.write_all(request.as_bytes()).await?;
                }
                let both = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                both.map(|(sent, _)| sent)
            });
        }
    });
    (address, asked)
}

/// The row of certificate-trusted of the server at its address, with these variables in the environment.
async fn trusted_at(url: &str, root: &Made, more: &[&str], variables: &[(&str, &str)]) -> Value {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    command
        .env_clear()
        .envs(variables.iter().copied())
        .args(["check", url, "--format", "json", "--aia"])
        .args(["--only", "certificate-trusted", "--cloud-roots"])
        .arg(&file)
        .args(more);
    let report: Value = serde_json::from_str(&output(command).await).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["check"] == "certificate-trusted");
    row.unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_intermediate_is_fetched_by_way_of_the_proxy() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    web.file("/ca.cer", &middle.der);
    let server = serve(&middle.issue(leaf(&web.url("/ca.cer")))).await;
    let url = format!("https://{server}");
    for connects in [Connects::Anywhere, Connects::To(server.port())] {
        let (proxy, asked) = proxy(connects).await;
        let row = trusted_at(&url, &root, &["--proxy", &format!("http://{proxy}")], &[]).await;
        assert_eq!(row["symptom"], "missing-intermediate", "{row}");
        let asked = asked.lock().unwrap().clone();
        let connect = format!("CONNECT {} HTTP/1.1", web.address);
        assert!(asked.contains(&connect), "{asked:?}");
        let whole = format!("GET {} HTTP/1.1", web.url("/ca.cer"));
        let refused = matches!(connects, Connects::To(_));
        assert_eq!(asked.contains(&whole), refused, "{asked:?}");
    }
    assert_eq!(web.asked(), ["/ca.cer", "/ca.cer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_proxy_for_http_is_the_fetchs_and_its_exceptions_are_heeded() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    web.file("/ca.cer", &middle.der);
    let server = serve(&middle.issue(leaf(&web.url("/ca.cer")))).await;
    let url = format!("https://{server}");
    for (exceptions, requests) in [("other.example", 1), ("127.0.0.1", 0)] {
        let (proxy, asked) = proxy(Connects::Anywhere).await;
        let proxy = format!("http://{proxy}");
        let variables = [("http_proxy", proxy.as_str()), ("no_proxy", exceptions)];
        let row = trusted_at(&url, &root, &[], &variables).await;
        assert_eq!(row["symptom"], "missing-intermediate", "{row}");
        assert_eq!(asked.lock().unwrap().len(), requests);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_proxy_looks_the_name_up_no_private_address_is_asked() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(ca("Issuing CA", None));
    web.file("/ca.cer", &middle.der);
    let server = serve(&middle.issue(leaf(&web.url("/ca.cer")))).await;
    let (proxy, _) = proxy(Connects::Anywhere).await;
    let url = format!("https://localhost:{}", server.port());
    let row = trusted_at(&url, &root, &["--proxy", &format!("http://{proxy}")], &[]).await;
    assert_eq!(row["symptom"], "unknown-issuer", "{row}");
    assert_eq!(*trouble(&row), "inside", "{row}");
    assert_eq!(web.asked(), [""; 0]);
}
