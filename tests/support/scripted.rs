//! An Orchestrator that is a table: what a request must contain, and the very bytes that answer it.

use crate::chains::{HOST, Made, pointless_leaf};
use crate::checklist::{Done, live};
use futures_util::StreamExt as _;
use orch_doctor::config::{Settings, profile};
use orch_doctor::report::{Exit, State};
use rustls_pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The header that only Orchestrator's API sends.
pub(crate) const AGE: (&str, &str) = ("api-supported-versions", "16.0, 17.0");

/// What happens after the bytes are sent.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Then {
    /// The next request is read.
    Next,
    /// The connection is closed.
    Close,
    /// Nothing, for as long as the client waits.
    Stall,
}

/// One answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) then: Then,
}

/// A rule: what the request contains, all of it, in lower case; and what is answered.
pub(crate) type Rule = (Vec<&'static str>, Answer);

/// An answer of just these bytes, after which the connection is closed.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
    Answer {
        bytes: bytes.into(),
        then: Then::Close,
    }
}

/// A whole answer with its length.
pub(crate) fn http(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        bytes.extend([*name, ": ", *value, "\r\n"]);
    }
    bytes += "\r\n";
    Answer {
        bytes: [bytes.as_bytes(), body].concat(),
        then: Then::Next,
    }
}

/// JSON as Orchestrator sends it.
pub(crate) fn json(status: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/json; odata.metadata=minimal"),
        AGE,
    ];
    http(status, &headers, body)
}

/// A page in front of Orchestrator.
pub(crate) fn page(status: &str, headers: &[(&str, &str)], title: &str, text: &str) -> Answer {
    let page = format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body>{text}</body></html>"
    );
    http(
        status,
        &[&[("content-type", "text/html")], headers].concat(),
        page,
    )
}

/// The process that the profile asks for, as JSON.
pub(crate) const RELEASE: &str = r#"{"Id":41,"Key":"5f2d7a80-0000-4000-8000-000000000041","Name":"InvoiceBot","ProcessKey":"InvoiceBot","ProcessVersion":"1.0.7","IsProcessDeleted":false,"OrganizationUnitId":7,"FeedId":null}"#;

