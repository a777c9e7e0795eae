//! The other direction: Orchestrator in one namespace, the cloud in another, and a firewall between them that lets requests in and
//! nothing out.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::rig::{Rig, available, path_of};

/// The stand-in at a node; asked to end when dropped, so that its files go with it.
struct Stand {
    process: Child,
    /// What it printed once it listened.
    ready: Value,
}

impl Stand {
    fn at(rig: &Rig, node: u8, listen: &str) -> Self {
        let words = [
            env!("CARGO_BIN_EXE_orch-doctor"),
            "demo",
            "--listen",
            listen,
        ];
        let mut process = rig
            .command(node, &words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self { process, ready }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.process.wait();
    }
}

/// What a check from the cloud's side comes to, with this callback in the profile of the stand-in.
fn checked(rig: &Rig, stand: &Stand, callback: &str) -> Value {
    let text = std::fs::read_to_string(stand.ready["profile"].as_str().unwrap()).unwrap();
    let mut profile: toml::Table = text.parse().unwrap();
    // The robot is the user's own computer's, which is neither of the two.
    profile.remove("robot");
    profile["webhook"]["callback"] = callback.into();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orch-doctor.toml");
    std::fs::write(&path, profile.to_string()).unwrap();
    let words = [
        env!("CARGO_BIN_EXE_orch-doctor"),
        "check",
        "--profile",
        path.to_str().unwrap(),
        "--format",
        "json",
    ];
    let home = folder.path().join("home");
    let output = rig
        .command(0, &words)
        .env_clear()
        .env("XDG_STATE_HOME", &home)
        .env("HOME", &home)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"))
}

fn row<'a>(report: &'a Value, check: &str) -> &'a Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["check"] == check).unwrap()
}

#[test]
fn a_callback_that_is_blocked_outward_is_one_root_and_says_the_direction() {
    if !available("a_callback_that_is_blocked_outward_is_one_root_and_says_the_direction") {
        return;
    }
    // The cloud is node 0, the firewall node 1, Orchestrator's server node 2.
    let mut rig = path_of(1);
    rig.listen(0, &[8765]);
    let stand = Stand::at(&rig, 2, "10.77.2.2:0");
    let callback = "http://10.77.1.1:8765/events";

    let open = checked(&rig, &stand, callback);
    assert_eq!(row(&open, "webhook-reaches-cloud")["symptom"], "reaches");
    assert_eq!(open["roots"], serde_json::json!([]));

    // Answers pass, and whatever Orchestrator's server begins itself is dropped.
    rig.rule(1, "ip saddr 10.77.2.2 tcp flags & (syn | ack) == syn drop");
    let blocked = checked(&rig, &stand, callback);
    let roots = blocked["roots"].as_array().unwrap();
    assert_eq!(roots.len(), 1, "{roots:?}");
    assert_eq!(roots[0]["check"], "webhook-reaches-cloud");
    assert_eq!(roots[0]["symptom"], "blocked");
    assert_eq!(roots[0]["owner"], "network");
    assert_eq!(blocked["exit"], 1);
    let row = row(&blocked, "webhook-reaches-cloud");
    let says = row["says"].as_str().unwrap();
    assert!(
        says.starts_with(
            "Outward from its own server, Orchestrator does not reach http://10.77.1.1:8765"
        ),
        "{says}"
    );
    assert!(says.contains("events cannot get back to Apps"), "{says}");
    let first = row["try"][0].as_str().unwrap();
    assert!(
        first.starts_with("Allow outgoing TCP 8765 from the Orchestrator server"),
        "{first}"
    );
    // The way in is open: what Apps itself asks of Orchestrator is answered.
    for check in ["port-open", "certificate-trusted", "login-accepted"] {
        assert_eq!(row_verdict(&blocked, check), "pass", "{check}");
    }
}

fn row_verdict<'a>(report: &'a Value, check: &str) -> &'a str {
    row(report, check)["verdict"].as_str().unwrap_or_default()
}
