//! Written evidence and the diagnosis it must come to: `tests/scenarios/*.toml`.
//!
//! A scenario starts from a healthy world and says what of it is seen otherwise. It runs as a recording does, without a network.

mod questions;

use super::{Recording, Run, Source, Vantage, run};
use crate::catalog::invariants::settings_for;
use crate::catalog::{Catalog, Check, Verdict};
use crate::config::address::LayoutWanted;
use crate::config::settings::RuleFile;
use crate::config::{ProcessWanted, Robot, Settings, SignIn, Target, Webhook};
use crate::event::Event;
use crate::plan::{Plan, RowId, Selection};
use crate::probe::{Evidence, Measurement, Probe, Reading};
use crate::report::{Report, State};
use crate::trust::tests::made::now;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Outcomes that no scenario reaches, and why.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "webhooks-sound/untold",
    "webhooks that are not listed leave webhooks-permitted open, which stands in its way",
)];

/// The scenarios of one file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

/// What is seen, and what it must come to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// The fact it proves.
    fact: String,
    /// The URL, where it is another than the usual one.
    url: Option<String>,
    /// `password` unless told.
    sign_in: Option<String>,
    /// Folder, name and version of each process, where they are others than the usual one.
    processes: Option<Vec<Vec<String>>>,
    /// What else is asked for otherwise than usual.
    settings: Option<Value>,
    /// Sections that the profile has beside the usual ones: `webhook` (with leave to change something), `robot`, `rules` and `logs` of the
    /// allowlist, `baseline`.
    #[serde(default)]
    sections: Vec<String>,
    /// What is seen otherwise than in a healthy world.
    #[serde(default)]
    seen: Vec<Change>,
    /// Probes that saw nothing, since the recording ends before them.
    #[serde(default)]
    absent: Vec<Probe>,
    /// The exit code.
    exit: i32,
    /// The roots, as `check/symptom`.
    roots: Vec<String>,
    /// Some of the rows: a symptom, `blocked by <check>` or `skipped`; a key may name the subject after the check.
    #[serde(default)]
    rows: BTreeMap<String, String>,
    /// Words that the sentence of a row must have.
    #[serde(default)]
    says: BTreeMap<String, String>,
}

/// Evidence that differs from a healthy world's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The probe whose healthy evidence is changed.
    probe: Option<Probe>,
    /// Or the outcome (`check/symptom`) whose sample stands instead.
    like: Option<String>,
    /// Another sample whose lists come after those of the first: a second address.
    beside: Option<String>,
    /// What is not there in it.
    #[serde(default)]
    without: Vec<String>,
    /// What is different in it.
    with: Option<Value>,
    /// Of which folder or process, where not of all.
    of: Option<String>,
}

/// The checks, and what their probes see where nothing is wrong.
struct World {
    catalog: Catalog,
    healthy: BTreeMap<Probe, Evidence>,
}

impl World {
    fn of(catalog: Catalog) -> Self {
        let probes: BTreeSet<Probe> = catalog
            .checks()
            .iter()
            .map(|check| check.reads.probe())
            .collect();
        let healthy = probes
            .into_iter()
            .map(|probe| (probe, healthy(&catalog, probe)))
            .collect();
        Self { catalog, healthy }
    }

    fn built_in() -> Self {
        Self::of(Catalog::built_in().expect("the embedded checks are sound"))
    }
}

/// The scenarios of every file, with the file's name.
fn scenarios() -> Vec<(String, Scenario)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let file: File =
            toml::from_str(&text).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        all.extend(
            file.scenario
                .into_iter()
                .map(|scenario| (name.clone(), scenario)),
        );
    }
    all
}

