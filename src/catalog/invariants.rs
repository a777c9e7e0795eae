//! What must hold of the checklist as a whole (design §9): keys, owners, remedies, names and needs.

use super::{Catalog, Check, EMBEDDED, Severity, Verdict};
use crate::config::address::LayoutWanted;
use crate::config::{ProcessWanted, Settings, SignIn, Target};
use crate::probe::{Asks, At, Evidence, Reading, Subject};
use crate::trust::tests::made::now;
use std::collections::BTreeSet;

/// The words a remedy may begin with.
const VERBS: &[&str] = &[
    "Add", "Allow", "Ask", "Assign", "Check", "Choose", "Compare", "Create", "Enable", "Enter",
    "Grant", "Install", "Look", "Open", "Publish", "Record", "Remove", "Rename", "Renew",
    "Replace", "Request", "Reset", "Restart", "Run", "Set", "Sign", "Start", "Upgrade", "Use",
    "Wait", "Write",
];

/// Words that blame, soothe or promise what was not seen.
const FORBIDDEN: &[&str] = &[
    "please",
    "simply",
    "easily",
    "obviously",
    "sorry",
    "unfortunately",
    "whitelist",
    "!",
    "failed to",
    "cloud can connect",
    "cloud cannot connect",
];

/// The most remedies an outcome may have.
const MOST_REMEDIES: usize = 5;

/// The contract's list of what must not stay unknown (§4), as far as its checks are there.
const REQUIRED: &[&str] = &[
    "name-resolves",
    "port-open",
    "tls-agreed",
    "certificate-trusted",
    "certificate-names-host",
    "certificate-in-date",
    "orchestrator-answers",
    "login-accepted",
    "folder-visible",
    "processes-listed",
    "process-present",
    "version-present",
    "process-executable",
    "allowlist-complete",
    "webhooks-permitted",
    "webhook-reaches-cloud",
    "robot-answers",
];

fn catalog() -> Catalog {
    Catalog::built_in().expect("the embedded checks are sound")
}

/// What a run was asked for in which a symptom of that key can come about.
pub(crate) fn settings_for(key: &str) -> Settings {
    let url = match key {
        "cloud-address" => "https://cloud.uipath.com/acme/Default",
        "literal-address" => "https://203.0.113.7:8443",
        "not-https" => "http://orch.example.com:8080",
        "port-implied" => "https://orch.example.com",
        "extra-path" => "https://orch.example.com:8443/swagger",
        _ => "https://orch.example.com:8443",
    };
    let sign_in = match key {
        "unknown-client" | "bad-scope" => SignIn::ClientCredentials {
            client_id: "5e2b6c1d-app".into(),
            scopes: vec!["OR.Execution.Read".into()],
        },
        "expired-token" => SignIn::Token,
        _ => SignIn::Password {
            username: "apps-svc".into(),
        },
    };
    let name = if key == "underscore" {
        "Invoice_Bot"
    } else {
        "InvoiceBot"
    };
    Settings {
        sign_in,
        processes: vec![ProcessWanted {
            folder: "Finance/Invoices".into(),
            name: name.into(),
            version: Some("1.0.7".into()),
        }],
        ..Settings::for_target(Target::parse(url, LayoutWanted::Auto).expect("a usable URL"))
    }
}

/// Everything a check says, and where.
fn prose(check: &Check) -> Vec<(String, String)> {
    let mut said = vec![
        (format!("{} question", check.id), check.question.clone()),
        (format!("{} why", check.id), check.why.clone()),
    ];
    for (key, outcome) in &check.outcomes {
        let at = format!("{}/{key}", check.id);
        said.push((at.clone(), outcome.says.text().to_owned()));
        said.extend(
            outcome
                .remedies
                .iter()
                .map(|step| (at.clone(), step.text().to_owned())),
        );
    }
    said
}

#[test]
fn the_outcomes_of_every_check_are_the_symptoms_of_its_reading() {
    // `Check::parse` refuses anything else; this proves that it does.
    let (id, text) = EMBEDDED.first().expect("there are checks");
    let first = text.find("[outcome.").expect("an outcome");
    let renamed = text.replacen("[outcome.", "[outcome.un", 1);
    assert!(Check::parse(id, &renamed).is_err_and(|what| what.contains("symptoms")));
    assert!(Check::parse(id, &text[..first]).is_err());
    assert_eq!(catalog().checks().len(), EMBEDDED.len());
}

#[test]
fn every_outcome_that_is_no_pass_has_an_owner_and_steps_that_begin_with_a_verb() {
    for check in catalog().checks() {
        for (key, outcome) in &check.outcomes {
            let at = format!("{}/{key}", check.id);
            if outcome.verdict == Verdict::Pass {
                assert!(outcome.remedies.is_empty(), "{at} has nothing to mend");
                continue;
            }
            assert!(outcome.owner.is_some(), "{at} has no owner");
            assert!(
                (1..=MOST_REMEDIES).contains(&outcome.remedies.len()),
                "{at} has too many steps, or none"
            );
            for step in &outcome.remedies {
                let verb = step.text().split(' ').next().unwrap_or_default();
                assert!(VERBS.contains(&verb), "{at} begins a step with {verb}");
                assert!(
                    step.text().ends_with('.'),
                    "{at}: {} ends without a full stop",
                    step.text()
                );
            }
        }
    }
}

