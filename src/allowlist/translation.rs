//! Adds what a device translates to what it filters.

use super::model::{Chain, Line, Program, Stage, Task};

/// Adds a stage that translates destinations by these lines; nothing where there are none.
pub(super) fn enter(program: &mut Program, name: &str, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    program.chains.push(Chain {
        name: name.to_owned(),
        lines,
        policy: None,
    });
    program.stages.push(Stage {
        chain: program.chains.len() - 1,
        hook: None,
        family: None,
        task: Task::Translate,
    });
}
