//! From nothing to a named cause.

use super::fixture::{offers, opening, press, run, screen, silent_port, told};
use crate::catalog::{Catalog, Complaint};
use crate::config::Reference;
use crate::config::SignIn;
use crate::event::What;
use crate::plan::Selection;
use crate::shown::is_visible;
use crate::tui::model::Mode;
use crate::tui::{
    Ask, Begin, Effect, Key, Look, Model, Msg, Offers, Opening, Size, Theme, Wanted, update,
};
use crate::words::Lang;

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (40, 10)];

/// The program without a target, in a folder with these offers.
fn without_target((width, height): (u16, u16), offers: Offers) -> Model {
    let opening = Opening {
        catalog: Catalog::built_in().unwrap(),
        target: String::new(),
        offers: Some(offers),
        ..opening()
    };
    Model::new(&opening, Size { width, height })
}

/// The same in an empty folder.
fn bare(size: (u16, u16)) -> Model {
    let offers = Offers {
        faults: offers().faults,
        ..Offers::default()
    };
    without_target(size, offers)
}

fn key(model: &mut Model, key: Key) -> Option<Effect> {
    update(model, Msg::Key(key))
}

fn paste(model: &mut Model, text: &str) {
    assert_eq!(update(model, Msg::Paste(text.into())), None);
}

/// The run that the effect asks for.
fn begun(effect: Option<Effect>) -> Begin {
    match effect {
        Some(Effect::Ask(Ask::Begin(begin))) => *begin,
        other => panic!("no run: {other:?}"),
    }
}

/// A snapshot at each size.
fn looks(name: &str, model: impl Fn((u16, u16)) -> Model) {
    for (width, height) in SIZES {
        let name = format!("start-{name}-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model((width, height))));
        });
    }
}

#[test]
fn a_new_user_with_only_a_url_sees_the_cause_within_five_keystrokes() {
    for size in SIZES {
        let mut model = bare(size);
        // Enter: unable to connect. The paste: one. Enter: begin.
        let keystrokes = 3;
        assert_eq!(key(&mut model, Key::Enter), None);
        paste(&mut model, "https://orch.example.com:8443\n");
        let begin = begun(key(&mut model, Key::Enter));
        assert_eq!(begin.complaint, Complaint::UnableToConnect);
        let Wanted::Typed(settings, None) = begin.wanted else {
            panic!("not what was typed")
        };
        assert_eq!(settings.target.typed, "https://orch.example.com:8443");
        assert_eq!(settings.sign_in, SignIn::None);
        update(&mut model, Msg::Events(silent_port()));
        let seen = screen(&model);
        for said in ["1 PROBLEM", "did not answer", "firewall"] {
            assert!(seen.contains(said), "{said} at {size:?} in\n{seen}");
        }
        assert!(keystrokes <= 5);
    }
}

#[test]
fn a_url_may_be_pasted_or_typed_from_the_first_moment() {
    let mut model = bare((80, 24));
    paste(&mut model, "  https://h:1/  ");
    let pasted = begun(key(&mut model, Key::Enter));
    let mut model = bare((80, 24));
    press(&mut model, "https://h:1/");
    assert_eq!(begun(key(&mut model, Key::Enter)), pasted);
}

#[test]
fn nothing_is_asked_for_before_enter_on_a_target() {
    let mut model = bare((80, 24));
    for one in [Key::Down, Key::Down, Key::Char('5'), Key::Tab, Key::Tab] {
        assert_eq!(key(&mut model, one), None);
    }
    for one in "https://h:1".chars() {
        assert_eq!(key(&mut model, Key::Char(one)), None);
    }
    assert!(!model.running());
    assert!(key(&mut model, Key::Enter).is_some());
}

#[test]
fn a_target_that_cannot_be_used_is_not_asked_for_and_says_why() {
    let mut model = bare((80, 24));
    paste(&mut model, "orch.example.com");
    assert_eq!(key(&mut model, Key::Enter), None);
    assert!(screen(&model).contains("has no scheme"));
    assert_eq!(model.mode, Mode::Start);
}