#[test]
fn nothing_is_said_in_words_that_blame_or_promise() {
    for check in catalog().checks() {
        assert!(
            check.question.ends_with('?'),
            "{} asks no question",
            check.id
        );
        assert!(check.why.ends_with('.'), "{} gives no reason", check.id);
        for (at, text) in prose(check) {
            let lower = text.to_lowercase();
            for word in FORBIDDEN {
                assert!(!lower.contains(word), "{at} says “{word}”: {text}");
            }
        }
    }
}

#[test]
fn every_id_is_a_plain_name_that_was_never_retired() {
    let readme = include_str!("../../checks/README.md");
    let retired: Vec<&str> = readme
        .lines()
        .skip_while(|line| *line != "## Retired names")
        .filter_map(|line| line.strip_prefix("- `")?.split_once('`').map(|(id, _)| id))
        .collect();
    for check in catalog().checks() {
        let id = check.id.as_str();
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{id} is no plain name"
        );
        assert!(!retired.contains(&id), "{id} is retired");
    }
}

#[test]
fn what_a_check_needs_exists_and_goes_round_in_no_circle() {
    let text = |needs: &str| {
        let (_, text) = EMBEDDED
            .iter()
            .find(|(id, _)| *id == "process-name-safe")
            .expect("a check");
        text.replace("severity", &format!("needs = [{needs}]\nseverity"))
    };
    let with = |checks: &[(&str, &str)]| {
        Catalog::from_texts(
            checks
                .iter()
                .map(|(id, needs)| ((*id).to_owned(), text(needs))),
        )
    };
    assert!(with(&[("one", ""), ("two", "\"one\"")]).is_ok());
    assert!(
        with(&[("one", "\"absent\"")]).is_err_and(|error| error.to_string().contains("absent"))
    );
    assert!(with(&[("one", "\"two\""), ("two", "\"one\"")]).is_err());
}

#[test]
fn what_the_contract_requires_is_required_and_nothing_else() {
    for check in catalog().checks() {
        assert_eq!(
            check.required,
            REQUIRED.contains(&check.id.as_str()),
            "{}",
            check.id
        );
    }
}

#[test]
fn a_measurement_starts_only_after_rows_that_its_check_needs() {
    for check in catalog().checks() {
        for first in check.starts_after.iter().flatten() {
            assert!(
                check.needs.contains(first),
                "{} starts after {first} without needing it",
                check.id
            );
        }
    }
}

#[test]
fn a_check_of_one_process_needs_none_of_another() {
    let catalog = catalog();
    let width = |asks: Asks| match asks {
        Asks::Once => 0,
        Asks::Folder => 1,
        Asks::Process => 2,
    };
    for check in catalog.checks() {
        for need in check.needs.iter().filter_map(|id| catalog.get(id.as_str())) {
            assert!(
                width(need.asks) <= width(check.asks),
                "{} needs the narrower {}",
                check.id,
                need.id
            );
        }
    }
}

#[test]
fn advice_never_fails() {
    for check in catalog().checks() {
        let fails = check
            .outcomes
            .values()
            .any(|outcome| outcome.verdict == Verdict::Fail);
        assert!(
            !(fails && check.severity == Severity::Advice),
            "{} fails, and is advice",
            check.id
        );
    }
}

#[test]
fn no_two_checks_of_a_group_share_a_place() {
    let catalog = catalog();
    let mut places = BTreeSet::new();
    for check in catalog.checks() {
        assert!(
            places.insert((check.group, check.place)),
            "{} stands where another does",
            check.id
        );
    }
}

#[test]
fn every_sample_reads_as_its_symptom_also_from_a_recording() {
    for reading in Reading::ALL {
        for key in reading.symptoms() {
            let sample = reading.sample(key).expect("a sample for each symptom");
            let json = serde_json::to_string(&sample).expect("evidence is data");
            let recorded: Evidence = serde_json::from_str(&json).expect("what was written is read");
            assert_eq!(recorded, sample, "{reading:?} {key}");
            let settings = settings_for(key);
            let subject = settings.processes.first().map(Subject::process);
            let at = At {
                now: now(),
                settings: &settings,
                subject: subject.as_ref(),
                words: crate::words::Lang::En.words(),
            };
            assert_eq!(reading.read(&recorded, &at), Some(key), "{reading:?}");
        }
    }
}

/// Where the index begins and ends in the page about the checklist.
const INDEX: (&str, &str) = (
    "<!-- index: written by `ORCH_DOCTOR_WRITE_DOCS=1 cargo test --lib index` -->\n",
    "<!-- end of index -->\n",
);

#[test]
fn the_index_in_the_readme_is_what_the_program_would_print() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/checks/README.md");
    let page = std::fs::read_to_string(path).expect("checks/README.md");
    let (head, rest) = page
        .split_once(INDEX.0)
        .expect("the beginning of the index");
    let (index, tail) = rest.split_once(INDEX.1).expect("the end of the index");
    let printed = format!("\n{}\n", super::index(&catalog()));
    if std::env::var_os("ORCH_DOCTOR_WRITE_DOCS").is_some() {
        let page = [head, INDEX.0, &printed, INDEX.1, tail].concat();
        std::fs::write(path, page).expect("a writable page");
    } else {
        assert_eq!(
            index, printed,
            "ORCH_DOCTOR_WRITE_DOCS=1 cargo test --lib index writes it anew"
        );
    }
}
