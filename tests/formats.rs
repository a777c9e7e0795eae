//! The formats of a report, read by what reads them: parsers, schemas and the tools of their consumers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/checklist.rs"]
#[expect(dead_code, reason = "the tests of the checklist use the rest of it")]
mod checklist;
#[path = "support/rig.rs"]
#[expect(
    dead_code,
    clippy::print_stdout,
    reason = "the tests of networks use the rest of it"
)]
mod rig;

use checklist::{checked, options, stand};
use orch_doctor::allowlist::material::{Export, Material};
use orch_doctor::catalog::{Catalog, CheckId, Grade, Owner, Verdict};
use orch_doctor::demo::{Fault, Options};
use orch_doctor::event::{Event, Finding, What};
use orch_doctor::plan::RowId;
use orch_doctor::probe::{Evidence, Measurement, Probe, allowlist};
use orch_doctor::report::{
    Report, Screenless, Service, Style, checkmk, html, junit, linear, markdown, nagios, prometheus,
    text,
};
use orch_doctor::shown::is_visible;
use orch_doctor::tui::{Key, Look, Model, Msg, Opening, Size, Theme, update, view};
use pulldown_cmark::{Options as Dialect, Parser, Tag};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use unicode_width::UnicodeWidthStr as _;

/// Texts that a screen, a browser, a reader of Markdown or of XML would obey.
const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}31m",
    "</td></p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "![a](https://evil.example/a.png) [b](javascript:x) <https://evil.example>",
    "| a | `b | c` | ``d",
    "]]> &amp; <!-- \" ' \u{fffe} \u{ffff}",
    "line\r\n\n# heading\n\n---\n* list",
    "1. one\n    code `` ``` ~~~",
    "text | 'time'=0;0;0 \\n \\ \"quoted\" {x=\"y\"}",
    "\u{202e}txt.exe\u{2066}\u{200b}",
];

fn catalog() -> Catalog {
    Catalog::built_in().unwrap()
}

/// What a run on the stand-in says.
async fn told(faults: &[Fault]) -> Vec<Event> {
    let options = Options {
        faults: faults.to_vec(),
        ..options()
    };
    let stand = stand(options).await;
    let done = checked(&stand, |settings| {
        settings.network.connect_timeout_ms = 1_500;
        settings.network.request_timeout_ms = 3_000;
    });
    done.await.events
}

/// The report of what was said.
fn report(events: &[Event]) -> Report {
    let (catalog, mut report) = (catalog(), Report::default());
    for event in events {
        report.apply(event, &catalog);
    }
    report
}

/// A finding of the allowlist's check, with a map of two devices.
fn with_map(mut events: Vec<Event>) -> Vec<Event> {
    let device = |name: &str, rule: &str| {
        Export {
        name: name.to_owned(),
        bytes: format!("*filter\n:FORWARD DROP [0:0]\n-A FORWARD {rule} -p tcp --dport 8443 -j ACCEPT\nCOMMIT\n").into_bytes(),
        kind: None,
        hook: None,
        interface: None,
    }
    };
    let own = "[[set]]\nname = \"eu-2026\"\nregion = \"lab\"\ncidrs = [\"198.51.100.4/30\", \"203.0.113.8/29\"]\n";
    let own = [("ranges.toml".to_owned(), own.to_owned())];
    let devices = vec![
        device("fw/edge.rules", "-s 198.51.100.4/31"),
        device("fw/inner.rules", "-m geoip --src-cc IE -s 203.0.113.8/29"),
    ];
    let material = Material::new(&own, &[], devices).unwrap();
    let found = material.judge(jiff::civil::date(2026, 11, 24), &[], None, 8443);
    let measurement = Measurement {
        probe: Probe::Allowlist,
        subject: None,
    };
    let seen = allowlist::Seen {
        found: Some(found.evidence),
    };
    let finding = Finding {
        symptom: "missing".into(),
        verdict: Verdict::Fail,
        grade: Grade::Derived,
        says: "fw/edge.rules denies 203.0.113.8/29.".into(),
        owner: Some(Owner::Network),
        remedies: vec!["Run `orch-doctor allowlist request`.".into()],
        measurement: Some(measurement.clone()),
        began_ms: 1,
        took_ms: 2,
    };
    let row = RowId {
        check: CheckId::new("allowlist-complete"),
        subject: None,
    };
    let end = events.pop().unwrap();
    let whats = [
        What::Measured {
            measurement,
            evidence: Box::new(Evidence::Allowlist(seen)),
            took_ms: 2,
        },
        What::Judged {
            row,
            finding: Box::new(finding),
        },
    ];
    let after_ms = end.after_ms;
    events.extend(whats.map(|what| Event { after_ms, what }));
    events.push(end);
    events
}

