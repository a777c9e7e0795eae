//! The stand-in Orchestrator, from the outside: it behaves as the real one does, and every fault breaks it for real.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "support/client.rs"]
mod client;

use client::Client;
use orch_doctor::demo::{ApiVersion, Fault, Options, Stand, start};
use serde_json::json;

/// A stand-in with these faults.
async fn with(faults: &[Fault]) -> Stand {
    start(Options {
        faults: faults.to_vec(),
        ..options()
    })
    .await
    .unwrap()
}

/// A healthy stand-in of this age.
async fn of(api_version: ApiVersion) -> Stand {
    start(Options {
        api_version,
        ..options()
    })
    .await
    .unwrap()
}

/// The options of a healthy stand-in.
fn options() -> Options {
    Options::new("2026-11-24T22:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn a_password_opens_the_way_to_the_process() {
    let stand = with(&[]).await;
    let client = Client::signed_in(&stand)
        .await
        .in_folder("Finance/Invoices")
        .await;
    let found = client
        .get("/odata/Releases?$filter=Name%20eq%20'InvoiceBot'&$select=Name,ProcessVersion,Key")
        .await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.json()["value"][0]["ProcessVersion"], "1.0.7");
    assert!(stand.log().writes().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_400_with_code_1000() {
    let stand = with(&[]).await;
    let answer = Client::new(&stand).login(stand.username(), "wrong").await;
    assert_eq!(
        (answer.status, &answer.json()["errorCode"]),
        (400, &json!(1000))
    );
}

#[tokio::test]
async fn a_fresh_job_would_run_from_2022_on() {
    for version in ApiVersion::ALL {
        let stand = of(*version).await;
        let client = Client::signed_in(&stand)
            .await
            .in_folder("Finance/Invoices")
            .await;
        let key = client
            .get("/odata/Releases?$filter=Name%20eq%20'InvoiceBot'")
            .await
            .json()["value"][0]["Key"]
            .clone();
        let body = json!({ "startInfo": { "ReleaseKey": key, "Strategy": "ModernJobsCount", "JobsCount": 1 } });
        let answer = client
            .post(
                "/odata/Jobs/UiPath.Server.Configuration.OData.ValidateDynamicJob",
                &body,
            )
            .await;
        match version {
            ApiVersion::V11 | ApiVersion::V13 => assert_eq!(answer.status, 404),
            ApiVersion::V15 | ApiVersion::V17 => {
                assert_eq!(answer.json()["IsValid"], true, "{answer:?}");
            }
        }
        assert!(stand.log().writes().is_empty());
    }
}

/// Serves until standard input ends, for clients that are no part of the tests.
#[tokio::test]
#[ignore = "serves other programs until standard input ends"]
#[expect(
    clippy::disallowed_methods,
    reason = "other programs judge the certificate by the real time"
)]
async fn serve() {
    let faults = std::env::var("FAULTS").unwrap_or_default();
    let faults: Vec<Fault> = faults
        .split_whitespace()
        .map(|name| name.parse().unwrap())
        .collect();
    let stand = start(Options {
        faults,
        ..Options::new(jiff::Timestamp::now())
    })
    .await
    .unwrap();
    println!("{}", stand.ready_line());
    tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink())
        .await
        .unwrap();
}
