//! Stories of the webhook lab's screen.

use super::keys::TABLE;
use super::model::MOST;
use super::{Effect, Heard, Model, Msg, Opening, Secret, update, view};
use crate::shown::is_visible;
use crate::tui::model::Size;
use crate::tui::{Key, Look, Theme};
use crate::webhook::line::{Pace, Teller};
use crate::webhook::receiver::Counts;
use crate::webhook::signature::{Presented, SigningKey};
use crate::words::Lang;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SECRET: &[u8] = b"correct horse";
const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (40, 10)];

/// A sender, and the teller that hears it.
struct Play {
    teller: Teller,
    second: i64,
}

impl Play {
    fn new() -> Self {
        Self {
            teller: Teller::new(Some(SECRET)),
            second: 0,
        }
    }

    /// One event with this signature.
    fn heard(&mut self, presented: &Presented, body: &[u8]) -> Heard {
        self.second += 1;
        let at = jiff::Timestamp::from_second(1_795_341_600 + self.second).unwrap();
        let from = ([10, 0, 0, 5], 50_123).into();
        let line = self
            .teller
            .tell(presented, body, Pace::Calm)
            .received(from, at);
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("user-agent".to_owned(), "Orchestrator".to_owned()),
        ];
        Heard::new(line, headers, body)
    }

    fn signed(&mut self, body: &str) -> Heard {
        let value = SigningKey::new(SECRET).sign(body.as_bytes());
        self.heard(&Presented::One(value), body.as_bytes())
    }
}

fn job(kind: &str, id: u32, rest: &str) -> String {
    format!(
        r#"{{"Type":"job.{kind}","EventId":"{kind}{id}","Timestamp":"2026-11-22T10:00:00Z","TenantId":1,"OrganizationUnitId":7,"Job":{{"Id":{id},"Key":"k{id}","ReleaseName":"InvoiceBot"{rest}}}}}"#
    )
}