/// Reports of different kinds: healthy, a certificate, the network, the account, the allowlist.
async fn reports() -> Vec<Vec<Event>> {
    let mut all = Vec::new();
    for faults in [
        &[][..],
        &[Fault::CertificatePrivateRoot],
        &[Fault::PortRefused],
        &[Fault::LoginRejected],
    ] {
        all.push(told(faults).await);
    }
    all.push(with_map(told(&[Fault::CertificateExpired]).await));
    all
}

/// The report in every format for people and programs that is made of its texts.
fn written(report: &Report) -> Vec<(&'static str, String)> {
    let catalog = catalog();
    let made = |write: &dyn Fn(&mut String)| {
        let mut out = String::new();
        write(&mut out);
        out
    };
    vec![
        ("linear", linear(report, &catalog, Screenless::Letters)),
        (
            "text",
            made(&|out| text(report, Style::default(), out).unwrap()),
        ),
        (
            "markdown",
            made(&|out| markdown(report, &catalog, out).unwrap()),
        ),
        ("html", made(&|out| html(report, &catalog, out).unwrap())),
        ("junit", made(&|out| junit(report, &catalog, out).unwrap())),
        (
            "nagios",
            made(&|out| nagios(report, &catalog, out).unwrap()),
        ),
        ("prometheus", made(&|out| prometheus(report, out).unwrap())),
        (
            "checkmk",
            made(&|out| checkmk(report, &catalog, out).unwrap()),
        ),
    ]
}

/// One format of a report.
fn as_format(report: &Report, format: &str) -> String {
    let all = written(report);
    all.into_iter().find(|(name, _)| *name == format).unwrap().1
}

