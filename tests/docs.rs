//! What the documents show is what the program prints.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use orch_doctor::catalog::Catalog;
use orch_doctor::tui::{Look, Model, Msg, Opening, Size, Theme, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::path::{Path, PathBuf};

/// A file of the project.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The screen on a recording, as text.
fn screen(recording: &str, size: Size) -> String {
    let catalog = Catalog::built_in().unwrap();
    let opening = Opening {
        catalog,
        target: String::new(),
        offers: None,
        replay: false,
        look: Look {
            theme: Theme::Mono,
            words: orch_doctor::words::Lang::En.words(),
            ascii: false,
        },
        mouse: false,
    };
    let mut model = Model::new(&opening, size);
    let text = std::fs::read_to_string(file(recording)).unwrap();
    let events = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    update(&mut model, Msg::Events(events));
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| view(&model, frame)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let row = |y: u16| {
        (0..size.width)
            .map(|x| buffer[(x, y)].symbol().to_owned())
            .collect::<String>()
    };
    let rows: Vec<String> = (0..size.height)
        .map(|y| row(y).trim_end().to_owned() + "\n")
        .collect();
    rows.concat()
}

#[test]
fn the_readme_shows_the_real_screen() {
    let drawn = screen(
        "tests/recordings/certificate-expired.jsonl",
        Size {
            width: 80,
            height: 24,
        },
    );
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let (before, rest) = readme.split_once("```text\n").unwrap();
    let (shown, after) = rest.split_once("```\n").unwrap();
    if std::env::var_os("ORCH_DOCTOR_WRITE_DOCS").is_some() {
        std::fs::write(
            file("README.md"),
            format!("{before}```text\n{drawn}```\n{after}"),
        )
        .unwrap();
        return;
    }
    assert_eq!(
        shown, drawn,
        "run this test with ORCH_DOCTOR_WRITE_DOCS=1 to take the screen over"
    );
}

#[test]
fn the_readme_has_exactly_two_commands_to_try() {
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let section = readme
        .split("## Try it")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let commands: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    assert_eq!(
        commands,
        [
            "cargo run -- demo --fault certificate-expired",
            "cargo test"
        ]
    );
}

#[test]
fn the_folders_that_the_readme_maps_are_there() {
    let readme = std::fs::read_to_string(file("README.md")).unwrap();
    let map = readme.split("## Find your way").nth(1).unwrap();
    let rows = map.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').nth(1).unwrap());
    let mut found = 0;
    for name in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(file(name).exists(), "{name}");
        found += 1;
    }
    assert!(found > 10);
}
