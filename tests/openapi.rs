//! The stand-in answers as the OpenAPI definitions of each age say, and has what they have.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "support/client.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod client;
#[path = "support/openapi.rs"]
mod openapi;

use client::{Client, Seen};
use openapi::{Definitions, Sent, required};
use orch_doctor::demo::{ApiVersion, Options, Stand, start};
use serde_json::{Value, json};
use std::io::Write as _;

/// The prefix of OData functions.
const ODATA: &str = "UiPath.Server.Configuration.OData";

/// Paths that the definitions leave out, with the reason they are known to exist.
const UNDEFINED: [(&str, &str); 3] = [
    (
        "/api/Status/Version",
        "seen on 21.10.4 and later; no definition has it",
    ),
    ("/api/health", "documented under health check endpoints"),
    ("/identity/connect/token", "another service"),
];

/// A stand-in of this age, with an administrator signed in, in the folder of the profile.
async fn administered(api_version: ApiVersion) -> (Stand, Client) {
    let options = Options {
        api_version,
        ..Options::new(client::NOW.parse().unwrap())
    };
    let stand = start(options).await.unwrap();
    let answer = Client::new(&stand)
        .login(stand.administrator(), stand.administrator_password())
        .await;
    let client = Client::new(&stand)
        .with_token(answer.json()["result"].as_str().unwrap())
        .in_folder("Finance/Invoices")
        .await;
    (stand, client)
}

/// Everything that may be asked, as an administrator.
async fn tour(version: ApiVersion, client: &Client) {
    // Until 2020.4 a function without arguments has its brackets in the URL.
    let brackets = if version < ApiVersion::V11 { "()" } else { "" };
    let folder = client.folder().unwrap();
    let release = client
        .get("/odata/Releases?$filter=Name%20eq%20'InvoiceBot'&$top=1&$count=true")
        .await
        .json()["value"][0]
        .clone();
    let (key, id) = (
        release["Key"].as_str().unwrap().to_owned(),
        release["Id"].as_i64().unwrap(),
    );
    for path in [
        "/api/Status/Get".to_owned(),
        "/api/FoldersNavigation/GetFoldersForCurrentUser?skip=0&take=10".to_owned(),
        "/api/FoldersNavigation/GetFoldersForCurrentUser?skip=0&take=101".to_owned(),
        "/api/FoldersNavigation/GetAllFoldersForCurrentUser".to_owned(),
        "/api/Status/VerifyHostAvailibility?url=http%3A%2F%2F127.0.0.1%3A9%2F".to_owned(),
        format!("/api/PackageFeeds/GetFolderFeed?folderId={folder}"),
        "/odata/Folders?$top=3".to_owned(),
        "/odata/Releases?$top=1001".to_owned(),
        "/odata/Releases?$select=Name&$orderby=Name%20desc&$skip=1".to_owned(),
        format!("/odata/Releases({id})"),
        "/odata/Releases(1)".to_owned(),
        format!("/odata/Processes/{ODATA}.GetProcessVersions(processId='InvoiceBot')"),
        format!("/odata/Users/{ODATA}.GetCurrentUser{brackets}"),
        format!("/odata/Users/{ODATA}.GetCurrentPermissions{brackets}"),
        format!("/odata/Settings/{ODATA}.GetLicense{brackets}"),
        format!("/odata/Machines/{ODATA}.GetRuntimesForFolder(folderId={folder})"),
        format!("/odata/Webhooks/{ODATA}.GetEventTypes{brackets}"),
    ] {
        client.get(&path).await;
    }
    let body = json!({ "startInfo": { "ReleaseKey": key, "Strategy": "JobsCount", "JobsCount": 1, "RobotIds": [], "Source": "Manual" } });
    client
        .post(&format!("/odata/Jobs/{ODATA}.ValidateDynamicJob"), &body)
        .await;
    let job = client
        .post(&format!("/odata/Jobs/{ODATA}.StartJobs"), &body)
        .await
        .json();
    client
        .get("/odata/Jobs?$filter=State%20eq%20'Pending'")
        .await;
    client
        .get(&format!("/odata/Jobs({})", job["value"][0]["Id"]))
        .await;
    webhooks(client).await;
}