#[test]
fn a_profile_that_asks_for_its_secret_gets_one_that_is_not_shown() {
    let mut model = without_target((80, 24), offers());
    press(&mut model, "2");
    key(&mut model, Key::Enter);
    assert_eq!(key(&mut model, Key::Enter), None, "it asks first");
    paste(&mut model, "CANARY");
    press(&mut model, "CANARY");
    let seen = screen(&model);
    assert!(
        seen.contains("••••••••••••") && !seen.contains("CANARY"),
        "{seen}"
    );
    assert!(!format!("{model:?}").contains("CANARY"));
    let begin = begun(key(&mut model, Key::Enter));
    assert!(!format!("{begin:?}").contains("CANARY"));
    assert!(begin.secret.is_some());
    assert_eq!(begin.complaint, Complaint::NoProcesses);
    assert_eq!(begin.wanted, Wanted::Profile("production.toml".into()));
}

#[test]
fn a_secret_typed_instead_of_a_reference_is_neither_shown_nor_taken() {
    let mut model = bare((80, 24));
    paste(&mut model, "https://h:1");
    for one in [Key::Tab, Key::Tab, Key::Right, Key::Tab] {
        key(&mut model, one);
    }
    press(&mut model, "apps-svc");
    key(&mut model, Key::Tab);
    press(&mut model, "CANARY");
    let seen = screen(&model);
    assert!(
        !seen.contains("CANARY") && seen.contains("not where a secret is"),
        "{seen}"
    );
    assert_eq!(key(&mut model, Key::Enter), None);
    key(&mut model, Key::Ctrl('u'));
    press(&mut model, "env:ORCH_PASSWORD");
    assert!(screen(&model).contains("env:ORCH_PASSWORD"));
    let begin = begun(key(&mut model, Key::Enter));
    let Wanted::Typed(_, Some(Reference::Env(name))) = begin.wanted else {
        panic!("no reference")
    };
    assert_eq!(name, "ORCH_PASSWORD");
}

#[test]
fn the_demo_can_be_broken_in_another_way() {
    let mut model = bare((80, 24));
    press(&mut model, "5");
    for one in [Key::Tab, Key::End, Key::Right] {
        key(&mut model, one);
    }
    let begin = begun(key(&mut model, Key::Enter));
    assert_eq!(begin.wanted, Wanted::Demo("port-closed".into()));
    assert_eq!(begin.complaint, Complaint::GoLive);
}

#[test]
fn a_target_of_an_earlier_run_fills_the_form() {
    let mut model = without_target((80, 24), offers());
    for one in [Key::Enter, Key::Down] {
        key(&mut model, one);
    }
    assert_eq!(key(&mut model, Key::Enter), None);
    let begin = begun(key(&mut model, Key::Enter));
    let Wanted::Typed(settings, None) = begin.wanted else {
        panic!("not typed")
    };
    assert_eq!(settings.target.base(), "/acme/Default/orchestrator_");
}

#[test]
fn another_symptom_is_asked_of_the_same_target() {
    let mut model = told((80, 24), silent_port());
    press(&mut model, "o3");
    key(&mut model, Key::Enter);
    let selection = Selection {
        complaint: Some(Complaint::FailsWhenRun),
        ..Selection::default()
    };
    let effect = key(&mut model, Key::Enter);
    assert_eq!(effect, Some(Effect::Ask(Ask::Rerun(selection))));
    update(&mut model, Msg::Events(run(&[])));
    assert_eq!(model.mode, Mode::Browse);
}

#[test]
fn what_is_refused_is_told_and_can_be_mended() {
    let mut model = bare((80, 24));
    paste(&mut model, "https://h:1");
    key(&mut model, Key::Enter);
    assert!(screen(&model).contains("preparing the run"));
    assert_eq!(key(&mut model, Key::Enter), None, "not twice");
    let why = "cannot read the secret from the environment variable X: it is not set";
    update(&mut model, Msg::Refused(why.into()));
    assert!(screen(&model).contains("environment variable X"));
    assert!(key(&mut model, Key::Enter).is_some());
}

#[test]
fn escape_leads_back_to_the_run_and_keeps_what_was_typed() {
    let mut model = told((80, 24), silent_port());
    press(&mut model, "o");
    paste(&mut model, "https://h:1");
    for _ in 0..3 {
        key(&mut model, Key::Esc);
    }
    assert_eq!(model.mode, Mode::Browse);
    assert!(screen(&model).contains("1 PROBLEM"));
    press(&mut model, "o");
    assert!(screen(&model).contains("A URL: https://h:1"));
}

#[test]
fn a_recording_starts_nothing() {
    let opening = Opening {
        offers: None,
        replay: true,
        ..opening()
    };
    let size = Size {
        width: 80,
        height: 24,
    };
    let mut model = Model::new(&opening, size);
    update(&mut model, Msg::Events(silent_port()));
    press(&mut model, "o");
    assert_eq!(model.mode, Mode::Browse);
    assert!(screen(&model).contains("no other run starts from it"));
}

