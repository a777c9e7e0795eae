//! Asking one check again keeps what is known of the others.

use super::fixture::{began, blocked, event, finished, judged, press, row, run, silent_port, told};
use crate::catalog::Verdict;
use crate::event::{Event, What};
use crate::plan::Selection;
use crate::report::{Exit, State};
use crate::tui::{Ask, Effect, Key, Model, Msg, update};

const SIZE: (u16, u16) = (80, 24);

fn state(model: &Model, id: &str) -> State {
    model
        .report
        .rows
        .iter()
        .find(|other| other.id == row(id))
        .unwrap()
        .state
        .clone()
}

fn verdict(model: &Model, id: &str) -> Option<Verdict> {
    model
        .report
        .rows
        .iter()
        .find(|other| other.id == row(id))
        .unwrap()
        .verdict()
}

/// Presses `r`, and tells of the run that it asks for.
fn again(model: &mut Model, rows: &[&str], events: Vec<Event>) -> Selection {
    let Some(Effect::Ask(Ask::Rerun(selection))) = update(model, Msg::Key(Key::Char('r'))) else {
        panic!("nothing was asked")
    };
    let only: Vec<&str> = selection.only.iter().map(String::as_str).collect();
    update(model, Msg::Events(vec![began(&only, rows)]));
    update(model, Msg::Events(events));
    selection
}

#[test]
fn the_other_rows_stay() {
    let mut model = told(
        SIZE,
        run(&[
            judged("certificate-in-date", Verdict::Fail),
            blocked("login-accepted", "certificate-in-date"),
        ]),
    );
    press(&mut model, "g");
    let selection = again(
        &mut model,
        &["url-complete"],
        vec![judged("url-complete", Verdict::Warn), finished()],
    );
    assert_eq!(selection.only, ["url-complete"]);
    assert_eq!(model.report.rows.len(), 10);
    assert_eq!(verdict(&model, "url-complete"), Some(Verdict::Warn));
    assert_eq!(verdict(&model, "certificate-in-date"), Some(Verdict::Fail));
    assert!(!model.running());
}

#[test]
fn what_waited_for_the_check_is_asked_with_it() {
    let mut model = told(SIZE, silent_port());
    let rows = super::fixture::ids();
    let rows = &rows[1..];
    let events = rows
        .iter()
        .map(|id| judged(id, Verdict::Pass))
        .chain([finished()])
        .collect();
    let selection = again(&mut model, rows, events);
    assert_eq!(selection.only[0], "port-open");
    assert_eq!(selection.only.len(), 8);
    assert_eq!(model.report.exit(), Exit::Healthy);
}

#[test]
fn what_needs_a_check_that_no_longer_holds_is_not_answered_any_more() {
    let mut model = told(SIZE, run(&[]));
    press(&mut model, "gjj");
    again(
        &mut model,
        &["name-resolves", "port-open"],
        vec![
            judged("name-resolves", Verdict::Pass),
            judged("port-open", Verdict::Fail),
            finished(),
        ],
    );
    let by = crate::catalog::CheckId::new("port-open");
    assert_eq!(state(&model, "tls-agreed"), State::Blocked(by.clone()));
    assert_eq!(state(&model, "process-present"), State::Blocked(by));
    assert_eq!(verdict(&model, "url-complete"), Some(Verdict::Pass));
    assert_eq!(model.report.roots().len(), 1);
}

#[test]
fn a_stopped_part_leaves_what_was_known() {
    let mut model = told(SIZE, run(&[judged("port-open", Verdict::Fail)]));
    let mut untold = judged("port-open", Verdict::Unknown);
    if let What::Judged { finding, .. } = &mut untold.what {
        finding.measurement = None;
    }
    let events = vec![
        judged("name-resolves", Verdict::Pass),
        untold,
        event(9, What::Cancelled),
    ];
    again(&mut model, &["name-resolves", "port-open"], events);
    assert_eq!(verdict(&model, "port-open"), Some(Verdict::Fail));
    assert!(!model.report.cancelled);
}

#[test]
fn a_run_of_everything_replaces_the_report() {
    let mut model = told(SIZE, silent_port());
    press(&mut model, "R");
    assert!(model.running());
    update(&mut model, Msg::Events(run(&[])));
    assert_eq!(model.report.exit(), Exit::Healthy);
    assert!(!model.running());
}

#[test]
fn every_run_adds_a_bar_and_a_sign_to_the_row_that_was_asked() {
    let mut model = told(SIZE, run(&[]));
    press(&mut model, "g");
    assert!(
        model.past.of(&row("url-complete")).is_none(),
        "one run is no past"
    );
    for verdict in [Verdict::Warn, Verdict::Fail, Verdict::Pass] {
        again(
            &mut model,
            &["url-complete"],
            vec![judged("url-complete", verdict), finished()],
        );
    }
    let turns = model.past.of(&row("url-complete")).unwrap();
    assert_eq!(turns.len(), 4);
    assert!(
        model.past.of(&row("port-open")).is_none(),
        "it was not asked again"
    );
    let screen = super::fixture::screen(&model);
    assert!(screen.contains("√!×√"), "{screen}");
    assert!(screen.contains("4 runs, 2 passed"), "{screen}");
}

#[test]
fn the_past_of_a_row_is_bounded() {
    let mut model = told(SIZE, run(&[]));
    for _ in 0..100 {
        update(&mut model, Msg::Events(run(&[])));
    }
    assert_eq!(model.past.of(&row("url-complete")).unwrap().len(), 24);
}