/// A webhook, from its making to its end.
async fn webhooks(client: &Client) {
    let new = |name: Option<&str>| {
        let mut body = json!({
            "Url": "http://127.0.0.1:9/events", "Enabled": true, "Secret": "s", "SubscribeToAllEvents": false, "AllowInsecureSsl": false,
            "Events": [{ "EventType": "job.completed" }],
        });
        if let Some(name) = name {
            body["Name"] = name.into();
        }
        body
    };
    let mut made = client.post("/odata/Webhooks", &new(None)).await;
    if made.status != 201 {
        made = client.post("/odata/Webhooks", &new(Some("test"))).await;
    }
    let id = made.json()["Id"].as_i64().expect("the webhook's number");
    client.get("/odata/Webhooks").await;
    client.get(&format!("/odata/Webhooks({id})")).await;
    client
        .post(&format!("/odata/Webhooks({id})/{ODATA}.Ping"), &Value::Null)
        .await;
    client.delete(&format!("/odata/Webhooks({id})")).await;
    client.delete(&format!("/odata/Webhooks({id})")).await;
}

/// What of a request a definition can judge.
fn sent(seen: &Seen) -> Sent<'_> {
    let body = Some(seen.body.as_slice()).filter(|body| !body.is_empty());
    Sent {
        method: &seen.method,
        target: &seen.target,
        headers: &seen.headers,
        body,
    }
}

/// The definitions of this age; without them the test says so, or fails where it must not be skipped.
fn definitions(number: u16) -> Option<Definitions> {
    let found = Definitions::load(number);
    if found.is_none() {
        assert!(
            !required(),
            "ORCH_DOCTOR_REQUIRE is set, and ../shared/openapi is missing"
        );
        // Straight to stderr: the test runner keeps what passing tests print.
        let _ = writeln!(std::io::stderr(), "skipped: no ../shared");
    }
    found
}

/// Why a request may be without a definition.
fn is_known_undefined(path: &str) -> bool {
    UNDEFINED.iter().any(|(known, _)| path == *known)
}

