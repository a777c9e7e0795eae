//! Whatever is pressed, at whatever size, it neither panics nor loses its way.

use super::fixture::{began_all, drawn, finished, judged, run, silent_port, told};
use crate::catalog::Verdict;
use crate::tui::entries::Entry;
use crate::tui::{Key, Msg, Size, TABLE, update};
use proptest::prelude::*;

fn key() -> impl Strategy<Value = Key> {
    let bound: Vec<Key> = TABLE
        .iter()
        .flat_map(|binding| binding.keys)
        .copied()
        .collect();
    prop_oneof![
        8 => proptest::sample::select(bound),
        1 => any::<char>().prop_map(Key::Char),
        1 => proptest::sample::select(vec![Key::Backspace, Key::Enter, Key::Esc]),
    ]
}

fn msg() -> impl Strategy<Value = Msg> {
    let verdict = proptest::sample::select(vec![
        Verdict::Pass,
        Verdict::Warn,
        Verdict::Fail,
        Verdict::Unknown,
    ]);
    prop_oneof![
        20 => key().prop_map(Msg::Key),
        2 => (0_u16..200, 0_u16..60).prop_map(|(width, height)| Msg::Resize(Size { width, height })),
        1 => (0_u16..200, 0_u16..60, -5_i16..5).prop_map(|(x, y, lines)| Msg::Wheel(x, y, lines)),
        1 => (0_u16..200, 0_u16..60).prop_map(|(x, y)| Msg::Click(x, y)),
        1 => Just(Msg::Tick(125)),
        1 => verdict.prop_map(|verdict| Msg::Events(vec![judged("port-open", verdict)])),
        1 => Just(Msg::Events(silent_port())),
        1 => Just(Msg::Events(run(&[]))),
        1 => Just(Msg::Events(vec![began_all()])),
        1 => Just(Msg::Events(vec![finished()])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ten_thousand_steps_of_anything_break_nothing(msgs in proptest::collection::vec(msg(), 100)) {
        let mut model = told((80, 24), silent_port());
        for msg in msgs {
            update(&mut model, msg);
            drawn(&model);
            let choosable = model.entries.iter().any(|entry| !matches!(entry, Entry::Heading(_)));
            prop_assert_eq!(model.chosen_at().is_some(), choosable, "the chosen line is in the list");
        }
    }
}
