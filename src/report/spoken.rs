//! What a run told, said again in the reader's language: from the evidence, so that any recording can be read in any language.

use super::{Report, State};
use crate::catalog::Catalog;
use crate::event::Finding;
use crate::plan::RowId;
use crate::probe::At;
use crate::run;
use crate::words::{Lang, Words};

/// The state in the words of the catalogue's language; none where it stays as it was told.
pub(super) fn said(
    report: &Report,
    row: &RowId,
    state: &State,
    catalog: &Catalog,
) -> Option<State> {
    let words = catalog.words();
    if words == Lang::En.words() {
        return None;
    }
    match state {
        State::Judged(finding) => {
            let said = finding_in(report, row, finding, catalog)?;
            Some(State::Judged(Box::new(said)))
        }
        State::Skipped(reason) => Some(State::Skipped(words.skipped.told(reason))),
        State::Waiting | State::Running | State::Blocked(_) | State::Broke(_) => None,
    }
}

/// A finding with its sentences filled again from the evidence that it was read from.
fn finding_in(
    report: &Report,
    row: &RowId,
    finding: &Finding,
    catalog: &Catalog,
) -> Option<Finding> {
    let Some(measurement) = &finding.measurement else {
        return Some(untold_in(finding, catalog.words()));
    };
    let began = report.began.as_deref()?;
    let check = catalog.get(row.check.as_str())?;
    let outcome = check.outcomes.get(&finding.symptom)?;
    let evidence = report.evidence.get(measurement)?;
    let at = At {
        now: began.at,
        settings: &began.settings,
        subject: row.subject.as_ref(),
        words: check.lang.words(),
    };
    let (says, remedies) = run::said(outcome, evidence, &at);
    Some(Finding {
        says,
        remedies,
        ..finding.clone()
    })
}

/// A finding where nothing was measured.
fn untold_in(finding: &Finding, words: &Words) -> Finding {
    Finding {
        says: words.untold.told(&finding.says),
        remedies: finding
            .remedies
            .iter()
            .map(|step| words.untold.told(step))
            .collect(),
        ..finding.clone()
    }
}
