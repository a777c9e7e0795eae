//! From evidence to a finding: pure.

use crate::catalog::{Check, Grade, Outcome, Owner, Verdict};
use crate::config::SignIn;
use crate::event::Finding;
use crate::probe::{At, Evidence, Facts};
use crate::shown::shown;

/// What the evidence means for the check.
///
/// # Errors
/// The evidence is of another probe, or the check lacks the outcome: faults of ours, told as such.
pub fn judge(check: &Check, evidence: &Evidence, at: &At<'_>) -> Result<Finding, String> {
    let symptom = check
        .reads
        .read(evidence, at)
        .ok_or("the evidence is of another probe")?;
    let outcome = check
        .outcomes
        .get(symptom)
        .ok_or_else(|| format!("the check has no outcome {symptom}"))?;
    let (says, remedies) = said(outcome, evidence, at);
    Ok(Finding {
        symptom: symptom.into(),
        verdict: outcome.verdict,
        grade: check.grade,
        says,
        owner: outcome.owner,
        remedies,
        measurement: None,
        began_ms: 0,
        took_ms: 0,
    })
}

/// The sentence and the steps of an outcome, filled from the evidence in the language of `at`.
pub fn said(outcome: &Outcome, evidence: &Evidence, at: &At<'_>) -> (String, Vec<String>) {
    let mut facts = common(at);
    facts.extend(evidence.facts(at));
    let remedies = outcome.remedies.iter().map(|step| step.fill(&facts));
    (outcome.says.fill(&facts), remedies.collect())
}

/// A finding where nothing was measured.
pub(super) fn untold(says: &str) -> Finding {
    Finding {
        symptom: "untold".into(),
        verdict: Verdict::Unknown,
        grade: Grade::None,
        says: says.into(),
        owner: Some(Owner::User),
        remedies: vec!["Run the check again with a later --deadline.".into()],
        measurement: None,
        began_ms: 0,
        took_ms: 0,
    }
}

/// What every sentence may mention.
pub(super) fn common(at: &At<'_>) -> Facts {
    let (settings, subject) = (at.settings, at.subject);
    let phrases = &at.words.phrases;
    let credential = match settings.sign_in {
        SignIn::Password { .. } => &phrases.password,
        SignIn::ClientCredentials { .. } => &phrases.client,
        SignIn::Token => &phrases.token,
        SignIn::None => &phrases.credential,
    };
    Facts::from([
        ("url", shown(&settings.target.typed)),
        ("host", shown(&settings.target.host.to_string())),
        ("port", settings.target.port.to_string()),
        ("tenant", shown(&settings.tenant)),
        ("account", shown(&settings.sign_in.who())),
        ("credential", credential.to_string()),
        (
            "folder",
            subject
                .map(|subject| shown(&subject.folder))
                .unwrap_or_default(),
        ),
        (
            "process",
            subject
                .and_then(|subject| subject.process.as_deref())
                .map(shown)
                .unwrap_or_default(),
        ),
    ])
}
