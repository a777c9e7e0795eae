//! What changed since it worked: `diff` and `--baseline`, over runs of the program.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use orch_doctor::demo::{Fault, Options, Stand, start};
use orch_doctor::world::real;
use std::path::Path;
use std::process::{Command, Output};

/// A stand-in with this fault.
async fn stand(fault: Option<Fault>) -> Stand {
    let options = Options {
        faults: fault.into_iter().collect(),
        ..Options::new(real::world_keeping(None).clock.now())
    };
    start(options).await.unwrap()
}

/// Runs the program in the folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
            .args(arguments)
            .env("XDG_STATE_HOME", folder)
            .current_dir(folder)
            .output()
            .unwrap()
    })
}

/// Records a run, and its report, under the name.
fn record(folder: &Path, stand: &Stand, name: &str, more: &[&str]) -> serde_json::Value {
    let (run_file, report) = (format!("{name}.jsonl"), format!("{name}.json"));
    let profile = stand.profile().to_str().unwrap();
    let arguments = [
        "check",
        "--profile",
        profile,
        "--record",
        &run_file,
        "--format",
        "json",
        "--output",
        &report,
    ];
    let output = run(folder, &[&arguments[..], more].concat());
    assert_ne!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&std::fs::read(folder.join(report)).unwrap()).unwrap()
}

/// The row of a check in a report.
fn row<'a>(report: &'a serde_json::Value, check: &str) -> &'a serde_json::Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["check"] == check).unwrap()
}

const MOVED: &str = "the process InvoiceBot moved from Finance/Invoices to Finance/Archive";

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_process_is_told_by_diff_and_by_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    record(folder, &stand(None).await, "good", &[]);
    let moved = stand(Some(Fault::ProcessElsewhere)).await;
    for baseline in ["good.jsonl", "good.json"] {
        let report = record(folder, &moved, "moved", &["--baseline", baseline]);
        let changed = row(&report, "nothing-changed");
        assert_eq!(changed["symptom"], "changed");
        let roots = report["roots"].as_array().unwrap();
        assert_eq!(roots.len(), 1, "a change is no root: {roots:?}");
        let told = changed["evidence"]["changes"].to_string();
        assert!(told.contains("Finance/Archive"), "{told}");
    }
    for (one, other) in [
        ("good.jsonl", "moved.jsonl"),
        ("good.json", "moved.json"),
        ("good.jsonl", "moved.json"),
    ] {
        let output = run(folder, &["diff", one, other, "--format", "json"]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        let says: Vec<&str> = told["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["says"].as_str().unwrap())
            .collect();
        assert_eq!(says.last(), Some(&MOVED), "{says:?}");
        assert!(says[0].starts_with("the URL changed"), "{says:?}");
        let backwards = run(folder, &["diff", other, one]);
        assert_eq!(
            backwards.status.code(),
            Some(3),
            "better is different, not worse"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_the_same_world_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let stand = stand(None).await;
    record(folder, &stand, "one", &[]);
    let report = record(folder, &stand, "two", &["--baseline", "one.jsonl"]);
    assert_eq!(row(&report, "nothing-changed")["symptom"], "unchanged");
    assert_eq!(report["exit"], 0);
    let output = run(folder, &["diff", "one.jsonl", "two.jsonl"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("Nothing that was compared has changed."),
        "{text}"
    );
    let again = run(folder, &["judge", "two.jsonl", "--format", "json"]);
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        again["rows"], report["rows"],
        "a recorded comparison is judged as it was"
    );
}

#[test]
fn a_baseline_that_is_no_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text"), "no run\n").unwrap();
    for arguments in [
        &["check", "https://localhost:1", "--baseline", "text"][..],
        &["check", "https://localhost:1", "--baseline", "absent"],
        &["diff", "text", "text"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
            .args(arguments)
            .env("XDG_STATE_HOME", folder.path())
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}
