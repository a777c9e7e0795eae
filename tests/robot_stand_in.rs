//! The stand-in robot: our own questions, and UiPath's own client, against it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

use orch_doctor::demo::robot::{Age, Consent, Manners, Robot, TOKEN};
use orch_doctor::robot::{self, Answer, Asking, Listing, Reply};
use orch_doctor::veil::Veil;
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

async fn stand_in(manners: Manners) -> Robot {
    Robot::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), manners)
        .await
        .unwrap()
}

static NO_VEIL: Veil = Veil::nothing();

fn asking(address: SocketAddr, token: Option<&'static str>) -> Asking<'static> {
    let token = token.map(|token| &*Box::leak(Box::new(robot::token(token).unwrap())));
    Asking {
        port: address.port(),
        token,
        veil: &NO_VEIL,
        budget: Duration::from_secs(20),
    }
}

async fn port(robot: &Robot, token: Option<&'static str>) -> Answer {
    let stream = TcpStream::connect(robot.discovery()).await.unwrap();
    robot::port(stream, asking(robot.discovery(), token)).await
}

#[tokio::test]
async fn our_question_finds_a_robot_that_wants_consent_and_never_asks_for_it() {
    let mut robot = stand_in(Manners::default()).await;
    for _ in 0..5 {
        assert_eq!(
            port(&robot, None).await,
            Answer::ConsentNeeded { allowed: false }
        );
        assert_eq!(robot.heard().await.unwrap(), "GET /GetPort");
    }
    assert_eq!(robot.heard_already(), None);
}

#[tokio::test]
async fn a_token_leads_to_the_session_and_its_processes() {
    let robot = stand_in(Manners {
        processes: vec!["A".into(), "B".into()],
        ..Manners::default()
    })
    .await;
    let Answer::Port { port, features } = port(&robot, Some(TOKEN)).await else {
        unreachable!("the token is good")
    };
    assert_eq!((port, features.len()), (robot.session().port(), 5));
    let ask = async |token| {
        let stream = TcpStream::connect(robot.session()).await.unwrap();
        robot::processes(stream, asking(robot.session(), token)).await
    };
    assert_eq!(
        ask(Some(TOKEN)).await,
        Listing::Processes(vec!["A".into(), "B".into()])
    );
    assert_eq!(ask(Some("stale")).await, Listing::ConsentNeeded);
    assert_eq!(ask(None).await, Listing::ConsentNeeded);
}

#[tokio::test]
async fn every_age_and_manner_is_told_apart() {
    let with = |age, consent| Manners {
        age,
        consent,
        ..Manners::default()
    };
    let early = stand_in(with(Age::Early, Consent::Given)).await;
    let session = early.session().port();
    assert_eq!(
        port(&early, None).await,
        Answer::Port {
            port: session,
            features: vec![]
        }
    );
    let outdated = stand_in(with(Age::TooOld, Consent::Given)).await;
    assert_eq!(port(&outdated, None).await, Answer::Outdated);
    let stranger = stand_in(with(Age::Stranger, Consent::Given)).await;
    let nginx = Reply::Http {
        status: 404,
        server: Some("nginx".into()),
    };
    assert_eq!(port(&stranger, None).await, Answer::Other(nginx));
    let listed = stand_in(with(Age::Current, Consent::Listed)).await;
    assert_eq!(
        port(&listed, None).await,
        Answer::ConsentNeeded { allowed: true }
    );
}

/// Runs UiPath's client; what it printed, or what it complained about.
async fn client(robot: &Robot) -> Result<Value, String> {
    let output = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/robot-client.cjs"))
        .arg(robot.discovery().port().to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test]
#[ignore = "needs node and UiPath's client: .ci/robot-client.sh"]
async fn uipaths_own_client_gets_consent_and_runs_a_job() {
    let mut robot = stand_in(Manners::default()).await;
    let said = client(&robot).await.unwrap();
    assert_eq!(
        said["processes"],
        serde_json::json!(["InvoiceBot"]),
        "{said}"
    );
    assert_eq!(said["output"]["out_Echo"]["in_Number"], 7);
    assert_eq!(said["status"], serde_json::json!(["Executing", "Executed"]));
    assert_eq!(
        said["opened"],
        serde_json::json!(["uipath-web://consentCode=N&Origin=https://cloud.uipath.com"])
    );
    assert_eq!(
        (&said["consents"], &said["token"]),
        (&serde_json::json!(1), &serde_json::json!(TOKEN))
    );
    assert_eq!(said["schema"], serde_json::json!(["in_Number"]));
    let mut heard = Vec::new();
    while let Some(question) = robot.heard_already() {
        heard.push(question.split('?').next().unwrap().to_owned());
    }
    let asked_for_port = heard
        .iter()
        .take_while(|question| *question == "GET /GetPort")
        .count();
    assert_eq!(asked_for_port, 4);
    let rest = [
        "GET /RobotProcesses",
        "POST /InvokeRobot",
        "GET /JobStatus",
        "GET /JobStatus",
        "GET /InstallProcess",
    ];
    assert_eq!(heard[4..], rest);
}

#[tokio::test]
#[ignore = "needs node and UiPath's client: .ci/robot-client.sh"]
async fn uipaths_own_client_is_refused_as_by_a_real_robot() {
    let refused = stand_in(Manners {
        consent: Consent::RefusedAfter(2),
        ..Manners::default()
    })
    .await;
    let error = client(&refused).await.unwrap_err();
    assert!(error.contains("403"), "{error}");
}

#[tokio::test]
#[ignore = "needs node and UiPath's client: .ci/robot-client.sh"]
async fn uipaths_own_client_works_with_an_early_robot_until_it_needs_more() {
    let early = stand_in(Manners {
        age: Age::Early,
        consent: Consent::Given,
        ..Manners::default()
    })
    .await;
    let error = client(&early).await.unwrap_err();
    assert!(error.contains("426"), "{error}");
}
