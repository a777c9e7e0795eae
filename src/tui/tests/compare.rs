//! The run on the screen beside an earlier one.

use super::fixture::{judged, press, run, screen, silent_port, told};
use crate::catalog::Verdict;
use crate::event::Event;
use crate::shown::is_visible;
use crate::tui::model::Mode;
use crate::tui::{Effect, Key, Msg, update};

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (40, 10)];

/// A recording of these events.
fn recording(events: &[Event]) -> String {
    let lines = events
        .iter()
        .map(|event| serde_json::to_string(event).unwrap() + "\n");
    lines.collect()
}

/// An earlier run: the URL was another, the port open, and a certificate about to end.
fn earlier() -> String {
    recording(&run(&[judged("certificate-in-date", Verdict::Warn)]))
        .replace("orch.example.com", "old.example.com")
}

#[test]
fn a_recording_is_chosen_and_compared_with() {
    for (width, height) in SIZES {
        let mut model = told((width, height), silent_port());
        assert_eq!(
            update(&mut model, Msg::Key(Key::Char('d'))),
            Some(Effect::ListRecordings)
        );
        update(
            &mut model,
            Msg::Recordings(vec!["august.jsonl".into(), "today.jsonl".into()]),
        );
        update(&mut model, Msg::Key(Key::Down));
        let name = format!("pick-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model));
        });
        let effect = update(&mut model, Msg::Key(Key::Enter));
        assert_eq!(effect, Some(Effect::ReadEarlier("today.jsonl".into())));
        update(
            &mut model,
            Msg::Earlier("today.jsonl".into(), Ok(earlier())),
        );
        assert_eq!(model.mode, Mode::Changes);
        let name = format!("changes-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model));
        });
        update(&mut model, Msg::Key(Key::Esc));
        assert_eq!(model.mode, Mode::Browse);
    }
}

#[test]
fn what_is_worse_comes_first() {
    let mut model = told((80, 40), silent_port());
    update(&mut model, Msg::Earlier("a.jsonl".into(), Ok(earlier())));
    let turns = &model.comparison.as_ref().unwrap().turns;
    assert_eq!(turns[0].check, "port-open");
    let worse = turns.iter().take_while(|turn| turn.is_worse()).count();
    assert!(turns[worse..].iter().all(|turn| !turn.is_worse()));
    assert!(worse > 1);
}

#[test]
fn a_path_may_be_typed() {
    let mut model = told((80, 24), silent_port());
    update(&mut model, Msg::Recordings(Vec::new()));
    press(&mut model, "../q.jsonl");
    let effect = update(&mut model, Msg::Key(Key::Enter));
    assert_eq!(effect, Some(Effect::ReadEarlier("../q.jsonl".into())));
}

#[test]
fn what_is_no_run_is_told_in_the_footer() {
    let mut model = told((80, 24), silent_port());
    update(
        &mut model,
        Msg::Earlier("x.jsonl".into(), Ok("nonsense".into())),
    );
    assert!(screen(&model).contains("neither a recording nor a JSON report"));
    update(
        &mut model,
        Msg::Earlier("x.jsonl".into(), Err("no such file".into())),
    );
    assert!(screen(&model).contains("no such file"));
}

#[test]
fn the_same_run_has_changed_in_nothing() {
    let mut model = told((80, 24), silent_port());
    update(
        &mut model,
        Msg::Earlier("same.jsonl".into(), Ok(recording(&silent_port()))),
    );
    assert!(screen(&model).contains("Nothing that was compared has changed."));
}

#[test]
fn a_hostile_name_shows_and_does_nothing() {
    let hostile = "\u{1b}[2J\u{202e}x.jsonl";
    let mut model = told((80, 24), silent_port());
    update(&mut model, Msg::Recordings(vec![hostile.into()]));
    assert!(
        screen(&model)
            .chars()
            .all(|cell| cell == '\n' || is_visible(cell))
    );
    update(
        &mut model,
        Msg::Earlier(
            hostile.into(),
            Ok(earlier().replace("old.example", "\\u001b[31m")),
        ),
    );
    assert!(
        screen(&model)
            .chars()
            .all(|cell| cell == '\n' || is_visible(cell))
    );
}
