//! What the checklist costs: the program beside a minimal tokio + rustls client that makes the same connection and requests.
//!
//! `cargo bench --bench checklist` prints wall time, round trips, CPU and memory, as ratios of one run: machines are noisy.
//! The stand-in delays every flight that it sends, TLS included; the TCP handshake is the kernel's and is counted as one round trip.

#![expect(
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may stop"
)]

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use orch_doctor::demo::{Options, Stand, start};
use orch_doctor::world::real;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The delay that plays a distant Orchestrator.
const FAR: Duration = Duration::from_millis(50);

/// How often each program is run; the median counts.
const TIMES: usize = 15;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == "floor") {
        Some(at) => runtime.block_on(floor(&arguments[at + 1..])),
        None => runtime.block_on(compare()),
    }
}

/// Medians of one program over a number of runs.
#[derive(Clone, Copy)]
struct Cost {
    wall_ms: f64,
    cpu_ms: f64,
    memory_mb: f64,
}

/// Runs both programs against a near and a far stand-in, in turn.
async fn compare() {
    let near = stand(Duration::ZERO).await;
    let far = stand(FAR).await;
    println!(
        "{:<28} {:>9} {:>8} {:>9} {:>9}",
        "", "wall ms", "RTTs", "CPU ms", "RSS MB"
    );
    let (floor_near, doctor_near) = tokio::task::block_in_place(|| both(&near));
    let (floor_far, doctor_far) = tokio::task::block_in_place(|| both(&far));
    let trips = |near: Cost, far: Cost| 1.0 + (far.wall_ms - near.wall_ms) / 50.0;
    for (name, near, far) in [
        ("floor", floor_near, floor_far),
        ("orch-doctor check", doctor_near, doctor_far),
    ] {
        println!(
            "{name:<18} loopback  {:>9.1} {:>8} {:>9.1} {:>9.1}",
            near.wall_ms, "", near.cpu_ms, near.memory_mb
        );
        println!(
            "{name:<18} 50 ms     {:>9.1} {:>8.2} {:>9.1} {:>9.1}",
            far.wall_ms,
            trips(near, far),
            far.cpu_ms,
            far.memory_mb
        );
    }
    println!(
        "ratio to the floor: wall {:.2} near, {:.2} far; CPU {:.2}; memory {:.2}; round trips {:.2} against {:.2}",
        doctor_near.wall_ms / floor_near.wall_ms,
        doctor_far.wall_ms / floor_far.wall_ms,
        doctor_near.cpu_ms / floor_near.cpu_ms,
        doctor_near.memory_mb / floor_near.memory_mb,
        trips(doctor_near, doctor_far),
        trips(floor_near, floor_far),
    );
    println!(
        "where they go: TCP 1, TLS 1.3 1, status 1, sign-in 1, folders 1, process 1, version and dry run 1"
    );
}

/// A stand-in that is this far away.
async fn stand(delay: Duration) -> Stand {
    start(Options {
        delay,
        ..Options::new(real::world().clock.now())
    })
    .await
    .unwrap()
}

/// Both programs in turn, the smaller first so that the largest memory is each one's own.
fn both(stand: &Stand) -> (Cost, Cost) {
    let this = std::env::current_exe().unwrap();
    let url = stand.url().to_owned();
    let floor = || {
        let mut command = Command::new(&this);
        command
            .args(["floor", &url])
            .args([stand.roots(), stand.password_file()]);
        command
    };
    let doctor = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
        command
            .args(["check", "--format", "json", "--profile"])
            .arg(stand.profile());
        command
    };
    (median(floor), median(doctor))
}

/// The medians of one program.
fn median(command: impl Fn() -> Command) -> Cost {
    let mut costs: Vec<Cost> = (0..TIMES).map(|_| once(command())).collect();
    let mut middle = |of: fn(&Cost) -> f64| {
        costs.sort_by(|a, b| of(a).total_cmp(&of(b)));
        of(&costs[TIMES / 2])
    };
    Cost {
        wall_ms: middle(|cost| cost.wall_ms),
        cpu_ms: middle(|cost| cost.cpu_ms),
        memory_mb: middle(|cost| cost.memory_mb),
    }
}

