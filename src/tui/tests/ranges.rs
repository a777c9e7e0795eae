//! The map of ranges and devices that is drawn below the check of the allowlist.

use super::fixture::{began, event, finished, judged, press, screen, told};
use crate::allowlist::material::{Export, Material};
use crate::catalog::Verdict;
use crate::event::What;
use crate::probe::{Evidence, Measurement, Probe, allowlist};
use crate::tui::{Key, Model, Msg, update};
use std::fmt::Write as _;

const RANGES: &str = "[[set]]\nname = \"eu-2026\"\nregion = \"lab\"\ncidrs = [\"198.51.100.4/30\", \"198.51.100.32/28\", \"203.0.113.8/29\"]\n\
    [[set]]\nname = \"eu-2027\"\nregion = \"lab\"\ncidrs = [\"192.0.2.64/27\"]\nvalid_from = 2027-01-01\n";

/// An iptables export with those rules.
fn device(name: &str, chain: &str, rules: &[&str]) -> Export {
    let mut text = format!("*filter\n:{chain} DROP [0:0]\n");
    for rule in rules {
        let _ = writeln!(text, "-A {chain} {rule} -p tcp --dport 8443 -j ACCEPT");
    }
    text.push_str("COMMIT\n");
    Export {
        name: name.to_owned(),
        bytes: text.into_bytes(),
        kind: None,
        hook: None,
        interface: None,
    }
}

/// Two devices: the outer one lets half of a range through and one on a condition, the inner one knows all but one.
fn devices() -> Vec<Export> {
    let outer = [
        "-s 198.51.100.4/30",
        "-s 198.51.100.32/29",
        "-m geoip --src-cc IE -s 203.0.113.8/29",
        "-s 192.0.2.64/27",
    ];
    let inner = ["-s 198.51.100.0/24", "-s 203.0.113.8/29"];
    vec![
        device("fw/edge.rules", "FORWARD", &outer),
        device("fw/host.rules", "INPUT", &inner),
    ]
}

/// The detail of the allowlist's check.
fn detail(size: (u16, u16), ranges: &str, devices: Vec<Export>) -> Model {
    let own = [("ranges.toml".to_owned(), ranges.to_owned())];
    let material = Material::new(&own, &[], devices).unwrap();
    let verdict = material.judge(jiff::civil::date(2026, 11, 24), &[], None, 8443);
    let measurement = Measurement {
        probe: Probe::Allowlist,
        subject: None,
    };
    let mut judged = judged("port-open", Verdict::Fail);
    if let What::Judged { finding, .. } = &mut judged.what {
        finding.measurement = Some(measurement.clone());
    }
    let found = Some(verdict.evidence);
    let measured = What::Measured {
        measurement,
        evidence: Box::new(Evidence::Allowlist(allowlist::Seen { found })),
        took_ms: 9,
    };
    let events = vec![
        began(&[], &["port-open"]),
        event(9, measured),
        judged,
        finished(),
    ];
    let mut model = told(size, events);
    update(&mut model, Msg::Key(Key::Enter));
    model
}

#[test]
fn the_map_at_three_sizes() {
    for (width, height, lines) in [(80, 24, 8), (120, 40, 6), (40, 10, 12)] {
        let mut model = detail((width, height), RANGES, devices());
        press(&mut model, &"j".repeat(lines));
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("ranges-{width}x{height}"), screen(&model));
        });
    }
}

#[test]
fn the_map_is_there_in_ascii_too() {
    let mut model = detail((100, 100), RANGES, devices());
    model.look.ascii = true;
    let seen = screen(&model);
    assert!(seen.is_ascii() && seen.contains("x DENIED"), "{seen}");
    assert!(
        seen.contains("! PARTLY") && seen.contains("? undecided"),
        "{seen}"
    );
}

