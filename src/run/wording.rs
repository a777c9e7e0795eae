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
        words: check.lang.words(),
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
    findings_of(&catalog())
}

fn japanese() -> Catalog {
    let japanese = catalog().in_language(crate::words::Lang::Ja);
    japanese.expect("every sentence fits its check")
}

/// Every outcome of the checks of that language.
fn findings_of(catalog: &Catalog) -> Vec<(String, Outcome, Finding)> {
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
    insta::assert_snapshot!("wording", page(&catalog()));
}

#[test]
fn the_wording_of_every_outcome_in_japanese() {
    insta::assert_snapshot!("wording_ja", page(&japanese()));
}

/// Every question and what is said to the sample of each of its symptoms.
fn page(catalog: &Catalog) -> String {
    let mut page = String::new();
    for check in catalog.checks() {
        let _ = writeln!(page, "{}: {}\n  {}\n", check.id, check.question, check.why);
        for key in check.reads.symptoms() {
            let finding = finding(check, key);
            let owner = finding
                .owner
                .map_or("nobody", |owner| Owner::title(owner, check.lang.words()));
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
    page
}

/// What stands in Japanese sentences as it is: what the server or the system of a sample says, and why bytes are no certificate.
const AS_IT_IS: [&str; 6] = [
    "No host is available",
    "No licence is left",
    "The robot has no credentials",
    "No unattended runtime is configured",
    "address in use",
    "it is not a DER certificate",
];

/// A text without what is the same in every language: commands, addresses, and what stands in quotes.
fn prose(text: &str) -> String {
    let unquoted: String = text.split('`').step_by(2).collect::<Vec<_>>().join("¦");
    let mut out = String::new();
    let mut rest = unquoted.as_str();
    while let Some((before, after)) = rest.split_once('「') {
        out.push_str(before);
        out.push('¦');
        rest = after.split_once('」').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    for name in AS_IT_IS {
        out = out.replace(name, "¦");
    }
    out
}

#[test]
fn no_japanese_sentence_falls_back_into_english() {
    let is_word = |word: &str| {
        let word = word.trim_matches(|sign: char| "(),:;.".contains(sign));
        word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase())
    };
    let mut english = Vec::new();
    for (at, _, finding) in findings_of(&japanese()) {
        for text in std::iter::once(&finding.says).chain(&finding.remedies) {
            let prose = prose(text);
            let words: Vec<&str> = prose.split_whitespace().collect();
            if words
                .windows(2)
                .any(|two| two.iter().all(|word| is_word(word)))
            {
                english.push(format!("{at}: {text}"));
            }
        }
    }
    assert!(english.is_empty(), "{}", english.join("\n"));
}

#[test]
fn every_japanese_sentence_is_punctuated_once() {
    const DOUBLED: [&str; 12] = [
        "。。", "、、", "、。", "。、", ":。", "：", "  ", " 。", " 、", "()", "「」", "{",
    ];
    for (at, _, finding) in findings_of(&japanese()) {
        let said = &finding.says;
        assert!(said.ends_with('。'), "{at} does not end: {said}");
        for text in std::iter::once(said).chain(&finding.remedies) {
            let prose = prose(text);
            let wrong = DOUBLED.iter().find(|sign| prose.contains(**sign));
            assert_eq!(wrong, None, "{at}: {text}");
        }
    }
}
