//! What the screen costs: how soon a key is drawn with 10,000 rows, and how soon the first frame is there after the start.
//!
//! `cargo bench --bench screen` takes update, view and the difference that is written to the terminal together, as a key does, and starts
//! the program itself on a pseudo-terminal beside a program that draws one line and nothing else.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may stop"
)]

#[path = "../tests/support/terminal.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod terminal;

use orch_doctor::catalog::Catalog;
use orch_doctor::event::Event;
use orch_doctor::tui::{Key, Look, Model, Msg, Opening, Size, update, view};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use terminal::{Pty, Start};
use tokio::time::Instant;

/// Rows of the large checklist.
const ROWS: usize = 10_000;

/// How often the keys are gone through.
const ROUNDS: usize = 40;

/// How often a program is started; the median counts.
const STARTS: usize = 15;

/// The size of the terminal.
const SIZE: Size = Size {
    width: 160,
    height: 50,
};

fn main() {
    if std::env::args().any(|argument| argument == "floor") {
        return floor();
    }
    keys();
    starts();
}

/// The recorded run.
fn recorded() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/recordings/certificate-expired.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The recorded run with a check asked of so many processes more, of which every fiftieth fails and every tenth is not asked.
fn large(rows: usize) -> Vec<Event> {
    let mut events = recorded();
    let judged = |event: &&Value| event["what"]["row"]["check"] == "process-name-safe";
    let sample = events.iter().find(judged).unwrap().clone();
    let mut more = Vec::new();
    for number in 0..rows {
        let subject = json!({
            "folder": format!("Finance/Department {}", number / 100), "process": format!("InvoiceBot{number}"), "version": "1.0.7",
        });
        let row = json!({ "check": "process-name-safe", "subject": subject });
        events[0]["what"]["rows"]
            .as_array_mut()
            .unwrap()
            .push(row.clone());
        let mut event = sample.clone();
        if number % 10 == 3 {
            event["what"] = json!({ "event": "blocked", "row": row, "by": "login-accepted" });
        } else {
            event["what"]["row"] = row;
            event["what"]["finding"]["measurement"]["subject"] = subject;
            if number % 50 == 0 {
                event["what"]["finding"]["verdict"] = "fail".into();
                event["what"]["finding"]["owner"] = "orchestrator".into();
                event["what"]["finding"]["remedies"] = json!(["Give it another name."]);
            }
        }
        more.push(event);
    }
    let last = events.pop().unwrap();
    events.extend(more);
    events.push(last);
    let read = |event: Value| serde_json::from_value(event).unwrap();
    events.into_iter().map(read).collect()
}

/// One thing a user does.
struct Doing {
    name: &'static str,
    keys: Vec<Key>,
}

fn doing(name: &'static str, keys: &[Key]) -> Doing {
    Doing {
        name,
        keys: keys.to_vec(),
    }
}

/// What is pressed, one after the other.
fn session() -> Vec<Doing> {
    let typed = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
    vec![
        doing("line down", &[Key::Char('j'); 20]),
        doing("line up", &[Key::Char('k'); 10]),
        doing("page down", &[Key::PageDown; 10]),
        doing("to the end, and back", &[Key::Char('G'), Key::Char('g')]),
        doing("next problem", &[Key::Char('n'); 10]),
        doing(
            "into the detail, down, out",
            &[Key::Enter, Key::Down, Key::Down, Key::Esc],
        ),
        Doing {
            name: "filter, typed",
            keys: [typed("/Bot77"), vec![Key::Enter, Key::Esc]].concat(),
        },
        Doing {
            name: "command, typed",
            keys: [typed(":fil"), vec![Key::Tab, Key::Esc]].concat(),
        },
        doing(
            "times, down, and back",
            &[Key::Char('T'), Key::PageDown, Key::Esc],
        ),
        doing("help, and back", &[Key::Char('?'), Key::Esc]),
    ]
}

/// Times of one thing, in microseconds.
fn told(name: &str, times: &mut [u128]) -> u128 {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)];
    let (half, most, worst) = (at(500), at(990), times[times.len() - 1]);
    let ms = |micros: u128| f64::from(u32::try_from(micros).unwrap()) / 1000.0;
    println!(
        "{name:<34} {:>8.2} {:>8.2} {:>8.2}",
        ms(half),
        ms(most),
        ms(worst)
    );
    most
}

