//! A small checklist, and runs of it.

use crate::catalog::{Catalog, CheckId, Grade, Owner, Verdict};
use crate::config::address::LayoutWanted;
use crate::config::{Settings, Target};
use crate::dial::Failure;
use crate::event::{Began, Event, Finding, What};
use crate::plan::{RowId, Selection};
use crate::probe::{Evidence, Measurement, Probe, Subject, tcp};
use crate::tui::{Key, Look, Model, Msg, Offers, Opening, ProfileSeen, Recent, Size, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Name, group, place, reading, what it needs, question.
type Sketch = (
    &'static str,
    &'static str,
    u16,
    &'static str,
    &'static [&'static str],
    &'static str,
);

/// The checks of the checklist.
const CHECKS: &[Sketch] = &[
    (
        "url-complete",
        "address",
        10,
        "address.completeness",
        &[],
        "Is the URL complete?",
    ),
    (
        "name-resolves",
        "network",
        10,
        "names.resolution",
        &[],
        "Does the name lead to an address?",
    ),
    (
        "port-open",
        "network",
        20,
        "tcp.reach",
        &["name-resolves"],
        "Is the port open, so that a connection can be made?",
    ),
    (
        "tls-agreed",
        "trust",
        10,
        "tls.agreement",
        &["port-open"],
        "Does the server agree on TLS 1.2 or newer?",
    ),
    (
        "certificate-trusted",
        "trust",
        20,
        "tls.trust",
        &["tls-agreed"],
        "Is the certificate issued by a public authority that the cloud trusts?",
    ),
    (
        "certificate-in-date",
        "trust",
        30,
        "tls.lifetime",
        &["tls-agreed"],
        "Is the certificate in date?",
    ),
    (
        "orchestrator-answers",
        "service",
        10,
        "answer.responder",
        &["tls-agreed"],
        "Is it Orchestrator that answers?",
    ),
    (
        "login-accepted",
        "account",
        10,
        "login.acceptance",
        &[
            "certificate-trusted",
            "certificate-in-date",
            "orchestrator-answers",
        ],
        "Are the user name and password right?",
    ),
    (
        "folder-visible",
        "processes",
        10,
        "folders.visibility",
        &["login-accepted"],
        "May the user see the folder?",
    ),
    (
        "process-present",
        "processes",
        20,
        "process.presence",
        &["folder-visible"],
        "Is the process still in the same folder?",
    ),
];

/// The checklist, read once for all tests.
static CATALOG: LazyLock<Catalog> = LazyLock::new(catalog);

/// The checklist.
fn catalog() -> Catalog {
    let texts = CHECKS.iter().map(|(id, group, place, reads, needs, question)| {
        let reading = crate::probe::Reading::parse(reads).unwrap();
        let asks = match *id {
            "folder-visible" => "asks = \"folder\"",
            "process-present" => "asks = \"process\"",
            _ => "",
        };
        let mut text = format!(
            "group = {group:?}\nplace = {place}\nquestion = {question:?}\nwhy = \"Apps calls Orchestrator from the cloud: what does not hold here holds nobody up but Apps.\"\nseen_as = [\"Unable to connect to Orchestrator\"]\nseverity = \"blocker\"\nrequired = true\nreads = {reads:?}\n{asks}\nneeds = {needs:?}\ndocs = \"https://docs.example/apps/onprem\"\n"
        );
        for symptom in reading.symptoms() {
            let _ = write!(text, "[outcome.{symptom}]\nverdict = \"fail\"\nsays = \"{{address}} says so.\"\nowner = \"user\"\ntry = [\"Change it.\"]\n");
        }
        ((*id).to_owned(), text)
    });
    Catalog::from_texts(texts).unwrap()
}

/// A row without a subject, or about the one process.
pub(in crate::tui) fn row(id: &str) -> RowId {
    let folder = Subject {
        folder: "Finance/Invoices".into(),
        process: None,
        version: None,
    };
    let subject = match id {
        "folder-visible" => Some(folder),
        "process-present" => Some(Subject {
            process: Some("InvoiceBot".into()),
            version: Some("1.0.7".into()),
            ..folder
        }),
        _ => None,
    };
    RowId {
        check: CheckId::new(id),
        subject,
    }
}

/// A run that begins.
pub(in crate::tui) fn began(only: &[&str], rows: &[&str]) -> Event {
    let target = Target::parse("https://orch.example.com:8443", LayoutWanted::Auto).unwrap();
    event(
        0,
        What::Began(Box::new(Began {
            version: "0.1.0".into(),
            at: "2026-11-24T22:30:00Z".parse().unwrap(),
            settings: Settings::for_target(target),
            selection: Selection {
                only: only.iter().map(|id| (*id).to_owned()).collect(),
                ..Selection::default()
            },
            host: "ops-01".into(),
            cloud_roots: "mozilla".into(),
            cloud_store: "Mozilla's roots".into(),
            rows: rows.iter().map(|id| row(id)).collect(),
        })),
    )
}

/// A run of everything that begins.
pub(in crate::tui) fn began_all() -> Event {
    began(&[], &ids())
}

/// All checks.
pub(in crate::tui) fn ids() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.0).collect()
}

pub(in crate::tui) fn event(after_ms: u64, what: What) -> Event {
    Event { after_ms, what }
}

/// The measurement of a connection.
pub(in crate::tui) fn tcp_measured() -> Measurement {
    Measurement {
        probe: Probe::Tcp,
        subject: None,
    }
}

