//! The chain that is drawn below a certificate's check.

use super::fixture::{event, finished, judged, row, screen, told};
use crate::catalog::Verdict;
use crate::event::{Event, What};
use crate::probe::{Evidence, Measurement, Probe, Reading};
use crate::tui::{Key, Model, Msg, update};

const TRUST: [&str; 2] = ["certificate-trusted", "certificate-in-date"];

/// The detail of a check whose handshake reads as that symptom.
fn detail(reading: Reading, id: &str, symptom: &str) -> Model {
    let measurement = Measurement {
        probe: Probe::Tls,
        subject: None,
    };
    let evidence: Evidence = reading.sample(symptom).unwrap();
    let mut judged = judged(id, Verdict::Fail);
    if let What::Judged { finding, .. } = &mut judged.what {
        finding.measurement = Some(measurement.clone());
        finding.symptom = symptom.into();
    }
    let measured = What::Measured {
        measurement,
        evidence: Box::new(evidence),
        took_ms: 9,
    };
    let events: Vec<Event> = vec![
        super::fixture::began(&[], &TRUST),
        event(9, measured),
        judged,
        finished(),
    ];
    let mut model = told((100, 200), events);
    assert_eq!(
        model.chosen_row().map(|chosen| chosen.id.clone()),
        Some(row(id))
    );
    update(&mut model, Msg::Key(Key::Enter));
    model
}

#[test]
fn every_kind_of_chain_is_drawn() {
    // `untold` is read where no certificate came at all.
    let some = |symptom: &&str| *symptom != "untold";
    for symptom in Reading::Trusted.symptoms().into_iter().filter(some) {
        let mut model = detail(Reading::Trusted, "certificate-trusted", symptom);
        let seen = screen(&model);
        assert!(
            seen.contains("CHAIN") && seen.contains("signed by"),
            "{symptom}: {seen}"
        );
        model.look.ascii = true;
        assert!(screen(&model).is_ascii(), "{symptom}");
    }
}

#[test]
fn a_chain_says_where_it_breaks() {
    let seen = |symptom| screen(&detail(Reading::Trusted, "certificate-trusted", symptom));
    assert!(seen("self-signed").contains("no authority stands behind it"));
    assert!(seen("missing-intermediate").contains("not sent by the server; found elsewhere"));
    assert!(seen("unknown-issuer").contains("here the chain breaks"));
    assert!(seen("public").contains("a root that the cloud has"));
    assert!(!seen("private-root").contains("a root that the cloud has"));
}

#[test]
fn a_certificate_that_ended_says_when() {
    let seen = screen(&detail(Reading::Dated, "certificate-in-date", "expired"));
    assert!(seen.contains("│ ended on "), "{seen}");
}
