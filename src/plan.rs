//! Which checks are asked, of what, in which order, and what each waits for.

use crate::catalog::{Catalog, Check, CheckId, Complaint, Want};
use crate::config::{Host, Settings, SignIn};
use crate::probe::{Asks, Measurement, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A check asked of something: one row of the report.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowId {
    /// The check.
    pub check: CheckId,
    /// Of what, where there are several.
    pub subject: Option<Subject>,
}

impl RowId {
    /// Whether both are about the same folder, or one of them about the whole target.
    pub fn meets(&self, other: &Self) -> bool {
        match (&self.subject, &other.subject) {
            (Some(one), Some(other)) => one.folder == other.folder,
            (None, _) | (_, None) => true,
        }
    }
}

/// Which checks are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Only these, and what they need; `*` stands for any text. Empty for all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Only those of a documented symptom.
    pub complaint: Option<Complaint>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// A name that fits no check.
    #[error(
        "cannot choose the check {0}: there is none of that name; `orch-doctor list` shows them"
    )]
    Unknown(String),
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is asked.
    Ask,
    /// It is not asked, for this reason.
    Skip(String),
}

/// One row of the plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The row.
    pub row: RowId,
    /// Its check.
    pub check: Check,
    /// What is measured for it.
    pub measurement: Measurement,
    /// The rows it waits for, as places in the plan.
    pub needs: Vec<usize>,
    /// The rows its measurement waits for: part of `needs`, or all of it.
    pub starts_after: Vec<usize>,
    /// What becomes of it.
    pub fate: Fate,
}

/// The rows of a run, in checklist order.
#[derive(Clone, Debug)]
pub struct Plan {
    rows: Vec<Planned>,
}

impl Plan {
    /// The rows for what is wanted.
    ///
    /// # Errors
    /// A selection that names no check.
    pub fn new(
        catalog: &Catalog,
        selection: &Selection,
        settings: &Settings,
    ) -> Result<Self, PlanError> {
        let chosen = chosen(catalog, selection)?;
        let skipped = matching(catalog, &selection.skip)?;
        let mut rows: Vec<Planned> = Vec::new();
        for check in catalog
            .checks()
            .iter()
            .filter(|check| chosen.contains(&check.id))
        {
            for subject in subjects(check, settings) {
                rows.push(planned(
                    check,
                    subject,
                    settings,
                    skipped.contains(&check.id),
                ));
            }
        }
        let ids: Vec<RowId> = rows.iter().map(|row| row.row.clone()).collect();
        for row in &mut rows {
            let subject = row.row.subject.as_ref();
            row.needs = places(&ids, &row.check.needs, subject);
            row.starts_after = match row.check.starts_after.as_deref() {
                Some(checks) => places(&ids, checks, subject),
                None => row.needs.clone(),
            };
        }
        skip_dependants(&mut rows);
        Ok(Self { rows })
    }

    /// The rows, in checklist order.
    pub fn rows(&self) -> &[Planned] {
        &self.rows
    }
}

/// Where the rows of these checks stand that bear on the subject.
fn places(ids: &[RowId], checks: &[CheckId], subject: Option<&Subject>) -> Vec<usize> {
    let bears = |id: &RowId| checks.contains(&id.check) && concerns(id.subject.as_ref(), subject);
    (0..ids.len()).filter(|at| bears(&ids[*at])).collect()
}

/// Whether a row about `wide` bears on one about `narrow`.
pub(crate) fn concerns(wide: Option<&Subject>, narrow: Option<&Subject>) -> bool {
    match (wide, narrow) {
        (None, _) | (Some(_), None) => true,
        (Some(wide), Some(narrow)) if wide.process.is_none() => wide.folder == narrow.folder,
        (Some(wide), Some(narrow)) => wide == narrow,
    }
}

/// What a check is asked of; one nameless row where there is nothing to ask it of.
fn subjects(check: &Check, settings: &Settings) -> Vec<Option<Subject>> {
    let mut seen = BTreeSet::new();
    let mut each = |make: fn(&crate::config::ProcessWanted) -> Subject| -> Vec<Option<Subject>> {
        settings
            .processes
            .iter()
            .map(make)
            .filter(|subject| seen.insert(subject.clone()))
            .map(Some)
            .collect()
    };
    let subjects = match check.asks {
        Asks::Once => Vec::new(),
        Asks::Folder => each(Subject::folder),
        Asks::Process => each(Subject::process),
    };
    if subjects.is_empty() {
        vec![None]
    } else {
        subjects
    }
}

/// A row that waits for nothing yet.
fn planned(
    check: &Check,
    subject: Option<Subject>,
    settings: &Settings,
    left_out: bool,
) -> Planned {
    let lacking = check.wants.iter().find_map(|want| lacking(*want, settings));
    let fate = match lacking {
        _ if left_out => Fate::Skip("left out by --skip".into()),
        Some(reason) => Fate::Skip(reason.into()),
        None => Fate::Ask,
    };
    let probe = check.reads.probe();
    let measured = subject
        .as_ref()
        .and_then(|subject| subject.within(probe.per()));
    Planned {
        row: RowId {
            check: check.id.clone(),
            subject,
        },
        check: check.clone(),
        measurement: Measurement {
            probe,
            subject: measured,
        },
        needs: Vec::new(),
        starts_after: Vec::new(),
        fate,
    }
}

