//! Events and attempts in words.

use crate::webhook::life::clock;
use crate::webhook::line::Line;
use crate::webhook::sender::{Judgement, Trial};
use std::fmt::Write as _;

/// One event on a line, and why its signature is refused on the lines below.
pub(super) fn line(line: &Line) -> String {
    let at = line
        .at
        .map_or_else(String::new, |at| format!("{}  ", clock(at)));
    let kind = line.kind.as_deref().unwrap_or("no event");
    let mut text = format!("{at}{:<9}  {kind}", line.signature.key());
    if line.repeated {
        text.push_str("  (seen before)");
    }
    match (&line.life, &line.event.subject) {
        (Some(life), _) => text = format!("{text}  {life}"),
        (None, Some(subject)) => {
            let name = subject
                .name
                .as_deref()
                .or(subject.key.as_deref())
                .unwrap_or_default();
            let _ = write!(
                text,
                "  {name}  {}",
                subject.status.as_deref().unwrap_or_default()
            );
        }
        (None, None) => {}
    }
    let mut text = text.trim_end().to_owned();
    for more in line.says.iter().chain(&line.remedy) {
        let _ = write!(text, "\n    {more}");
    }
    if let Some(until) = line.held_back_until {
        let _ = write!(
            text,
            "\n    If Orchestrator sent it, it may hold this webhook back until {} (one hour after a failed delivery).",
            clock(until)
        );
    }
    text
}

/// What was tried, and what it comes to.
pub(super) fn trial(trial: &Trial) -> String {
    let mut text = String::new();
    for attempt in &trial.attempts {
        let word = match attempt.judgement {
            Judgement::Right => "right",
            Judgement::Warning => "warning",
            Judgement::Wrong => "WRONG",
        };
        let _ = writeln!(text, "{word:<8} {:<14} {}", attempt.kind, attempt.says);
    }
    if let Some(cause) = trial.expects {
        let _ = writeln!(
            text,
            "The receiver takes another form than Orchestrator sends: {}.",
            cause.key()
        );
    }
    let verdict = if trial.is_sound() {
        "The receiver takes in what Orchestrator sends, and nothing else."
    } else {
        "The receiver is not sound: see what is marked WRONG."
    };
    text.push_str(verdict);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::line::{Pace, Teller};
    use crate::webhook::signature::{Presented, SigningKey};

    #[test]
    fn a_life_is_drawn_on_one_line() {
        let mut teller = Teller::new(None);
        let mut tell = |kind: &str, rest: &str| {
            let body = format!(
                r#"{{"Type":"{kind}","Timestamp":"2026-11-22T10:00:00Z","Job":{{"Id":30,"ReleaseName":"InvoiceBot"{rest}}}}}"#
            );
            line(&teller.tell(&Presented::Nothing, body.as_bytes(), Pace::Calm))
        };
        tell("job.created", "");
        let ended = r#","StartTime":"2026-11-22T10:00:02Z","EndTime":"2026-11-22T10:00:08Z""#;
        let expected = "unchecked  job.completed  InvoiceBot #30  created 10:00:00Z → started 10:00:02Z (2 s) → completed 10:00:08Z (6 s)";
        assert_eq!(tell("job.completed", ended), expected);
    }

    #[test]
    fn a_refused_event_says_why_and_until_when() {
        let mut teller = Teller::new(Some(b"key"));
        let body = br#"{"Type":"ping"}"#;
        let told = teller.tell(
            &Presented::One(SigningKey::new(b"key\n").sign(body)),
            body,
            Pace::Calm,
        );
        let from = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let text = line(&told.received(from, "2026-11-22T10:00:00Z".parse().unwrap()));
        assert!(text.starts_with("10:00:00Z  invalid    ping\n"), "{text}");
        assert!(
            text.contains("line break at the end") && text.contains("until 11:00:00Z"),
            "{text}"
        );
    }
}
