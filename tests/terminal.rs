//! The program on a real pseudo-terminal: what a user does and sees, and that the terminal is given back however it ends.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

#[path = "support/needs.rs"]
mod needs;
#[path = "support/terminal.rs"]
mod terminal;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use orch_doctor::tui::listen::{Opening, Secret};
use orch_doctor::tui::{Look, show_events};
use orch_doctor::webhook::receiver::Counts;
use std::fmt::Write as _;
use std::path::Path;
use terminal::{Pty, Start};
use vt100::Color;

const PROGRAM: &str = env!("CARGO_BIN_EXE_orch-doctor");

/// The variable that makes the test of that name put a screen up and panic.
const PANICS: &str = "ORCH_DOCTOR_TEST_PANICS";

/// Whether a test can run; where not it says so, and fails where `ORCH_DOCTOR_REQUIRE` is set.
fn available(test: &str) -> bool {
    needs::program(test, "setsid", "--version")
}

fn recording() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/recordings/certificate-expired.jsonl");
    path.to_str().unwrap().to_owned()
}

/// A recorded run on the screen.
fn replayed(variables: &[(&str, &str)], size: (u16, u16)) -> Pty {
    let mut pty = Pty::start(&Start {
        program: PROGRAM,
        arguments: &["replay", &recording()],
        folder: &std::env::temp_dir(),
        variables,
        size,
    });
    pty.until("certificate-in-date");
    pty
}

/// The texts that were put on the clipboard.
fn copied(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let pieces = text.split("\u{1b}]52;c;").skip(1);
    let decoded = pieces.map(|piece| {
        let (code, _) = piece.split_once('\u{7}').unwrap();
        String::from_utf8(STANDARD.decode(code).unwrap()).unwrap()
    });
    decoded.collect()
}

/// Saves the report as text, and reads it.
fn saved(pty: &mut Pty, folder: &Path) -> String {
    pty.press("s");
    pty.until("save the report as");
    pty.press("t");
    pty.until("saved as orch-doctor-");
    let saved: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    assert_eq!(saved.len(), 1);
    std::fs::read_to_string(&saved[0]).unwrap()
}

#[test]
fn a_session_goes_from_the_run_to_a_saved_report_and_gives_the_terminal_back() {
    if !available("a_session_goes_from_the_run_to_a_saved_report_and_gives_the_terminal_back") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let mut pty = Pty::start(&Start {
        program: PROGRAM,
        arguments: &["demo", "--fault", "certificate-expired"],
        folder: folder.path(),
        variables: &[
            ("HOME", home.to_str().unwrap()),
            ("XDG_STATE_HOME", home.to_str().unwrap()),
        ],
        size: (100, 30),
    });
    pty.until("1 PROBLEM");
    pty.until("? help");
    assert!(pty.seen.screen().alternate_screen() && pty.seen.screen().hide_cursor());
    // Filter, and out of it.
    pty.press("/verdict:fail");
    pty.until("/ verdict:fail");
    pty.press("\r");
    pty.until("filter: verdict:fail");
    assert!(!pty.text().contains("port-open"));
    pty.press("\u{1b}");
    pty.until("port-open");
    // The detail of what failed, down to its end.
    pty.press("gn\r");
    pty.until("WHAT WAS SEEN");
    pty.press("G");
    pty.until("DOCUMENT");
    pty.press("h");
    // The finding on the clipboard, and nothing else that a terminal would obey.
    pty.press("y");
    pty.until("copied");
    let copies = copied(&pty.raw);
    assert_eq!(copies.len(), 1);
    assert!(
        copies[0].starts_with("certificate-in-date: fail (expired)"),
        "{}",
        copies[0]
    );
    // The report as a file.
    let report = saved(&mut pty, folder.path());
    assert!(report.contains("certificate-in-date"), "{report}");
    // Smaller and larger, at any moment.
    for size in [(40, 10), (160, 50), (20, 5), (80, 24)] {
        pty.resize(size);
    }
    pty.until_that("the last size", |pty| {
        let mut rows = pty.seen.screen().rows(0, 80);
        rows.nth(23).is_some_and(|last| last.contains("saved as"))
    });
    pty.press("k");
    pty.until("q quit");
    pty.press("q");
    let status = pty.ended();
    assert_eq!(status.code(), Some(1));
    pty.is_given_back();
    assert!(pty.is_untouched(), "{}", pty.text());
}

