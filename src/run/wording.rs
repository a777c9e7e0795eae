//! Every sentence that the built-in checks can say, with the evidence of a sample in its holes.

use super::judge;
use crate::catalog::invariants::settings_for;
use crate::catalog::{Catalog, Check, Grade, Outcome, Owner};
use crate::event::Finding;
use crate::probe::{Asks, At, Subject};
use crate::trust::tests::made::now;
use std::fmt::Write as _;

/// The longest sentence, in characters.
const LONGEST_SENTENCE: usize = 200;

/// The longest step, in characters.
const LONGEST_STEP: usize = 220;

fn catalog() -> Catalog {
    Catalog::built_in().expect("the embedded checks are sound")
}

/// What a check says to the sample of one symptom.
fn finding(check: &Check, key: &str) -> Finding {
    let settings = settings_for(key);
    let wanted = settings.processes.first().expect("a process");
    let subject = match check.asks {
        Asks::Once => None,
        Asks::Folder => Some(Subject::folder(wanted)),
        Asks::Process => Some(Subject::process(wanted)),
    };
    let evidence = check.reads.sample(key).expect("a sample for each symptom");
    let at = At {
        now: now(),
        settings: &settings,
        subject: subject.as_ref(),
        words: crate::words::Lang::En.words(),
    };
    let mut finding = judge(check, &evidence, &at).expect("the check reads its own evidence");
    // Keys of samples are made anew in every run.
    if let Some(fingerprint) = evidence.facts(&at).get("fingerprint") {
        let stands_in =
            |text: &mut String| *text = text.replace(fingerprint.as_str(), "9F:86:D0:81…");
        stands_in(&mut finding.says);
        finding.remedies.iter_mut().for_each(stands_in);
    }
    finding
}

/// Every outcome of every check with its finding.
fn findings() -> Vec<(String, Outcome, Finding)> {
    let catalog = catalog();
    let mut all = Vec::new();
    for check in catalog.checks() {
        for (key, outcome) in &check.outcomes {
            all.push((
                format!("{}/{key}", check.id),
                outcome.clone(),
                finding(check, key),
            ));
        }
    }
    all
}

#[test]
fn every_hole_is_filled_by_the_evidence() {
    for (at, outcome, finding) in findings() {
        for (template, said) in std::iter::once((&outcome.says, &finding.says))
            .chain(outcome.remedies.iter().zip(&finding.remedies))
        {
            for hole in template.holes() {
                assert!(
                    !said.contains(&format!("{{{hole}}}")),
                    "{at} leaves {{{hole}}} open: {said}"
                );
            }
        }
    }
}

#[test]
fn every_sentence_is_one_short_sentence() {
    for (at, _, finding) in findings() {
        let said = &finding.says;
        assert!(
            said.ends_with('.') && !said.ends_with(".."),
            "{at} does not end in a full stop: {said}"
        );
        let first = said.chars().next().unwrap_or_default();
        assert!(
            !first.is_ascii_lowercase()
                || said.starts_with("http")
                || said.starts_with("orch.")
                || said.starts_with("cloud.")
                || said.starts_with("apps-svc"),
            "{at} begins with a small letter: {said}"
        );
        assert!(
            said.chars().count() <= LONGEST_SENTENCE,
            "{at} is too long: {said}"
        );
        assert!(
            !said.contains(". ") || said.contains("more. "),
            "{at} is more than one sentence: {said}"
        );
        assert!(
            !said.contains("  ") && !said.contains(" ,") && !said.contains("()"),
            "{at} has an empty hole: {said}"
        );
        for step in &finding.remedies {
            assert!(
                step.chars().count() <= LONGEST_STEP,
                "{at} has too long a step: {step}"
            );
        }
    }
}

#[test]
fn the_wording_of_every_outcome() {
    let mut page = String::new();
    for check in catalog().checks() {
        let _ = writeln!(page, "{}: {}\n  {}\n", check.id, check.question, check.why);
        for key in check.reads.symptoms() {
            let finding = finding(check, key);
            let owner = finding.owner.map_or("nobody", |owner| {
                Owner::title(owner, crate::words::Lang::En.words())
            });
            let derived = if finding.grade == Grade::Derived {
                ", derived"
            } else {
                ""
            };
            let _ = writeln!(
                page,
                "  {key} ({}, {owner}{derived})\n    {}",
                finding.verdict.key(),
                finding.says
            );
            for step in &finding.remedies {
                let _ = writeln!(page, "    - {step}");
            }
        }
        page.push('\n');
    }
    insta::assert_snapshot!("wording", page);
}
