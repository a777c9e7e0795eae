//! Answers that no Orchestrator of ours gives, byte by byte over real sockets: each must lead to the right verdict, or to none.

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

use orch_doctor::report::Exit;
use scripted::{
    AGE, Answer, Case, Rule, Server, Then, all_right, healthy, http, page, raw, roots, says, walk,
};
use serde::Deserialize;

/// The answers of `tests/fixtures/odd-answers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    front: Vec<Written>,
    unusable: Vec<Written>,
}

/// One answer as it is written there.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    symptom: String,
    #[serde(default)]
    says: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    headers: Vec<String>,
    title: Option<String>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    body: String,
    raw: Option<String>,
    then: Option<String>,
}

fn file() -> File {
    toml::from_str(include_str!("fixtures/odd-answers.toml")).unwrap()
}

impl Written {
    fn answer(&self) -> Answer {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .collect();
        let mut answer = match (&self.raw, &self.title) {
            (Some(all), _) => raw(all.as_str()),
            (None, Some(title)) => page(&self.status, &headers, title, &self.text),
            (None, None) => http(&self.status, &headers, &self.body),
        };
        match self.then.as_deref() {
            Some("stall") => answer.then = Then::Stall,
            other => assert_eq!(other, None, "{}", self.name),
        }
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_healthy_table_is_healthy() {
    let server = Server::start(healthy()).await;
    let done = server.checked(|_| {}).await;
    assert_eq!(roots(&done), Vec::<String>::new());
    assert_eq!(done.report.exit(), Exit::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_answers_in_orchestrators_place_is_told_by_what_it_sends() {
    let case = |written: Written| Case {
        rules: vec![(vec![""], written.answer())],
        name: written.name,
        tells: ("orchestrator-answers", written.symptom),
        says: written.says,
    };
    walk(file().front.into_iter().map(case).collect(), true).await;
}

/// The answers that the verdicts about the account hang on.
const PLACES: [(&str, &str, &str); 5] = [
    ("authenticate", "login-accepted", "untold"),
    ("foldersnavigation", "folder-visible", "untold"),
    ("releases?$top=1", "processes-listed", "untold"),
    ("getprocessversions", "version-present", "untold"),
    ("validatedynamicjob", "process-executable", "untestable"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_of_orchestrators_is_no_verdict_about_the_account() {
    let mut cases = Vec::new();
    for (place, check, symptom) in PLACES {
        for written in file().unusable {
            // There the permissions are asked instead, and they are healthy.
            let offered = written.name != "405" || symptom != "untestable";
            let symptom = if offered { symptom } else { "executable" };
            cases.push(Case {
                rules: vec![(vec![place], written.answer())],
                name: written.name,
                tells: (check, symptom.into()),
                says: String::new(),
            });
        }
    }
    walk(cases, false).await;
}

/// The healthy table with every answer written in another way.
fn rewritten(change: impl Fn(&str, &str) -> Answer) -> Vec<Rule> {
    let change = |answer: Answer| {
        let text = String::from_utf8(answer.bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        change(head, body)
    };
    let rules = healthy().into_iter();
    rules
        .map(|(parts, answer)| (parts, change(answer)))
        .collect()
}

/// A head without the length of its body.
fn unmeasured(head: &str) -> String {
    let lines = head
        .split("\r\n")
        .filter(|line| !line.starts_with("content-length"));
    lines.collect::<Vec<_>>().join("\r\n")
}

/// An answer of this head and body.
fn whole(head: &str, body: &[u8]) -> Answer {
    Answer {
        bytes: [head.as_bytes(), b"\r\n\r\n", body].concat(),
        then: Then::Next,
    }
}

/// The same with the length of the body, where the body is JSON and so another now.
fn of_json(head: &str, body: &str, change: impl Fn(&str) -> Vec<u8>) -> Answer {
    if !body.starts_with('{') {
        return whole(head, body.as_bytes());
    }
    let body = change(body);
    whole(
        &format!("{}\r\ncontent-length: {}", unmeasured(head), body.len()),
        &body,
    )
}

/// A healthy table, and in what it is unusual.
type Unusual = (&'static str, Vec<Rule>);

/// Every head with this behind it.
fn with_more(name: &'static str, more: &str) -> Unusual {
    let head = |head: &str, body: &str| whole(&format!("{head}\r\n{more}"), body.as_bytes());
    (name, rewritten(head))
}

/// Heads as few servers write them.
fn heads() -> Vec<Unusual> {
    let many: Vec<String> = (0..300).map(|at| format!("x-{at}: {at}")).collect();
    let replaced = |from: &'static str, to: &'static str| {
        rewritten(move |head, body| whole(&head.replace(from, to), body.as_bytes()))
    };
    vec![
        with_more("folded lines", "x-policy: one;\r\n\ttwo;\r\n  three"),
        with_more("a blank before a colon", "x-odd : 1"),
        with_more("no header at all", "this is no header\r\nx\u{e9}: 1"),
        with_more("300 headers", &many.join("\r\n")),
        with_more(
            "a long header",
            &format!("set-cookie: a={}", "x".repeat(60_000)),
        ),
        ("another reason", replaced("200 OK", "200 \u{6b63}\u{5e38}")),
        ("no reason", replaced("200 OK", "200")),
        (
            "JSON said to be a page",
            replaced(
                "application/json; odata.metadata=minimal",
                "text/html; charset=shift_jis",
            ),
        ),
    ]
}

/// Answers framed as few servers frame them.
fn frames() -> Vec<Unusual> {
    let old = |head: &str, body: &str| {
        let head = unmeasured(head).replace("HTTP/1.1", "HTTP/1.0");
        raw(format!("{head}\r\n\r\n{body}"))
    };
    let early = |head: &str, body: &str| {
        let hint = "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload";
        let head = format!("{hint}\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n{head}");
        whole(&head, body.as_bytes())
    };
    let chunked = |head: &str, body: &str| {
        let (one, two) = body.split_at(body.len() / 2);
        let chunk = |part: &str| match part.len() {
            0 => String::new(),
            length => format!("{length:X};x=\"1\"\r\n{part}\r\n"),
        };
        let trailers = "0\r\nx-checksum: 1\r\nx-more: 2\r\n\r\n";
        let body = format!("{}{}{trailers}", chunk(one), chunk(two));
        let head = format!("{}\r\ntransfer-encoding: chunked", unmeasured(head));
        whole(&head, body.as_bytes())
    };
    let bare = |head: &str, body: &str| Answer {
        bytes: format!("{}\n\n{body}", head.replace("\r\n", "\n")).into_bytes(),
        then: Then::Next,
    };
    vec![
        ("HTTP/1.0 that ends with the connection", rewritten(old)),
        ("an early hint and a 100 first", rewritten(early)),
        ("chunks with an extension and trailers", rewritten(chunked)),
        ("lines that end in LF alone", rewritten(bare)),
    ]
}

/// JSON as few servers write it.
fn bodies() -> Vec<Unusual> {
    let changed =
        |change: fn(&str) -> Vec<u8>| rewritten(move |head, body| of_json(head, body, change));
    let marked = |body: &str| format!("\u{feff}{body}").into_bytes();
    let little = |body: &str| {
        let units = std::iter::once(0xfeff).chain(body.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let big = |body: &str| {
        let units = std::iter::once(0xfeff).chain(body.encode_utf16());
        units.flat_map(u16::to_be_bytes).collect()
    };
    let lower = |body: &str| {
        let keys = [
            "PageItems",
            "Id",
            "FullyQualifiedName",
            "Name",
            "ProcessKey",
            "ProcessVersion",
            "Version",
            "IsValid",
            "Permissions",
            "Key",
        ];
        let quoted = |key: &str| format!("\"{key}\":");
        let lower = keys.iter().fold(body.to_owned(), |body, key| {
            body.replace(&quoted(key), &quoted(&key.to_lowercase()))
        });
        lower.into_bytes()
    };
    let texts = |body: &str| {
        let numbers = [
            (":7", ":\"7\""),
            (":9", ":\"9\""),
            ("ount\":2", "ount\":\"2\""),
            ("ount\":1", "ount\":\"1\""),
        ];
        let texts = numbers
            .iter()
            .fold(body.to_owned(), |body, (from, to)| body.replace(from, to));
        texts.into_bytes()
    };
    vec![
        ("a byte order mark", changed(marked)),
        ("UTF-16", changed(little)),
        ("UTF-16, big end first", changed(big)),
        ("keys in lower case", changed(lower)),
        ("numbers as texts", changed(texts)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_orchestrator_is_healthy_however_its_answers_are_written() {
    let all = [heads(), frames(), bodies()].concat();
    all_right(all, async |(name, rules)| {
        let server = Server::start(rules).await;
        let done = server.checked(|_| {}).await;
        let (found, exit) = (roots(&done), done.report.exit());
        let right = found.is_empty() && exit == Exit::Healthy;
        let said = says(&done, "orchestrator-answers");
        (!right).then(|| format!("{name}: {found:?} {exit:?}: {said}"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orchestrator_is_told_by_its_header_or_its_errors() {
    let status = |name: &str, answer| Case {
        name: name.into(),
        rules: vec![(vec!["get /api/status/get"], answer)],
        tells: ("orchestrator-answers", "orchestrator".into()),
        says: "answers at".into(),
    };
    let broke = r#"{"result":null,"success":false,"error":{"code":0,"message":"Interner Fehler"},"__abp":true}"#;
    let short = format!(
        "HTTP/1.1 200 OK\r\n{}: {}\r\ncontent-length: 50\r\n\r\n{{",
        AGE.0, AGE.1
    );
    let two = [(AGE.0, "5.0"), (AGE.0, "17.0")];
    let cases = vec![
        status(
            "a 500 of the framework",
            http("500 Internal Server Error", &[], broke),
        ),
        status("a body that ends early", raw(short)),
        status("no header, and the folders refuse", http("200 OK", &[], "")),
        status("a version in each of two headers", http("200 OK", &two, "")),
        status("busy", http("429 Too Many Requests", &[AGE], "")),
    ];
    walk(cases, false).await;
}