#[tokio::test]
async fn every_answer_is_as_the_definition_of_its_age_says() {
    for version in [
        ApiVersion::V9,
        ApiVersion::V11,
        ApiVersion::V15,
        ApiVersion::V17,
    ] {
        let Some(definitions) = definitions(version.number()) else {
            return;
        };
        let (_stand, client) = administered(version).await;
        client.login("nobody", "wrong").await;
        tour(version, &client).await;
        let (mut wrong, mut defined) = (Vec::new(), 0);
        for seen in client.take_seen() {
            let place = format!(
                "API {}: {} {} -> {}",
                version.number(),
                seen.method,
                seen.target,
                seen.status
            );
            if definitions.has(&seen.method, &seen.target) {
                defined += 1;
                wrong.extend(
                    definitions
                        .answer(&sent(&seen), seen.status, &seen.reply)
                        .err(),
                );
            } else if seen.status != 404 && !is_known_undefined(&seen.target) {
                wrong.push(format!("{place}: is not defined"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(
            defined >= 25,
            "only {defined} answers were compared with API {}",
            version.number()
        );
    }
}

#[tokio::test]
async fn what_a_definition_has_is_there_and_what_it_lacks_is_not() {
    for version in [
        ApiVersion::V9,
        ApiVersion::V11,
        ApiVersion::V15,
        ApiVersion::V17,
    ] {
        let Some(definitions) = definitions(version.number()) else {
            return;
        };
        let (_stand, client) = administered(version).await;
        tour(version, &client).await;
        for seen in client.take_seen() {
            let has = definitions.has(&seen.method, &seen.target);
            let names_no_resource =
                seen.status == 404 && !String::from_utf8_lossy(&seen.reply).contains("1002");
            assert_eq!(
                has,
                !names_no_resource,
                "API {}: {} {}",
                version.number(),
                seen.method,
                seen.target
            );
        }
    }
}

#[test]
fn the_checker_refuses_what_a_definition_does_not_have() {
    let Some(definitions) = definitions(17) else {
        return;
    };
    let folder = ["x-uipath-organizationunitid".to_owned()];
    let ask = |method: &str, target: &str, headers: &[String], body: Option<&[u8]>| {
        definitions.request(&Sent {
            method,
            target,
            headers,
            body,
        })
    };
    let releases = "/odata/Releases?$filter=Name%20eq%20'x'&$top=1";
    assert_eq!(ask("GET", releases, &folder, None), Ok(()));
    assert!(
        ask("GET", releases, &[], None)
            .unwrap_err()
            .contains("X-UIPATH-OrganizationUnitId is required")
    );
    assert!(
        ask("GET", "/odata/Releases?$top=many", &folder, None)
            .unwrap_err()
            .contains("is no")
    );
    assert!(
        ask("GET", "/odata/Releases?top=1", &folder, None)
            .unwrap_err()
            .contains("top is not a parameter")
    );
    assert!(
        ask("GET", "/odata/Release", &folder, None)
            .unwrap_err()
            .contains("is not defined")
    );
    assert!(
        ask("DELETE", "/odata/Releases", &folder, None)
            .unwrap_err()
            .contains("is not defined")
    );
    assert!(
        ask("GET", "/odata/Releases(x)", &folder, None)
            .unwrap_err()
            .contains("is no")
    );
}

#[test]
fn the_checker_refuses_bodies_that_a_definition_does_not_have() {
    let Some(definitions) = definitions(17) else {
        return;
    };
    let folder = ["x-uipath-organizationunitid".to_owned()];
    let post = |target: &str, body: &str| {
        let body = Some(body.as_bytes());
        definitions.request(&Sent {
            method: "POST",
            target,
            headers: &folder,
            body,
        })
    };
    let login = |body: &str| post("/api/Account/Authenticate", body);
    assert_eq!(
        login(r#"{"tenancyName":"Default","usernameOrEmailAddress":"u","password":"p"}"#),
        Ok(())
    );
    assert!(
        login(r#"{"usernameOrEmailAddress":"u"}"#)
            .unwrap_err()
            .contains("password is required")
    );
    assert!(
        login(r#"{"usernameOrEmailAddress":"u","password":1}"#)
            .unwrap_err()
            .contains("is no string")
    );
    let run = format!("/odata/Jobs/{ODATA}.ValidateDynamicJob");
    let run = |body: &str| post(&run, body);
    assert_eq!(
        run(r#"{"startInfo":{"ReleaseKey":"k","Strategy":"ModernJobsCount","JobsCount":1}}"#),
        Ok(())
    );
    assert!(
        run(r#"{"startInfo":{"Strategy":"Sometimes"}}"#)
            .unwrap_err()
            .contains("is none of")
    );
    assert!(
        run(r#"{"startInfo":{"Sometime":1}}"#)
            .unwrap_err()
            .contains("is not a property")
    );
}

#[test]
fn the_checker_refuses_answers_that_a_definition_does_not_have() {
    let Some(definitions) = definitions(17) else {
        return;
    };
    let headers = ["x-uipath-organizationunitid".to_owned()];
    let sent = Sent {
        method: "GET",
        target: "/odata/Releases",
        headers: &headers,
        body: None,
    };
    let answer = |status, body: &str| definitions.answer(&sent, status, body.as_bytes());
    let release = |more: &str| {
        format!(r#"{{"value":[{{"Name":"n","ProcessKey":"k","ProcessVersion":"1"{more}}}]}}"#)
    };
    assert_eq!(answer(200, &release("")), Ok(()));
    assert_eq!(
        answer(
            403,
            r#"{"message":"You are not authorized!","errorCode":0}"#
        ),
        Ok(())
    );
    assert!(
        answer(200, &release(r#","Colour":1"#))
            .unwrap_err()
            .contains("Colour is not defined")
    );
    assert!(
        answer(200, &release(r#","Id":"7""#))
            .unwrap_err()
            .contains("is no integer")
    );
    assert!(
        answer(200, r#"{"value":[{"Name":"n"}]}"#)
            .unwrap_err()
            .contains("ProcessKey is required")
    );
    assert!(
        answer(200, r#"{"value":{}}"#)
            .unwrap_err()
            .contains("is no array")
    );
    assert!(answer(418, "{}").unwrap_err().contains("is not defined"));
    assert!(answer(400, "{}").unwrap_err().contains("is no error"));
    assert!(answer(200, "<html>").is_err());
}