/// Why a check cannot be asked, where the request lacks something.
fn lacking(want: Want, settings: &Settings) -> Option<&'static str> {
    let webhook = settings.webhook.as_ref();
    let allowlist = settings.allowlist.as_ref();
    let (there, reason) = match want {
        Want::Account => (
            settings.sign_in != SignIn::None,
            "the profile has no [credential]",
        ),
        Want::Process => (
            !settings.processes.is_empty(),
            "the profile has no [[process]]",
        ),
        Want::Name => (
            matches!(settings.target.host, Host::Name(_)),
            "the URL has an address, no name",
        ),
        Want::PublicDns => (
            settings.network.public_dns.is_some(),
            "no --public-dns was given",
        ),
        Want::SourceIps => (
            !settings.network.source_ips.is_empty(),
            "no --source-ip was given",
        ),
        Want::Rules => (
            allowlist.is_some_and(|section| !section.rules.is_empty()),
            "the profile has no [allowlist] rules",
        ),
        Want::Logs => (
            allowlist.is_some_and(|section| !section.logs.is_empty()),
            "the profile has no [allowlist] logs",
        ),
        Want::Callback => (
            webhook.is_some_and(|section| section.callback.is_some()),
            "the profile has no [webhook] callback",
        ),
        Want::Webhook => (webhook.is_some(), "the profile has no [webhook]"),
        Want::Changes if !settings.allow_changes => (
            false,
            "it changes something on Orchestrator: --allow-changes was not given",
        ),
        Want::Changes => (
            webhook
                .is_some_and(|section| section.listen.is_some() && section.reachable_as.is_some()),
            "[webhook] listen and reachable_as (or --listen and --reachable-as) are not both given",
        ),
        Want::Robot => (settings.robot.is_some(), "the profile has no [robot]"),
        Want::RobotProcesses => (
            settings
                .robot
                .as_ref()
                .is_some_and(|section| !section.processes.is_empty()),
            "the profile has no [robot] processes",
        ),
        Want::Baseline => (settings.baseline.is_some(), "no --baseline was given"),
    };
    (!there).then_some(reason)
}

/// A row that needs a skipped one is skipped itself, and says so.
fn skip_dependants(rows: &mut [Planned]) {
    // Needs may stand later in the list than what needs them, so this goes on until nothing changes.
    loop {
        let change = rows.iter().enumerate().find_map(|(at, row)| {
            let by = row
                .needs
                .iter()
                .find(|need| matches!(rows[**need].fate, Fate::Skip(_)))?;
            (row.fate == Fate::Ask).then_some((at, *by))
        });
        let Some((at, by)) = change else { return };
        let reason = match &rows[by].fate {
            Fate::Skip(reason) if reason.starts_with("it needs ") => reason.clone(),
            Fate::Skip(reason) => format!(
                "it needs {}, which was not asked: {reason}",
                rows[by].row.check
            ),
            Fate::Ask => unreachable!("a skipped row was looked for"),
        };
        rows[at].fate = Fate::Skip(reason);
    }
}

/// The checks that are in the plan: those wanted, and what they need.
fn chosen(catalog: &Catalog, selection: &Selection) -> Result<BTreeSet<CheckId>, PlanError> {
    let by_name = matching(catalog, &selection.only)?;
    let wanted = |check: &&Check| {
        (selection.only.is_empty() || by_name.contains(&check.id))
            && selection
                .complaint
                .is_none_or(|complaint| complaint.is_about(check))
    };
    let mut open: Vec<CheckId> = catalog
        .checks()
        .iter()
        .filter(wanted)
        .map(|check| check.id.clone())
        .collect();
    let mut chosen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(check) = catalog.get(id.as_str()) {
            open.extend(
                check
                    .needs
                    .iter()
                    .filter(|need| !chosen.contains(*need))
                    .cloned(),
            );
        }
        chosen.insert(id);
    }
    Ok(chosen)
}

/// The checks that the patterns name; each must name at least one.
fn matching(catalog: &Catalog, patterns: &[String]) -> Result<BTreeSet<CheckId>, PlanError> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        let before = found.len();
        let ids = catalog.checks().iter().map(|check| &check.id);
        let hits: BTreeSet<&CheckId> = ids.filter(|id| fits(pattern, id.as_str())).collect();
        if hits.is_empty() && found.len() == before {
            return Err(PlanError::Unknown(crate::shown::shown(pattern)));
        }
        found.extend(hits.into_iter().cloned());
    }
    Ok(found)
}

/// Whether a name fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|left| {
            (0..=left.len())
                .filter(|at| left.is_char_boundary(*at))
                .any(|at| fits(rest, &left[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(fits("certificate-*", "certificate-trusted"));
        assert!(fits("*-open", "port-open"));
        assert!(fits("*", "anything"));
        assert!(!fits("certificate-*", "port-open"));
        assert!(!fits("port", "port-open"));
    }
}
