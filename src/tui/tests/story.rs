//! What keys do.

use super::fixture::{began_all, finished, judged, press, row, run, screen, silent_port, told};
use crate::catalog::Verdict;
use crate::plan::Selection;
use crate::tui::model::{Chosen, Focus, Mode};
use crate::tui::{Ask, Effect, Format, Intent, Key, Model, Msg, Size, update};

const SIZE: (u16, u16) = (80, 24);

fn chosen(model: &Model) -> Option<&str> {
    match model.chosen.as_ref()? {
        Chosen::Row(id) => Some(id.check.as_str()),
        Chosen::Fold(_) => None,
    }
}

#[test]
fn the_first_failure_is_chosen_when_the_run_ends() {
    assert_eq!(chosen(&told(SIZE, silent_port())), Some("port-open"));
}

#[test]
fn the_choice_of_the_user_stays() {
    let mut model = told(SIZE, vec![began_all()]);
    press(&mut model, "j");
    assert_eq!(chosen(&model), Some("name-resolves"));
    update(
        &mut model,
        Msg::Events(vec![judged("port-open", Verdict::Fail), finished()]),
    );
    assert_eq!(chosen(&model), Some("name-resolves"));
}

#[test]
fn what_was_not_asked_is_one_line_until_it_is_opened() {
    let mut model = told(SIZE, silent_port());
    assert!(screen(&model).contains("7 not asked because of it"));
    assert!(!screen(&model).contains("login-accepted"));
    press(&mut model, "j");
    update(&mut model, Msg::Key(Key::Enter));
    press(&mut model, "jjjj");
    assert_eq!(chosen(&model), Some("orchestrator-answers"));
    update(&mut model, Msg::Key(Key::Esc));
    press(&mut model, "gjjj");
    update(&mut model, Msg::Key(Key::Enter));
    assert!(!screen(&model).contains("login-accepted"));
}

#[test]
fn a_filter_shows_what_fits_and_escape_undoes_it() {
    let mut model = told(SIZE, silent_port());
    press(&mut model, "/verdict:not group:account");
    update(&mut model, Msg::Key(Key::Enter));
    assert_eq!(chosen(&model), Some("login-accepted"));
    assert_eq!(model.mode, Mode::Browse);
    update(&mut model, Msg::Key(Key::Esc));
    assert!(model.filter.is_empty());
    assert!(screen(&model).contains("7 not asked because of it"));
}

#[test]
fn everything_is_asked_again_as_it_was_asked_first() {
    let mut model = told(SIZE, silent_port());
    let effect = update(&mut model, Msg::Key(Key::Char('R')));
    assert_eq!(effect, Some(Effect::Ask(Ask::Rerun(Selection::default()))));
    assert_eq!(
        update(&mut model, Msg::Key(Key::Char('R'))),
        None,
        "not twice"
    );
}

#[test]
fn a_run_can_be_stopped_only_while_it_runs() {
    let mut model = told(SIZE, vec![began_all()]);
    assert_eq!(
        update(&mut model, Msg::Key(Key::Char('x'))),
        Some(Effect::Ask(Ask::Stop))
    );
    let mut model = told(SIZE, silent_port());
    assert_eq!(update(&mut model, Msg::Key(Key::Char('x'))), None);
}

