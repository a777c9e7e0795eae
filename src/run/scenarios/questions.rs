//! Each question has a scenario in which nothing but its answer is wrong, and the diagnosis is that answer alone.

use super::{World, scenarios};

use crate::catalog::{Check, Complaint, Question, Verdict};
use crate::event::Finding;
use crate::report::{Exit, Report};
use std::collections::BTreeMap;

/// The checks that may fail: a question to which there is no wrong answer needs no scenario of one.
fn may_fail(check: &Check) -> bool {
    let fails = |outcome: &crate::catalog::Outcome| outcome.verdict == Verdict::Fail;
    check.outcomes.values().any(fails) && check.locates.is_none()
}

/// The finding that a run comes to, where it is one alone: what else fails merely locates it.
fn single<'a>(report: &'a Report, world: &World) -> Option<(&'a str, &'a Finding)> {
    let roots = report.roots();
    let [root] = roots.as_slice() else {
        return None;
    };
    let failing: Vec<_> = report
        .rows
        .iter()
        .filter_map(|row| Some((row.id.check.as_str(), row.finding()?)))
        .filter(|(_, finding)| finding.verdict == Verdict::Fail)
        .collect();
    let belongs = |id: &str| {
        let locates = world
            .catalog
            .get(id)
            .and_then(|check| check.locates.as_ref());
        id == root.check.as_str() || locates == Some(&root.check)
    };
    if !failing.iter().all(|(id, _)| belongs(id)) {
        return None;
    }
    failing
        .into_iter()
        .find(|(id, _)| *id == root.check.as_str())
}

/// The checks that are the single root of some scenario, with what is wrong with its telling.
async fn told_alone(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, scenario) in scenarios() {
        let report = scenario.report(world).await;
        let Some((check, finding)) = single(&report, world) else {
            continue;
        };
        let faults = told.entry(check.to_owned()).or_default();
        let right = finding.owner.is_some()
            && !finding.remedies.is_empty()
            && report.exit() == Exit::Unhealthy;
        if !right {
            faults.push(format!("{file}: {}", scenario.fact));
        }
    }
    told
}

#[tokio::test]
async fn each_question_is_the_single_root_of_a_scenario_in_which_only_it_is_broken() {
    let world = World::built_in();
    let told = told_alone(&world).await;
    let faults: Vec<_> = told.values().flatten().collect();
    assert!(
        faults.is_empty(),
        "no owner, no step or no exit 1: {faults:?}"
    );
    let checks = world.catalog.checks().iter();
    let missing: Vec<String> = checks
        .filter(|check| may_fail(check) && !told.contains_key(check.id.as_str()))
        .map(|check| format!("{}: {}", check.id, check.question))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
    let answered = |question: &&Question| question.checks.iter().any(|id| told.contains_key(*id));
    let documented = Complaint::ALL
        .iter()
        .flat_map(|complaint| complaint.questions());
    let unanswered: Vec<_> = documented
        .filter(|question| !answered(question))
        .map(|question| question.asks)
        .collect();
    assert_eq!(unanswered, Vec::<&str>::new());
}