#[test]
fn every_signal_that_ends_the_program_gives_the_terminal_back() {
    if !available("every_signal_that_ends_the_program_gives_the_terminal_back") {
        return;
    }
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut pty = replayed(&[], (80, 24));
        assert!(pty.seen.screen().alternate_screen());
        pty.signal(signal);
        pty.ended();
        pty.is_given_back();
        assert!(pty.is_untouched(), "{signal}: {}", pty.text());
    }
}

#[test]
fn the_key_that_interrupts_gives_the_terminal_back() {
    if !available("the_key_that_interrupts_gives_the_terminal_back") {
        return;
    }
    let mut pty = replayed(&[], (80, 24));
    pty.press("\u{3}");
    pty.ended();
    pty.is_given_back();
    assert!(pty.is_untouched());
}

/// Not a test: a screen of the product in which whoever is asked for the counts panics, on the thread that draws.
#[test]
fn panics_on_the_screen() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let opening = Opening {
        address: "http://127.0.0.1:1".into(),
        secret: Secret::Absent,
        look: Look::default(),
    };
    let (_sender, events) = tokio::sync::mpsc::channel(1);
    let asked = std::cell::Cell::new(0);
    let counted = |_| {
        asked.set(asked.get() + 1);
        assert!(asked.get() < 3, "the screen broke");
        (Counts::default(), 0)
    };
    runtime
        .block_on(show_events(opening, events, counted))
        .unwrap();
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_read_there() {
    if !available("a_panic_gives_the_terminal_back_and_is_read_there") {
        return;
    }
    let own = std::env::current_exe().unwrap();
    let mut pty = Pty::start(&Start {
        program: own.to_str().unwrap(),
        arguments: &["--exact", "panics_on_the_screen", "--nocapture"],
        folder: &std::env::temp_dir(),
        variables: &[(PANICS, "1"), ("RUST_BACKTRACE", "0")],
        size: (100, 40),
    });
    pty.until_that("the screen", |pty| pty.seen.screen().alternate_screen());
    pty.until("No event has come in yet.");
    let status = pty.ended();
    assert_eq!(status.code(), Some(101));
    pty.is_given_back();
    let seen = pty.text();
    assert!(seen.contains("the screen broke"), "{seen}");
    assert!(!seen.contains("No event has come in yet."), "{seen}");
}

/// The colours of all cells, and how many cells are reversed.
fn colours(pty: &Pty) -> (Vec<Color>, usize) {
    let screen = pty.seen.screen();
    let (rows, columns) = screen.size();
    let mut found = Vec::new();
    let mut reversed = 0;
    for row in 0..rows.get() {
        for column in 0..columns.get() {
            let Some(cell) = screen.cell(row, column) else {
                continue;
            };
            reversed += usize::from(cell.inverse());
            for colour in [cell.fgcolor(), cell.bgcolor()] {
                if !found.contains(&colour) {
                    found.push(colour);
                }
            }
        }
    }
    (found, reversed)
}

#[test]
fn without_colour_the_chosen_line_is_still_seen() {
    if !available("without_colour_the_chosen_line_is_still_seen") {
        return;
    }
    let mut pty = replayed(&[("NO_COLOR", "1")], (80, 24));
    // A line of the list, besides the badge that says what this is.
    pty.until_that("the chosen line", |pty| colours(pty).1 >= 40);
    assert_eq!(colours(&pty).0, [Color::Default]);
}

#[test]
fn no_colour_is_used_that_a_terminal_of_sixteen_lacks() {
    if !available("no_colour_is_used_that_a_terminal_of_sixteen_lacks") {
        return;
    }
    let mut pty = replayed(&[("TERM", "xterm")], (80, 24));
    let chosen = Color::Idx(8);
    pty.until_that("the chosen line", |pty| colours(pty).0.contains(&chosen));
    let mut strange = String::new();
    for colour in colours(&pty).0 {
        match colour {
            Color::Default | Color::Idx(0..16) => {}
            Color::Idx(_) | Color::Rgb(..) => writeln!(strange, "{colour:?}").unwrap(),
        }
    }
    assert_eq!(strange, "");
}