#[test]
fn the_rows_of_a_symptom_stand_under_its_questions() {
    let mut events = silent_port();
    if let What::Began(began) = &mut events[0].what {
        began.selection.complaint = Some(Complaint::FailsWhenRun);
    }
    for (width, height) in SIZES {
        let model = told((width, height), events.clone());
        let name = format!("questions-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model));
        });
    }
}

#[test]
fn the_first_screen() {
    looks("first", bare);
}

#[test]
fn with_profiles_and_earlier_targets() {
    looks("places", |size| {
        let mut model = without_target(size, offers());
        key(&mut model, Key::Enter);
        model
    });
}

#[test]
fn with_a_url_that_deserves_a_look() {
    looks("url", |size| {
        let mut model = bare(size);
        paste(&mut model, "http://orch.example.com:8080");
        model
    });
}

#[test]
fn with_an_account() {
    looks("account", |size| {
        let mut model = bare(size);
        paste(&mut model, "https://orch.example.com:8443");
        for one in [Key::Tab, Key::Tab, Key::Right, Key::Tab] {
            key(&mut model, one);
        }
        press(&mut model, "apps-svc");
        key(&mut model, Key::Tab);
        press(&mut model, "secret-itself");
        model
    });
}

#[test]
fn while_a_secret_is_typed() {
    looks("secret", |size| {
        let mut model = without_target(size, offers());
        key(&mut model, Key::Enter);
        key(&mut model, Key::Enter);
        press(&mut model, "0123456789");
        model
    });
}

#[test]
fn on_the_demo() {
    looks("demo", |size| {
        let mut model = bare(size);
        for one in [Key::Tab, Key::End] {
            key(&mut model, one);
        }
        model
    });
}

#[test]
fn in_japanese() {
    for (at, spot) in [(0, "first"), (1, "typed"), (2, "compare")] {
        looks(&format!("ja-{spot}"), |size| {
            let mut model = bare(size);
            model.look.words = Lang::Ja.words();
            match at {
                0 => {}
                1 => paste(&mut model, "orch.example.com"),
                _ => drop(update(&mut model, Msg::Recordings(Vec::new()))),
            }
            model
        });
    }
}

#[test]
fn in_ascii_and_without_colour() {
    let mut model = bare((80, 24));
    model.look = Look {
        theme: Theme::Mono,
        ascii: true,
        ..Look::default()
    };
    paste(&mut model, "https://bücher.example/…");
    assert!(screen(&model).is_ascii());
}

#[test]
fn nothing_hostile_that_lies_in_the_folder_reaches_a_cell() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}evil";
    let mut offers = offers();
    offers.profiles[0].path = hostile.into();
    offers.profiles[0].url = hostile.into();
    offers.profiles[0].tenant = hostile.into();
    offers.profiles[0].who = hostile.into();
    offers.recents[0].url = hostile.into();
    offers.recents[0].tenant = hostile.into();
    for size in SIZES {
        let mut model = without_target(size, offers.clone());
        for one in [Key::Tab, Key::Down, Key::Down, Key::Enter] {
            let seen = screen(&model);
            assert!(
                seen.chars().all(|cell| cell == '\n' || is_visible(cell)),
                "{seen:?}"
            );
            key(&mut model, one);
        }
        paste(&mut model, hostile);
        update(&mut model, Msg::Refused(hostile.into()));
        assert!(
            screen(&model)
                .chars()
                .all(|cell| cell == '\n' || is_visible(cell))
        );
    }
}

#[test]
fn at_no_size_does_it_panic() {
    for width in 0..60 {
        for height in 0..20 {
            let mut model = without_target((width, height), offers());
            for one in [
                Key::Tab,
                Key::Down,
                Key::Enter,
                Key::Tab,
                Key::Esc,
                Key::End,
            ] {
                screen(&model);
                key(&mut model, one);
                update(&mut model, Msg::Click(width / 3, height / 2));
            }
        }
    }
}

#[test]
fn a_click_chooses() {
    let mut model = bare((80, 24));
    let line = screen(&model)
        .lines()
        .position(|line| line.contains("Events do not come back"))
        .unwrap();
    update(&mut model, Msg::Click(10, u16::try_from(line).unwrap()));
    assert!(screen(&model).contains("May the account make the webhook"));
}
