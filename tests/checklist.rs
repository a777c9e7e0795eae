//! The checklist against the stand-in Orchestrator, over real sockets.

#![expect(clippy::expect_used, reason = "a test may panic")]

#[path = "support/checklist.rs"]
mod checklist;
#[path = "support/openapi.rs"]
#[expect(dead_code, reason = "the tests of the stand-in use the rest of it")]
mod openapi;
#[path = "support/schema.rs"]
mod schema;

use checklist::{Done, checked, judged_again, noted, options, stand};
use openapi::{Definitions, Sent, required};
use orch_doctor::catalog::{Catalog, Complaint, Question, Verdict};
use orch_doctor::config::Settings;
use orch_doctor::demo::{ApiVersion, Fault, Options};
use orch_doctor::plan::{Plan, Selection};
use orch_doctor::probe::Probe;
use orch_doctor::report::{Exit, State, json};
use std::collections::BTreeSet;
use std::io::Write as _;
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
            // Nothing is stapled by the stand-in, and nobody is asked for consent by a check: that is all it cannot tell.
            Verdict::Unknown => !matches!(
                (row.id.check.as_str(), finding.symptom.as_str()),
                ("certificate-unrevoked", _) | ("robot-has-process", "needs-consent")
            ),
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
    for api_version in ApiVersion::ALL.iter().copied() {
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
async fn with_permission_to_change_an_event_makes_the_whole_way_back() {
    let stand = stand(options()).await;
    let done = checked(&stand, |settings| settings.allow_changes = true).await;
    assert_eq!(odd_rows(&done), Vec::<String>::new());
    let told = |check: &str| {
        let row = done.report.rows.iter();
        let mut row = row.filter(|row| row.id.check.as_str() == check);
        row.find_map(|row| row.finding().map(|finding| finding.symptom.clone()))
            .unwrap_or_default()
    };
    let all = [
        "webhooks-permitted",
        "webhook-reaches-cloud",
        "webhooks-sound",
        "webhook-delivers",
        "robot-answers",
    ];
    let expected = [
        "permitted",
        "reaches",
        "none",
        "delivered",
        "consent-needed",
    ];
    assert_eq!(all.map(told), expected);
    let writes: Vec<String> = stand
        .log()
        .writes()
        .iter()
        .map(|write| write.method.clone())
        .collect();
    assert_eq!(
        writes,
        ["POST", "POST", "DELETE"],
        "what was made is removed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_callback_is_told_as_outward_and_given_to_the_network() {
    let stand = stand(Options {
        faults: vec![Fault::WebhookBlocked],
        ..options()
    })
    .await;
    let done = checked(&stand, quick).await;
    let roots = done.report.roots();
    let [root] = roots.as_slice() else {
        unreachable!("one fault, one root: {roots:?}")
    };
    assert_eq!(
        root.owner.map(orch_doctor::catalog::Owner::key),
        Some("network")
    );
    let row = done
        .report
        .rows
        .iter()
        .find(|row| row.id.check.as_str() == "webhook-reaches-cloud");
    let says = row.and_then(|row| row.finding()).expect("a finding");
    let first = says.says.split(": ").next().unwrap_or_default();
    assert!(first.starts_with("Outward from its own server"), "{first}");
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
            let done = checked(&stand, |settings| {
                quick(settings);
                settings.allow_changes = fault.needs_changes();
            })
            .await;
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

#[test]
fn each_documented_question_has_a_fault_that_is_played() {
    // Ranges and rules are files, and no server shows what is wrong in them: `tests/allowlist.rs` has those.
    let by_files = |question: &Question| question.checks.contains(&"allowlist-complete");
    let broken: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.root().0).collect();
    let questions = Complaint::ALL
        .iter()
        .flat_map(|complaint| complaint.questions());
    let unplayed: Vec<&str> = questions
        .filter(|question| !by_files(question))
        .filter(|question| !question.checks.iter().any(|check| broken.contains(check)))
        .map(|question| question.asks)
        .collect();
    assert_eq!(unplayed, Vec::<&str>::new());
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
        (ApiVersion::V9, 9),
        (ApiVersion::V11, 11),
        (ApiVersion::V15, 15),
        (ApiVersion::V17, 17),
    ] {
        let Some(definitions) = Definitions::load(number) else {
            assert!(!required(), "the definitions are required and absent");
            // Straight to stderr: the test runner keeps what passing tests print.
            let _ = writeln!(std::io::stderr(), "skipped: no ../shared");
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

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_found_in_their_own_folder() {
    let stand = stand(options()).await;
    let wanted = [
        ("R&D #1", "O'Brien's #1 & only", "1.0.0"),
        ("R&D #1", "50% faster?", "0.9.0-beta.2"),
        ("経理", "請求書処理", "1.1.0"),
        ("経理/月次", "Dispatcher", "2.3.1"),
        ("Shared", "Dispatcher", "2.3.0"),
        ("Deep/Level 2/Level 3/Level 4/Level 5", "Diver", "1.0.0"),
        ("/deep/level 2/LEVEL 3/Level 4/Level 5/", "diver ", "1.0.0"),
        ("C++ 100% & \"more\"", "a+b = c; d?", "1.0.0"),
        ("Caf\u{e9}", "Men\u{fc} + Gr\u{f6}\u{df}e", "2.0.0"),
        (
            "Cafe\u{301}/Archive",
            "Menu\u{308} + Gro\u{308}\u{df}e",
            "2.0.0",
        ),
        ("apps-svc's workspace", "Draft", "1.0.0"),
    ];
    let done = checked(&stand, |settings| {
        settings.processes = wanted
            .map(
                |(folder, name, version)| orch_doctor::config::ProcessWanted {
                    folder: folder.into(),
                    name: name.into(),
                    version: Some(version.into()),
                },
            )
            .to_vec();
    })
    .await;
    assert_eq!(odd_rows(&done), Vec::<String>::new());
    assert_eq!(done.report.exit(), Exit::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_a_classic_folder_is_found_at_every_age_that_has_them() {
    let classic = |age: &&ApiVersion| **age < ApiVersion::V15;
    for api_version in ApiVersion::ALL.iter().filter(classic).copied() {
        let stand = stand(Options {
            api_version,
            ..options()
        })
        .await;
        let done = checked(&stand, |settings| {
            settings.processes = vec![orch_doctor::config::ProcessWanted {
                folder: "Default".into(),
                name: "Ledger_Prod".into(),
                version: Some("4.0.1".into()),
            }];
        })
        .await;
        // The name that classic folders give, process and environment, has the underscore that Apps does not take.
        let odd = odd_rows(&done);
        assert!(
            matches!(odd.as_slice(), [row] if row.starts_with("process-name-safe")),
            "{api_version:?}: {odd:?}"
        );
        assert_eq!(done.report.exit(), Exit::Healthy, "{api_version:?}");
    }
}

/// A guard against hanging, not a measurement: the deadline of each run is 8 s, and the machine may be busy.
const GUARD_MS: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_a_server_sends_breaks_the_run() {
    use orch_doctor::demo::{Harm, Hostile};
    let harms = [
        Harm::RedirectAway,
        Harm::RedirectLoop,
        Harm::EndlessBody,
        Harm::HugeBody,
        Harm::ManyValues,
        Harm::LongText,
        Harm::GzipBomb,
        Harm::SlowBody,
        Harm::CutBody,
        Harm::InvalidJson,
        Harm::DeepJson,
        Harm::WrongTypes,
        Harm::NanCount,
        Harm::NoAnswer,
    ];
    let places = ["", "odata", "foldersnavigation", "authenticate"];
    let mut walks: JoinSet<Option<String>> = JoinSet::new();
    let mut wrong = Vec::new();
    for (how, at) in harms.into_iter().flat_map(|how| places.map(|at| (how, at))) {
        if walks.len() >= 4 {
            wrong.extend(walks.join_next().await.and_then(Result::ok).flatten());
        }
        walks.spawn(async move {
            let hostile = vec![Hostile { how, at: at.into() }];
            let stand = stand(Options {
                hostile,
                ..options()
            })
            .await;
            let done = checked(&stand, |settings| {
                settings.network.connect_timeout_ms = 1_000;
                settings.network.request_timeout_ms = 1_000;
                settings.network.deadline_ms = Some(8_000);
            })
            .await;
            let told = matches!(done.report.exit(), Exit::Unhealthy | Exit::Undecided);
            let broke = done.report.counts().broke;
            let stolen = stand
                .log()
                .requests
                .iter()
                .any(|seen| seen.path() == "/stolen");
            (!told || broke > 0 || stolen || done.report.took_ms > GUARD_MS).then(|| {
                format!(
                    "{how:?} at {at:?}: {:?}, {broke} broke, {stolen}",
                    done.report.exit()
                )
            })
        });
    }
    for walk in walks.join_all().await {
        wrong.extend(walk);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_come_twice_and_a_next_page_elsewhere_change_nothing() {
    use orch_doctor::demo::{Harm, Hostile};
    for how in [Harm::DuplicateKeys, Harm::NextLinkAway] {
        let hostile = vec![Hostile {
            how,
            at: String::new(),
        }];
        let stand = stand(Options {
            hostile,
            ..options()
        })
        .await;
        let done = checked(&stand, |_| {}).await;
        assert_eq!(done.report.counts().broke, 0);
        let away = stand
            .log()
            .requests
            .iter()
            .any(|seen| seen.path() == "/stolen");
        assert!(!away, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_that_does_not_tell_its_version_is_asked_in_either_form() {
    use orch_doctor::demo::{Harm, Hostile};
    for api_version in ApiVersion::ALL.iter().copied() {
        let hostile = vec![Hostile {
            how: Harm::NoVersion,
            at: String::new(),
        }];
        let stand = stand(Options {
            hostile,
            api_version,
            ..options()
        })
        .await;
        let done = checked(&stand, |_| {}).await;
        let odd: Vec<String> = odd_rows(&done)
            .into_iter()
            .filter(|row| !row.starts_with("version-supported"))
            .collect();
        assert_eq!(odd, Vec::<String>::new(), "{api_version:?}");
        assert_eq!(done.report.exit(), Exit::Healthy, "{api_version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_a_second_gets_it_and_is_asked_again_once() {
    let busy_for = async |busy| stand(Options { busy, ..options() }).await;
    let soon = busy_for(3).await;
    let done = checked(&soon, |_| {}).await;
    assert_eq!(odd_rows(&done), Vec::<String>::new());
    assert_eq!(done.report.exit(), Exit::Healthy);
    let never = busy_for(u32::MAX).await;
    let done = checked(&never, |_| {}).await;
    assert_eq!(roots(&done), Vec::<String>::new(), "too much is no fault");
    assert_eq!(done.report.exit(), Exit::Undecided);
    assert!(
        never.log().requests.len() <= 16,
        "nothing is asked a third time"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_front_is_not_taken_for_orchestrators_word_about_the_account() {
    use orch_doctor::demo::{Harm, Hostile};
    let places = [
        "authenticate",
        "foldersnavigation",
        "/odata/releases",
        "getprocessversions",
        "validatedynamicjob",
        "getcurrentpermissions",
        "/odata/webhooks",
        "verifyhost",
    ];
    for (how, at) in [Harm::BlockPage, Harm::GatewayJson]
        .into_iter()
        .flat_map(|how| places.map(|at| (how, at)))
    {
        let hostile = vec![Hostile { how, at: at.into() }];
        let stand = stand(Options {
            hostile,
            ..options()
        })
        .await;
        let done = checked(&stand, |_| {}).await;
        assert_eq!(roots(&done), Vec::<String>::new(), "{how:?} at {at}");
        assert_ne!(done.report.exit(), Exit::Unhealthy, "{how:?} at {at}");
        assert!(stand.log().logins.len() <= 2, "at most one more sign-in");
    }
}