/// `webhook listen` on a terminal, with more arguments and variables.
fn listener(folder: &Path, more: &[&str], variables: &[(&str, &str)]) -> Pty {
    let own = [
        "webhook",
        "listen",
        "--listen",
        "127.0.0.1:0",
        "--secret",
        "env:SECRET",
    ];
    Pty::start(&Start {
        program: PROGRAM,
        arguments: &[&own, more].concat(),
        folder,
        variables: &[&[("SECRET", "correct horse")], variables].concat(),
        size: (80, 24),
    })
}

/// Where it listens, as it says.
fn url(pty: &Pty) -> String {
    let text = String::from_utf8_lossy(&pty.raw).into_owned();
    let (_, after) = text.split_once("http://").unwrap();
    let address = after.split_whitespace().next().unwrap();
    format!("http://{address}")
}

/// What the stand-in says of the events that it sends there.
fn sent(url: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(PROGRAM)
        .args(["demo", "--send-events", url])
        .args(arguments)
        .env("SECRET", "correct horse")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Events on a terminal that shows lines alone.
fn told_line_by_line(more: &[&str], variables: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut pty = listener(folder.path(), more, variables);
    pty.until("listening on http://");
    let url = url(&pty);
    sent(&url, &["--secret", "env:SECRET"]);
    pty.until("valid      job.completed");
    sent(&url, &[]);
    pty.until("missing    job.completed");
    pty.press("\u{3}");
    assert_eq!(pty.ended().code(), Some(0));
    let text = String::from_utf8_lossy(&pty.raw).into_owned();
    assert!(text.contains("The event carries no signature"), "{text}");
    assert!(text.contains("4 accepted, 4 refused"), "{text}");
    let mut moves = text.chars().filter(|letter| letter.is_control());
    let moves = moves.find(|letter| !matches!(letter, '\r' | '\n'));
    assert_eq!(moves, None, "{text:?}");
}

#[test]
fn on_a_terminal_without_a_cursor_events_are_told_line_by_line() {
    if !available("on_a_terminal_without_a_cursor_events_are_told_line_by_line") {
        return;
    }
    told_line_by_line(&[], &[("TERM", "dumb")]);
    told_line_by_line(&["--linear"], &[]);
}

#[test]
fn the_screen_of_events_speaks_japanese() {
    if !available("the_screen_of_events_speaks_japanese") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut pty = listener(folder.path(), &["--lang", "ja"], &[]);
    pty.until("イベントはまだ届いていません");
    sent(&url(&pty), &[]);
    pty.until("拒否した理由");
    pty.press("q");
    assert_eq!(pty.ended().code(), Some(0));
    pty.is_given_back();
    let seen = pty.text();
    assert!(seen.contains("拒否 4 件"), "{seen}");
}

#[test]
fn events_are_shown_live_and_their_listener_ends_with_a_key() {
    if !available("events_are_shown_live_and_their_listener_ends_with_a_key") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut pty = listener(folder.path(), &[], &[]);
    pty.until("No event has come in yet.");
    let url = url(&pty);
    let signed = sent(&url, &["--secret", "env:SECRET"]);
    assert_eq!(signed.matches("202").count(), 4, "{signed}");
    let tampered = sent(
        &url,
        &["--secret", "env:SECRET", "--fault", "events-tampered"],
    );
    assert_eq!(tampered.matches("401").count(), 4, "{tampered}");
    let unsigned = sent(&url, &[]);
    assert_eq!(unsigned.matches("401").count(), 4, "{unsigned}");
    pty.until("12 events  √ 4 valid  × 4 invalid  ∅ 4 missing");
    pty.press("g\u{1b}[B\u{1b}[B");
    pty.until("THE JOB'S LIFE");
    for step in ["created", "started", "completed"] {
        pty.until(step);
    }
    pty.press("q");
    assert_eq!(pty.ended().code(), Some(0));
    pty.is_given_back();
    let seen = pty.text();
    assert!(seen.contains("4 accepted, 8 refused"), "{seen}");
}
