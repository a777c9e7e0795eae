//! `list`, `explain` and `plan`: what is asked, why, and what would be sent. Nothing is.

use super::arguments::{ExplainArguments, Format, ListArguments, PlanArguments};
use super::{Refused, output, request};
use crate::catalog::{Check, Outcome};
use crate::plan::{Fate, Plan};
use crate::probe::Intent;
use crate::report::Exit;
use crate::words::{Lang, Words};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// `list`.
pub(super) fn list(arguments: &ListArguments) -> Result<Exit, Refused> {
    let lang = Lang::from(arguments.told.lang);
    let words = lang.words();
    let catalog = request::catalog(arguments.checks.as_deref())?.in_language(lang)?;
    let text = match arguments.format {
        Format::Json | Format::Jsonl => {
            let catalog = request::catalog(arguments.checks.as_deref())?;
            serde_json::to_string_pretty(&catalog.checks().iter().map(listed).collect::<Vec<_>>())?
        }
        Format::Text => {
            let mut text = String::new();
            let mut group = None;
            for check in catalog.checks() {
                if group != Some(check.group) {
                    let gap = if group.is_some() { "\n" } else { "" };
                    writeln!(text, "{gap}{}", check.group.title(words))?;
                    group = Some(check.group);
                }
                writeln!(text, "  {:<26} {}", check.id, check.question)?;
            }
            text
        }
    };
    output::say(&text);
    Ok(Exit::Healthy)
}

/// One check, as the contract's `list` has it.
fn listed(check: &Check) -> Value {
    let symptoms = check
        .outcomes
        .iter()
        .map(|(key, outcome)| json!({ "key": key, "verdict": outcome.verdict }));
    json!({
        "id": check.id,
        "group": check.group,
        "question": check.question,
        "severity": check.severity,
        "needs": check.needs,
        "symptoms": symptoms.collect::<Vec<_>>(),
    })
}

/// `explain`.
pub(super) fn explain(arguments: &ExplainArguments) -> Result<Exit, Refused> {
    let lang = Lang::from(arguments.told.lang);
    let words = lang.words();
    let catalog = request::catalog(arguments.checks.as_deref())?.in_language(lang)?;
    let (id, symptom) = match arguments.what.split_once('/') {
        Some((id, symptom)) => (id, Some(symptom)),
        None => (arguments.what.as_str(), None),
    };
    let unknown = |what: &str| {
        Refused::new(format!(
            "cannot explain {}: there is no such {what}",
            crate::shown::shown(&arguments.what)
        ))
    };
    let check = catalog.get(id).ok_or_else(|| unknown("check"))?;
    let mut text = String::new();
    about(&mut text, check, words)?;
    match symptom {
        None => check
            .outcomes
            .iter()
            .try_for_each(|(key, outcome)| meaning(&mut text, (key, outcome), words))?,
        Some(symptom) => {
            let outcome = check
                .outcomes
                .get(symptom)
                .ok_or_else(|| unknown("symptom"))?;
            meaning(&mut text, (symptom, outcome), words)?;
        }
    }
    writeln!(text, "\n{}\n  {}", words.explain.document, check.docs)?;
    output::say(&text);
    Ok(Exit::Healthy)
}

/// What a check asks, why, and after what.
fn about(text: &mut String, check: &Check, words: &Words) -> std::fmt::Result {
    writeln!(
        text,
        "{} · {}\n\n{}\n\n{}\n  {}",
        check.id,
        check.group.title(words),
        check.question,
        words.explain.why,
        check.why
    )?;
    if !check.seen_as.is_empty() {
        writeln!(
            text,
            "\n{}\n  {}",
            words.explain.shows,
            check.seen_as.join("\n  ")
        )?;
    }
    if !check.needs.is_empty() {
        let needs: Vec<&str> = check
            .needs
            .iter()
            .map(crate::catalog::CheckId::as_str)
            .collect();
        writeln!(text, "\n{}\n  {}", words.explain.after, needs.join(", "))?;
    }
    writeln!(
        text,
        "\n{}\n  {}\n\n{}",
        words.explain.weight,
        check.severity.told(words),
        words.explain.finds
    )
}

/// What one symptom means.
fn meaning(text: &mut String, (key, outcome): (&str, &Outcome), words: &Words) -> std::fmt::Result {
    writeln!(
        text,
        "  {key} ({})\n    {}",
        outcome.verdict.key(),
        outcome.says.text()
    )?;
    if let Some(owner) = outcome.owner {
        let owner = words.report.owner.with(&[("owner", &owner.title(words))]);
        writeln!(text, "    {owner}")?;
    }
    for (number, step) in outcome.remedies.iter().enumerate() {
        writeln!(text, "    {}. {}", number + 1, step.text())?;
    }
    Ok(())
}

/// `plan`: no secret is read, nothing is sent.
pub(super) fn plan(arguments: &PlanArguments) -> Result<Exit, Refused> {
    let catalog = request::catalog(arguments.common.checks.as_deref())?;
    let config = request::config(&arguments.common)?;
    let plan = Plan::new(
        &catalog,
        &request::selection(&arguments.common),
        &config.settings,
    )?;
    let mut told = BTreeSet::new();
    let mut intents: Vec<(String, Intent)> = Vec::new();
    for planned in plan
        .rows()
        .iter()
        .filter(|planned| planned.fate == Fate::Ask)
    {
        // A measurement that several checks share is made once, for the first of them.
        if told.insert(planned.measurement.clone()) {
            let subject = planned.measurement.subject.as_ref();
            let sent = planned.measurement.probe.intents(&config.settings, subject);
            intents.extend(
                sent.into_iter()
                    .map(|intent| (planned.row.check.to_string(), intent)),
            );
        }
    }
    let text = match arguments.writing.of_list()? {
        Format::Text => plan_text(&intents),
        Format::Json | Format::Jsonl => serde_json::to_string_pretty(&plan_json(&intents)?)?,
    };
    match &arguments.writing.output {
        Some(path) => output::write_file(path, text.as_bytes())?,
        None => output::say(&text),
    }
    Ok(Exit::Healthy)
}

/// The contract's array.
fn plan_json(intents: &[(String, Intent)]) -> Result<Vec<Value>, Refused> {
    let whole = intents.iter().map(|(check, intent)| {
        let mut value = serde_json::to_value(intent)?;
        if let Value::Object(members) = &mut value {
            members.insert("check".into(), Value::from(check.as_str()));
        }
        Ok(value)
    });
    whole.collect()
}

/// The same for people.
fn plan_text(intents: &[(String, Intent)]) -> String {
    let mut text = String::from("Nothing is sent by this command. A run would send:\n");
    for (check, intent) in intents {
        let port = intent
            .port
            .map(|port| format!(" port {port}"))
            .unwrap_or_default();
        let request = [intent.method.map(str::to_owned), intent.path.clone()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let parts = [
            format!(
                "{:<22} {:<5} to {}{port}",
                check, intent.kind, intent.destination
            ),
            request,
            intent
                .sni
                .as_ref()
                .map(|sni| format!("naming {sni}"))
                .unwrap_or_default(),
            intent
                .source
                .as_ref()
                .map(|source| format!("from {source}"))
                .unwrap_or_default(),
            intent
                .credential
                .as_ref()
                .map(|name| format!("with the {name}"))
                .unwrap_or_default(),
        ];
        text.push_str(
            &parts
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("  "),
        );
        text.push('\n');
    }
    text
}