#[test]
fn rules_are_quoted_with_file_and_line_those_that_deny_first() {
    let seen = screen(&detail((120, 120), RANGES, devices()));
    let at = |text: &str| seen.find(text).unwrap_or_else(|| panic!("{text}: {seen}"));
    assert!(at("DECIDED BY") < at("DENIED: 198.51.100.40/29"));
    assert!(at("DENIED: 198.51.100.40/29") < at("undecided: 203.0.113.8/29"));
    assert!(at("undecided: 203.0.113.8/29") < at("fw/edge.rules line 5"));
    assert!(!seen.contains("allowed: "), "{seen}");
}

#[test]
fn rules_that_let_all_through_are_quoted_where_none_denies() {
    let open = vec![device("host.rules", "INPUT", &["-s 198.51.100.4/30"])];
    let ranges = RANGES.replace(", \"198.51.100.32/28\", \"203.0.113.8/29\"", "");
    let ranges = ranges.replace("192.0.2.64/27", "198.51.100.4/31");
    let seen = screen(&detail((120, 100), &ranges, open));
    assert!(seen.contains("√ allowed: 198.51.100.4/30"), "{seen}");
    assert!(seen.contains("host.rules line 3"), "{seen}");
}

#[test]
fn of_very_many_ranges_those_that_do_not_get_through_are_drawn() {
    let cidrs: Vec<String> = (0..600_u32)
        .map(|at| format!("\"10.{}.{}.0/24\"", at / 256, at % 256))
        .collect();
    let ranges = format!(
        "[[set]]\nname = \"own\"\nregion = \"lab\"\ncidrs = [{}]\n",
        cidrs.join(", ")
    );
    let open = vec![device("host.rules", "INPUT", &["-s 10.0.0.0/15"])];
    let seen = screen(&detail((120, 900), &ranges, open));
    assert!(
        seen.contains("10.2.87.0/24") && !seen.contains("10.1.87.0/24"),
        "{seen}"
    );
    assert!(seen.contains("and 512 ranges that are not drawn"), "{seen}");
}

#[test]
fn many_devices_are_drawn_by_their_signs() {
    let devices = (0..30)
        .map(|at| device(&format!("{at}.rules"), "FORWARD", &["-s 198.51.100.4/30"]))
        .collect();
    let seen = screen(&detail((80, 100), RANGES, devices));
    assert!(seen.contains("without a column"), "{seen}");
    assert!(seen.contains("√ allowed, × DENIED"), "{seen}");
}

#[test]
fn a_cell_that_is_chosen_shows_the_rule_that_decides_it() {
    let mut model = detail((120, 60), RANGES, devices());
    press(&mut model, "J");
    let seen = screen(&model);
    assert!(
        seen.contains("198.51.100.4/30  ▸") && seen.contains("√ allowed: 198.51.100.4/30"),
        "{seen}"
    );
    assert!(seen.contains("fw/edge.rules line 3"), "{seen}");
    // The next range, at the next device, and not beyond the last.
    press(&mut model, "JLLL");
    let seen = screen(&model);
    assert!(
        seen.contains("√ allowed: 198.51.100.32/29, 198.51.100.40/29"),
        "{seen}"
    );
    assert!(seen.contains("fw/host.rules line 3"), "{seen}");
    press(&mut model, "HJJJJ");
    let seen = screen(&model);
    assert!(seen.contains("fw/edge.rules line 6"), "{seen}");
}

#[test]
fn the_chosen_cell_is_in_view_on_a_small_screen() {
    let mut model = detail((80, 24), RANGES, devices());
    press(&mut model, "JJL");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("ranges-cell-80x24", screen(&model));
    });
    let mut model = detail((160, 50), RANGES, devices());
    press(&mut model, "JJ");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("ranges-cell-160x50", screen(&model));
    });
}

#[test]
fn without_a_map_there_is_no_cell_to_choose() {
    let mut model = told((100, 30), vec![began(&[], &["port-open"])]);
    press(&mut model, "J");
    assert!(screen(&model).contains("no map of ranges"));
}
