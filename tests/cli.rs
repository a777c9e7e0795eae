//! The program from the outside: arguments → exit code, stdout, stderr.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(arguments)
        .env("XDG_STATE_HOME", folder)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Runs the program where there is no profile.
fn run(arguments: &[&str]) -> Output {
    run_in(tempfile::tempdir().unwrap().path(), arguments)
}

/// Fails unless the program refused in one clear line, sending nothing and repeating nothing secret.
fn assert_refused(output: &Output, about: &str) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{about}: {said}");
    assert!(output.stdout.is_empty(), "{about}");
    assert_eq!(said.lines().count(), 1, "{about}: {said}");
    assert!(said.contains(about), "{about}: {said}");
    assert!(!said.contains("CANARY"), "{said}");
}

/// The output as text.
fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_unusable_url_is_refused() {
    assert_refused(
        &run(&["check", "https://u:CANARY@h"]),
        "user name or password",
    );
    assert_refused(&run(&["check", "https://h:0"]), "port 0");
    assert_refused(&run(&["check", "https://h:70000"]), "1 to 65535");
    assert_refused(&run(&["check", "ftp://h"]), "scheme ftp");
    assert_refused(&run(&["check", "h:8443"]), "https://");
    assert_refused(&run(&["check"]), "without a target");
}

#[test]
fn an_unusable_profile_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(
        at("key.toml"),
        "[orchestrator]\nurl = \"https://h:1\"\ntennant = \"x\"\n",
    )
    .unwrap();
    std::fs::write(
        at("literal.toml"),
        "[credential]\nusername = \"u\"\npassword = \"CANARY\"\n",
    )
    .unwrap();
    std::fs::write(at("bytes.toml"), b"[orchestrator]\nurl = \"\xff\xfe\"\n").unwrap();
    std::fs::write(at("large.toml"), vec![b'#'; 10 << 20]).unwrap();
    let check = |name: &str| run_in(folder.path(), &["check", "--profile", name]);
    assert_refused(&check("key.toml"), "line 3, column 1");
    assert_refused(&check("literal.toml"), "line 3");
    assert_refused(&check("bytes.toml"), "UTF-8");
    assert_refused(&check("large.toml"), "1 MB");
    assert_refused(&check("."), "not a file");
    assert_refused(&check("absent.toml"), "absent.toml");
}

#[test]
fn an_unusable_option_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.pem"), "no certificate\n").unwrap();
    let check = |arguments: &[&str]| {
        run_in(
            folder.path(),
            &[&["check", "https://localhost:1"], arguments].concat(),
        )
    };
    assert_refused(&check(&["--cloud-roots", "empty.pem"]), "empty.pem");
    assert_refused(&check(&["--cloud-roots", "."]), "roots in .");
    assert_refused(&check(&["--only", "port-opened"]), "port-opened");
    assert_refused(&check(&["--skip", "absent-*"]), "absent-*");
    assert_refused(&check(&["--resolve", "h:443"]), "--resolve");
    assert_refused(&check(&["--dns", "dns.example"]), "--dns");
    assert_refused(&check(&["--source-ip", "192.0.2.77"]), "192.0.2.77");
}