impl Scenario {
    fn settings(&self) -> Settings {
        let mut settings = settings_for("");
        if let Some(url) = &self.url {
            settings.target = Target::parse(url, LayoutWanted::Auto).expect("a usable URL");
        }
        settings.sign_in = match self.sign_in.as_deref() {
            None | Some("password") => settings.sign_in,
            Some("client-credentials") => settings_for("unknown-client").sign_in,
            Some("token") => SignIn::Token,
            Some("none") => SignIn::None,
            Some(other) => panic!("{}: there is no way to sign in called {other}", self.fact),
        };
        if let Some(processes) = &self.processes {
            let wanted = |parts: &Vec<String>| ProcessWanted {
                folder: parts[0].clone(),
                name: parts[1].clone(),
                version: parts.get(2).cloned(),
            };
            settings.processes = processes.iter().map(wanted).collect();
        }
        for section in &self.sections {
            match section.as_str() {
                "webhook" => {
                    settings.allow_changes = true;
                    settings.webhook = Some(Webhook {
                        callback: Some("https://cloud.uipath.com/".into()),
                        listen: Some(([127, 0, 0, 1], 8765).into()),
                        reachable_as: Some("https://ops-01.corp.example:8765/".into()),
                    });
                }
                "robot" => {
                    let processes = vec!["InvoiceBot".into()];
                    settings.robot = Some(Robot {
                        processes,
                        ..Robot::default()
                    });
                }
                "rules" => {
                    let section = settings.allowlist.get_or_insert_default();
                    section.rules = vec![RuleFile::Path("fw/host.rules".into())];
                }
                "logs" => {
                    let section = settings.allowlist.get_or_insert_default();
                    section.logs = vec!["u_ex261122.log.gz".into()];
                }
                "baseline" => settings.baseline = Some("good.jsonl".into()),
                other => panic!("{}: there is no section called {other}", self.fact),
            }
        }
        let Some(other) = &self.settings else {
            return settings;
        };
        let mut value = serde_json::to_value(settings).expect("settings are data");
        merge(&mut value, other);
        serde_json::from_value(value).expect("settings again")
    }

    /// What the measurement of a row saw.
    fn evidence(&self, world: &World, measurement: &Measurement) -> Option<Evidence> {
        if self.absent.contains(&measurement.probe) {
            return None;
        }
        let subject = measurement.subject.as_ref().map(ToString::to_string);
        let changes = self.seen.iter().filter(|change| {
            change.probe(&world.catalog) == measurement.probe
                && (change.of.is_none() || change.of == subject)
        });
        let seen = changes.fold(None, |before, change| Some(change.apply(world, before)));
        Some(seen.unwrap_or_else(|| world.healthy[&measurement.probe].clone()))
    }

    /// Runs it, and folds what is said.
    async fn report(&self, world: &World) -> Report {
        let settings = self.settings();
        let plan = Plan::new(&world.catalog, &Selection::default(), &settings).expect("a plan");
        let measured: BTreeSet<Measurement> = plan
            .rows()
            .iter()
            .map(|row| row.measurement.clone())
            .collect();
        let seen = measured.into_iter().filter_map(|measurement| {
            let evidence = self.evidence(world, &measurement)?;
            Some((measurement, evidence))
        });
        let recording = Recording::from_evidence(seen);
        let events = events_of(plan, settings, recording).await;
        let mut report = Report::default();
        for event in &events {
            report.apply(event, &world.catalog);
        }
        report
    }
}

impl Change {
    /// The probe whose evidence it is.
    fn probe(&self, catalog: &Catalog) -> Probe {
        let of_sample = || {
            check_of(catalog, self.like.as_deref().expect("probe or like"))
                .0
                .reads
                .probe()
        };
        self.probe.unwrap_or_else(of_sample)
    }

    /// The evidence with the change.
    fn apply(&self, world: &World, before: Option<Evidence>) -> Evidence {
        let base = match (&self.like, before) {
            (Some(like), _) => sample(&world.catalog, like),
            (None, Some(before)) => before,
            (None, None) => world.healthy[&self.probe(&world.catalog)].clone(),
        };
        let mut json = serde_json::to_value(&base).expect("evidence is data");
        if let Some(beside) = &self.beside {
            let other =
                serde_json::to_value(sample(&world.catalog, beside)).expect("evidence is data");
            append(&mut json["seen"], &other["seen"]);
        }
        let tables = json["seen"].as_object_mut().expect("evidence is a table");
        tables.retain(|key, _| !self.without.contains(key));
        if let Some(with) = &self.with {
            merge(&mut json["seen"], with);
        }
        serde_json::from_value(json).expect("evidence of that probe")
    }
}

/// Evidence of a world in which nothing is wrong.
fn healthy(catalog: &Catalog, probe: Probe) -> Evidence {
    let check = catalog
        .checks()
        .iter()
        .find(|check| {
            check.reads.probe() == probe
                && Reading::ALL.iter().find(|reading| reading.probe() == probe)
                    == Some(&check.reads)
        })
        .expect("a check of the probe's first reading");
    let key = check
        .reads
        .symptoms()
        .into_iter()
        .find(|key| check.outcomes[*key].verdict == Verdict::Pass)
        .expect("a healthy outcome");
    check.reads.sample(key).expect("a sample")
}

