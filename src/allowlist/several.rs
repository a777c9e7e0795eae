//! Rule lists of one export of which it is not told which applies: an answer counts when all of them give it.

use super::model::{Action, Chain, ChainId, Line, Names, Program, Test};

/// A rule list and what happens at its end.
pub(super) struct List {
    /// Its name in the export.
    pub(super) name: String,
    /// Its rules.
    pub(super) lines: Vec<Line>,
    /// What happens to what no rule decided.
    pub(super) last: Line,
}

/// Adds a chain that decides as all of the lists do, and does not where they differ; `doubt` says what is not told.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers make the lists for this alone"
)]
pub(super) fn agreed(program: &mut Program, lists: Vec<List>, doubt: &str) -> ChainId {
    let count = lists.len();
    let first_allow = program.chains.len();
    if count > 1 {
        let first_deny = first_allow + count;
        for (index, list) in lists.iter().enumerate() {
            let step = |action: &Action| match action {
                Action::Allow if index + 1 < count => Action::Goto(first_allow + index + 1),
                Action::Deny => Action::Goto(first_deny),
                other => other.clone(),
            };
            add(program, list, step);
        }
        for (index, list) in lists.iter().enumerate() {
            let step = |action: &Action| match action {
                Action::Deny if index + 1 < count => Action::Goto(first_deny + index + 1),
                Action::Allow => Action::Unknown(format!("{}: {doubt}", list.name).into()),
                other => other.clone(),
            };
            add(program, list, step);
        }
    } else if let Some(list) = lists.first() {
        add(program, list, Clone::clone);
    } else {
        program.chains.push(Chain::default());
    }
    first_allow
}

/// Adds the chain of a list with other actions, its end as a line that always holds.
fn add(program: &mut Program, list: &List, step: impl Fn(&Action) -> Action) {
    let line = |line: &Line| Line {
        action: step(&line.action),
        ..line.clone()
    };
    let mut lines: Vec<Line> = list.lines.iter().map(line).collect();
    lines.push(line(&list.last));
    program.chains.push(Chain {
        name: list.name.clone(),
        lines,
        policy: None,
    });
}

/// Adds a chain that goes on with the one of the interface that faces the cloud when that is told, else with `unless_told`.
pub(super) fn facing(
    program: &mut Program,
    named: &[(String, ChainId)],
    unless_told: ChainId,
    elsewhere: &Action,
) -> ChainId {
    let quote = "the rules of the interface that faces the cloud";
    let told = |names: Names, action: Action| Line::new(1, quote, vec![Test::Told(names)], action);
    let mut lines: Vec<Line> = named
        .iter()
        .map(|(name, chain)| told(Names::OneOf(vec![name.clone()]), Action::Goto(*chain)))
        .collect();
    let every = named.iter().map(|(name, _)| name.clone()).collect();
    lines.push(told(Names::NoneOf(every), elsewhere.clone()));
    lines.push(Line::new(1, quote, Vec::new(), Action::Goto(unless_told)));
    program.chains.push(Chain {
        name: "facing the cloud".to_owned(),
        lines,
        policy: None,
    });
    program.chains.len() - 1
}
