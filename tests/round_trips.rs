//! How many requests a run makes, and how many of them wait for another: counted at the stand-in.

#![expect(clippy::expect_used, reason = "a test may panic")]

#[path = "support/checklist.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod checklist;

use checklist::{Done, checked, options, stand};
use orch_doctor::catalog::Verdict;
use orch_doctor::config::{ProcessWanted, Settings};
use orch_doctor::demo::{ApiVersion, Exchange, Harm, Hostile, Log, Options};
use orch_doctor::report::Exit;
use std::io::Write as _;
use std::time::Duration;

/// How long everything that the stand-in sends is on the way: longer than anything else takes.
const DELAY: Duration = Duration::from_millis(80);

/// The longest chain of requests that begins with the sign-in, each sent after the answer of the one before.
fn round_trips(log: &Log) -> usize {
    let sign_in = log
        .requests
        .iter()
        .position(|seen| seen.path().ends_with("Authenticate"));
    let from = sign_in.unwrap_or_default();
    let mut rest: Vec<_> = log.requests[from..].iter().collect();
    rest.sort_by_key(|seen| seen.arrived);
    let mut depth = vec![1_usize; rest.len()];
    for at in 0..rest.len() {
        for before in 0..at {
            if rest[before].answered + DELAY <= rest[at].arrived {
                depth[at] = depth[at].max(depth[before] + 1);
            }
        }
    }
    depth.into_iter().max().unwrap_or_default()
}

/// What was asked, for messages.
fn asked(log: &Log) -> Vec<String> {
    let line = |seen: &Exchange| {
        format!(
            "{:>4}-{:>4} ms {} {}",
            seen.arrived.as_millis(),
            seen.answered.as_millis(),
            seen.method,
            seen.target
        )
    };
    log.requests.iter().map(line).collect()
}

/// Late answers of this age.
fn late(api_version: ApiVersion) -> Options {
    Options {
        api_version,
        delay: DELAY,
        ..options()
    }
}

/// A profile of one process, without webhook and robot.
fn bare(settings: &mut Settings) {
    settings.webhook = None;
    settings.robot = None;
}

