//! The webhook that a check makes does not outlive it: not on Ctrl-C, and after a kill or a lost connection not beyond the next start.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

#[path = "support/checklist.rs"]
#[expect(
    dead_code,
    reason = "the tests of the whole checklist use the rest of it"
)]
mod checklist;

use checklist::{options, stand};
use orch_doctor::demo::Stand;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

const GUARD: Duration = Duration::from_secs(30);

/// Starts a check that waits for an event which cannot come: nothing listens where Orchestrator is sent to.
fn waiting_check(profile: &Path, listen: SocketAddr, reachable: SocketAddr) -> Child {
    Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args([
            "check",
            "--only",
            "webhook-delivers",
            "--allow-changes",
            "--format",
            "json",
            "--profile",
        ])
        .arg(profile)
        .args([
            "--listen",
            &listen.to_string(),
            "--reachable-as",
            &format!("http://{reachable}/"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// How many requests of this kind Orchestrator has answered well.
fn count(stand: &Stand, method: &str, end: &str) -> usize {
    let log = stand.log();
    let fits = |exchange: &&orch_doctor::demo::Exchange| {
        exchange.method == method && exchange.target.ends_with(end) && exchange.status < 300
    };
    log.writes().into_iter().filter(fits).count()
}

/// Waits until Orchestrator has answered such a request well.
async fn seen(stand: &Stand, method: &str, end: &str, wanted: usize) {
    let mut ticks = interval(Duration::from_millis(10));
    timeout(GUARD, async {
        while count(stand, method, end) < wanted {
            ticks.tick().await;
        }
    })
    .await
    .unwrap();
}

async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

async fn signalled(child: &Child, signal: &str) {
    let pid = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args([signal, &pid])
            .status()
            .await
            .unwrap()
            .success()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_check_takes_its_webhook_with_it() {
    let stand = stand(options()).await;
    let child = waiting_check(stand.profile(), free_port().await, free_port().await);
    seen(&stand, "POST", "Ping", 1).await;
    signalled(&child, "-INT").await;
    let output = timeout(GUARD, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(count(&stand, "DELETE", ")"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_check_is_cleared_up_after_by_the_next() {
    let stand = stand(options()).await;
    let (listen, reachable) = (free_port().await, free_port().await);
    let mut killed = waiting_check(stand.profile(), listen, reachable);
    seen(&stand, "POST", "Ping", 1).await;
    killed.kill().await.unwrap();
    assert_eq!(count(&stand, "DELETE", ")"), 0);
    let next = waiting_check(stand.profile(), listen, reachable);
    seen(&stand, "POST", "Ping", 2).await;
    assert_eq!(count(&stand, "DELETE", ")"), 1);
    signalled(&next, "-INT").await;
    let output = timeout(GUARD, next.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(count(&stand, "DELETE", ")"), 2);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["exit"], 130);
}

/// A way to Orchestrator that can be cut: every connection on it, and the way itself.
async fn way(to: u16, cut: CancellationToken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let carrying = async move {
        let mut carried = tokio::task::JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            carried.spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", to)).await?;
                tokio::io::copy_bidirectional(&mut near, &mut far).await
            });
        }
    };
    tokio::spawn(cut.run_until_cancelled_owned(carrying));
    port
}

/// The profile of the stand-in with another port in its URL.
fn profile_with_port(stand: &Stand, port: u16, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(stand.profile()).unwrap();
    let mut profile: toml::Table = text.parse().unwrap();
    let mut url = url::Url::parse(stand.url()).unwrap();
    url.set_port(Some(port)).unwrap();
    profile["orchestrator"]["url"] = url.as_str().trim_end_matches('/').into();
    let path = folder.join("orch-doctor.toml");
    std::fs::write(&path, profile.to_string()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_lost_its_connection_is_cleared_up_after_by_the_next() {
    let stand = stand(options()).await;
    let folder = tempfile::tempdir().unwrap();
    let cut = CancellationToken::new();
    let orchestrator = url::Url::parse(stand.url()).unwrap().port().unwrap();
    let port = way(orchestrator, cut.clone()).await;
    let profile = profile_with_port(&stand, port, folder.path());
    let (listen, reachable) = (free_port().await, free_port().await);
    let lost = waiting_check(&profile, listen, reachable);
    seen(&stand, "POST", "Ping", 1).await;
    cut.cancel();
    signalled(&lost, "-INT").await;
    let output = timeout(GUARD, lost.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    // The cut may come before the answer to Ping has arrived; then the check notices the loss by itself.
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let noticed = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .any(|row| row["check"] == "webhook-delivers" && row["verdict"] == "unknown");
    assert!(report["exit"] == 130 || noticed, "{report:#}");
    assert_eq!(count(&stand, "DELETE", ")"), 0, "no way led there any more");
    let next = waiting_check(stand.profile(), listen, reachable);
    seen(&stand, "POST", "Ping", 2).await;
    assert_eq!(count(&stand, "DELETE", ")"), 1);
    signalled(&next, "-INT").await;
    timeout(GUARD, next.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(count(&stand, "DELETE", ")"), 2);
}