/// Presses keys with many rows and with few.
fn keys() {
    for rows in [0, ROWS] {
        println!(
            "\n{:<34} {:>8} {:>8} {:>8}",
            format!("{rows} rows more: ms from key to bytes"),
            "median",
            "p99",
            "most"
        );
        let p99 = pressed(large(rows));
        assert!(p99 < 16_000, "a key is drawn within 16 ms: {p99} µs");
    }
}

/// Presses all keys on a run of these events; the 99th percentile of all of them.
fn pressed(events: Vec<Event>) -> u128 {
    let opening = Opening {
        catalog: Catalog::built_in().unwrap(),
        target: String::new(),
        replay: true,
        look: Look::default(),
        mouse: false,
    };
    let mut model = Model::new(&opening, SIZE);
    let began = Instant::now();
    update(&mut model, Msg::Events(events));
    println!(
        "{:<34} {:>8.2}",
        "all events taken in",
        began.elapsed().as_secs_f64() * 1000.0
    );
    let area = Rect::new(0, 0, SIZE.width, SIZE.height);
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    let mut terminal =
        Terminal::with_options(CrosstermBackend::new(std::io::sink()), options).unwrap();
    terminal.draw(|frame| view(&model, frame)).unwrap();
    let session = session();
    let mut times = vec![Vec::new(); session.len()];
    for _ in 0..ROUNDS {
        for (doing, times) in session.iter().zip(&mut times) {
            for key in &doing.keys {
                let began = Instant::now();
                update(&mut model, Msg::Key(*key));
                terminal.draw(|frame| view(&model, frame)).unwrap();
                times.push(began.elapsed().as_micros());
            }
        }
    }
    for (doing, times) in session.iter().zip(&mut times) {
        told(doing.name, times);
    }
    told("all keys", &mut times.concat())
}

/// A program that takes the screen, draws one line, and waits for a key.
fn floor() {
    let mut terminal = ratatui::init();
    terminal
        .draw(|frame| frame.render_widget("the first frame", frame.area()))
        .unwrap();
    let _ = ratatui::crossterm::event::read();
    ratatui::restore();
}

/// How long the first frame takes from the start of the program, in milliseconds; each of several starts.
fn first_frames(program: &str, arguments: &[&str], shows: &str) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let one = || {
        let mut pty = Pty::start(&Start {
            program,
            arguments,
            folder: folder.path(),
            variables: &[("HOME", folder.path().to_str().unwrap())],
            size: (SIZE.width, SIZE.height),
        });
        pty.until(shows);
        let took: Duration = pty.began.elapsed();
        pty.press("q");
        pty.ended();
        took.as_secs_f64() * 1000.0
    };
    let mut times: Vec<f64> = (0..STARTS).map(|_| one()).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Starts programs.
fn starts() {
    println!(
        "\n{:<34} {:>8} {:>8}",
        "ms from start to first frame", "median", "most"
    );
    let own = std::env::current_exe().unwrap();
    let program = env!("CARGO_BIN_EXE_orch-doctor");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recording = root.join("tests/recordings/certificate-expired.jsonl");
    let replay = ["replay", recording.to_str().unwrap()];
    let live = ["tui", "https://127.0.0.1:1"];
    let least = first_frames(own.to_str().unwrap(), &["floor"], "the first frame");
    let line = |name: &str, times: &[f64]| {
        println!(
            "{name:<34} {:>8.1} {:>8.1}",
            times[STARTS / 2],
            times[STARTS - 1]
        );
        times[STARTS / 2]
    };
    let least = line("floor (draws one line)", &least);
    for (name, arguments) in [
        ("orch-doctor tui", &live[..]),
        ("orch-doctor replay", &replay),
    ] {
        let took = line(name, &first_frames(program, arguments, "orch-doctor"));
        println!(
            "    of the floor {:.2}, of the 50 ms {:.2}",
            took / least,
            took / 50.0
        );
        assert!(took < 50.0, "the first frame is there within 50 ms: {took}");
    }
}
