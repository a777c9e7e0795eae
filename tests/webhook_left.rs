//! The webhook that a check makes does not outlive it: not on Ctrl-C, and after a kill not beyond the next start.
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
use std::process::Stdio;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

const GUARD: Duration = Duration::from_secs(30);

/// Starts a check that waits for an event which cannot come: nothing listens where Orchestrator is sent to.
fn waiting_check(stand: &Stand, listen: SocketAddr, reachable: SocketAddr) -> Child {
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
        .arg(stand.profile())
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
    let child = waiting_check(&stand, free_port().await, free_port().await);
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
    let mut killed = waiting_check(&stand, listen, reachable);
    seen(&stand, "POST", "Ping", 1).await;
    killed.kill().await.unwrap();
    assert_eq!(count(&stand, "DELETE", ")"), 0);
    let next = waiting_check(&stand, listen, reachable);
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