#[test]
fn a_finding_is_copied_with_its_remedies() {
    let mut model = told(SIZE, silent_port());
    let Some(Effect::Copy(text)) = update(&mut model, Msg::Key(Key::Char('y'))) else {
        panic!("nothing was copied")
    };
    insta::assert_snapshot!(text, @r"
    port-open: fail (silent)
    203.0.113.7:8443 did not answer within 5 s.
    Who can fix it: the network team
    1. Ask the network team to allow TCP 8443 from this machine to 203.0.113.7 in the firewall.
    2. Run `tcptraceroute 203.0.113.7 8443` to see where it ends.
    ");
}

#[test]
fn a_command_is_copied_alone() {
    let mut model = told(SIZE, silent_port());
    let copied = update(&mut model, Msg::Key(Key::Char('c')));
    assert_eq!(
        copied,
        Some(Effect::Copy("tcptraceroute 203.0.113.7 8443".into()))
    );
    press(&mut model, "gc");
    assert!(screen(&model).contains("no command here"));
}

#[test]
fn a_report_is_saved_in_the_format_that_is_chosen() {
    let mut model = told(SIZE, silent_port());
    press(&mut model, "s");
    assert_eq!(
        update(&mut model, Msg::Key(Key::Char('j'))),
        Some(Effect::Save(Format::Json))
    );
    press(&mut model, "s");
    assert_eq!(update(&mut model, Msg::Key(Key::Esc)), None);
    assert_eq!(model.mode, Mode::Browse);
}

#[test]
fn quitting_works_from_everywhere() {
    for before in ["", "?", "/", "s", "/fail"] {
        let mut model = told(SIZE, silent_port());
        press(&mut model, before);
        assert_eq!(
            update(&mut model, Msg::Key(Key::Ctrl('c'))),
            Some(Effect::Quit),
            "{before:?}"
        );
    }
}

#[test]
fn a_narrow_screen_shows_one_pane_at_a_time() {
    let mut model = told((40, 20), silent_port());
    assert!(!screen(&model).contains("WHAT WAS SEEN"));
    update(&mut model, Msg::Key(Key::Enter));
    assert_eq!(model.focus, Focus::Detail);
    assert!(screen(&model).contains("WHAT WAS SEEN"));
    update(&mut model, Msg::Key(Key::Esc));
    assert!(screen(&model).contains("name-resolves"));
}

#[test]
fn a_click_chooses_the_line_under_it() {
    let mut model = told(SIZE, run(&[]));
    let line = screen(&model)
        .lines()
        .position(|line| line.contains("tls-agreed"))
        .unwrap();
    update(&mut model, Msg::Click(3, u16::try_from(line).unwrap()));
    assert_eq!(model.chosen, Some(Chosen::Row(row("tls-agreed"))));
}

#[test]
fn the_wheel_over_the_list_moves_the_list() {
    let mut model = told((80, 16), run(&[]));
    update(&mut model, Msg::Wheel(3, 12, 30));
    let seen = screen(&model);
    assert!(seen.contains("process-present"), "{seen}");
}

#[test]
fn the_next_problem_comes_round() {
    let mut model = told(
        SIZE,
        run(&[
            judged("port-open", Verdict::Fail),
            judged("certificate-in-date", Verdict::Warn),
        ]),
    );
    press(&mut model, "n");
    assert_eq!(chosen(&model), Some("certificate-in-date"));
    press(&mut model, "n");
    assert_eq!(chosen(&model), Some("port-open"));
}

#[test]
fn a_resize_keeps_the_chosen_line_in_sight() {
    let mut model = told((80, 50), run(&[]));
    press(&mut model, "G");
    update(
        &mut model,
        Msg::Resize(Size {
            width: 80,
            height: 16,
        }),
    );
    assert!(
        screen(&model)
            .lines()
            .any(|line| line.contains("› √ process-present") || line.contains("›"))
    );
    assert_eq!(chosen(&model), Some("process-present"));
}

fn enter(model: &mut Model, keys: &str) -> Option<Effect> {
    press(model, keys);
    update(model, Msg::Key(Key::Enter))
}

#[test]
fn every_action_can_be_typed_by_its_word() {
    for intent in Intent::ALL {
        let mut model = told(SIZE, silent_port());
        assert_eq!(
            crate::tui::command::parse(intent.word(), &model),
            Ok(crate::tui::command::Command::Act(*intent))
        );
        enter(&mut model, &format!(":{}", intent.word()));
        screen(&model);
    }
}

#[test]
fn a_command_goes_to_a_check_that_is_folded_away() {
    let mut model = told(SIZE, silent_port());
    enter(&mut model, ":go login");
    assert_eq!(chosen(&model), Some("login-accepted"));
    assert!(model.chosen_at().is_some());
}

#[test]
fn tab_completes_a_command_as_far_as_it_is_clear() {
    let mut model = told(SIZE, silent_port());
    press(&mut model, ":go cert");
    update(&mut model, Msg::Key(Key::Tab));
    assert_eq!(model.command, "go certificate-");
    assert!(screen(&model).contains("go certificate-trusted"));
    press(&mut model, "i");
    update(&mut model, Msg::Key(Key::Tab));
    assert_eq!(model.command, "go certificate-in-date");
}

#[test]
fn a_command_that_is_none_says_what_there_is() {
    let mut model = told(SIZE, silent_port());
    enter(&mut model, ":co");
    assert!(screen(&model).contains("may be copy, copy-command, compare, command"));
    enter(&mut model, ":fly");
    assert!(screen(&model).contains("there is no command fly"));
    assert_eq!(
        enter(&mut model, ":save json"),
        Some(Effect::Save(Format::Json))
    );
    assert_eq!(enter(&mut model, ":q"), Some(Effect::Quit));
}

#[test]
fn a_watch_asks_everything_again_and_counts_what_changed() {
    let mut model = told(SIZE, silent_port());
    enter(&mut model, ":watch 5");
    for _ in 0..39 {
        assert_eq!(update(&mut model, Msg::Tick(125)), None);
    }
    let effect = update(&mut model, Msg::Tick(125));
    assert_eq!(effect, Some(Effect::Ask(Ask::Rerun(Selection::default()))));
    update(&mut model, Msg::Events(run(&[])));
    assert!(screen(&model).contains("≠ 8 changed"));
    assert!(screen(&model).contains("≠√ port-open"));
    enter(&mut model, ":watch 0");
    assert!(!model.ticking());
}

#[test]
fn nothing_is_drawn_while_nothing_changes() {
    let mut model = told(SIZE, silent_port());
    let drawn = model.revision;
    update(&mut model, Msg::Tick(125));
    assert_eq!(model.revision, drawn);
    press(&mut model, "w");
    let drawn = model.revision;
    update(&mut model, Msg::Tick(125));
    update(&mut model, Msg::Tick(125));
    assert!(model.revision <= drawn + 1, "once a second");
}