/// A list as OData writes it.
pub(crate) fn list(items: &str) -> String {
    format!(r#"{{"@odata.context":"https://{HOST}/odata/$metadata#It","value":[{items}]}}"#)
}

/// The permissions that Apps needs.
pub(crate) const PERMISSIONS: &str = r#"{"UserId":3,"Permissions":["Jobs.Create","Jobs.View","Processes.View","Webhooks.Create","Webhooks.View"]}"#;

/// A healthy Orchestrator of 23.10.
pub(crate) fn healthy() -> Vec<Rule> {
    let folders = r#"{"PageItems":[{"Id":7,"DisplayName":"Invoices","FullyQualifiedName":"Finance/Invoices","ProvisionType":"Automatic"},{"Id":9,"DisplayName":"Shared","FullyQualifiedName":"Shared","ProvisionType":"Automatic"}],"Count":2}"#;
    let versions = list(
        r#"{"Id":"InvoiceBot:1.0.6","Version":"1.0.6"},{"Id":"InvoiceBot:1.0.7","Version":"1.0.7"}"#,
    );
    let counted = format!(r#"{{"@odata.count":1,"value":[{RELEASE}]}}"#);
    let login = r#"{"result":"token-of-the-table","targetUrl":null,"success":true,"error":null,"unAuthorizedRequest":false,"__abp":true}"#;
    let text = r#"{"message":"You are not authenticated!","errorCode":0,"traceId":"1"}"#;
    vec![
        (vec!["get /api/status/get"], http("200 OK", &[AGE], "")),
        (vec!["get /api/health"], http("200 OK", &[], "Healthy")),
        (
            vec!["post /api/account/authenticate"],
            json("200 OK", login),
        ),
        (vec!["get /api/foldersnavigation"], json("200 OK", folders)),
        (
            vec!["get /odata/folders?$skip"],
            json(
                "200 OK",
                &list(r#"{"Id":7,"FullyQualifiedName":"Finance/Invoices"}"#),
            ),
        ),
        (vec!["get /odata/folders"], json("401 Unauthorized", text)),
        (vec!["get /odata/releases?$top=1"], json("200 OK", &counted)),
        (
            vec!["get /odata/releases?$filter"],
            json("200 OK", &list(RELEASE)),
        ),
        (vec!["getprocessversions"], json("200 OK", &versions)),
        (
            vec!["validatedynamicjob"],
            json("200 OK", r#"{"IsValid":true,"Errors":[],"ErrorCodes":[]}"#),
        ),
        (vec!["getcurrentpermissions"], json("200 OK", PERMISSIONS)),
        (
            vec!["getcurrentuser"],
            json(
                "200 OK",
                r#"{"Id":3,"UserName":"apps-svc","RolesList":["Apps"]}"#,
            ),
        ),
        (vec!["get /odata/webhooks"], json("200 OK", &list(""))),
        (
            vec![""],
            page(
                "404 Not Found",
                &[("server", "Microsoft-IIS/10.0")],
                "404 - File or directory not found.",
                "",
            ),
        ),
    ]
}

/// The table with these rules before those of a healthy one.
pub(crate) fn but(rules: Vec<Rule>) -> Vec<Rule> {
    rules.into_iter().chain(healthy()).collect()
}

/// A server that ends with the test.
pub(crate) struct Server {
    address: SocketAddr,
    roots: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by the table: the first rule that fits.
    pub(crate) async fn start(rules: Vec<Rule>) -> Self {
        let root = Made::root("Root of the table");
        let leaf = root.issue(pointless_leaf());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(leaf.key.serialize_der().into());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der.clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            roots: root.pem(),
            asked: Arc::default(),
        };
        let (asked, rules) = (Arc::clone(&server.asked), Arc::new(rules));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, asked) = (acceptor.clone(), Arc::clone(&asked));
                let rules = Arc::clone(&rules);
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await.ok()?;
                    while let Some(request) = request(&mut stream).await {
                        let lower = request.to_lowercase();
                        asked.lock().unwrap().push(request);
                        let fits = |rule: &&Rule| rule.0.iter().all(|part| lower.contains(part));
                        let answer = &rules.iter().find(fits)?.1;
                        stream.write_all(&answer.bytes).await.ok()?;
                        stream.flush().await.ok()?;
                        match answer.then {
                            Then::Next => {}
                            Then::Close => return stream.shutdown().await.ok(),
                            Then::Stall => std::future::pending::<()>().await,
                        }
                    }
                    Some(())
                });
            }
        });
        server
    }

    /// The whole checklist on it, as the user of the profile.
    pub(crate) async fn checked(&self, change: impl FnOnce(&mut Settings)) -> Done {
        self.checked_as(USER.0, USER.1, change).await
    }

    /// The same, signed in in another way.
    pub(crate) async fn checked_as(
        &self,
        sign_in: &str,
        credential: &str,
        change: impl FnOnce(&mut Settings),
    ) -> Done {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("orch-doctor.toml");
        std::fs::write(folder.path().join("secret"), "secret-of-the-table").unwrap();
        let port = self.address.port();
        let text = format!(
            "[orchestrator]\nurl = \"https://{HOST}:{port}\"\ntenant = \"Default\"\nsign_in = \"{sign_in}\"\n[credential]\n{credential}\n\
             [[process]]\nfolder = \"Finance/Invoices\"\nname = \"InvoiceBot\"\nversion = \"1.0.7\"\n"
        );
        std::fs::write(&at, text).unwrap();
        let mut config = profile(Some(&at), None).unwrap();
        config.settings.network.resolve = vec![orch_doctor::config::Pin {
            host: HOST.into(),
            port,
            address: self.address.ip(),
        }];
        config.settings.stand_in = true;
        change(&mut config.settings);
        live(config, self.roots.as_bytes(), None).await
    }

    /// The requests that came, heads and bodies.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The next request, head and body; none where the connection ends.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&read).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    read.extend(body);
    String::from_utf8(read).ok()
}

