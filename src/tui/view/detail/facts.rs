//! The facts that a finding's sentences mention.

use crate::catalog::Template;
use crate::event::Finding;
use crate::report::Row;
use crate::tui::model::Model;

/// What the sentences of this outcome are filled with, by name.
pub(super) fn of(model: &Model, row: &Row, finding: &Finding) -> Vec<(String, String)> {
    let Some(began) = &model.report.began else {
        return Vec::new();
    };
    let at = crate::probe::At {
        now: began.at,
        settings: &began.settings,
        subject: row.id.subject.as_ref(),
        words: model.look.words,
    };
    let evidence = finding
        .measurement
        .as_ref()
        .and_then(|measurement| model.report.evidence.get(measurement));
    let facts = evidence
        .map(|evidence| evidence.facts(&at))
        .unwrap_or_default();
    let check = model.catalog.get(row.id.check.as_str());
    let Some(outcome) = check.and_then(|check| check.outcomes.get(&finding.symptom)) else {
        return Vec::new();
    };
    let sentences = std::iter::once(&outcome.says).chain(&outcome.remedies);
    let mentioned: Vec<&str> = sentences.flat_map(Template::holes).collect();
    facts
        .into_iter()
        .filter(|(name, value)| mentioned.contains(name) && !value.is_empty())
        .map(|(name, value)| (name.replace('_', " "), value))
        .collect()
}
