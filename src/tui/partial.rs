//! Asking a part of the checklist again without losing the rest of the report.

use crate::catalog::{Catalog, CheckId, Verdict};
use crate::event::Event;
use crate::plan::{RowId, Selection, concerns};
use crate::report::{Report, Row, State};
use std::collections::BTreeSet;

/// A run of a part, laid over the report of the whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partial {
    /// What the part came to so far.
    pub(crate) report: Report,
    /// How its rows stood before.
    before: Vec<(RowId, State)>,
}

/// What to ask for when one check is asked again: itself, and whatever waits for a check that is measured on the way.
pub(crate) fn selection(
    check: &CheckId,
    report: &Report,
    catalog: &Catalog,
    asked: &Selection,
) -> Selection {
    let needed = with_needs(check, catalog);
    let mut only: Vec<String> = vec![check.to_string()];
    for row in &report.rows {
        let waits = matches!(&row.state, State::Blocked(by) if needed.contains(by));
        if waits && !only.iter().any(|id| id == row.id.check.as_str()) {
            only.push(row.id.check.to_string());
        }
    }
    Selection {
        only,
        skip: asked.skip.clone(),
        complaint: None,
    }
}

/// A check and everything it needs.
fn with_needs(check: &CheckId, catalog: &Catalog) -> BTreeSet<CheckId> {
    let mut open = vec![check.clone()];
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(check) = catalog.get(id.as_str()) {
            open.extend(
                check
                    .needs
                    .iter()
                    .filter(|need| !found.contains(*need))
                    .cloned(),
            );
        }
        found.insert(id);
    }
    found
}

impl Partial {
    /// Takes one event of the part in, and lays what it came to over the whole. Says whether the part is over.
    pub(crate) fn take(&mut self, event: &Event, whole: &mut Report, catalog: &Catalog) -> bool {
        self.report.apply(event, catalog);
        if self.before.is_empty() {
            let there = self
                .report
                .rows
                .iter()
                .filter_map(|row| find(whole, &row.id));
            self.before = there
                .map(|row| (row.id.clone(), row.state.clone()))
                .collect();
        }
        for row in &self.report.rows {
            match whole.rows.iter_mut().find(|old| old.id == row.id) {
                Some(old) if old.state != row.state => old.state = row.state.clone(),
                Some(_) => {}
                None => whole.rows.push(row.clone()),
            }
        }
        if !self.report.finished {
            return false;
        }
        if self.report.cancelled {
            self.restore_untold(whole);
        }
        whole.evidence.extend(self.report.evidence.clone());
        self.block_dependants(whole, catalog);
        true
    }

    /// What a stopped part did not come to stands as it stood before.
    fn restore_untold(&self, whole: &mut Report) {
        for row in &mut whole.rows {
            let told = row
                .finding()
                .is_none_or(|finding| finding.measurement.is_some());
            if !told && let Some((_, state)) = self.before.iter().find(|(id, _)| *id == row.id) {
                row.state = state.clone();
            }
        }
    }

    /// Rows outside the part that need one which no longer holds are not answered any more, as in a run of the whole.
    fn block_dependants(&self, whole: &mut Report, catalog: &Catalog) {
        let mut broken: Vec<(RowId, CheckId)> = self
            .report
            .rows
            .iter()
            .filter_map(|row| Some((row.id.clone(), in_the_way(row)?)))
            .collect();
        let mut at = 0;
        while at < broken.len() {
            let (bad, by) = broken[at].clone();
            for row in &mut whole.rows {
                let outside = !self.report.rows.iter().any(|own| own.id == row.id);
                let needs = catalog
                    .get(row.id.check.as_str())
                    .is_some_and(|check| check.needs.contains(&bad.check));
                let answered = matches!(row.state, State::Judged(_) | State::Broke(_));
                if outside
                    && needs
                    && answered
                    && concerns(bad.subject.as_ref(), row.id.subject.as_ref())
                {
                    row.state = State::Blocked(by.clone());
                    broken.push((row.id.clone(), by.clone()));
                }
            }
            at += 1;
        }
    }
}

fn find<'a>(report: &'a Report, id: &RowId) -> Option<&'a Row> {
    report.rows.iter().find(|row| row.id == *id)
}

/// The check that stands in the way of whatever needs this row.
fn in_the_way(row: &Row) -> Option<CheckId> {
    match &row.state {
        State::Judged(finding) => match finding.verdict {
            Verdict::Fail | Verdict::Unknown => Some(row.id.check.clone()),
            Verdict::Pass | Verdict::Warn => None,
        },
        State::Broke(_) => Some(row.id.check.clone()),
        State::Blocked(by) => Some(by.clone()),
        State::Waiting | State::Running | State::Skipped(_) => None,
    }
}