#[test]
fn usage_errors_exit_with_2() {
    for arguments in [
        &["chekc"][..],
        &["check", "--fromat", "json"],
        &["check", "https://h:1", "--format", "yaml"],
        &["check", "https://h:1", "--connect-timeout", "soon"],
        &["explain"],
        &["explain", "port-opened"],
        &["replay", "absent.jsonl"],
        &["demo", "--fault", "everything"],
        &["check", "https://h:1", "--profile", "a", "--profile", "b"],
        &["check", "https://h:1", "--password", "CANARY"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    }
}

#[test]
fn a_screen_without_a_terminal_is_refused() {
    assert_refused(&run(&["tui", "https://localhost:1"]), "no terminal");
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [
        &["--help"][..],
        &["check", "--help"],
        &["--version"],
        &["list"],
        &["man"],
        &["completions", "bash"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_list_and_a_plan_are_json_as_the_contract_has_it() {
    let list: serde_json::Value =
        serde_json::from_str(&text(&run(&["list", "--format", "json"]))).unwrap();
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"port-open") && ids.contains(&"process-executable"),
        "{ids:?}"
    );
    for check in list.as_array().unwrap() {
        for key in ["id", "group", "question", "severity", "needs", "symptoms"] {
            assert!(!check[key].is_null(), "{check}");
        }
    }
    let plan = run(&["plan", "https://orch.invalid:8443", "--format", "json"]);
    assert_eq!(plan.status.code(), Some(0));
    let plan: serde_json::Value = serde_json::from_str(&text(&plan)).unwrap();
    for intent in plan.as_array().unwrap() {
        for key in [
            "check",
            "kind",
            "destination",
            "port",
            "method",
            "path",
            "credential",
            "effect",
        ] {
            assert!(intent.get(key).is_some(), "{key} in {intent}");
        }
    }
}

#[test]
fn only_brings_what_is_needed_along() {
    let plan = |arguments: &[&str]| {
        let whole = [
            &["plan", "https://orch.invalid:8443", "--format", "json"],
            arguments,
        ]
        .concat();
        let plan: serde_json::Value = serde_json::from_str(&text(&run(&whole))).unwrap();
        let mut checks: Vec<String> = plan
            .as_array()
            .unwrap()
            .iter()
            .map(|intent| intent["check"].as_str().unwrap().to_owned())
            .collect();
        checks.dedup();
        checks
    };
    assert_eq!(
        plan(&["--only", "tls-agreed"]),
        ["name-resolves", "port-open", "tls-agreed"]
    );
    assert_eq!(plan(&["--only", "name-*"]), ["name-resolves"]);
    assert!(!plan(&["--skip", "https-only"]).contains(&"https-only".to_owned()));
}

#[test]
fn an_address_and_an_international_name_are_usable() {
    for url in [
        "https://[::1]:1",
        "https://bücher.invalid:8443",
        "https://127.0.0.1:1",
    ] {
        let output = run(&["check", url, "--format", "json", "--connect-timeout", "1"]);
        let report: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
        assert_eq!(report["target"]["url"], url);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{url}");
    }
}

#[test]
fn a_closed_port_is_one_root_and_exit_1() {
    // A port that was just given back is closed.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("https://orch.example:{port}");
    let pin = format!("orch.example:{port}:127.0.0.1");
    let output = run(&["check", &url, "--resolve", &pin, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(report["roots"].as_array().unwrap().len(), 1);
    assert_eq!(report["roots"][0]["check"], "port-open");
    assert_eq!(report["roots"][0]["symptom"], "refused");
    let blocked = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["blocked_by"] == "port-open")
        .count();
    assert_eq!(report["counts"]["blocked"], blocked);
}

#[test]
fn at_the_deadline_what_is_known_is_reported() {
    // Nobody accepts from a full backlog, so that the handshake waits until the deadline.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let output = run(&[
        "check",
        &url,
        "--format",
        "json",
        "--deadline",
        "0.5",
        "--connect-timeout",
        "60",
    ]);
    let report: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(output.status.code(), Some(3));
    let row = |id: &str| {
        report["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["check"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(row("port-open")["verdict"], "pass");
    assert_eq!(row("tls-agreed")["verdict"], "unknown");
}

#[test]
fn a_report_file_is_whole_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "check",
        "https://127.0.0.1:1",
        "--format",
        "json",
        "--output",
        "report.json",
        "--record",
        "run.jsonl",
    ];
    let output = run_in(folder.path(), &arguments);
    assert!(output.stdout.is_empty());
    for name in ["report.json", "run.jsonl"] {
        let about = std::fs::metadata(folder.path().join(name)).unwrap();
        assert!(about.len() > 100, "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(about.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
    let replayed = run_in(folder.path(), &["replay", "run.jsonl", "--format", "json"]);
    let reported = std::fs::read(folder.path().join("report.json")).unwrap();
    let reported: serde_json::Value = serde_json::from_slice(&reported).unwrap();
    let replayed: serde_json::Value = serde_json::from_slice(&replayed.stdout).unwrap();
    assert_eq!(replayed, reported, "a replay is the same report");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(["list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_language_changes_sentences_and_nothing_that_programs_read() {
    let recording = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/recordings/certificate-expired.jsonl"
    );
    for arguments in [
        ["replay", recording, "--format", "json"],
        ["judge", recording, "--format", "json"],
        ["explain", "port-open", "--lang", "en"],
    ] {
        let english = text(&run(&arguments));
        let mut japanese = arguments.to_vec();
        japanese.extend(["--lang", "ja"]);
        if arguments[0] == "explain" {
            japanese = vec!["explain", "port-open", "--lang", "ja"];
            let told = text(&run(&japanese));
            assert!(
                told.contains("接続を受け付けます") && told.contains("partly-open"),
                "{told}"
            );
            assert_ne!(told, english);
        } else {
            assert_eq!(text(&run(&japanese)), english, "{arguments:?}");
        }
    }
    let told = text(&run(&[
        "replay", recording, "--format", "text", "--lang", "ja",
    ]));
    assert!(
        told.contains("対応できる人") && told.contains("certificate-in-date"),
        "{told}"
    );
}
