//! Signing in, against the stand-in: what is remembered, what is renewed, and which way worked.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/checklist.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod checklist;

use checklist::{Done, checked_as, options, stand};
use orch_doctor::config::{Reference, Settings, SignIn};
use orch_doctor::demo::{ApiVersion, Fault, Harm, Hostile, Options, Stand};
use orch_doctor::report::Exit;
use std::path::Path;
use std::process::{Command, Output};

/// The symptom of a row.
fn symptom(done: &Done, check: &str) -> Option<String> {
    let row = done
        .report
        .rows
        .iter()
        .find(|row| row.id.check.as_str() == check)?;
    row.finding().map(|finding| finding.symptom.clone())
}

/// The checklist, signed in as the external application.
async fn as_application(stand: &Stand, change: impl FnOnce(&mut Settings)) -> Done {
    let secret = Reference::File(stand.client_secret_file().to_owned());
    checked_as(stand, Some(secret), |settings| {
        settings.sign_in = SignIn::ClientCredentials {
            client_id: stand.client_id().into(),
            scopes: [
                "OR.Folders.Read",
                "OR.Execution.Read",
                "OR.Jobs",
                "OR.Users.Read",
                "OR.Webhooks",
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        change(settings);
    })
    .await
}

/// Where the application got its token.
fn token_path(done: &Done) -> Option<String> {
    done.report.evidence.values().find_map(|evidence| {
        let value = serde_json::to_value(evidence).unwrap();
        let paths = value.pointer("/seen/attempt/paths")?.as_array()?;
        paths.last()?.as_str().map(str::to_owned)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_passes_at_every_age_and_in_both_layouts() {
    for api_version in [ApiVersion::V13, ApiVersion::V15, ApiVersion::V17] {
        let stand = stand(Options {
            api_version,
            ..options()
        })
        .await;
        let done = as_application(&stand, |_| {}).await;
        assert_eq!(done.report.exit(), Exit::Healthy, "{api_version:?}");
        assert_eq!(
            token_path(&done).as_deref(),
            Some("/identity/connect/token")
        );
        let navigated = stand
            .log()
            .requests
            .iter()
            .any(|seen| seen.path().contains("FoldersNavigation"));
        assert!(!navigated, "FoldersNavigation does not take applications");
    }
    let stand = stand(options()).await;
    let done = as_application(&stand, |settings| {
        settings.target =
            orch_doctor::config::Target::parse(stand.suite_url(), settings.layout).unwrap();
    })
    .await;
    assert_eq!(done.report.exit(), Exit::Healthy);
    assert_eq!(
        token_path(&done).as_deref(),
        Some("/identity_/connect/token")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_place_of_the_suite_is_tried_and_told() {
    let hostile = vec![Hostile {
        how: Harm::InvalidJson,
        at: "/identity_/connect/token".into(),
    }];
    let stand = stand(Options {
        hostile,
        ..options()
    })
    .await;
    let done = as_application(&stand, |settings| {
        settings.target =
            orch_doctor::config::Target::parse(stand.suite_url(), settings.layout).unwrap();
    })
    .await;
    assert_eq!(
        token_path(&done).as_deref(),
        Some("/acme/identity_/connect/token")
    );
    assert_eq!(stand.log().logins.len(), 2);
}

/// Runs the program with this folder for its memory.
fn check(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(["check", "--format", "json"])
        .args(arguments)
        .env("XDG_STATE_HOME", home)
        .current_dir(home)
        .output()
        .unwrap()
}

/// The symptom of login-accepted in a JSON report.
fn login(output: &Output) -> String {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["check"] == "login-accepted");
    row.unwrap()["symptom"]
        .as_str()
        .unwrap_or("none")
        .to_owned()
}

/// A profile like the stand-in's, with this password.
fn profile_with(stand: &Stand, home: &Path, password: &str) -> String {
    let text = std::fs::read_to_string(stand.profile()).unwrap();
    let at = home.join(format!("{password}.txt"));
    std::fs::write(&at, password).unwrap();
    let text = text.replace(
        &*stand.password_file().to_string_lossy(),
        &at.to_string_lossy(),
    );
    let profile = home.join(format!("{password}.toml"));
    std::fs::write(&profile, text).unwrap();
    profile.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_password_is_sent_once_and_a_changed_one_is_tried() {
    let stand = stand(options()).await;
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let sent = || stand.log().logins.len();
    tokio::task::block_in_place(|| {
        let wrong = profile_with(&stand, home, "wrong-1");
        let first = check(home, &["--profile", &wrong]);
        assert_eq!(
            (login(&first).as_str(), first.status.code()),
            ("rejected", Some(1))
        );
        let second = check(home, &["--profile", &wrong]);
        assert_eq!(
            (login(&second).as_str(), second.status.code()),
            ("not-retried", Some(3))
        );
        assert_eq!(sent(), 1, "the second run sent nothing");
        let forced = check(home, &["--profile", &wrong, "--force"]);
        assert_eq!((login(&forced).as_str(), sent()), ("rejected", 2));
        let changed = check(home, &["--profile", &profile_with(&stand, home, "wrong-2")]);
        assert_eq!((login(&changed).as_str(), sent()), ("rejected", 3));
        let right = check(home, &["--profile", stand.profile().to_str().unwrap()]);
        assert_eq!(
            (login(&right).as_str(), right.status.code()),
            ("accepted", Some(0))
        );
        check(home, &["--profile", &profile_with(&stand, home, "wrong-3")]);
        let fourth = check(home, &["--profile", &profile_with(&stand, home, "wrong-4")]);
        assert_eq!(
            login(&fourth),
            "not-retried",
            "three rejections are the most"
        );
        assert_eq!(sent(), 5);
    });
    let kept = std::fs::read_to_string(home.join("orch-doctor/rejections.json")).unwrap();
    assert!(
        !kept.contains("wrong") && !kept.contains(stand.username()),
        "{kept}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_is_no_rejected_password() {
    let stand = stand(Options {
        faults: vec![Fault::LoginLockedOut],
        ..options()
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = tokio::task::block_in_place(|| {
            check(
                home.path(),
                &["--profile", stand.profile().to_str().unwrap()],
            )
        });
        assert_eq!(login(&output), "locked-out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_the_middle_is_renewed_once() {
    let stand = stand(Options {
        first_token_uses: Some(2),
        ..options()
    })
    .await;
    let done = checked_as(&stand, None, |_| {}).await;
    assert_eq!(
        symptom(&done, "login-accepted").as_deref(),
        Some("accepted")
    );
    assert_eq!(
        stand.log().logins.len(),
        2,
        "one sign-in more, and no third"
    );
    let refused = stand
        .log()
        .requests
        .iter()
        .filter(|seen| seen.status == 401)
        .count();
    assert!(refused > 0, "a request met the end of its token");
}