/// What a connection saw.
pub(in crate::tui) fn tcp_seen(failure: Option<Failure>) -> Event {
    let seen = tcp::Seen {
        tries: vec![tcp::Try {
            address: ([203, 0, 113, 7], 8443).into(),
            failure,
            proxy: None,
            path: None,
            took_ms: 3,
        }],
        via: None,
    };
    event(
        12,
        What::Measured {
            measurement: tcp_measured(),
            evidence: Box::new(Evidence::Tcp(seen)),
            took_ms: 3,
        },
    )
}

/// A row that is judged.
pub(in crate::tui) fn judged(id: &str, verdict: Verdict) -> Event {
    let measurement = Some(tcp_measured()).filter(|_| id == "port-open");
    let owner = (verdict != Verdict::Pass).then_some(Owner::Network);
    let (symptom, says, remedies): (&str, &str, &[&str]) = match (id, verdict) {
        ("port-open", Verdict::Fail) => (
            "silent",
            "203.0.113.7:8443 did not answer within 5 s.",
            &[
                "Ask the network team to allow TCP 8443 from this machine to 203.0.113.7 in the firewall.",
                "Run `tcptraceroute 203.0.113.7 8443` to see where it ends.",
            ],
        ),
        ("certificate-in-date", Verdict::Fail) => (
            "expired",
            "The certificate of orch.example.com ended on 2026-11-01.",
            &["Renew it: IIS Manager → Server Certificates → Renew."],
        ),
        ("certificate-in-date", Verdict::Warn) => (
            "expires-soon",
            "The certificate of orch.example.com ends on 2026-12-01.",
            &["Renew it: IIS Manager → Server Certificates → Renew."],
        ),
        (_, Verdict::Fail) => ("broken", "It does not hold.", &["Mend it."]),
        (_, Verdict::Warn) => ("so-so", "It nearly holds.", &["Look at it."]),
        (_, Verdict::Unknown) => (
            "untold",
            "It could not be told.",
            &["Ask again with a later --deadline."],
        ),
        (_, Verdict::Pass) => ("holds", "It holds.", &[]),
    };
    let finding = Finding {
        symptom: symptom.into(),
        verdict,
        grade: Grade::ObservedHere,
        says: says.into(),
        owner,
        remedies: remedies.iter().map(|step| (*step).to_owned()).collect(),
        measurement,
        began_ms: 9,
        took_ms: 3,
    };
    event(
        20,
        What::Judged {
            row: row(id),
            finding: Box::new(finding),
        },
    )
}

pub(in crate::tui) fn blocked(id: &str, by: &str) -> Event {
    event(
        20,
        What::Blocked {
            row: row(id),
            by: CheckId::new(by),
        },
    )
}

pub(in crate::tui) fn finished() -> Event {
    event(412, What::Finished)
}

/// A healthy run but for what is said of some rows.
pub(in crate::tui) fn run(but: &[Event]) -> Vec<Event> {
    let told = |id: &str| {
        but.iter().any(|event| match &event.what {
            What::Judged { row, .. }
            | What::Blocked { row, .. }
            | What::Skipped { row, .. }
            | What::Broke { row, .. } => row.check.as_str() == id,
            _ => false,
        })
    };
    let mut events = vec![began_all(), tcp_seen(None)];
    events.extend(
        ids()
            .into_iter()
            .filter(|id| !told(id))
            .map(|id| judged(id, Verdict::Pass)),
    );
    events.extend(but.iter().cloned());
    events.push(finished());
    events
}

/// The port is silent, and what needs it is not asked.
pub(in crate::tui) fn silent_port() -> Vec<Event> {
    let waited = Failure::Silent {
        waited_ms: 5000,
        attempts: 3,
    };
    let mut but = vec![tcp_seen(Some(waited)), judged("port-open", Verdict::Fail)];
    but.extend(ids().into_iter().skip(3).map(|id| blocked(id, "port-open")));
    run(&but)
}

/// What can be chosen on the start screen.
pub(super) fn offers() -> Offers {
    Offers {
        profiles: vec![ProfileSeen {
            path: "production.toml".into(),
            url: "https://orch.example.com:8443".into(),
            tenant: "Default".into(),
            who: "apps-svc".into(),
            asks: true,
        }],
        recents: vec![Recent {
            url: "https://suite.example.com/acme/Default/orchestrator_".into(),
            tenant: "Default".into(),
            profile: None,
        }],
        faults: vec!["certificate-expired".into(), "port-closed".into()],
    }
}

pub(in crate::tui) fn opening() -> Opening {
    Opening {
        catalog: CATALOG.clone(),
        target: "https://orch.example.com:8443".into(),
        offers: Some(offers()),
        replay: false,
        look: Look::default(),
        mouse: false,
    }
}

/// A model of that size, in which these events happened.
pub(in crate::tui) fn told(size: (u16, u16), events: Vec<Event>) -> Model {
    told_by(&opening(), size, events)
}

/// The same, opened otherwise.
pub(in crate::tui) fn told_by(
    opening: &Opening,
    (width, height): (u16, u16),
    events: Vec<Event>,
) -> Model {
    let mut model = Model::new(opening, Size { width, height });
    update(&mut model, Msg::Events(events));
    model
}

/// Presses keys, a character each.
pub(in crate::tui) fn press(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        update(model, Msg::Key(Key::Char(key)));
    }
}

/// The screen as text.
pub(in crate::tui) fn screen(model: &Model) -> String {
    drawn(model).backend().to_string()
}

/// The screen.
pub(in crate::tui) fn drawn(model: &Model) -> Terminal<TestBackend> {
    let mut terminal =
        Terminal::new(TestBackend::new(model.size.width.max(1), model.size.height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal
}
