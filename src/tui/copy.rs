//! Text for the clipboard, and the sequence that puts it there.

use crate::report::{Row, State};
use crate::shown::shown_within;
use crate::words::Words;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// The most characters of one sentence that are copied.
const MOST: usize = 4_000;

/// A row as one would write it to a colleague.
pub(crate) fn finding(row: &Row, all: &Words) -> String {
    let words = &all.report;
    let mut out = row.id.check.to_string();
    if let Some(subject) = &row.id.subject {
        // Writing to a String does not fail.
        let _ = write!(out, " [{subject}]");
    }
    match &row.state {
        State::Judged(finding) => {
            let says = shown_within(&finding.says, MOST);
            let _ = write!(
                out,
                ": {} ({})\n{says}\n",
                finding.verdict.key(),
                finding.symptom
            );
            if let Some(owner) = finding.owner {
                let _ = writeln!(out, "{}", words.owner.with(&[("owner", &owner.title(all))]));
            }
            for (step, remedy) in finding.remedies.iter().enumerate() {
                let _ = writeln!(out, "{}. {}", step + 1, shown_within(remedy, MOST));
            }
        }
        State::Blocked(by) => {
            let _ = writeln!(out, ": {}", words.blocked.with(&[("check", by)]));
        }
        State::Skipped(reason) => {
            let reason = shown_within(reason, MOST);
            let _ = writeln!(out, ": {}", words.skipped.with(&[("reason", &reason)]));
        }
        State::Broke(how) => {
            let how = shown_within(how, MOST);
            let _ = writeln!(out, ": {}", words.broke.with(&[("how", &how)]));
        }
        State::Waiting | State::Running => {
            let _ = writeln!(out, ": {}", words.no_answer);
        }
    }
    out
}

/// The sequence that asks the terminal to put text on the clipboard (OSC 52).
pub(crate) fn sequence(text: &str) -> String {
    format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_text_itself_reaches_the_terminal() {
        assert_eq!(sequence("\u{1b}[2J"), "\u{1b}]52;c;G1sySg==\u{7}");
    }
}