/// The roots of a run, as `check/symptom`.
pub(crate) fn roots(done: &Done) -> Vec<String> {
    let roots = done.report.roots();
    roots
        .iter()
        .map(|root| format!("{}/{}", root.check, root.symptom))
        .collect()
}

/// What a row came to: its symptom, or in brackets why it was not judged; rows of several subjects stand side by side.
pub(crate) fn told(done: &Done, check: &str) -> String {
    let rows = done
        .report
        .rows
        .iter()
        .filter(|row| row.id.check.as_str() == check);
    let told = rows.map(|row| match &row.state {
        State::Judged(finding) => finding.symptom.clone(),
        State::Blocked(by) => format!("(blocked by {by})"),
        State::Skipped(_) => "(skipped)".into(),
        State::Broke(how) => format!("(broke: {how})"),
        State::Waiting | State::Running => "(open)".into(),
    });
    told.collect::<Vec<_>>().join(" ")
}

/// What a row says.
pub(crate) fn says(done: &Done, check: &str) -> String {
    let mut rows = done
        .report
        .rows
        .iter()
        .filter(|row| row.id.check.as_str() == check);
    let finding = rows.find_map(|row| row.finding());
    finding
        .map(|finding| finding.says.clone())
        .unwrap_or_default()
}

/// How somebody signs in: `sign_in` of the profile, and its credential.
pub(crate) type Account = (&'static str, &'static str);

/// The user of the profile.
pub(crate) const USER: Account = (
    "password",
    "username = \"apps-svc\"\npassword = { file = \"secret\" }",
);

/// Silence is not waited for as long as usual, and long enough for what does answer.
fn soon(settings: &mut Settings) {
    settings.network.request_timeout_ms = 4_000;
}

/// An answer, where it is given, and what the run must come to.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) rules: Vec<Rule>,
    /// A check and its symptom.
    pub(crate) tells: (&'static str, String),
    /// Words that the sentence must have.
    pub(crate) says: String,
}

/// What is wrong with a case; nothing where it comes to what it must.
async fn differences(case: Case, failing: bool, account: Account) -> Option<String> {
    let stalls = case
        .rules
        .iter()
        .any(|(_, answer)| answer.then == Then::Stall);
    let server = Server::start(but(case.rules)).await;
    let change = |settings: &mut Settings| {
        if stalls {
            soon(settings);
        }
    };
    let done = server.checked_as(account.0, account.1, change).await;
    let (check, symptom) = case.tells;
    let (found, said, all) = (told(&done, check), says(&done, check), roots(&done));
    let expected = if failing {
        vec![format!("{check}/{symptom}")]
    } else {
        Vec::new()
    };
    let exit = done.report.exit();
    let fits = if failing {
        exit == Exit::Unhealthy
    } else {
        matches!(exit, Exit::Healthy | Exit::Undecided)
    };
    let right = found == symptom
        && said.contains(&case.says)
        && all == expected
        && fits
        && done.report.counts().broke == 0;
    (!right).then(|| format!("{}: {found} {all:?} {exit:?}: {said}", case.name))
}

/// Every case must come to what it says, for the user of the profile.
pub(crate) async fn walk(cases: Vec<Case>, failing: bool) {
    walk_as(USER, cases, failing).await;
}

/// The same signed in in another way.
pub(crate) async fn walk_as(account: Account, cases: Vec<Case>, failing: bool) {
    all_right(cases, |case| differences(case, failing, account)).await;
}

/// Goes through all of them, four at once; fails with what is wrong with each.
pub(crate) async fn all_right<T, W: Future<Output = Option<String>>>(
    all: Vec<T>,
    wrong_with: impl FnMut(T) -> W,
) {
    let walks = futures_util::stream::iter(all).map(wrong_with);
    let wrong: Vec<String> = walks
        .buffer_unordered(4)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