/// A ping, a job's life, one event whose secret has a line break more, one that was changed and one without a signature.
fn story() -> Vec<Heard> {
    let mut play = Play::new();
    let mut heard = vec![
        play.signed(r#"{"Type":"ping","EventId":"p1","Timestamp":"2026-11-22T09:59:00Z"}"#),
        play.signed(&job("created", 30, r#","State":"Pending""#)),
        play.signed(&job(
            "started",
            30,
            r#","State":"Running","StartTime":"2026-11-22T10:00:02Z""#,
        )),
        play.signed(&job(
            "completed",
            30,
            r#","State":"Successful","StartTime":"2026-11-22T10:00:02Z","EndTime":"2026-11-22T10:00:08.4Z""#,
        )),
        play.signed(r#"{"Type":"queueItem.added","EventId":"q","FolderId":8,"QueueItem":{"Id":5,"Reference":"INV-2026-0007","Status":"New"}}"#),
    ];
    let body = job("created", 31, "");
    let wrong = SigningKey::new(b"correct horse\n").sign(body.as_bytes());
    heard.push(play.heard(&Presented::One(wrong), body.as_bytes()));
    let tampered = job("faulted", 30, "");
    let value = SigningKey::new(SECRET).sign(job("completed", 30, "").as_bytes());
    heard.push(play.heard(&Presented::One(value), tampered.as_bytes()));
    heard.push(play.heard(&Presented::Nothing, job("stopped", 30, "").as_bytes()));
    heard
}

fn model((width, height): (u16, u16), events: Vec<Heard>) -> Model {
    let opening = Opening {
        address: "http://10.0.0.9:8765".into(),
        secret: Secret::Set,
        look: Look::default(),
    };
    let mut model = Model::new(&opening, Size { width, height });
    if !events.is_empty() {
        let count = events.len() as u64;
        update(&mut model, Msg::Heard(events));
        let counts = Counts {
            accepted: count,
            ..Counts::default()
        };
        update(&mut model, Msg::Counted(counts, 0));
    }
    model
}

fn press(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        update(model, Msg::Key(Key::Char(key)));
    }
}

fn screen(model: &Model) -> String {
    let size = model.size;
    let mut terminal =
        Terminal::new(TestBackend::new(size.width.max(1), size.height.max(1))).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().to_string()
}

/// A snapshot at each size.
fn looks(name: &str, events: &[Heard], then: impl Fn(&mut Model)) {
    for (width, height) in SIZES {
        let mut model = model((width, height), events.to_vec());
        then(&mut model);
        let name = format!("listen-{name}-{width}x{height}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen(&model));
        });
    }
}

#[test]
fn before_anything_came_in() {
    looks("waiting", &[], |_| {});
}

#[test]
fn signed_tampered_and_unsigned_events_are_told_apart() {
    looks("events", &story(), |_| {});
    let seen = screen(&model((160, 50), story()));
    assert!(
        seen.contains("√ 5 valid  × 2 invalid  ∅ 1 missing"),
        "{seen}"
    );
}

#[test]
fn the_cause_of_a_wrong_signature_is_explained() {
    looks("cause", &story(), |model| {
        press(model, "kk");
        update(model, Msg::Key(Key::Enter));
    });
}

#[test]
fn a_jobs_life_is_drawn_from_its_creation_to_its_end() {
    looks("life", &story(), |model| {
        press(model, "gj");
        update(model, Msg::Key(Key::Enter));
    });
    let seen = screen(&{
        let mut model = model((160, 50), story());
        press(&mut model, "gj");
        model
    });
    // The event of its creation shows its end as well, and nothing that was not signed.
    for told in ["created    10:00:00Z", "│ 2.0 s", "completed  10:00:08Z"] {
        assert!(seen.contains(told), "{told} in {seen}");
    }
    assert!(!seen.contains("stopped    10:00"), "{seen}");
}

#[test]
fn the_jobs_and_the_keys_have_a_page_each() {
    looks("jobs", &story(), |model| press(model, "J"));
    looks("help", &story(), |model| press(model, "?"));
}

#[test]
fn a_filter_shows_some_by_type_signature_and_word() {
    let count = |typed: &str| {
        let mut model = model((160, 50), story());
        press(&mut model, &format!("/{typed}"));
        model.fitting.len()
    };
    for (typed, fitting) in [
        ("type:job", 6),
        ("type:queueitem", 1),
        ("signature:invalid", 2),
        ("signature:valid type:job", 3),
        ("-type:job", 2),
        ("folder:8", 1),
        ("INV-2026", 1),
        ("trailing-newline", 1),
        ("nothing-like-it", 0),
    ] {
        assert_eq!(count(typed), fitting, "{typed}");
    }
    looks("filter", &story(), |model| press(model, "/type:job"));
}

#[test]
fn the_states_of_the_signature_are_gone_through_with_one_key() {
    let mut model = model((80, 24), story());
    let mut seen = Vec::new();
    for _ in 0..5 {
        press(&mut model, "v");
        seen.push(model.fitting.len());
    }
    assert_eq!(seen, [5, 0, 2, 1, 8]);
    press(&mut model, "vvv");
    assert!(screen(&model).contains("signature:invalid"));
    update(&mut model, Msg::Key(Key::Esc));
    assert_eq!(model.fitting.len(), 8);
}

#[test]
fn the_newest_is_followed_until_the_user_moves() {
    let mut model = model((80, 24), story());
    assert_eq!(model.chosen, Some(7));
    let mut play = Play::new();
    update(&mut model, Msg::Heard(vec![play.signed("{}")]));
    assert_eq!(model.chosen, Some(8));
    press(&mut model, "k");
    update(&mut model, Msg::Heard(vec![play.signed("{}")]));
    assert_eq!(model.chosen, Some(7));
    press(&mut model, "G");
    update(&mut model, Msg::Heard(vec![play.signed("{}")]));
    assert_eq!(model.chosen, Some(10));
    press(&mut model, "gn");
    assert_eq!(model.chosen, Some(5), "the next that was refused");
}

#[test]
fn old_events_make_room_and_stay_counted() {
    let mut play = Play::new();
    let mut model = model((80, 24), Vec::new());
    let ping = play.signed(r#"{"Type":"ping"}"#);
    update(&mut model, Msg::Heard(vec![ping.clone(); 10]));
    press(&mut model, "g");
    assert_eq!(model.chosen, Some(0));
    for _ in 0..50 {
        update(&mut model, Msg::Heard(vec![ping.clone(); 100]));
    }
    assert_eq!((model.events.len(), model.fitting.len()), (MOST, MOST));
    assert_eq!(model.chosen, Some(4_010), "the oldest that is kept");
    let seen = screen(&model);
    assert!(seen.contains("5010 events  √ 5010 valid"), "{seen}");
    assert!(seen.contains("the last 1000 are kept"), "{seen}");
}

#[test]
fn what_was_answered_and_not_shown_is_counted() {
    let mut model = model((80, 24), story());
    let before = model.revision;
    let counts = Counts {
        unseen: 2,
        ..Counts::default()
    };
    update(&mut model, Msg::Counted(counts, 3));
    assert!(screen(&model).contains("5 answered and not shown"));
    assert_eq!(model.revision, before + 1);
    update(&mut model, Msg::Counted(counts, 3));
    assert_eq!(
        model.revision,
        before + 1,
        "nothing changed, nothing to draw"
    );
}

#[test]
fn an_event_is_copied_as_the_line_that_a_pipe_would_get() {
    let mut model = model((80, 24), story());
    let Some(Effect::Copy(text)) = update(&mut model, Msg::Key(Key::Char('y'))) else {
        panic!("nothing was copied");
    };
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["signature"], "missing");
    assert_eq!(line["type"], "job.stopped");
}

#[test]
fn nothing_hostile_reaches_a_cell() {
    let hostile = [
        "\u{1b}[2J\u{1b}[31mred",
        "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{9b}31m\u{90}q\u{9c}",
        "\u{202e}txt.exe\u{2066}",
        "zero\u{200b}\u{feff}\u{e0041}width",
        "line\r\n\ttab\u{8}\u{8}back",
    ];
    for text in hostile {
        let quoted = serde_json::to_string(text).unwrap();
        let body = format!(
            r#"{{"Type":{quoted},"EventId":{quoted},"Job":{{"Id":1,"ReleaseName":{quoted},"Info":{quoted}}}}}"#
        );
        let job = body.replacen(&quoted, &format!("\"job.{}", &quoted[1..]), 1);
        let mut play = Play::new();
        let mut events = vec![
            play.signed(&body),
            play.signed(&job),
            play.heard(&Presented::One(text.into()), text.as_bytes()),
            play.heard(&Presented::Nothing, &[0xff, 0x1b, b'[', b'2', b'J', 0x9b]),
        ];
        for heard in &mut events {
            heard.headers.push((text.into(), text.into()));
        }
        for size in SIZES {
            for keys in ["", "k", "kk", "kkk", "l", "J", "?", "/"] {
                let mut model = model(size, events.clone());
                model.address = text.into();
                press(&mut model, keys);
                if keys == "/" {
                    press(&mut model, text);
                }
                let seen = screen(&model);
                assert!(
                    seen.chars().all(|cell| cell == '\n' || is_visible(cell)),
                    "{text:?} after {keys:?}"
                );
            }
        }
    }
}

#[test]
fn in_ascii_without_colour_everything_is_ascii() {
    let mut model = model((80, 24), story());
    model.look = Look {
        theme: Theme::Mono,
        ascii: true,
        ..Look::default()
    };
    for keys in ["", "kk", "J", "q?"] {
        press(&mut model, keys);
        let seen = screen(&model);
        assert!(seen.is_ascii(), "{seen}");
    }
}

/// The story on a screen in Japanese.
fn japanese(size: (u16, u16), keys: &str) -> Model {
    let mut model = model(size, Vec::new());
    model.look.words = Lang::Ja.words();
    if keys != "waiting" {
        update(&mut model, Msg::Heard(story()));
        press(&mut model, keys);
    }
    model
}

#[test]
fn every_part_of_the_screen_is_in_japanese() {
    let sizes = [(80, 24), (160, 50), (40, 10)];
    let words = [
        " the ", " of ", " is ", " an ", " no ", "NO ", "event is", "shown", "answered", "KEYS",
        "TYPE",
    ];
    for (name, keys) in [
        ("waiting", "waiting"),
        ("events", ""),
        ("cause", "kkl"),
        ("life", "gjl"),
        ("jobs", "J"),
        ("help", "?"),
    ] {
        for (width, height) in sizes {
            let model = japanese((width, height), keys);
            let seen = screen(&model);
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("listen-ja-{name}-{width}x{height}"), &seen);
            });
            let english = words.iter().find(|word| seen.contains(**word));
            assert_eq!(english, None, "{seen}");
        }
    }
}

