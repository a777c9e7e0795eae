//! `webhook listen|verify|send` as people and scripts use them: arguments, exit codes, lines.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

use orch_doctor::webhook::signature::SigningKey;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

const GUARD: Duration = Duration::from_secs(20);
const BODY: &[u8] = br#"{"Type":"job.completed","EventId":"1","Job":{"Id":30}}"#;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    command
        .env("HOOK_SECRET", "correct horse")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs to the end: exit code, stdout, stderr.
async fn ran(command: &mut Command) -> (i32, String, String) {
    let output = timeout(GUARD, command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn kept(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn verified(body: &Path, signature: Option<&str>, secret: &str) -> (i32, Value) {
    let mut command = program();
    command
        .args(["webhook", "verify", "--secret", secret, "--body"])
        .arg(body);
    if let Some(signature) = signature {
        command.args(["--signature", signature]);
    }
    let (code, out, _) = ran(&mut command).await;
    assert_eq!(out.lines().count(), 1, "{out}");
    (code, serde_json::from_str(&out).unwrap())
}

#[tokio::test]
async fn verify_tells_what_the_signature_is_worth_and_why() {
    let folder = TempDir::new().unwrap();
    let body = kept(&folder, "body.json", BODY);
    let pretty = kept(
        &folder,
        "pretty.json",
        &serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(BODY).unwrap()).unwrap(),
    );
    let right = SigningKey::new(b"correct horse").sign(BODY);
    let lined = SigningKey::new(b"correct horse\n").sign(BODY);
    let secret = "env:HOOK_SECRET";
    let cases = [
        (&body, Some(right.as_str()), 0, "valid", None),
        (
            &body,
            Some(lined.as_str()),
            1,
            "invalid",
            Some("trailing-newline"),
        ),
        (
            &body,
            Some(&*format!("sha256={right}")),
            1,
            "invalid",
            Some("sha256-prefix"),
        ),
        (
            &pretty,
            Some(right.as_str()),
            1,
            "invalid",
            Some("re-serialised-body"),
        ),
        (&body, Some("nonsense"), 1, "invalid", None),
        (&body, None, 1, "missing", None),
    ];
    for (body, signature, code, word, cause) in cases {
        let (exit, line) = verified(body, signature, secret).await;
        assert_eq!(
            (exit, line["signature"].as_str(), line["cause"].as_str()),
            (code, Some(word), cause),
            "{line}"
        );
    }
    let file = kept(&folder, "secret", b"correct horse\n");
    let (exit, line) = verified(&body, Some(&right), &format!("file:{}", file.display())).await;
    assert_eq!((exit, line["type"].as_str()), (0, Some("job.completed")));
}

#[tokio::test]
async fn a_literal_secret_is_refused_and_not_repeated() {
    let folder = TempDir::new().unwrap();
    let body = kept(&folder, "body.json", BODY);
    let body = body.to_str().unwrap();
    let uses: [&[&str]; 3] = [
        &["webhook", "verify", "--secret", "CANARY-1", "--body", body],
        &[
            "webhook",
            "listen",
            "--listen",
            "127.0.0.1:0",
            "--secret",
            "CANARY-1",
        ],
        &[
            "webhook",
            "send",
            "http://127.0.0.1:9/",
            "--secret",
            "CANARY-1",
        ],
    ];
    for arguments in uses {
        let (code, out, err) = ran(program().args(arguments)).await;
        assert_eq!(code, 2, "{err}");
        assert!(!out.contains("CANARY") && !err.contains("CANARY"), "{err}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_exit_2() {
    let uses: [&[&str]; 7] = [
        &["webhook"],
        &[
            "webhook",
            "verify",
            "--secret",
            "env:HOOK_SECRET",
            "--body",
            "/nonexistent",
        ],
        &[
            "webhook",
            "verify",
            "--secret",
            "env:NOT_SET_ANYWHERE",
            "--body",
            "-",
        ],
        &["webhook", "listen", "--listen", "nowhere"],
        &[
            "webhook",
            "listen",
            "--listen",
            "127.0.0.1:0",
            "--cert",
            "only.pem",
        ],
        &[
            "webhook",
            "listen",
            "--listen",
            "127.0.0.1:0",
            "--forward",
            "ftp://x/",
        ],
        &["webhook", "send", "not a url"],
    ];
    for arguments in uses {
        let (code, _, err) = ran(program().args(arguments)).await;
        assert_eq!(code, 2, "{arguments:?}: {err}");
    }
}

/// A running listener: where it listens, and its lines.
struct Listening {
    child: Child,
    address: SocketAddr,
    lines: Lines<BufReader<ChildStdout>>,
    /// The last line of stderr, once it has ended.
    last_words: JoinHandle<String>,
}

async fn listening(more: &[&str]) -> Listening {
    let mut child = program()
        .args(["webhook", "listen", "--listen", "127.0.0.1:0"])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut complaints = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = timeout(GUARD, complaints.next_line())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let address = first.rsplit("//").next().unwrap().parse().unwrap();
    // The rest must be read, or the listener would stand still at its last words.
    let last_words = tokio::spawn(async move {
        let mut last = String::new();
        while let Ok(Some(line)) = complaints.next_line().await {
            last = line;
        }
        last
    });
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Listening {
        child,
        address,
        lines,
        last_words,
    }
}

impl Listening {
    async fn post(&self, signature: Option<&str>, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let header = signature.map_or_else(String::new, |value| {
            format!("X-UiPath-Signature: {value}\r\n")
        });
        let head = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{header}\r\n",
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .unwrap();
        let mut answer = String::new();
        timeout(GUARD, stream.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        answer[9..12].parse().unwrap()
    }

    #[cfg(unix)]
    async fn terminate(&self) {
        let pid = self.child.id().unwrap().to_string();
        let mut kill = Command::new("kill");
        let sent = kill.args(["-TERM", &pid]).status().await.unwrap();
        assert!(sent.success());
    }

    async fn line(&mut self) -> Value {
        let line = timeout(GUARD, self.lines.next_line())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

#[tokio::test]
async fn listen_answers_and_tells_each_event_on_a_line() {
    let mut listener = listening(&["--secret", "env:HOOK_SECRET"]).await;
    let right = SigningKey::new(b"correct horse").sign(BODY);
    let lined = SigningKey::new(b"correct horse\r\n").sign(BODY);
    let cases = [
        (Some(right.as_str()), 202, "valid", None),
        (
            Some(lined.as_str()),
            401,
            "invalid",
            Some("trailing-newline"),
        ),
        (None, 401, "missing", None),
    ];
    for (signature, code, word, cause) in cases {
        assert_eq!(listener.post(signature, BODY).await, code);
        let line = listener.line().await;
        assert_eq!(
            (line["signature"].as_str(), line["cause"].as_str()),
            (Some(word), cause),
            "{line}"
        );
    }
}

#[tokio::test]
async fn listen_without_a_secret_checks_nothing() {
    let mut listener = listening(&[]).await;
    assert_eq!(listener.post(Some("anything"), b"no json").await, 202);
    let line = listener.line().await;
    assert_eq!(
        (line["signature"].as_str(), line["cause"].is_null()),
        (Some("unchecked"), true)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn listen_answers_though_nobody_reads_its_lines_and_still_ends() {
    let mut listener = listening(&["--secret", "env:HOOK_SECRET"]).await;
    // More than a pipe holds, and none of it is read.
    let long = format!(
        r#"{{"Type":"bucket.created","Text":"{}"}}"#,
        "x".repeat(8_000)
    );
    let signature = SigningKey::new(b"correct horse").sign(long.as_bytes());
    for _ in 0..100 {
        assert_eq!(listener.post(Some(&signature), long.as_bytes()).await, 202);
    }
    listener.terminate().await;
    let status = timeout(GUARD, listener.child.wait())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    // A pipe holds a few of them.
    let (accepted, unseen) = tally(&timeout(GUARD, listener.last_words).await.unwrap().unwrap());
    assert_eq!(accepted, 100);
    assert!((1..100).contains(&unseen), "{unseen} of {accepted}");
}

/// How many events were accepted, and how many of them not shown.
fn tally(last_words: &str) -> (usize, usize) {
    let before = |what: &str| {
        let (before, _) = last_words.split_once(what)?;
        before.split([' ', ',']).next_back()?.parse().ok()
    };
    let accepted = before(" accepted");
    (
        accepted.unwrap_or_else(|| panic!("{last_words}")),
        before(" answered and not shown").unwrap_or(0),
    )
}

#[cfg(unix)]
#[tokio::test]
async fn what_was_answered_before_the_end_is_told_or_counted() {
    let mut listener = listening(&["--secret", "env:HOOK_SECRET"]).await;
    let long = format!(
        r#"{{"Type":"bucket.created","Text":"{}"}}"#,
        "x".repeat(8_000)
    );
    let signature = SigningKey::new(b"correct horse").sign(long.as_bytes());
    for _ in 0..200 {
        assert_eq!(listener.post(Some(&signature), long.as_bytes()).await, 202);
    }
    // Most of them wait: the pipe is full. The stop comes first, then somebody reads.
    listener.terminate().await;
    let mut lines = 0;
    while let Ok(Some(line)) = timeout(GUARD, listener.lines.next_line()).await.unwrap() {
        let whole = serde_json::from_str::<Value>(&line).is_ok();
        lines += usize::from(whole);
    }
    let (accepted, unseen) = tally(&timeout(GUARD, listener.last_words).await.unwrap().unwrap());
    assert_eq!(accepted, 200);
    assert!(
        lines + unseen >= 200,
        "{lines} told and {unseen} counted of {accepted}"
    );
}

#[tokio::test]
async fn send_is_content_with_our_own_listener_and_fails_one_that_checks_nothing() {
    let sound = listening(&["--secret", "env:HOOK_SECRET"]).await;
    let (code, out, err) = ran(program().args([
        "webhook",
        "send",
        &format!("http://{}/", sound.address),
        "--secret",
        "env:HOOK_SECRET",
    ]))
    .await;
    assert_eq!(code, 0, "{out}{err}");
    let trial: Value = serde_json::from_str(&out).unwrap();
    let last = trial["attempts"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (last["case"].as_str(), last["judgement"].as_str()),
        (Some("replayed"), Some("warning"))
    );

    let careless = listening(&[]).await;
    let url = format!("http://{}/", careless.address);
    let (code, out, _) = ran(program().args([
        "webhook",
        "send",
        &url,
        "--secret",
        "env:HOOK_SECRET",
        "--format",
        "text",
    ]))
    .await;
    assert_eq!((code, out.matches("WRONG ").count()), (1, 3), "{out}");
    let (code, _, _) = ran(program().args(["webhook", "send", &url])).await;
    assert_eq!(code, 0);
}

#[tokio::test]
async fn send_to_nobody_is_exit_1() {
    let listener = listening(&[]).await;
    let address = listener.address;
    drop(listener);
    let (code, out, _) = ran(program().args([
        "webhook",
        "send",
        &format!("http://{address}/"),
        "--secret",
        "env:HOOK_SECRET",
    ]))
    .await;
    assert_eq!(code, 1, "{out}");
}

#[tokio::test]
async fn demo_sends_signed_tampered_and_unsigned_events_and_listen_tells_which() {
    let mut listener = listening(&["--secret", "env:HOOK_SECRET"]).await;
    let url = format!("http://{}/", listener.address);
    let kinds = ["ping", "job.created", "job.started", "job.completed"];
    let cases = [
        (None, 202, "valid"),
        (Some("events-tampered"), 401, "invalid"),
        (Some("events-unsigned"), 401, "missing"),
    ];
    for (fault, status, word) in cases {
        let mut command = program();
        command.args(["demo", "--send-events", &url, "--secret", "env:HOOK_SECRET"]);
        if let Some(fault) = fault {
            command.args(["--fault", fault]);
        }
        let (code, out, err) = ran(&mut command).await;
        assert_eq!(code, 0, "{err}");
        let sent: Vec<Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let told: Vec<_> = sent
            .iter()
            .map(|line| (line["type"].as_str(), line["status"].as_u64()))
            .collect();
        assert_eq!(told, kinds.map(|kind| (Some(kind), Some(status))));
        for kind in kinds {
            let line = listener.line().await;
            assert_eq!(
                (line["type"].as_str(), line["signature"].as_str()),
                (Some(kind), Some(word)),
                "{line}"
            );
        }
    }
    drop(listener);
    let (code, _, _) = ran(program().args(["demo", "--send-events", &url])).await;
    assert_eq!(code, 1, "an event that nobody answers is told");
    for wrong in ["no url", "ftp://x/"] {
        let (code, _, _) = ran(program().args(["demo", "--send-events", wrong])).await;
        assert_eq!(code, 2);
    }
}
