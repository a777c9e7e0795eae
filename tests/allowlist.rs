//! The allowlist from the outside: a profile with exported rules → exit code, report, change. Nothing is sent.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A folder with a profile, own ranges and a host's rules that admit these networks.
fn folder(admitted: &[&str], section: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "ranges.toml",
        "[[set]]\nname = \"lab\"\nregion = \"lab\"\ncidrs = [\"198.51.100.4/30\", \"198.51.100.64/30\"]\nvalid_from = \"2026-01-01\"\n",
    );
    let rules: Vec<String> = admitted
        .iter()
        .map(|net| format!("-A INPUT -s {net} -p tcp -m tcp --dport 8443 -j ACCEPT\n"))
        .collect();
    write(
        "host.rules",
        &format!("*filter\n:INPUT DROP [0:0]\n{}COMMIT\n", rules.concat()),
    );
    write(
        "orch-doctor.toml",
        &format!(
            "[orchestrator]\nurl = \"https://orch.invalid:8443\"\n[allowlist]\nregions = [\"lab\"]\nranges = [\"ranges.toml\"]\n{section}\n"
        ),
    );
    folder
}

const RULES: &str = "rules = [\"host.rules\"]";

fn report(folder: &Path) -> (Option<i32>, Value) {
    let output = run(
        folder,
        &["check", "--only", "allowlist-complete", "--format", "json"],
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| unreachable!("{error}: {said}")),
    )
}