/// The check and the symptom of an outcome named as `check/symptom`.
fn check_of<'a>(catalog: &'a Catalog, name: &'a str) -> (&'a Check, &'a str) {
    let (id, key) = name.split_once('/').expect("check/symptom");
    let check = catalog
        .get(id)
        .unwrap_or_else(|| panic!("there is no check {id}"));
    (check, key)
}

/// The evidence of a sample, named as `check/symptom`.
fn sample(catalog: &Catalog, name: &str) -> Evidence {
    let (check, key) = check_of(catalog, name);
    check
        .reads
        .sample(key)
        .unwrap_or_else(|| panic!("there is no outcome {name}"))
}

/// Puts the new values over the old, table by table.
fn merge(old: &mut Value, new: &Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                merge(old.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (old, new) => *old = new.clone(),
    }
}

/// Puts the lists of the second behind those of the first.
fn append(first: &mut Value, second: &Value) {
    let Some(tables) = first.as_object_mut() else {
        return;
    };
    for (key, value) in tables {
        if let (Value::Array(list), Some(Value::Array(more))) = (value, second.get(key)) {
            list.extend(more.iter().cloned());
        }
    }
}

/// What a run over recorded evidence says.
async fn events_of(plan: Plan, settings: Settings, recording: Recording) -> Vec<Event> {
    let (events, mut said) = tokio::sync::mpsc::unbounded_channel();
    let made = Run {
        plan,
        selection: Selection::default(),
        settings: Arc::new(settings),
        source: Source::Recorded(recording),
        at: now(),
        vantage: Vantage {
            host: "ops-01".into(),
            cloud_roots: "mozilla".into(),
            cloud_store: "test roots".into(),
        },
        noted: None,
    };
    run(made, events, CancellationToken::new()).await;
    let mut all = Vec::new();
    while let Some(event) = said.recv().await {
        all.push(event);
    }
    all
}

/// A row's state as scenarios write it.
fn told(state: &State) -> String {
    match state {
        State::Judged(finding) => finding.symptom.clone(),
        State::Blocked(by) => format!("blocked by {by}"),
        State::Skipped(_) => "skipped".into(),
        State::Broke(how) => format!("broke: {how}"),
        State::Waiting | State::Running => "open".into(),
    }
}

/// Whether a scenario's key names the row.
fn names(key: &str, row: &RowId) -> bool {
    let (check, subject) = key
        .split_once(' ')
        .map_or((key, None), |(check, subject)| (check, Some(subject)));
    let of = row.subject.as_ref().map(ToString::to_string);
    row.check.as_str() == check && subject.is_none_or(|subject| of.as_deref() == Some(subject))
}

/// What is otherwise than the scenario says.
fn differences(scenario: &Scenario, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let exit = report.exit() as i32;
    if exit != scenario.exit {
        wrong.push(format!("exit {exit} instead of {}", scenario.exit));
    }
    let roots: BTreeSet<String> = report
        .roots()
        .iter()
        .map(|root| format!("{}/{}", root.check, root.symptom))
        .collect();
    let expected: BTreeSet<String> = scenario.roots.iter().cloned().collect();
    if roots != expected {
        wrong.push(format!("roots {roots:?} instead of {expected:?}"));
    }
    for (key, expected) in &scenario.rows {
        let rows: Vec<_> = report
            .rows
            .iter()
            .filter(|row| names(key, &row.id))
            .collect();
        if rows.is_empty() {
            wrong.push(format!("no row {key}"));
        }
        for row in rows.iter().filter(|row| told(&row.state) != *expected) {
            wrong.push(format!(
                "{key} is {} instead of {expected}",
                told(&row.state)
            ));
        }
    }
    for (key, words) in &scenario.says {
        let rows = report.rows.iter().filter(|row| names(key, &row.id));
        let said: Vec<&str> = rows
            .filter_map(|row| row.finding())
            .map(|finding| finding.says.as_str())
            .collect();
        if !said.iter().any(|says| says.contains(words)) {
            wrong.push(format!("{key} says {said:?} without “{words}”"));
        }
    }
    let holes = report
        .rows
        .iter()
        .filter_map(|row| row.finding())
        .flat_map(|finding| std::iter::once(&finding.says).chain(&finding.remedies));
    wrong.extend(
        holes
            .filter(|text| open_hole(text))
            .map(|text| format!("an open hole: {text}")),
    );
    wrong
}

