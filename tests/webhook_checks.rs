//! The checks about webhooks and the local robot, against the stand-ins, over real sockets.
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

use checklist::{Done, checked, options, stand};
use orch_doctor::config::{Robot as RobotSection, Settings, Webhook};
use orch_doctor::demo::robot::{Age, Consent, Manners, Robot};
use orch_doctor::demo::{Fault, Options, Stand};
use orch_doctor::report::State;
use orch_doctor::webhook::tls;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// What the row of a check says: its symptom, or why there is none.
fn told(done: &Done, check: &str) -> String {
    let row = done
        .report
        .rows
        .iter()
        .find(|row| row.id.check.as_str() == check)
        .unwrap();
    match &row.state {
        State::Judged(finding) => finding.symptom.clone(),
        State::Skipped(reason) => format!("skipped: {reason}"),
        other => format!("{other:?}"),
    }
}

/// The sentence of the row of a check.
fn says(done: &Done, check: &str) -> String {
    let row = done
        .report
        .rows
        .iter()
        .find(|row| row.id.check.as_str() == check)
        .unwrap();
    row.finding().unwrap().says.clone()
}

fn roots(done: &Done) -> Vec<String> {
    done.report
        .roots()
        .iter()
        .map(|root| format!("{}/{}", root.check, root.symptom))
        .collect()
}

/// A free port of loopback, given back.
async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

fn callback(settings: &mut Settings, url: &str) {
    settings.webhook = Some(Webhook {
        callback: Some(url.to_owned()),
        ..Webhook::default()
    });
}

async fn healthy() -> Stand {
    stand(options()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_orchestrator_reaches_passes() {
    let stand = healthy().await;
    let url = stand.url().to_owned();
    let done = checked(&stand, |settings| callback(settings, &url)).await;
    assert_eq!(told(&done, "webhook-reaches-cloud"), "reaches");
    assert_eq!(told(&done, "webhooks-permitted"), "permitted");
    assert_eq!(told(&done, "webhooks-sound"), "none");
    assert!(told(&done, "webhook-delivers").contains("--allow-changes"));
    assert_eq!(roots(&done), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_callback_is_the_one_root_and_says_that_the_way_is_outward() {
    let stand = healthy().await;
    let closed = free_port().await;
    let done = checked(&stand, |settings| {
        callback(
            settings,
            &format!("https://localhost:{}/hook", closed.port()),
        );
    })
    .await;
    assert_eq!(roots(&done), ["webhook-reaches-cloud/blocked"]);
    let says = says(&done, "webhook-reaches-cloud");
    assert!(
        says.starts_with("Outward from its own server, Orchestrator does not reach"),
        "{says}"
    );
    let owner = done.report.roots()[0].owner.unwrap();
    assert_eq!(owner.key(), "network");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_whose_certificate_orchestrator_does_not_trust_is_bad_tls() {
    let stand = healthy().await;
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let config = tls::server(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}/",
        listener.local_addr().unwrap().port()
    );
    tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let done = checked(&stand, |settings| callback(settings, &url)).await;
    assert_eq!(roots(&done), ["webhook-reaches-cloud/bad-tls"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_webhook_section_nothing_is_asked() {
    let stand = healthy().await;
    let done = checked(&stand, |settings| {
        settings.webhook = None;
        settings.robot = None;
    })
    .await;
    for check in [
        "webhooks-permitted",
        "webhook-reaches-cloud",
        "webhooks-sound",
        "webhook-delivers",
        "robot-answers",
    ] {
        assert!(
            told(&done, check).starts_with("skipped: "),
            "{}",
            told(&done, check)
        );
    }
}

/// A listener for the round trip.
async fn round_trip(stand: &Stand, scheme: &str) -> Done {
    let address = free_port().await;
    checked(stand, |settings| {
        settings.allow_changes = true;
        settings.webhook = Some(Webhook {
            listen: Some(address),
            reachable_as: Some(format!("{scheme}://localhost:{}/", address.port())),
            ..Webhook::default()
        });
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_makes_the_round_trip_and_the_webhook_is_gone_again() {
    for scheme in ["http", "https"] {
        let stand = healthy().await;
        let done = round_trip(&stand, scheme).await;
        assert_eq!(
            told(&done, "webhook-delivers"),
            "delivered",
            "{scheme}: {}",
            says(&done, "webhook-delivers")
        );
        let log = stand.log();
        let writes = log.writes();
        let made = writes
            .iter()
            .filter(|write| format!("{write:?}").contains("DELETE"))
            .count();
        assert_eq!(made, 1, "{writes:?}");
    }
}

/// A profile with the robot of this stand-in.
fn with_robot(settings: &mut Settings, robot: &Robot) {
    settings.robot = Some(RobotSection {
        port: robot.discovery().port(),
        processes: vec!["InvoiceBot".into()],
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn every_manner_of_a_robot_is_told_apart() {
    let orchestrator = healthy().await;
    let manners = |age, consent| Manners {
        age,
        consent,
        ..Manners::default()
    };
    let cases = [
        (
            manners(Age::Current, Consent::Given),
            "answers",
            "installed",
        ),
        (
            manners(Age::Current, Consent::AfterAsking(2)),
            "consent-needed",
            "needs-consent",
        ),
        (manners(Age::Early, Consent::Given), "outdated", "installed"),
        (
            Manners {
                processes: vec!["Other".into()],
                ..manners(Age::Current, Consent::Given)
            },
            "answers",
            "not-installed",
        ),
    ];
    for (manners, answers, has) in cases {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut robot = Robot::start(listener, manners.clone()).await.unwrap();
        let done = checked(&orchestrator, |settings| with_robot(settings, &robot)).await;
        assert_eq!(
            (
                told(&done, "robot-answers").as_str(),
                told(&done, "robot-has-process").as_str()
            ),
            (answers, has),
            "{manners:?}"
        );
        while let Some(question) = robot.heard_already() {
            assert!(!question.contains("consentCode"), "{question}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_robot_and_another_service_are_one_root_each() {
    let orchestrator = healthy().await;
    let nobody = free_port().await;
    let section = RobotSection {
        port: nobody.port(),
        processes: vec!["InvoiceBot".into()],
    };
    let done = checked(&orchestrator, |settings| settings.robot = Some(section)).await;
    assert_eq!(roots(&done), ["robot-answers/not-listening"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stranger = Robot::start(
        listener,
        Manners {
            age: Age::Stranger,
            ..Manners::default()
        },
    )
    .await
    .unwrap();
    let done = checked(&orchestrator, |settings| with_robot(settings, &stranger)).await;
    assert_eq!(roots(&done), ["robot-answers/port-taken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_robot_is_judged_though_orchestrator_is_unreachable() {
    let orchestrator = stand(Options {
        faults: vec![Fault::PortRefused],
        ..options()
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let robot = Robot::start(listener, Manners::default()).await.unwrap();
    let done = checked(&orchestrator, |settings| with_robot(settings, &robot)).await;
    assert_eq!(told(&done, "robot-answers"), "consent-needed");
}
