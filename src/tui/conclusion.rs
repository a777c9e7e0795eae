//! What the report comes to in one sentence, for whoever reads nothing else.

use super::model::Model;
use crate::catalog::Verdict;
use crate::event::Finding;
use crate::report::{Row, State};

/// What is to be said first.
pub(crate) enum Conclusion<'a> {
    /// Nothing has begun.
    Nothing,
    /// No problem so far, and the run goes on.
    Running,
    /// These failed, and nothing else explains them.
    Problems(Vec<&'a Row>),
    /// Nothing failed, and these that are needed could not be told.
    Undecided(Vec<&'a Row>),
    /// Stopped before there was a problem.
    Stopped,
    /// No problem, and these are worth a look.
    Healthy(Vec<&'a Row>),
}

/// The conclusion of what is known now.
pub(crate) fn of(model: &Model) -> Conclusion<'_> {
    let report = &model.report;
    if report.began.is_none() {
        return Conclusion::Nothing;
    }
    let roots: Vec<&Row> = model.root_rows().collect();
    if !roots.is_empty() {
        return Conclusion::Problems(roots);
    }
    // A failure that only locates another is still one where the other was not asked.
    let failed: Vec<&Row> = report
        .rows
        .iter()
        .filter(|row| row.verdict() == Some(Verdict::Fail))
        .collect();
    if !failed.is_empty() && report.finished {
        return Conclusion::Problems(failed);
    }
    if model.running() {
        return Conclusion::Running;
    }
    if report.cancelled {
        return Conclusion::Stopped;
    }
    let broke = |row: &&Row| matches!(row.state, State::Broke(_));
    let untold = |row: &&Row| row.required && row.verdict() == Some(Verdict::Unknown);
    let open: Vec<&Row> = report
        .rows
        .iter()
        .filter(|row| broke(row) || untold(row))
        .collect();
    if !open.is_empty() {
        return Conclusion::Undecided(open);
    }
    if report.exit() == crate::report::Exit::Undecided {
        let open = |row: &&Row| row.required && matches!(row.state, State::Blocked(_));
        return Conclusion::Undecided(report.rows.iter().filter(open).collect());
    }
    Conclusion::Healthy(
        report
            .rows
            .iter()
            .filter(|row| row.verdict() == Some(Verdict::Warn))
            .collect(),
    )
}

/// What to do first about a row.
pub(crate) fn first_remedy(finding: &Finding) -> Option<&str> {
    finding.remedies.first().map(String::as_str)
}
