//! What each state looks like at three sizes.

use super::fixture::{
    began_all, blocked, drawn, event, finished, ids, judged, press, run, screen, silent_port,
    tcp_measured, tcp_seen, told,
};
use crate::catalog::Verdict;
use crate::event::{Event, What};
use crate::probe::{Measurement, Probe};
use crate::tui::{Key, Model, Msg, Opening, Size, Theme, update};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

/// A snapshot at each size.
fn looks(name: &str, events: &[Event], then: impl Fn(&mut Model)) {
    for (width, height) in SIZES {
        let mut model = told((width, height), events.to_vec());
        then(&mut model);
        let name = format!("{name}-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model));
        });
    }
}

fn nothing(_: &mut Model) {}

#[test]
fn before_anything_happened() {
    looks("start", &[], nothing);
}

#[test]
fn while_it_runs() {
    let mut events = vec![
        began_all(),
        judged("url-complete", Verdict::Pass),
        judged("name-resolves", Verdict::Pass),
    ];
    events.push(event(
        31,
        What::Started {
            measurement: tcp_measured(),
        },
    ));
    looks("running", &events, nothing);
}

#[test]
fn when_all_is_well() {
    looks("healthy", &run(&[]), nothing);
}

#[test]
fn with_one_failure() {
    looks("one-failure", &silent_port(), nothing);
}

#[test]
fn with_one_failure_read_to_the_end() {
    looks("one-failure-detail", &silent_port(), |model| {
        update(model, Msg::Key(Key::Enter));
        press(model, "G");
    });
}

#[test]
fn with_the_rows_behind_a_failure_opened() {
    looks("unfolded", &silent_port(), |model| {
        press(model, "j");
        update(model, Msg::Key(Key::Enter));
    });
}

#[test]
fn with_several_roots() {
    let rows = ["login-accepted", "folder-visible", "process-present"];
    let mut but = vec![
        judged("certificate-trusted", Verdict::Fail),
        judged("certificate-in-date", Verdict::Fail),
    ];
    but.extend(rows.iter().map(|id| blocked(id, "certificate-trusted")));
    looks("several-roots", &run(&but), nothing);
}

#[test]
fn with_a_warning() {
    looks(
        "warning",
        &run(&[judged("certificate-in-date", Verdict::Warn)]),
        nothing,
    );
}

#[test]
fn with_something_needed_unknown() {
    looks(
        "undecided",
        &run(&[judged("process-present", Verdict::Unknown)]),
        nothing,
    );
}

#[test]
fn with_the_keys() {
    looks("help", &silent_port(), |model| press(model, "?"));
}

#[test]
fn in_time() {
    let measured = |probe: Probe, began_ms: u64, took_ms: u64| {
        let Event { what, .. } = tcp_seen(None);
        let What::Measured { evidence, .. } = what else {
            unreachable!("that is what it makes")
        };
        let measurement = Measurement {
            probe,
            subject: None,
        };
        let what = What::Measured {
            measurement,
            evidence,
            took_ms,
        };
        event(began_ms + took_ms, what)
    };
    let mut events = run(&[]);
    events.truncate(events.len() - 1);
    events.push(measured(Probe::Names, 0, 20));
    events.push(measured(Probe::Tls, 29, 120));
    events.push(measured(Probe::Plain, 20, 60));
    events.push(measured(Probe::Login, 149, 250));
    events.push(finished());
    looks("times", &events, |model| press(model, "T"));
}

#[test]
fn with_a_command_half_typed() {
    looks("command", &silent_port(), |model| press(model, ":co"));
}

#[test]
fn with_a_filter() {
    looks("filter", &silent_port(), |model| {
        press(model, "/verdict:not");
    });
}

#[test]
fn in_ascii_without_colour() {
    let mut model = told((80, 24), silent_port());
    model.look.ascii = true;
    model.look.theme = Theme::Mono;
    let seen = screen(&model);
    assert!(seen.is_ascii(), "{seen}");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("ascii-80x24", seen);
    });
}

#[test]
fn at_no_size_does_it_panic() {
    for width in 0..60 {
        for height in 0..20 {
            let mut model = told((width, height), silent_port());
            drawn(&model);
            press(&mut model, "jj?");
            drawn(&model);
        }
    }
}

#[test]
fn the_smallest_screens_still_name_the_failure() {
    assert!(screen(&told((40, 10), silent_port())).contains("in the firewall."));
    assert!(screen(&told((10, 3), silent_port())).contains("× 1 PR"));
    assert!(ids().len() > 3);
}

#[test]
fn without_colour_nothing_but_weight_marks_the_chosen_line() {
    use ratatui::style::{Color, Modifier};
    let mut model = told((80, 24), silent_port());
    model.look.theme = Theme::Mono;
    let terminal = drawn(&model);
    let cells = terminal.backend().buffer().content();
    assert!(
        cells
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    let turned = cells
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .count();
    assert!(turned >= 34, "{turned}");
}

#[test]
fn a_stand_in_says_so_at_every_size() {
    let mut events = silent_port();
    if let What::Began(began) = &mut events[0].what {
        began.settings.stand_in = true;
    }
    for size in SIZES {
        assert!(
            screen(&told(size, events.clone())).contains("STAND-IN"),
            "{size:?}"
        );
    }
}

#[test]
fn a_recording_says_so() {
    let opening = Opening {
        replay: true,
        ..super::fixture::opening()
    };
    let mut model = Model::new(
        &opening,
        Size {
            width: 80,
            height: 24,
        },
    );
    update(&mut model, Msg::Events(silent_port()));
    assert!(screen(&model).contains("RECORDING"));
    press(&mut model, "r");
    assert!(screen(&model).contains("this is a recording"));
}
