//! A URL of one layout at a host of the other, and each layout at its own: the right URL is proposed, and no credential goes to a guess.

#![expect(clippy::expect_used, reason = "a test may panic")]

#[path = "support/checklist.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod checklist;

use checklist::{Done, checked, checked_as, options, stand};
use orch_doctor::config::address::LayoutWanted;
use orch_doctor::config::{Reference, SignIn, Target};
use orch_doctor::demo::{Layouts, Options, Stand};
use orch_doctor::report::Exit;

/// A stand-in with this layout alone.
async fn only(layouts: Layouts) -> Stand {
    stand(Options {
        layouts,
        ..options()
    })
    .await
}

/// The checklist with this URL.
async fn typed(stand: &Stand, url: &str) -> Done {
    checked(stand, |settings| {
        settings.target = Target::parse(url, LayoutWanted::Auto).expect("a URL");
    })
    .await
}

/// The roots of a run, and the remedies of the row that says who answered.
fn told(done: &Done) -> (Vec<String>, String) {
    let roots = done.report.roots();
    let roots = roots
        .iter()
        .map(|root| format!("{}/{}", root.check, root.symptom));
    let mut rows = done.report.rows.iter();
    let row = rows.find(|row| row.id.check.as_str() == "orchestrator-answers");
    let remedies = row.and_then(|row| row.finding());
    let remedies = remedies.map(|finding| finding.remedies.join(" "));
    (roots.collect(), remedies.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_layout_passes_at_its_own_host_however_its_url_is_written() {
    let standalone = only(Layouts::Standalone).await;
    let suite = only(Layouts::AutomationSuite).await;
    let (plain, below) = (standalone.url(), suite.suite_url());
    for (stand, url) in [
        (&standalone, plain.to_owned()),
        (&standalone, format!("{plain}/")),
        (&suite, below.to_owned()),
        (&suite, format!("{below}/")),
        (&suite, format!("{below}/orchestrator_")),
        (&suite, format!("{below}/orchestrator_/")),
        (&suite, format!("{below}/Orchestrator_")),
    ] {
        let done = typed(stand, &url).await;
        assert_eq!(told(&done).0, Vec::<String>::new(), "{url}");
        assert_eq!(done.report.exit(), Exit::Healthy, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standalone_url_at_a_suite_is_told_with_the_form_of_the_right_one() {
    let suite = only(Layouts::AutomationSuite).await;
    let origin = suite.url();
    let done = typed(&suite, origin).await;
    let (roots, remedies) = told(&done);
    assert_eq!(roots, ["orchestrator-answers/html-page"]);
    let right =
        format!("this host is an Automation Suite, whose URL is {origin}/organisation/tenant");
    assert!(remedies.contains(&right), "{remedies}");
    assert!(
        suite.log().logins.is_empty(),
        "no credential goes to a guess"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_url_at_a_standalone_host_is_told_with_the_right_one() {
    let standalone = only(Layouts::Standalone).await;
    let origin = standalone.url();
    for url in [
        format!("{origin}/acme/Default"),
        format!("{origin}/acme/Default/orchestrator_"),
        format!("{origin}/contoso/Production"),
    ] {
        let (roots, remedies) = told(&typed(&standalone, &url).await);
        assert_eq!(roots, ["orchestrator-answers/not-found"], "{url}");
        let right = format!("Orchestrator answers at {origin}, without a path");
        assert!(remedies.contains(&right), "{url}: {remedies}");
    }
    assert!(standalone.log().logins.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_names_than_the_suites_own_are_told_as_names() {
    let suite = only(Layouts::AutomationSuite).await;
    let origin = suite.url();
    for url in [
        format!("{origin}/contoso/Default"),
        format!("{origin}/acme/Production/orchestrator_"),
    ] {
        let (roots, remedies) = told(&typed(&suite, &url).await);
        assert_eq!(roots, ["orchestrator-answers/html-page"], "{url}");
        assert!(remedies.contains("is an Automation Suite"), "{remedies}");
    }
    assert!(suite.log().logins.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_url_without_its_tenant_or_with_a_page_of_the_portal_is_told_before_anything_is_sent()
 {
    let suite = only(Layouts::AutomationSuite).await;
    let origin = suite.url();
    for path in [
        "/acme",
        "/orchestrator_",
        "/acme/orchestrator_",
        "/acme/portal_/home",
        "/acme/Default/orchestrator_/odata",
        "/identity_",
    ] {
        let (roots, _) = told(&typed(&suite, &format!("{origin}{path}")).await);
        assert_eq!(roots, ["url-complete/extra-path"], "{path}");
    }
    assert!(suite.log().logins.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_finds_the_identity_service_of_either_layout() {
    for layouts in [Layouts::Standalone, Layouts::AutomationSuite] {
        let stand = only(layouts).await;
        let url = match layouts {
            Layouts::Standalone | Layouts::Both => stand.url(),
            Layouts::AutomationSuite => stand.suite_url(),
        };
        let url = url.to_owned();
        let secret = Reference::File(stand.client_secret_file().to_owned());
        let done = checked_as(&stand, Some(secret), |settings| {
            settings.target = Target::parse(&url, LayoutWanted::Auto).expect("a URL");
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
        })
        .await;
        assert_eq!(told(&done).0, Vec::<String>::new(), "{layouts:?}");
        assert_eq!(done.report.exit(), Exit::Healthy, "{layouts:?}");
    }
}