#[test]
fn a_range_that_is_not_admitted_is_the_root_and_the_change_admits_it() {
    let lacking = folder(&["198.51.100.4/30"], RULES);
    let (code, report_of) = report(lacking.path());
    assert_eq!(code, Some(1));
    let root = &report_of["roots"][0];
    assert_eq!(
        (root["check"].as_str(), root["symptom"].as_str()),
        (Some("allowlist-complete"), Some("missing"))
    );
    let row = &report_of["rows"][0];
    assert_eq!(row["grade"], "derived");
    let says = row["says"].as_str().unwrap();
    assert!(
        says.contains("198.51.100.64/30")
            && says.contains(":INPUT DROP")
            && says.contains("host.rules line 2"),
        "{says}"
    );

    let output = run(
        lacking.path(),
        &["allowlist", "request", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(1));
    let change: Value = serde_json::from_slice(&output.stdout).unwrap();
    let command = change["changes"][0]["change"]["apply"][0].as_str().unwrap();
    assert!(
        command.starts_with("iptables -t filter -A INPUT -s 198.51.100.64/30 ")
            && command.ends_with("-j ACCEPT"),
        "{command}"
    );

    let whole = folder(&["198.51.100.4/30", "198.51.100.64/30"], RULES);
    assert_eq!(report(whole.path()).0, Some(0));
    assert_eq!(
        run(whole.path(), &["allowlist", "request"]).status.code(),
        Some(0)
    );
    assert_eq!(
        run(whole.path(), &["allowlist", "check"]).status.code(),
        Some(0)
    );
}

#[test]
fn what_the_rules_do_not_tell_leaves_the_run_undecided() {
    let folder = folder(
        &["198.51.100.4/30 -i eth0", "198.51.100.64/30 -i eth0"],
        RULES,
    );
    assert_eq!(report(folder.path()).0, Some(3));
    let told = "rules = [{ file = \"host.rules\", interface = \"eth0\", hook = \"input\", kind = \"iptables\" }]";
    let profile = folder.path().join("orch-doctor.toml");
    let text = std::fs::read_to_string(&profile)
        .unwrap()
        .replace(RULES, told);
    std::fs::write(&profile, text).unwrap();
    assert_eq!(report(folder.path()).0, Some(0));
}

#[test]
fn without_rules_the_check_is_skipped() {
    let folder = folder(&[], "");
    let (code, report) = report(folder.path());
    assert_eq!(
        (code, report["rows"][0]["state"].as_str()),
        (Some(0), Some("skipped"))
    );
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    for (section, said) in [
        ("rules = [\"absent.rules\"]", "cannot read"),
        ("rules = [\"ranges.toml\"]", "cannot use the rules"),
        (
            "rules = [{ file = \"host.rules\", kind = \"juniper\" }]",
            "kind is not one of",
        ),
        (
            "rules = [{ file = \"host.rules\", hook = \"output\" }]",
            "hook is not one of",
        ),
    ] {
        let folder = folder(&[], section);
        let output = run(folder.path(), &["check", "--only", "allowlist-complete"]);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(
            complaint.contains(said) && complaint.lines().count() == 1,
            "{complaint}"
        );
    }
}

/// A folder whose profile names a packed log of IIS with these clients and answers, and a plain one.
fn with_logs(entries: &[&str], plain: &str) -> tempfile::TempDir {
    let folder = folder(&[], "logs = [\"u_ex261122.log.gz\", \"u_ex261123.log\"]");
    let packed = std::fs::File::create(folder.path().join("u_ex261122.log.gz")).unwrap();
    let mut packed = GzEncoder::new(packed, Compression::fast());
    packed
        .write_all(b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip cs-method cs-uri-stem s-port c-ip sc-status sc-substatus time-taken\r\n")
        .unwrap();
    for entry in entries {
        write!(
            packed,
            "2026-11-22 10:00:00 10.0.0.5 GET /api/Status/Get 443 {entry} 12\r\n"
        )
        .unwrap();
    }
    packed.finish().unwrap();
    std::fs::write(folder.path().join("u_ex261123.log"), plain).unwrap();
    folder
}

#[test]
fn logs_tell_whether_the_published_ranges_arrive() {
    let turned =
        "#Fields: date time c-ip sc-status sc-substatus\n2026-11-23 10:00:00 198.51.100.66 403 6\n";
    let cases: [(&[&str], &str, &str, i32, &str); 5] = [
        (
            &["198.51.100.5 200 0", "192.0.2.1 200 0"],
            "",
            "arrives",
            0,
            "198.51.100.4/30",
        ),
        (
            &["198.51.100.5 200 0", "198.51.100.65 200 0"],
            turned,
            "turned-away",
            1,
            "403.6: IIS turned them away: 198.51.100.64/30",
        ),
        (
            &["10.1.1.1 200 0", "10.1.1.1 401 0", "::1 200 0"],
            "",
            "hidden-by-nat",
            0,
            "the load balancer's address, 10.1.1.1",
        ),
        (
            &["192.0.2.1 200 0"],
            "",
            "never-seen",
            0,
            "in u_ex261122.log.gz, u_ex261123.log, with one entry",
        ),
        (&[], "no log at all\n", "never-seen", 0, "no line of which"),
    ];
    for (entries, plain, symptom, code, words) in cases {
        let folder = with_logs(entries, plain);
        let output = run(
            folder.path(),
            &["check", "--only", "cloud-arrives", "--format", "json"],
        );
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let row = &report["rows"][0];
        let says = row["says"].as_str().unwrap();
        assert_eq!(
            (row["symptom"].as_str(), output.status.code()),
            (Some(symptom), Some(code)),
            "{says}"
        );
        assert_eq!(row["grade"], "derived");
        assert!(says.contains(words), "{says}");
        assert_eq!(
            report["rows"].as_array().unwrap().len(),
            1,
            "it needs nothing"
        );
    }
}

#[test]
fn a_log_that_is_not_there_is_refused_before_anything_is_sent() {
    for logs in ["logs = [\"absent.log\"]", "logs = [\".\"]"] {
        let folder = folder(&[], logs);
        let output = run(folder.path(), &["check"]);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(
            complaint.contains("cannot read the log") && complaint.lines().count() == 1,
            "{complaint}"
        );
    }
}

#[test]
fn the_list_is_shown_for_a_day_and_a_region() {
    let folder = tempfile::tempdir().unwrap();
    let shown = |on: &str| {
        let output = run(
            folder.path(),
            &[
                "allowlist",
                "show",
                "--on",
                on,
                "--region",
                "europe",
                "--format",
                "json",
            ],
        );
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        shown["sets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|set| set["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown("2026-01-25"), ["apps-europe-until-2026-01"]);
    assert_eq!(
        shown("2026-12-01"),
        ["apps-europe-2026-01", "unified-europe-2026-09"]
    );
    assert_eq!(
        run(folder.path(), &["allowlist", "show", "--region", "mars"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn an_imported_table_is_a_file_of_ranges() {
    let lab = folder(
        &["198.51.100.4/30", "198.51.100.64/30", "192.0.2.0/28"],
        RULES,
    );
    std::fs::write(
        lab.path().join("table.txt"),
        "| Region | Ranges |\n| --- | --- |\n| Lab | 192.0.2.0/28 |\n",
    )
    .unwrap();
    let output = run(
        lab.path(),
        &[
            "allowlist",
            "import",
            "table.txt",
            "--valid-from",
            "2026-09-16",
            "--service",
            "unified",
        ],
    );
    assert_eq!(output.status.code(), Some(0));
    std::fs::write(lab.path().join("more.toml"), &output.stdout).unwrap();
    let profile = lab.path().join("orch-doctor.toml");
    let text = std::fs::read_to_string(&profile)
        .unwrap()
        .replace("\"ranges.toml\"]", "\"ranges.toml\", \"more.toml\"]");
    std::fs::write(&profile, text).unwrap();
    assert_eq!(report(lab.path()).0, Some(0));
}
