//! The checklist against the stand-in Orchestrator, over real sockets.

#[path = "support/checklist.rs"]
mod checklist;
#[path = "support/openapi.rs"]
#[expect(dead_code, reason = "the tests of the stand-in use the rest of it")]
mod openapi;
#[path = "support/schema.rs"]
mod schema;

use checklist::{Done, checked, judged_again, noted, options, stand};
use openapi::{Definitions, Sent, required};
use orch_doctor::catalog::{Catalog, Verdict};
use orch_doctor::config::Settings;
use orch_doctor::demo::{ApiVersion, Fault, Options};
use orch_doctor::plan::{Plan, Selection};
use orch_doctor::probe::Probe;
use orch_doctor::report::{Exit, State, json};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// The roots of a run, as `check/symptom`.
fn roots(done: &Done) -> Vec<String> {
    let roots = done.report.roots();
    roots
        .iter()
        .map(|root| format!("{}/{}", root.check, root.symptom))
        .collect()
}

/// Silence must not be waited for long.
fn quick(settings: &mut Settings) {
    settings.network.connect_timeout_ms = 1_500;
    settings.network.request_timeout_ms = 3_000;
}

/// Rows that are neither judged well nor skipped with a reason.
fn odd_rows(done: &Done) -> Vec<String> {
    let odd = done.report.rows.iter().filter(|row| match &row.state {
        State::Judged(finding) => match finding.verdict {
            Verdict::Pass => false,
            // Nothing is stapled by the stand-in, and that is all it cannot tell.
            Verdict::Unknown => row.id.check.as_str() != "certificate-unrevoked",
            Verdict::Warn | Verdict::Fail => true,
        },
        State::Skipped(reason) => reason.is_empty(),
        State::Waiting | State::Running | State::Blocked(_) | State::Broke(_) => true,
    });
    odd.map(|row| format!("{}: {:?}", row.id.check, row.state))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_age_of_a_healthy_orchestrator_passes() {
    for api_version in [
        ApiVersion::V11,
        ApiVersion::V13,
        ApiVersion::V15,
        ApiVersion::V17,
    ] {
        let stand = stand(Options {
            api_version,
            ..options()
        })
        .await;
        let done = checked(&stand, |_| {}).await;
        assert_eq!(odd_rows(&done), Vec::<String>::new(), "{api_version:?}");
        assert_eq!(done.report.exit(), Exit::Healthy, "{api_version:?}");
        assert_eq!(schema::faults(&json(&done.report)), Vec::<String>::new());
        assert!(
            stand.log().writes().is_empty(),
            "a diagnosis changes nothing"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_automation_suite_layout_passes_too() {
    let stand = stand(options()).await;
    let done = checked(&stand, |settings| {
        settings.target =
            orch_doctor::config::Target::parse(stand.suite_url(), settings.layout).expect("a URL");
    })
    .await;
    assert_eq!(odd_rows(&done), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_leads_to_the_one_root_it_names() {
    let mut walks: JoinSet<Option<String>> = JoinSet::new();
    let mut wrong = Vec::new();
    for fault in Fault::ALL {
        if walks.len() >= 4 {
            wrong.extend(
                walks
                    .join_next()
                    .await
                    .and_then(|walk| walk.expect("a walk")),
            );
        }
        walks.spawn(async move {
            let stand = stand(Options {
                faults: vec![*fault],
                ..options()
            })
            .await;
            let done = checked(&stand, quick).await;
            let (check, symptom) = fault.root();
            let found = (roots(&done), done.report.exit());
            let expected = (vec![format!("{check}/{symptom}")], Exit::Unhealthy);
            let against = schema::faults(&json(&done.report));
            assert_eq!(against, Vec::<String>::new(), "{}", fault.name());
            (found != expected).then(|| format!("{}: {found:?}, not {expected:?}", fault.name()))
        });
    }
    wrong.extend(walks.join_all().await.into_iter().flatten());
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_run_is_judged_to_the_identical_report() {
    for fault in [
        None,
        Some(Fault::PortRefused),
        Some(Fault::CertificateExpired),
        Some(Fault::LoginLockedOut),
    ] {
        let stand = stand(Options {
            faults: fault.into_iter().collect(),
            ..options()
        })
        .await;
        let done = checked(&stand, quick).await;
        let lines: Vec<String> = done
            .events
            .iter()
            .map(|event| serde_json::to_string(event).expect("an event is JSON"))
            .collect();
        let read: Vec<orch_doctor::event::Event> = lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("a recorded event"))
            .collect();
        assert_eq!(read, done.events, "a recording loses nothing");
        let again = judged_again(&done).await;
        assert_eq!(json(&again.report), json(&done.report), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_reads_only_what_its_checks_need() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let stand = stand(options()).await;
    let done = noted(&stand, |_| {}, Some(sender)).await;
    let catalog = Catalog::built_in().expect("the built-in checklist");
    let settings = &done.report.began.as_deref().expect("a run").settings;
    let plan = Plan::new(&catalog, &Selection::default(), settings).expect("a plan");
    let mut reads = BTreeSet::new();
    while let Ok(read) = receiver.try_recv() {
        reads.insert(read);
    }
    assert!(reads.len() > 5, "probes were seen to read: {reads:?}");
    for (reader, read) in reads {
        for row in plan
            .rows()
            .iter()
            .filter(|row| row.measurement.probe == reader)
        {
            let mut open = row.starts_after.clone();
            let mut needed: BTreeSet<Probe> = BTreeSet::new();
            while let Some(at) = open.pop() {
                needed.insert(plan.rows()[at].measurement.probe);
                open.extend(&plan.rows()[at].needs);
            }
            assert!(
                needed.contains(&read),
                "{} reads {read:?} and does not need it",
                row.row.check
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_that_the_definition_of_its_age_has() {
    for (api_version, number) in [
        (ApiVersion::V11, 11),
        (ApiVersion::V15, 15),
        (ApiVersion::V17, 17),
    ] {
        let Some(definitions) = Definitions::load(number) else {
            assert!(!required(), "the definitions are required and absent");
            println!("skipped: no ../shared");
            return;
        };
        let stand = stand(Options {
            api_version,
            ..options()
        })
        .await;
        checked(&stand, |_| {}).await;
        let log = stand.log();
        let judged: Vec<_> = log
            .requests
            .iter()
            .filter(|exchange| exchange.path() != "/api/health")
            .collect();
        assert!(judged.len() > 6, "the checklist asks more than this");
        for exchange in judged {
            let sent = Sent {
                method: &exchange.method,
                target: &exchange.target,
                headers: &exchange.headers,
                body: exchange.body.as_deref(),
            };
            assert_eq!(definitions.request(&sent), Ok(()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_run_takes_one_handshake_and_eight_requests() {
    let stand = stand(options()).await;
    checked(&stand, |_| {}).await;
    let log = stand.log();
    assert_eq!(log.client_hellos, 1, "one handshake for everything");
    let asked: Vec<&str> = log
        .requests
        .iter()
        .map(|exchange| exchange.path())
        .collect();
    assert_eq!(asked.len(), 8, "{asked:?}");
    assert_eq!(log.logins.len(), 1, "one sign-in");
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let report = json(&orch_doctor::report::Report::default());
    assert!(schema::faults(&report).contains(&"report.began is null, not \"string\"".to_owned()));
    let mut changed = report;
    changed["verdict"] = "pass".into();
    changed["exit"] = 7.into();
    let faults = schema::faults(&changed);
    assert!(
        faults.contains(&"report has verdict, which it must not".to_owned()),
        "{faults:?}"
    );
    assert!(
        faults.contains(&"report.exit is 7, none of its values".to_owned()),
        "{faults:?}"
    );
}