#[test]
fn a_filter_takes_the_keys_and_the_words_of_the_language() {
    for (typed, fitting) in [
        ("署名なし", 1),
        ("signature:missing", 1),
        ("signature:有効", 5),
    ] {
        let model = japanese((80, 24), &format!("/{typed}"));
        assert_eq!(model.fitting.len(), fitting, "{typed}");
    }
}

fn msg() -> impl Strategy<Value = Msg> {
    let bound: Vec<Key> = TABLE
        .iter()
        .flat_map(|binding| binding.keys)
        .copied()
        .collect();
    let key = prop_oneof![
        8 => proptest::sample::select(bound),
        1 => any::<char>().prop_map(Key::Char),
        1 => proptest::sample::select(vec![Key::Backspace, Key::Enter, Key::Esc]),
    ];
    prop_oneof![
        20 => key.prop_map(Msg::Key),
        2 => (0_u16..200, 0_u16..60).prop_map(|(width, height)| Msg::Resize(Size { width, height })),
        1 => (0_u16..200, 0_u16..60, -5_i16..5).prop_map(|(x, y, lines)| Msg::Wheel(x, y, lines)),
        1 => (0_u16..200, 0_u16..60).prop_map(|(x, y)| Msg::Click(x, y)),
        1 => Just(Msg::Heard(story())),
        1 => (0_usize..1_200).prop_map(|count| Msg::Heard(vec![Play::new().signed("{}"); count])),
        1 => (0_u64..9).prop_map(|count| Msg::Counted(Counts::default(), count)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ten_thousand_steps_of_anything_break_nothing(msgs in proptest::collection::vec(msg(), 100)) {
        let mut model = model((80, 24), story());
        for msg in msgs {
            update(&mut model, msg);
            screen(&model);
            prop_assert_eq!(model.chosen_at().is_some(), !model.fitting.is_empty(), "the chosen event is in the list");
            prop_assert!(model.events.len() <= MOST);
        }
    }
}
