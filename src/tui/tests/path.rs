//! The way of the packets that is drawn below a check of the port.

use super::fixture::{began, event, finished, judged, press, screen, tcp_measured, told};
use crate::catalog::Verdict;
use crate::event::What;
use crate::probe::{Evidence, Reading};
use crate::report::{Style, text};
use crate::tui::{Key, Model, Msg, update};

/// The detail of a port whose packets read as that symptom.
fn detail(size: (u16, u16), reading: Reading, symptom: &str) -> Model {
    let evidence: Evidence = reading.sample(symptom).unwrap();
    let measured = What::Measured {
        measurement: tcp_measured(),
        evidence: Box::new(evidence),
        took_ms: 9,
    };
    let events = vec![
        began(&[], &["port-open", "tls-agreed"]),
        event(9, measured),
        judged("port-open", Verdict::Fail),
        judged("tls-agreed", Verdict::Pass),
        finished(),
    ];
    let mut model = told(size, events);
    update(&mut model, Msg::Key(Key::Enter));
    model
}

/// The screen, high enough for all of it.
fn path(reading: Reading, symptom: &str) -> String {
    screen(&detail((110, 120), reading, symptom))
}

#[test]
fn the_path_at_three_sizes() {
    for (width, height) in [(80, 24), (120, 40), (40, 10)] {
        let mut model = detail((width, height), Reading::Clearness, "dropped-between");
        let lines = match height {
            10 => 18,
            24 => 11,
            _ => 0,
        };
        press(&mut model, &"j".repeat(lines));
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("path-{width}x{height}"), screen(&model));
        });
    }
}

#[test]
fn every_kind_of_path_is_drawn_also_in_ascii() {
    let kinds = Reading::Clearness.symptoms();
    let kinds = kinds
        .into_iter()
        .map(|symptom| (Reading::Clearness, symptom));
    for (reading, symptom) in kinds.chain([(Reading::Reach, "open")]) {
        let mut model = detail((110, 120), reading, symptom);
        let seen = screen(&model);
        assert!(seen.contains("PATH") && seen.contains("√ here"), "{seen}");
        model.look.ascii = true;
        assert!(screen(&model).is_ascii(), "{symptom}");
    }
}

#[test]
fn no_path_is_drawn_where_none_was_looked_at() {
    for symptom in ["silent", "proxy-forbids", "partly-open"] {
        assert!(!path(Reading::Reach, symptom).contains("PATH"), "{symptom}");
    }
}

#[test]
fn a_path_says_in_words_where_packets_stop() {
    let seen = |symptom| path(Reading::Clearness, symptom);
    assert!(seen("dropped-between").contains("× packets to port 8443 stop here"));
    assert!(seen("rejected-by-hop").contains("says that it is prohibited"));
    assert!(seen("reset-by-hop").contains("resets the connection in the host's name"));
    assert!(seen("unlocated").contains("? where packets to port 8443 stop is not known"));
    let refused = seen("clear");
    assert!(
        !refused.contains("stop here") && refused.contains("√ hop 2"),
        "{refused}"
    );
    assert!(path(Reading::Reach, "open").contains("√ host orch.example.com"));
}

#[test]
fn the_report_as_text_draws_the_same_path_once() {
    let model = detail((80, 24), Reading::Clearness, "dropped-between");
    let mut out = String::new();
    text(&model.report, Style::default(), &mut out).unwrap();
    let drawn = out
        .lines()
        .skip_while(|line| !line.contains("The way to"))
        .take(6);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("path-as-text", drawn.collect::<Vec<_>>().join("\n"));
    });
    assert_eq!(out.matches("The way to").count(), 1);
}
