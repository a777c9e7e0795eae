//! Orchestrators that are well or ill in ways that the stand-in does not play: each must lead to the right verdict, or to none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/chains.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod chains;
#[path = "support/checklist.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod checklist;
#[path = "support/scripted.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod scripted;

use orch_doctor::config::ProcessWanted;
use orch_doctor::report::Exit;
use scripted::{
    Account, Answer, Case, RELEASE, Server, but, http, json, list, page, roots, told, walk, walk_as,
};

/// One answer that is another, and what one row comes to.
fn case(name: &str, place: &'static str, answer: Answer, tells: (&'static str, &str)) -> Case {
    Case {
        name: name.into(),
        rules: vec![(vec![place], answer)],
        tells: (tells.0, tells.1.into()),
        says: String::new(),
    }
}

/// The framework's answer to a sign-in that does not succeed.
fn abp(code: u32, message: &str) -> String {
    format!(
        r#"{{"result":null,"targetUrl":null,"success":false,"error":{{"code":{code},"message":"{message}","details":null,"validationErrors":null}},"unAuthorizedRequest":false,"__abp":true}}"#
    )
}

/// Orchestrator's plain error.
fn error(code: u32, message: &str) -> String {
    format!(r#"{{"message":"{message}","errorCode":{code},"traceId":"00-1"}}"#)
}

const REFUSED: &str = r#"{"message":"You are not authorized!","errorCode":0,"traceId":"00-1"}"#;

/// What one request is answered: its name, status and JSON, and the symptom that it leads to.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// A case for each row.
fn cases(rows: &[Row], place: &'static str, check: &'static str) -> Vec<Case> {
    let of_row = |(name, status, body, symptom): &Row| {
        case(name, place, json(status, body), (check, symptom))
    };
    rows.iter().map(of_row).collect()
}

#[rustfmt::skip]
const REJECTED: [Row; 10] = [
    ("in Japanese", "400 Bad Request", r#"{"message":"資格情報が無効です。","errorCode":1000,"traceId":"1"}"#, "rejected"),
    ("in German", "400 Bad Request", r#"{"message":"Ungültige Anmeldeinformationen.","errorCode":1000,"resourceIds":null}"#, "rejected"),
    ("a number as a text", "400 Bad Request", r#"{"message":"x","errorCode":"1000"}"#, "rejected"),
    ("a directory user on 2018.1", "400 Bad Request", r#"{"message":"An error has occurred.","errorCode":0}"#, "rejected"),
    ("an unknown tenant", "400 Bad Request", r#"{"success":false,"error":{"code":5,"message":"There is no tenant defined with name: Defualt"},"__abp":true}"#, "rejected"),
    ("a tenant that is switched off", "400 Bad Request", r#"{"success":false,"error":{"code":6,"message":"Tenant is not active"},"__abp":true}"#, "rejected"),
    ("a user that is switched off", "200 OK", r#"{"success":false,"error":{"code":4,"message":"User is not active"},"__abp":true}"#, "rejected"),
    ("locked out by number", "400 Bad Request", r#"{"success":false,"error":{"code":9,"message":"gesperrt"},"__abp":true}"#, "locked-out"),
    ("locked out by status", "423 Locked", "{}", "locked-out"),
    ("restricted", "403 Forbidden", r#"{"success":false,"error":{"code":0,"message":"x"},"__abp":true}"#, "basic-auth-restricted"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_fails_is_told_by_number_and_status_in_any_language() {
    let late = [
        ("date", "Wed, 25 Nov 2026 10:00:00 GMT"),
        ("retry-after", "Wed, 25 Nov 2026 10:05:00 GMT"),
    ];
    let throttled = ["429 Too Many Requests", "503 Service Unavailable"].map(|status| {
        let answer = http(status, &late, "");
        case(
            status,
            "authenticate",
            answer,
            ("login-accepted", "throttled"),
        )
    });
    let mut all = cases(&REJECTED, "authenticate", "login-accepted");
    all.extend(throttled);
    walk(all, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_neither_fails_nor_succeeds_is_no_verdict() {
    let login = |name, status, body: &str| {
        case(
            name,
            "authenticate",
            json(status, body),
            ("login-accepted", "untold"),
        )
    };
    let cases = vec![
        login(
            "the password must be changed",
            "200 OK",
            r#"{"result":{"shouldResetPassword":true,"passwordResetCode":"x"},"success":true,"error":null,"__abp":true}"#,
        ),
        login(
            "a second factor is asked for",
            "200 OK",
            r#"{"result":{"requiresTwoFactorVerification":true,"userId":3},"success":true,"error":null,"__abp":true}"#,
        ),
        login(
            "success without a token",
            "200 OK",
            r#"{"result":"","success":true,"error":null,"__abp":true}"#,
        ),
        login(
            "problem details",
            "400 Bad Request",
            r#"{"title":"One or more validation errors occurred.","status":400,"errors":{}}"#,
        ),
        login(
            "the framework broke",
            "500 Internal Server Error",
            &abp(0, "An internal error occurred during your request!"),
        ),
        login("the path is not there", "404 Not Found", &error(1002, "x")),
    ];
    walk(cases, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_never_taken_is_no_verdict_and_no_storm_of_sign_ins() {
    let no = json("401 Unauthorized", &error(0, "You are not authenticated!"));
    let server = Server::start(but(vec![(vec!["authorization: bearer"], no)])).await;
    let done = server.checked(|_| {}).await;
    assert_eq!(
        (roots(&done), done.report.exit()),
        (Vec::new(), Exit::Undecided)
    );
    assert_eq!(told(&done, "folder-visible"), "untold");
    let asked = server.asked();
    let logins = asked
        .iter()
        .filter(|asked| asked.starts_with("POST /api/Account"));
    assert!(logins.count() <= 2, "{asked:?}");
}

const TOKEN: Account = ("token", "token = { file = \"secret\" }");

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_token_is_judged_by_orchestrators_own_word_alone() {
    let first =
        |name, answer, symptom| case(name, "getcurrentuser", answer, ("login-accepted", symptom));
    let over = vec![
        first(
            "401 with nothing",
            http(
                "401 Unauthorized",
                &[("www-authenticate", "Bearer error=\"invalid_token\"")],
                "",
            ),
            "expired-token",
        ),
        first(
            "401 in its words",
            json("401 Unauthorized", &error(0, "x")),
            "expired-token",
        ),
    ];
    walk_as(TOKEN, over, true).await;
    let other = vec![
        first(
            "a sign-in page with 200",
            page("200 OK", &[], "Sign in", ""),
            "untold",
        ),
        first("text with 200", http("200 OK", &[], "hello"), "untold"),
        first(
            "a gateway's 401",
            http("401 Unauthorized", &[], r#"{"message":"Unauthorized"}"#),
            "untold",
        ),
        first(
            "a page with 401",
            page("401 Unauthorized", &[], "401", ""),
            "untold",
        ),
        first("403", json("403 Forbidden", REFUSED), "untold"),
        first(
            "204, as is documented",
            http("204 No Content", &[], ""),
            "accepted",
        ),
    ];
    walk_as(TOKEN, other, false).await;
}

const APPLICATION: Account = (
    "client-credentials",
    "client_id = \"app\"\nclient_secret = { file = \"secret\" }",
);

#[rustfmt::skip]
const NOT_GRANTED: [Row; 4] = [
    ("400", "400 Bad Request", r#"{"error":"invalid_client"}"#, "unknown-client"),
    ("401", "401 Unauthorized", r#"{"error":"invalid_client","error_description":"x"}"#, "unknown-client"),
    ("not by itself", "400 Bad Request", r#"{"error":"unauthorized_client"}"#, "unknown-client"),
    ("a scope", "400 Bad Request", r#"{"error":"invalid_scope"}"#, "bad-scope"),
];

#[rustfmt::skip]
const GRANTED: [Row; 4] = [
    ("another grant", "400 Bad Request", r#"{"error":"unsupported_grant_type"}"#, "untold"),
    ("a gateway", "403 Forbidden", r#"{"message":"Forbidden"}"#, "untold"),
    ("no lifetime, no scopes", "200 OK", r#"{"access_token":"t","token_type":"Bearer"}"#, "accepted"),
    ("no token", "200 OK", r#"{"access_token":"","token_type":"Bearer"}"#, "untold"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_judged_by_the_names_of_the_standard() {
    for (rows, failing) in [(&NOT_GRANTED, true), (&GRANTED, false)] {
        let cases = cases(rows, "/connect/token", "login-accepted");
        walk_as(APPLICATION, cases, failing).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_was_not_granted_is_told_where_it_is_missed() {
    let granted = json(
        "200 OK",
        r#"{"access_token":"t","expires_in":3600,"scope":"OR.Folders.Read OR.Jobs"}"#,
    );
    let lacking = json(
        "403 Forbidden",
        r#"{"errorMessage":"OAuth authorization failed. 'OR.Execution' scope not found."}"#,
    );
    let cases = vec![Case {
        name: "half of the scopes".into(),
        rules: vec![
            (vec!["/connect/token"], granted),
            (vec!["/odata/releases"], lacking),
        ],
        tells: ("processes-listed", "denied".into()),
        says: "scope not found".into(),
    }];
    walk_as(APPLICATION, cases, true).await;
}

/// Folders, by number and name, as the navigation gives them.
fn navigation(folders: &[(u32, &str)], count: &str) -> Answer {
    let items: Vec<String> = folders
        .iter()
        .map(|(id, name)| format!(r#"{{"Id":{id},"FullyQualifiedName":"{name}"}}"#))
        .collect();
    json(
        "200 OK",
        &format!(r#"{{"PageItems":[{}],"Count":{count}}}"#, items.join(",")),
    )
}

const SHARED: (u32, &str) = (9, "Shared");
const WANTED: (u32, &str) = (7, "Finance/Invoices");

/// What the navigation answers, and whether the folder of the profile is seen in it.
fn folders(name: &str, answer: Answer, symptom: &str) -> Case {
    let tells = ("folder-visible", symptom);
    case(name, "foldersnavigation", answer, tells)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_found_however_the_list_is_counted_and_written() {
    let plain = r#"[{"Id":7,"FullyQualifiedName":"Finance/Invoices"}]"#;
    let odata = json("200 OK", &list(&plain[1..plain.len() - 1]));
    let other = navigation(&[(7, "FINANCE/invoices")], "1");
    let both = [SHARED, WANTED];
    let paged = [
        ("skip=0&", SHARED),
        ("skip=1&", (8, "HR")),
        ("skip=2&", WANTED),
    ];
    let paged = paged.map(|(skip, one)| {
        let place = vec!["foldersnavigation", skip];
        (place, navigation(&[one], "3"))
    });
    let cases = vec![
        folders("a count of nothing", navigation(&both, "0"), "visible"),
        folders("too high a count", navigation(&both, "500"), "visible"),
        folders("a count below nothing", navigation(&both, "-1"), "visible"),
        folders("as OData writes it", odata, "visible"),
        folders("as a bare list", json("200 OK", plain), "visible"),
        folders("in other letters", other, "visible"),
        Case {
            rules: paged.to_vec(),
            ..folders("pages of one", navigation(&[], "0"), "visible")
        },
    ];
    walk(cases, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_folders_that_is_not_whole_says_nothing_of_the_others() {
    let nameless = r#"{"PageItems":[{"FullyQualifiedName":"?"}],"Count":1}"#;
    let refused = json("403 Forbidden", REFUSED);
    let cases = vec![
        folders("one page for ever", navigation(&[SHARED], "500"), "untold"),
        folders("one without a number", json("200 OK", nameless), "untold"),
        folders("the host's administrator", refused, "untold"),
    ];
    walk(cases, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_in_the_whole_list_is_not_visible() {
    let one = |name| {
        let answer = navigation(&[(5, name)], "1");
        folders(name, answer, "not-visible")
    };
    let cases = vec![
        folders("no folder at all", navigation(&[], "0"), "not-visible"),
        one("Archive/Invoices"),
        one("apps-svc's workspace"),
        one("Finance//Invoices"),
    ];
    walk(cases, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_folder_shows_is_believed_over_what_it_counts() {
    let shown = |name, status, body: &str, symptom| {
        case(
            name,
            "releases?$top=1",
            json(status, body),
            ("processes-listed", symptom),
        )
    };
    let counted = |count| format!(r#"{{"@odata.count":{count},"value":[{RELEASE}]}}"#);
    let fine = vec![
        shown("a count of nothing", "200 OK", &counted("0"), "listed"),
        shown("a count below nothing", "200 OK", &counted("-3"), "listed"),
        shown("no count", "200 OK", &list(RELEASE), "listed"),
        shown(
            "the folder is asked for",
            "400 Bad Request",
            &error(1101, "An organization unit is required for this action."),
            "untold",
        ),
    ];
    walk(fine, false).await;
    let broken = vec![
        shown("none", "200 OK", &list(""), "none"),
        shown("refused", "403 Forbidden", REFUSED, "denied"),
        shown(
            "refused by the framework",
            "403 Forbidden",
            &abp(0, "x"),
            "denied",
        ),
        shown(
            "the folder is closed",
            "403 Forbidden",
            &error(1100, "x"),
            "denied",
        ),
        shown(
            "the folder is closed, by number alone",
            "404 Not Found",
            &error(1100, "x"),
            "denied",
        ),
    ];
    walk(broken, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_found_by_its_name_or_not_judged() {
    let process = |name, items: &str, symptom| {
        case(
            name,
            "releases?$filter",
            json("200 OK", &list(items)),
            ("process-present", symptom),
        )
    };
    let other = RELEASE.replace("\"Name\":\"InvoiceBot\"", "\"Name\":\"Other\"");
    let lower = RELEASE.replace("\"Name\":\"InvoiceBot\"", "\"Name\":\"invoicebot \"");
    let gone = RELEASE.replace("\"IsProcessDeleted\":false", "\"IsProcessDeleted\":true");
    let fine = vec![
        process("in other letters", &lower, "present"),
        process("beside its twin", &format!("{lower},{RELEASE}"), "present"),
        process("among others", &format!("{other},{RELEASE}"), "present"),
        process("a filter that nobody heeds", &other, "untold"),
    ];
    walk(fine, false).await;
    let broken = vec![
        process("nowhere", "", "absent"),
        process("without its package", &gone, "deleted"),
    ];
    walk(broken, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_the_same_or_not_as_packages_are() {
    let of = |version: &str| json("200 OK", &list(&RELEASE.replace("1.0.7", version)));
    let versions = |name, body: &str, symptom| {
        case(
            name,
            "getprocessversions",
            json("200 OK", body),
            ("version-present", symptom),
        )
    };
    let released = |name, version, symptom| {
        case(
            name,
            "releases?$filter",
            of(version),
            ("version-present", symptom),
        )
    };
    let more =
        r#"{"value":[{"Version":"2.0.0"}],"@odata.nextLink":"https://elsewhere.example/odata"}"#;
    let fine = vec![
        released("four parts", "1.0.7.0", "exact"),
        released("a letter before", "v1.0.7", "exact"),
        released("metadata", "1.0.7+build.5", "exact"),
        released("not told", "", "untold"),
        versions(
            "by their ids",
            &list(r#"{"Id":"InvoiceBot:1.0.7"}"#),
            "exact",
        ),
        versions("more of them elsewhere", more, "untold"),
        versions("without any version", &list("{}"), "untold"),
        case(
            "no right to packages",
            "getprocessversions",
            json("403 Forbidden", REFUSED),
            ("version-present", "denied"),
        ),
    ];
    walk(fine, false).await;
    let broken = vec![
        released("a pre-release", "1.0.7-alpha.1", "changed"),
        released("another", "1.0.70", "changed"),
        versions("none left", &list(""), "package-missing"),
        versions(
            "a pre-release alone",
            &list(r#"{"Version":"1.0.7-alpha.1"}"#),
            "package-missing",
        ),
    ];
    walk(broken, true).await;
}

#[rustfmt::skip]
const UNDECIDED_RUNS: [Row; 5] = [
    ("a reason in German and no code", "200 OK", r#"{"IsValid":false,"Errors":["Kein Host."],"ErrorCodes":[]}"#, "untestable"),
    ("a code that nobody knows", "200 OK", r#"{"IsValid":false,"Errors":[],"ErrorCodes":["Sunspots"]}"#, "untestable"),
    ("a busy robot", "200 OK", r#"{"IsValid":false,"ErrorCodes":["RobotBusy"]}"#, "executable"),
    ("the process is not there", "404 Not Found", r#"{"message":"x","errorCode":1002}"#, "untestable"),
    ("a text for a truth", "200 OK", r#"{"IsValid":"yes"}"#, "untestable"),
];

#[rustfmt::skip]
const FAILING_RUNS: [Row; 4] = [
    ("refused", "403 Forbidden", REFUSED, "denied"),
    ("no runtime, by number", "409 Conflict", r#"{"message":"x","errorCode":2818}"#, "no-runtime"),
    ("no robot, by name", "409 Conflict", r#"{"message":"x","errorCode":"InvalidStartJobRobotIds"}"#, "no-robot"),
    ("no licence", "200 OK", r#"{"IsValid":false,"ErrorCodes":["TemplateNoLicense"]}"#, "no-licence"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_judged_by_numbers_and_codes_alone() {
    for (rows, failing) in [(&UNDECIDED_RUNS[..], false), (&FAILING_RUNS[..], true)] {
        let cases = cases(rows, "validatedynamicjob", "process-executable");
        walk(cases, failing).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_dry_run_only_a_list_of_the_folder_says_that_a_right_is_missing() {
    let permitted = |names: &str, symptom: &str| {
        let none = (vec!["validatedynamicjob"], http("404 Not Found", &[], ""));
        let names = json("200 OK", &format!(r#"{{"Permissions":[{names}]}}"#));
        Case {
            rules: vec![none, (vec!["getcurrentpermissions"], names.clone())],
            ..case("permissions", "", names, ("process-executable", symptom))
        }
    };
    let tenant = r#""Webhooks.View","Webhooks.Create""#;
    walk(vec![permitted(tenant, "untestable")], false).await;
    let folder = format!(r#""Processes.View","Jobs.View",{tenant}"#);
    walk(vec![permitted(&folder, "denied")], true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_orchestrators_own_word() {
    let health = |name, answer, symptom| {
        case(
            name,
            "get /api/health",
            answer,
            ("orchestrator-healthy", symptom),
        )
    };
    let other = vec![
        health(
            "a firewall's page",
            page("403 Forbidden", &[], "Blocked", ""),
            "untold",
        ),
        health(
            "a gateway's page",
            page("503 Service Unavailable", &[], "503", ""),
            "untold",
        ),
        health(
            "a gateway's text",
            http("503 Service Unavailable", &[], "no healthy upstream"),
            "untold",
        ),
        health(
            "a gateway's status",
            http("502 Bad Gateway", &[], ""),
            "untold",
        ),
        health(
            "a redirect",
            http("302 Found", &[("location", "/login")], ""),
            "untold",
        ),
        health(
            "a page with 200",
            page("200 OK", &[], "All is healthy", ""),
            "untold",
        ),
        health(
            "no such path",
            page("404 Not Found", &[], "404", ""),
            "healthy",
        ),
        health("degraded", http("200 OK", &[], "Degraded"), "degraded"),
    ];
    walk(other, false).await;
    let down = vec![
        health(
            "nothing but 503",
            http("503 Service Unavailable", &[], ""),
            "down",
        ),
        health(
            "JSON",
            http("503 Service Unavailable", &[], r#"{"status":"Unhealthy"}"#),
            "down",
        ),
    ];
    walk(down, true).await;
}

/// A second process, in the other folder.
fn two() -> Vec<ProcessWanted> {
    [("Finance/Invoices", "InvoiceBot"), ("Shared", "Sorter")]
        .map(|(folder, name)| ProcessWanted {
            folder: folder.into(),
            name: name.into(),
            version: Some("1.0.7".into()),
        })
        .to_vec()
}

/// The second process as its folder has it.
fn sorter() -> Answer {
    let item = RELEASE
        .replace("InvoiceBot", "Sorter")
        .replace(":7,", ":9,");
    json("200 OK", &list(&item))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_in_one_folder_is_told_of_that_folder_alone() {
    let there = "x-uipath-organizationunitid: 9";
    let sorted = (vec!["releases?$filter", there], sorter());
    let versions = (
        vec!["getprocessversions(processid='sorter')"],
        json("200 OK", &list(r#"{"Version":"1.0.7"}"#)),
    );
    let refused = || json("403 Forbidden", REFUSED);
    let broken = [
        (vec![], vec![], "listed listed"),
        (
            vec![(vec!["/odata/releases", there], refused())],
            vec!["processes-listed/denied"],
            "listed denied",
        ),
        (
            vec![(vec!["validatedynamicjob", there], refused())],
            vec!["process-executable/denied"],
            "listed listed",
        ),
        (
            vec![(vec!["releases?$filter", there], json("200 OK", &list("")))],
            vec!["process-present/absent"],
            "listed listed",
        ),
    ];
    for (rules, expected, listed) in broken {
        let rules = rules.into_iter().chain([sorted.clone(), versions.clone()]);
        let server = Server::start(but(rules.collect())).await;
        let done = server
            .checked(|settings| {
                settings.processes = two();
            })
            .await;
        assert_eq!(roots(&done), expected);
        assert_eq!(told(&done, "processes-listed"), listed);
        assert!(told(&done, "process-executable").starts_with("executable"));
        for root in done.report.roots() {
            assert!(root.subject.unwrap().starts_with("Shared"));
        }
    }
}