/// Whether a filled sentence still has a hole.
fn open_hole(text: &str) -> bool {
    !crate::catalog::Template::new(text).holes().is_empty()
}

#[tokio::test]
async fn every_scenario_comes_to_its_diagnosis() {
    let world = World::built_in();
    let mut wrong = Vec::new();
    for (file, scenario) in scenarios() {
        let report = scenario.report(&world).await;
        for difference in differences(&scenario, &report) {
            wrong.push(format!("{file}: {}: {difference}", scenario.fact));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_outcome_of_every_check_is_reached_by_a_scenario() {
    let world = World::built_in();
    let mut reached = BTreeSet::new();
    for (_, scenario) in scenarios() {
        let report = scenario.report(&world).await;
        for row in &report.rows {
            if let Some(finding) = row
                .finding()
                .filter(|finding| finding.measurement.is_some())
            {
                reached.insert(format!("{}/{}", row.id.check, finding.symptom));
            }
        }
    }
    let excepted: BTreeSet<String> = EXCEPTIONS
        .iter()
        .map(|(outcome, _)| (*outcome).to_owned())
        .collect();
    let all: BTreeSet<String> = world
        .catalog
        .checks()
        .iter()
        .flat_map(|check| {
            check
                .outcomes
                .keys()
                .map(|key| format!("{}/{key}", check.id))
        })
        .collect();
    let left: Vec<_> = all
        .iter()
        .filter(|outcome| !reached.contains(*outcome) && !excepted.contains(*outcome))
        .collect();
    assert!(left.is_empty(), "no scenario reaches {left:?}");
    let idle: Vec<_> = excepted
        .iter()
        .filter(|outcome| reached.contains(*outcome) || !all.contains(*outcome))
        .collect();
    assert!(idle.is_empty(), "no exception is needed for {idle:?}");
}

/// A check of our own on a reading that exists: one file.
fn own_check() -> String {
    const HEAD: &str = r#"
        group    = "network"
        place    = 999
        question = "Is the port open at every address?"
        why      = "A second address that is shut makes every other attempt fail."
        severity = "degraded"
        reads    = "tcp.reach"
        needs    = ["name-resolves"]
        docs     = "our own runbook, page 3"
    "#;
    let reading = Reading::parse("tcp.reach").expect("a reading");
    let outcome = |key: &&str| {
        let verdict = if *key == "open" { "pass" } else { "fail" };
        format!(
            "[outcome.{key}]\nverdict = \"{verdict}\"\nsays = \"{{host}} is {key} at port {{port}}.\"\n\
             owner = \"network\"\ntry = [\"Ask the night shift.\"]\n"
        )
    };
    let outcomes: Vec<String> = reading.symptoms().iter().map(outcome).collect();
    [HEAD, &outcomes.join("\n")].join("\n")
}

#[tokio::test]
async fn a_new_check_takes_one_file_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("every-address-open.toml");
    std::fs::write(path, own_check()).expect("a writable folder");

    let catalog = Catalog::with_folder(folder.path()).expect("the built-in checks and one more");
    let world = World::of(catalog);
    let scenario: Scenario = toml::from_str(
        r#"
        fact  = "a new check"
        seen  = [{ like = "port-open/partly-open" }]
        exit  = 1
        roots = ["every-address-open/partly-open"]
        rows  = { every-address-open = "partly-open", port-open = "partly-open", tls-agreed = "agreed" }
        "#,
    )
    .expect("a scenario");
    let report = scenario.report(&world).await;
    assert_eq!(differences(&scenario, &report), Vec::<String>::new());
    let built_in = World::built_in().catalog.checks().len();
    assert_eq!(world.catalog.checks().len(), built_in + 1);
    let row = report
        .rows
        .iter()
        .find(|row| row.id.check.as_str() == "every-address-open")
        .expect("its row");
    let finding = row.finding().expect("a finding");
    assert_eq!(
        finding.says,
        "orch.example.com is partly-open at port 8443."
    );
}