/// The same signs for the same words in every format, and one space between words.
fn same(text: &str) -> String {
    let text = text
        .replace(" → ", ", then ")
        .replace(" › ", ", ")
        .replace(" · ", ", ")
        .replace(" – ", ", ");
    let text = orch_doctor::shown::ascii(&text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.to_lowercase()
}

/// What the screen and the text put around what they say.
const FURNITURE: &[&str] = &[
    "what was seen",
    "who can fix it",
    "what to do",
    "why it matters",
    "how sure",
    "evidence",
    "document",
    "chain",
    "path",
    "map",
    "decided by",
    "not asked",
    "left out",
    "signed by",
    "fail",
    "pass",
    "warn",
    "skipped",
    "unknown",
    "not asked",
];

/// The pieces of drawn lines that say something.
fn pieces(lines: &str) -> Vec<String> {
    let drawn = |sign: char| sign.is_whitespace() || "├└│┆√×?!∅–‼·→".contains(sign);
    let pieces = lines.lines().flat_map(|line| line.split("  "));
    let pieces = pieces.map(|piece| {
        let piece = piece.trim_matches(drawn);
        // The number of a step, and the name before a line that is named otherwise there.
        let number = piece
            .find(". ")
            .filter(|at| *at < 3 && piece[..*at].bytes().all(|byte| byte.is_ascii_digit()));
        let piece = number.map_or(piece, |at| &piece[at + 2..]);
        let piece = piece.strip_prefix("Seen as: ").unwrap_or(piece);
        same(piece)
    });
    // A bar on the time line, which stands beside its dates in figures.
    let bar = |piece: &str| piece.bytes().all(|sign| sign == b'?');
    pieces
        .filter(|piece| piece.len() > 1 && !bar(piece) && !FURNITURE.contains(&piece.as_str()))
        .collect()
}

/// The detail of every row as the screen draws it, wide enough for every line.
fn details(events: &[Event]) -> Vec<String> {
    let size = Size {
        width: 900,
        height: 420,
    };
    let opening = Opening {
        catalog: catalog(),
        target: String::new(),
        offers: None,
        replay: true,
        look: Look {
            theme: Theme::Mono,
            ..Look::default()
        },
        mouse: false,
    };
    let mut model = Model::new(&opening, size);
    update(&mut model, Msg::Events(events.to_vec()));
    update(&mut model, Msg::Key(Key::Char('g')));
    let mut all: Vec<String> = Vec::new();
    loop {
        // The backend keeps what stood behind a wide character in the drawing before: each gets a fresh one.
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        terminal.draw(|frame| view(&model, frame)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let from = (0..size.width)
            .rev()
            .find(|x| ["│", "┃"].contains(&buffer[(*x, size.height - 2)].symbol()));
        let first = (0..size.height)
            .find(|y| buffer[(0, *y)].symbol() == "─")
            .unwrap()
            + 1;
        let line = |y: u16| {
            let cells = (from.unwrap() + 1)..size.width;
            // A wide character has the cell behind it as well.
            let mut behind = 0;
            let mut text = String::new();
            for x in cells {
                if x >= behind {
                    let symbol = buffer[(x, y)].symbol();
                    behind = x + u16::try_from(symbol.width()).unwrap().max(1);
                    text.push_str(symbol);
                }
            }
            text.trim_end().to_owned() + "\n"
        };
        let detail: String = (first..size.height - 1).map(line).collect();
        if all.last() == Some(&detail) {
            return all;
        }
        all.push(detail);
        update(&mut model, Msg::Key(Key::Char('j')));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_say_all_that_the_screen_and_the_text_say() {
    for events in reports().await {
        let report = report(&events);
        let said = same(&as_format(&report, "linear"));
        let mut details = details(&events);
        // A folded group only lists checks, each of which is told on its own below.
        let folded = |line: &str| ["asked", "left out"].iter().any(|end| line.ends_with(end));
        details.retain(|detail| !folded(detail.lines().next().unwrap_or_default()));
        assert!(details.len() > 5, "{} details", details.len());
        let mut asked = 0;
        for piece in details.iter().flat_map(|detail| pieces(detail)) {
            let folded = piece.contains("was not asked")
                || piece.contains("were not asked")
                || piece.contains("were left out")
                || piece.starts_with("left out:")
                || piece.contains("once it ");
            // The screen cuts a line that is too long, and says so.
            let whole = piece.trim_end_matches('.');
            // The heads of a map's columns are cut words, one beside the other.
            let mut heads = piece.split(' ').map(|word| word.trim_end_matches('.'));
            let shortened = piece.contains("... ") && heads.all(|head| said.contains(head));
            let bulk = piece.starts_with('(') && piece.ends_with(" characters)");
            assert!(
                folded || shortened || bulk || said.contains(whole),
                "only the screen says {piece:?}: {:?}",
                details
                    .iter()
                    .flat_map(|detail| detail.lines())
                    .find(|line| same(line).contains(&piece))
            );
            asked += 1;
        }
        assert!(asked > 60, "{asked} pieces");
        let text = as_format(&report, "text");
        for row in &report.rows {
            assert!(said.contains(&same(&row.question)), "{}", row.question);
            if let Some(finding) = row.finding() {
                assert!(said.contains(&same(&finding.says)), "{}", finding.says);
                for remedy in &finding.remedies {
                    assert!(said.contains(&same(remedy)), "{remedy}");
                }
            }
        }
        for line in text
            .lines()
            .filter(|line| line.starts_with("    ") && !line.ends_with(':'))
        {
            for piece in pieces(line) {
                let piece = piece
                    .split_once(": ")
                    .map_or(piece.as_str(), |(_, rest)| rest);
                assert!(said.contains(piece), "only the text says {piece:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_have_no_signs_and_no_escapes() {
    let report = report(&with_map(told(&[Fault::CertificatePrivateRoot]).await));
    let said = as_format(&report, "linear");
    for sign in said.chars().filter(|sign| *sign != '\n') {
        assert!(
            sign.is_alphabetic() || sign.is_ascii_graphic() || sign == ' ',
            "{sign:?}"
        );
    }
    for (number, row) in report.rows.iter().enumerate() {
        let title = format!(
            "Check {} of {}: {}",
            number + 1,
            report.rows.len(),
            row.id.check
        );
        assert!(said.contains(&title), "{title}");
    }
    assert!(linear(&report, &catalog(), Screenless::Ascii).is_ascii());
    let first = said.find("Problem 1 of").unwrap();
    assert!(
        first < said.find("Check 1 of").unwrap(),
        "what is wrong comes first"
    );
}

/// A report in which everything that comes from outside is hostile.
fn hostile(events: &[Event], text: &str) -> Report {
    let mut events = events.to_vec();
    for event in &mut events {
        match &mut event.what {
            What::Began(began) => {
                began.host = text.into();
                began.cloud_store = text.into();
                began.version = text.into();
                began.settings.tenant = text.into();
                began.settings.target.typed = text.into();
                began.settings.network.proxy = Some(text.into());
                for subject in began.rows.iter_mut().filter_map(|row| row.subject.as_mut()) {
                    subject.folder = text.into();
                }
            }
            What::Judged { row, finding } => {
                finding.says = text.into();
                finding.symptom = text.into();
                finding.remedies = vec![text.into(), format!("Run `{text}` now.")];
                if let Some(subject) = &mut row.subject {
                    subject.folder = text.into();
                }
            }
            What::Skipped { reason, row } => {
                *reason = text.into();
                if let Some(subject) = &mut row.subject {
                    subject.folder = text.into();
                }
            }
            What::Blocked { row, .. } => {
                if let Some(subject) = &mut row.subject {
                    subject.folder = text.into();
                }
            }
            What::Started { .. }
            | What::Measured { .. }
            | What::Broke { .. }
            | What::Cancelled
            | What::Finished => {}
        }
    }
    report(&events)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_is_obeyed_in_any_format() {
    let events = with_map(told(&[Fault::CertificatePrivateRoot]).await);
    for bad in HOSTILE {
        let report = hostile(&events, bad);
        for (format, said) in written(&report) {
            let hidden = said
                .chars()
                .find(|sign| *sign != '\n' && !is_visible(*sign));
            assert_eq!(hidden, None, "{format}: {bad:?}");
        }
        only_own_elements(&as_format(&report, "html"));
        only_own_markup(&as_format(&report, "markdown"));
        roxmltree::Document::parse(&as_format(&report, "junit")).unwrap();
        checkmk_lines(&as_format(&report, "checkmk"));
        let first = as_format(&report, "nagios");
        let first = first.lines().next().unwrap();
        assert_eq!(first.matches('|').count(), 1, "{first}");
    }
}

/// Fails where HTML has an element or attribute that the report does not write.
fn only_own_elements(page: &str) {
    let xml = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let tree = roxmltree::Document::parse(xml).unwrap_or_else(|fault| panic!("{fault}"));
    let own = [
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "dl", "dt",
        "dd", "section", "article", "p", "b", "i", "ol", "li", "table", "thead", "tbody", "tr",
        "th", "td", "details", "summary", "span", "code", "pre", "a", "br",
    ];
    for node in tree.descendants().filter(roxmltree::Node::is_element) {
        assert!(own.contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            let value = attribute.value();
            match attribute.name() {
                "href" => assert!(
                    value.starts_with("#check-") || value.starts_with("https://docs.uipath.com/"),
                    "{value}"
                ),
                name => assert!(!name.starts_with("on") && name != "src", "{name}"),
            }
        }
    }
}

/// Fails where Markdown has a picture, a foreign link or HTML.
fn only_own_markup(source: &str) {
    for event in Parser::new_ext(source, Dialect::ENABLE_TABLES) {
        match event {
            pulldown_cmark::Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(
                    dest_url.starts_with("https://docs.uipath.com/"),
                    "{dest_url}"
                );
            }
            pulldown_cmark::Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
            | pulldown_cmark::Event::Html(_)
            | pulldown_cmark::Event::InlineHtml(_)
            | pulldown_cmark::Event::Rule => panic!("{event:?}"),
            _ => {}
        }
    }
}

/// The text that a reader of Markdown sees, and the widths of its tables' rows.
fn read_markdown(source: &str) -> (String, Vec<usize>) {
    let (mut seen, mut cells, mut rows) = (String::new(), 0, Vec::new());
    for event in Parser::new_ext(source, Dialect::ENABLE_TABLES) {
        match event {
            pulldown_cmark::Event::Text(text) | pulldown_cmark::Event::Code(text) => {
                seen.push_str(&text);
            }
            pulldown_cmark::Event::Start(Tag::TableCell) => cells += 1,
            pulldown_cmark::Event::Start(_) | pulldown_cmark::Event::SoftBreak => seen.push(' '),
            pulldown_cmark::Event::End(pulldown_cmark::TagEnd::TableRow) => {
                rows.push(std::mem::take(&mut cells));
            }
            pulldown_cmark::Event::End(pulldown_cmark::TagEnd::TableHead) => cells = 0,
            _ => {}
        }
    }
    (seen, rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn markdown_and_html_say_every_sentence_and_remedy() {
    for events in reports().await {
        let report = report(&events);
        let (seen, rows) = read_markdown(&as_format(&report, "markdown"));
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(rows.iter().filter(|cells| **cells == 5).count() >= report.rows.len());
        let page = as_format(&report, "html");
        only_own_elements(&page);
        let tree = roxmltree::Document::parse(page.split_once('\n').unwrap().1).unwrap();
        let body: String = tree
            .descendants()
            .filter_map(|node| node.text().filter(|_| node.is_text()))
            .collect();
        let body = body.split_whitespace().collect::<Vec<_>>().join(" ");
        for finding in report.rows.iter().filter_map(|row| row.finding()) {
            let plain = |text: &str| {
                text.replace('`', "")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            assert!(
                seen.contains(&plain(&finding.says)),
                "Markdown lacks {}",
                finding.says
            );
            assert!(
                body.contains(&plain(&finding.says)),
                "HTML lacks {}",
                finding.says
            );
            let told = matches!(
                finding.verdict,
                Verdict::Fail | Verdict::Warn | Verdict::Unknown
            );
            for remedy in finding.remedies.iter().filter(|_| told) {
                assert!(seen.contains(&plain(remedy)), "Markdown lacks {remedy}");
                assert!(body.contains(&plain(remedy)), "HTML lacks {remedy}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drawings_are_in_every_format_for_people() {
    let report = report(&with_map(told(&[Fault::CertificatePrivateRoot]).await));
    for format in ["linear", "markdown", "html"] {
        let said = as_format(&report, format);
        for word in [
            "Stand-in Issuing CA",
            "until 20",
            "a root of its own",
            "fw/edge.rules",
            "198.51.100.4/30",
            "PARTLY",
        ] {
            assert!(said.contains(word), "{format} lacks {word}");
        }
    }
    let refused = self::report(&told(&[Fault::PortRefused]).await);
    for format in ["linear", "markdown", "html"] {
        assert!(
            as_format(&refused, format).contains("this machine"),
            "{format} lacks the path"
        );
    }
}

/// Runs a consumer's tool on a text; fails where it complains. With the tool missing it says so.
fn consumed(program: &str, arguments: &[&str], text: &str) {
    if !rig::installed(&format!("{program} reads the report"), &[program]) {
        return;
    }
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let said = [stdout, stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(status.success(), "{program}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consumers_tools_accept_their_formats() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/junit.xsd");
    let events = with_map(told(&[Fault::CertificatePrivateRoot]).await);
    let mut reports = vec![report(&events)];
    reports.extend(HOSTILE.map(|bad| hostile(&events, bad)));
    for report in reports {
        consumed(
            "promtool",
            &["check", "metrics"],
            &as_format(&report, "prometheus"),
        );
        consumed(
            "xmllint",
            &["--noout", "--schema", schema, "-"],
            &as_format(&report, "junit"),
        );
        consumed("tidy", &["-quiet", "-errors"], &as_format(&report, "html"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn junit_counts_what_it_lists() {
    let report = report(&told(&[Fault::LoginRejected]).await);
    let xml = as_format(&report, "junit");
    let tree = roxmltree::Document::parse(&xml).unwrap();
    let count = |name: &str| {
        tree.descendants()
            .filter(|node| node.has_tag_name(name))
            .count()
    };
    let suite = tree
        .descendants()
        .find(|node| node.has_tag_name("testsuite"))
        .unwrap();
    assert_eq!(count("testcase"), report.rows.len());
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ] {
        assert_eq!(
            suite.attribute(attribute).unwrap(),
            count(element).to_string(),
            "{attribute}"
        );
    }
    assert_eq!(count("failure"), report.counts().fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_those_of_the_contract() {
    let report = report(&told(&[Fault::CertificateExpired]).await);
    let metrics = as_format(&report, "prometheus");
    for line in [
        "probe_success 0",
        "orch_doctor_check_status{check=\"url-complete\"} 0",
        "orch_doctor_check_status{check=\"certificate-in-date\"} 2",
        "orch_doctor_check_status{check=\"login-accepted\"} 4",
        "orch_doctor_check_symptom{check=\"certificate-in-date\",symptom=\"expired\"} 1",
        "orch_doctor_root{check=\"certificate-in-date\",symptom=\"expired\"} 1",
    ] {
        assert!(
            metrics.lines().any(|other| other == line),
            "{line}\n{metrics}"
        );
    }
    let end = metrics
        .lines()
        .find_map(|line| line.strip_prefix("orch_doctor_certificate_not_after_timestamp_seconds "));
    let end: i64 = end.unwrap().parse().unwrap();
    let began = report.began.as_ref().unwrap().at.as_second();
    assert!(
        (4 * 86_400..6 * 86_400).contains(&(began - end)),
        "it ended five days ago"
    );
    let series: Vec<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let once: std::collections::BTreeSet<&&str> = series.iter().collect();
    assert_eq!(once.len(), series.len(), "no series twice");
}

/// Fails where a line is not state, quoted name, metrics and text with one space between.
fn checkmk_lines(said: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in said.lines() {
        let (state, rest) = line.split_once(' ').unwrap();
        assert!(["0", "1", "2", "3"].contains(&state), "{line}");
        let (name, rest) = rest.strip_prefix('"').unwrap().split_once("\" ").unwrap();
        let (metric, text) = rest.split_once(' ').unwrap();
        assert!(metric == "-" || metric.starts_with("time="), "{line}");
        assert!(!text.starts_with(' ') && !text.is_empty(), "{line}");
        names.push(name.to_owned());
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn checkmk_gets_a_service_for_each_row() {
    let report = report(&told(&[Fault::CertificateExpired]).await);
    let said = as_format(&report, "checkmk");
    let names = checkmk_lines(&said);
    assert_eq!(names.len(), report.rows.len() + 1);
    let once: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(once.len(), names.len(), "each name once");
    assert!(said.starts_with("2 \"orch-doctor "), "{said}");
}

/// Runs the program.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_plugin_ends_with_its_own_states() {
    for (arguments, code, word) in [
        (
            &[
                "demo",
                "--fault",
                "certificate-expired",
                "--format",
                "nagios",
            ][..],
            2,
            "ORCH_DOCTOR CRITICAL - certificate-in-date: ",
        ),
        (
            &["check", "--format", "nagios", "--no-such-option"],
            3,
            "ORCH_DOCTOR UNKNOWN - ",
        ),
        (
            &["check", "--format=nagios", "--profile", "no-such-file.toml"],
            3,
            "ORCH_DOCTOR UNKNOWN - ",
        ),
        (
            &["demo", "--format", "nagios", "--skip", "login-accepted"],
            0,
            "ORCH_DOCTOR OK - ",
        ),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.starts_with(word), "{said}");
    }
    assert_eq!(
        run(&["check", "--no-such-option"]).status.code(),
        Some(2),
        "only where it is asked for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_state_tells_warnings_apart() {
    let mut report = report(&told(&[]).await);
    assert_eq!(Service::of(&report), Service::Ok);
    report.cancelled = true;
    assert_eq!(Service::of(&report), Service::Unknown);
}

#[test]
fn lines_need_no_terminal_and_no_format_is_a_list() {
    let output = run(&["demo", "--linear", "--fault", "certificate-expired"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("Problem 1 of 1: check 13, certificate-in-date"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'));
    let refused = run(&["plan", "https://localhost:1", "--format", "html"]);
    assert_eq!(refused.status.code(), Some(2));
}