/// One run of one program.
#[expect(clippy::cast_precision_loss, reason = "milliseconds and megabytes")]
fn once(mut command: Command) -> Cost {
    let cpu = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64
            / 1000.0
    };
    let (before, began) = (cpu(), Instant::now());
    let status = command.stdout(Stdio::null()).status().unwrap();
    let wall_ms = began.elapsed().as_secs_f64() * 1000.0;
    assert!(status.success(), "{command:?}");
    let memory_mb = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() as f64 / 1024.0;
    Cost {
        wall_ms,
        cpu_ms: cpu() - before,
        memory_mb,
    }
}

/// The least that does the same: one connection, the same requests in the same order, nothing judged.
async fn floor(arguments: &[String]) {
    let [url, roots, password] = arguments else {
        panic!("floor URL ROOTS PASSWORD")
    };
    let authority = url.trim_start_matches("https://");
    let password = std::fs::read_to_string(password).unwrap();
    let mut sender = connected(authority, Path::new(roots)).await;
    let call = async |sender: &mut SendRequest<Full<Bytes>>,
                      path: &str,
                      body: Option<Value>,
                      headers: &[(&str, &str)]| {
        let mut request = hyper::Request::builder()
            .method(if body.is_some() { "POST" } else { "GET" })
            .uri(format!("https://{authority}{path}"))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = sender
            .send_request(request.body(Full::from(body)).unwrap())
            .await
            .unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice::<Value>(&bytes).unwrap_or_default()
    };
    call(&mut sender, "/api/Status/Get", None, &[]).await;
    let login = json!({ "tenancyName": "Default", "usernameOrEmailAddress": "apps-svc", "password": password.trim() });
    let mut other = sender.clone();
    let (token, _) = tokio::join!(
        call(&mut sender, "/api/Account/Authenticate", Some(login), &[]),
        call(&mut other, "/api/health", None, &[])
    );
    let bearer = format!("Bearer {}", token["result"].as_str().unwrap());
    let signed = [("authorization", bearer.as_str())];
    let folders = call(
        &mut sender,
        "/api/FoldersNavigation/GetFoldersForCurrentUser?skip=0&take=100",
        None,
        &signed,
    )
    .await;
    let folder = folders["PageItems"]
        .as_array()
        .unwrap()
        .iter()
        .find(|folder| folder["FullyQualifiedName"] == "Finance/Invoices")
        .unwrap()["Id"]
        .to_string();
    let inside = [
        ("authorization", bearer.as_str()),
        ("x-uipath-organizationunitid", folder.as_str()),
    ];
    let (releases, _) = tokio::join!(
        call(
            &mut sender,
            "/odata/Releases?$filter=Name%20eq%20'InvoiceBot'&$top=2",
            None,
            &inside
        ),
        call(
            &mut other,
            "/odata/Releases?$top=1&$count=true",
            None,
            &inside
        )
    );
    let release = &releases["value"][0];
    let package = release["ProcessKey"].as_str().unwrap();
    let versions = format!(
        "/odata/Processes/UiPath.Server.Configuration.OData.GetProcessVersions(processId='{package}')"
    );
    let start = json!({ "startInfo": { "ReleaseKey": release["Key"], "Strategy": "ModernJobsCount", "JobsCount": 1 } });
    tokio::join!(
        call(&mut sender, &versions, None, &inside),
        call(
            &mut other,
            "/odata/Jobs/UiPath.Server.Configuration.OData.ValidateDynamicJob",
            Some(start),
            &inside
        )
    );
}

/// A connection over HTTP/2.
async fn connected(authority: &str, roots: &Path) -> SendRequest<Full<Bytes>> {
    let mut store = rustls::RootCertStore::empty();
    store
        .add(CertificateDer::from_pem_file(roots).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = tokio::net::TcpStream::connect(authority).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let tls = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await
        .unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls))
            .await
            .unwrap();
    tokio::spawn(connection);
    sender
}