/// A process of a profile.
fn wanted(folder: &str, name: &str, version: &str) -> ProcessWanted {
    ProcessWanted {
        folder: folder.into(),
        name: name.into(),
        version: Some(version.into()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_age_takes_three_round_trips_from_the_sign_in_on() {
    for api_version in ApiVersion::ALL {
        let stand = stand(late(*api_version)).await;
        let done = checked(&stand, |_| {}).await;
        let log = stand.log();
        assert_eq!(done.report.exit(), Exit::Healthy, "{api_version:?}");
        assert_eq!(round_trips(&log), 3, "{api_version:?}: {:#?}", asked(&log));
        assert_eq!(log.client_hellos, 1, "one handshake for everything");
        assert_eq!(log.logins.len(), 1, "one sign-in");
        assert!(log.requests.len() <= 13, "{:#?}", asked(&log));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_of_another_name_takes_no_round_trip_more() {
    let stand = stand(late(ApiVersion::V17)).await;
    let done = checked(&stand, |settings| {
        settings.processes = vec![wanted("R&D #1", "O'Brien's #1 & only", "1.0.0")];
    })
    .await;
    assert_eq!(done.report.exit(), Exit::Healthy);
    let log = stand.log();
    assert_eq!(round_trips(&log), 3, "{:#?}", asked(&log));
}

/// Writes the events of a run as a recording.
fn recorded(done: &Done) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    for event in &done.events {
        let line = serde_json::to_string(event).expect("an event is JSON");
        writeln!(file, "{line}").expect("it can be written");
    }
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_recording_of_a_run_that_worked_two_are_enough() {
    for api_version in [ApiVersion::V11, ApiVersion::V17] {
        let stand = stand(late(api_version)).await;
        let first = checked(&stand, bare).await;
        let recording = recorded(&first);
        let before = stand.log().requests.len();
        let again = checked(&stand, |settings| {
            bare(settings);
            settings.baseline = Some(recording.path().to_owned());
        })
        .await;
        assert_eq!(again.report.exit(), Exit::Healthy, "{api_version:?}");
        let mut log = stand.log();
        log.requests.drain(..before);
        assert_eq!(round_trips(&log), 2, "{api_version:?}: {:#?}", asked(&log));
        assert!(log.requests.len() <= before, "nothing is asked twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_recording_knows_is_not_believed() {
    let old = stand(options()).await;
    let first = checked(&old, bare).await;
    let text = std::fs::read_to_string(recorded(&first).path()).expect("the recording");
    // The folder had another number then, and the process another key and package.
    let changed = text
        .replace("\"package\":\"InvoiceBot\"", "\"package\":\"Dispatcher\"")
        .replace("\"name\":\"Shared\"", "\"name\":\"Was shared\"")
        .replace("\"name\":\"Finance/Invoices\"", "\"name\":\"Shared\"")
        .replace("\"name\":\"Was shared\"", "\"name\":\"Finance/Invoices\"");
    assert_ne!(text, changed);
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(changed.as_bytes())
        .expect("it can be written");
    let done = checked(&old, |settings| {
        bare(settings);
        settings.baseline = Some(file.path().to_owned());
    })
    .await;
    let symptom = |check: &str| {
        let mut rows = done.report.rows.iter();
        let row = rows.find(|row| row.id.check.as_str() == check);
        row.and_then(|row| row.finding())
            .map(|finding| finding.symptom.clone())
    };
    assert_eq!(symptom("process-present").as_deref(), Some("present"));
    assert_eq!(symptom("version-present").as_deref(), Some("exact"));
    assert_eq!(symptom("process-executable").as_deref(), Some("executable"));
    assert_eq!(done.report.exit(), Exit::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_another_folder_than_the_one_named_is_asked_for_again_by_number() {
    let stand = stand(Options {
        hostile: vec![Hostile {
            how: Harm::OtherFolder,
            at: "/odata/releases".into(),
        }],
        ..late(ApiVersion::V17)
    })
    .await;
    let done = checked(&stand, |_| {}).await;
    let log = stand.log();
    let named = |by: &str| {
        log.requests.iter().any(|seen| {
            seen.target.contains("InvoiceBot") && seen.headers.iter().any(|name| name == by)
        })
    };
    assert!(named("x-uipath-folderpath-encoded") && named("x-uipath-organizationunitid"));
    assert_eq!(done.report.exit(), Exit::Healthy);
    assert_eq!(round_trips(&log), 4, "{:#?}", asked(&log));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_processes_in_fifty_folders_take_sixty_requests_at_most() {
    let delay = Duration::from_millis(5);
    let stand = stand(Options {
        crowd: 50,
        delay,
        ..options()
    })
    .await;
    let done = checked(&stand, |settings| {
        settings.processes = (0..200)
            .map(|at| ProcessWanted {
                folder: format!("Crowd/{:03}", at / 4),
                name: format!("bot {}-{}", at / 4, at % 4),
                version: None,
            })
            .collect();
    })
    .await;
    let log = stand.log();
    assert!(log.requests.len() <= 60, "{} requests", log.requests.len());
    let in_flight = |at| {
        let open = |seen: &&Exchange| seen.arrived <= at && at < seen.answered + delay;
        log.requests.iter().filter(open).count()
    };
    let most = log
        .requests
        .iter()
        .map(|seen| in_flight(seen.arrived))
        .max();
    assert!(most <= Some(8), "{most:?} at once");
    let present = done.report.rows.iter().filter(|row| {
        row.id.check.as_str() == "process-present" && row.verdict() == Some(Verdict::Pass)
    });
    assert_eq!(present.count(), 200);
    let failed = done
        .report
        .rows
        .iter()
        .filter(|row| row.verdict() == Some(Verdict::Fail));
    assert_eq!(failed.count(), 0);
    assert_eq!(
        done.report.exit(),
        Exit::Undecided,
        "what was not asked is not passed"
    );
}
