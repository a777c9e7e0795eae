//! Events, attempts and counts in words.

use crate::cli::arguments::{Language, Manner};
use crate::cli::output;
use crate::report::{Screenless, worded};
use crate::shown::{ascii, shown_within};
use crate::webhook::life::clock;
use crate::webhook::line::Line;
use crate::webhook::receiver::Counts;
use crate::webhook::sender::{Judgement, Trial};
use crate::words::{Lang, Words};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// The most characters of a line.
const MOST: usize = 4_200;

/// Whoever says it: in one language, with the letters that the reader's terminal can show.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    words: &'static Words,
    letters: Letters,
}

/// The letters that lines may have.
#[derive(Clone, Copy)]
enum Letters {
    /// All that can be seen.
    Seen,
    /// ASCII alone.
    Ascii,
    /// Words in place of signs.
    Words(Screenless),
}

impl Voice {
    /// For whoever reads this program's terminal.
    pub(super) fn new(lang: Language, manner: Manner) -> Self {
        let letters = match (output::screenless(manner), output::screenless_letters()) {
            (true, letters) => Letters::Words(letters),
            (false, Screenless::Ascii) => Letters::Ascii,
            (false, Screenless::Letters) => Letters::Seen,
        };
        Self {
            words: Lang::from(lang).words(),
            letters,
        }
    }

    /// Its words.
    pub(super) const fn words(self) -> &'static Words {
        self.words
    }

    /// A line as it may be shown: a sender must not move anybody's cursor.
    fn safe(self, line: &str) -> String {
        match self.letters {
            Letters::Seen => shown_within(line, MOST),
            Letters::Ascii => ascii(&shown_within(line, MOST)),
            Letters::Words(letters) => worded(line, letters),
        }
    }

    /// One event on a line, and why its signature is refused on the lines below.
    pub(super) fn line(self, line: &Line) -> String {
        let told = line.why.and_then(|why| why.told(self.words));
        let told = told.map(|told| [told.says.to_string(), told.remedy.to_string()]);
        let more = told.into_iter().flatten().chain(line.held_back(self.words));
        let more = more.map(|more| format!("    {more}"));
        // Line by line, so that no line break of a sender makes another.
        let lines = std::iter::once(self.event(line)).chain(more);
        lines
            .map(|line| self.safe(&line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The event itself: when, its signature, its type, what it is about.
    fn event(self, line: &Line) -> String {
        let words = &self.words.webhook;
        let at = line
            .at
            .map_or_else(String::new, |at| format!("{}  ", clock(at)));
        let kind = line.kind.as_deref().unwrap_or(&words.lines.no_event);
        let signature = in_cells(line.signature.word(self.words), 9);
        let mut text = format!("{at}{signature}  {kind}");
        if line.repeated {
            let _ = write!(text, "  {}", words.lines.seen_before);
        }
        match (&line.life, &line.event.subject) {
            (Some(life), _) => text = format!("{text}  {}", life.told(self.words)),
            (None, Some(subject)) => {
                let name = subject.name.as_deref().or(subject.key.as_deref());
                let status = subject.status.as_deref().unwrap_or_default();
                let _ = write!(text, "  {}  {status}", name.unwrap_or_default());
            }
            (None, None) => {}
        }
        text.trim_end().to_owned()
    }

    /// What was tried, and what it comes to.
    pub(super) fn trial(self, trial: &Trial) -> String {
        let words = &self.words.webhook.trial;
        let mut text = String::new();
        for attempt in &trial.attempts {
            let word = match attempt.judgement {
                Judgement::Right => &words.right,
                Judgement::Warning => &words.warning,
                Judgement::Wrong => &words.wrong,
            };
            let (word, told) = (in_cells(word, 8), attempt.told(self.words));
            let _ = writeln!(text, "{word} {:<14} {told}", attempt.kind);
        }
        if let Some(cause) = trial.expects {
            let _ = writeln!(text, "{}", words.expects.with(&[("cause", &cause.key())]));
        }
        text.push_str(trial.verdict(self.words));
        let lines: Vec<String> = text.lines().map(|line| self.safe(line)).collect();
        lines.join("\n")
    }

    /// The counts.
    pub(super) fn tally(self, counts: Counts) -> String {
        let words = &self.words.webhook.tally;
        let always = [
            (counts.accepted, &words.accepted),
            (counts.refused, &words.refused),
        ];
        let more = [
            (counts.unusable, &words.unusable),
            (counts.unseen, &words.unseen),
            (counts.forwarded, &words.forwarded),
            (counts.lost, &words.lost),
        ];
        let more = more.into_iter().filter(|(count, _)| *count > 0);
        let told = always.into_iter().chain(more);
        let told = told.map(|(count, words)| words.with(&[("count", &count)]));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// A word in a column of so many cells.
fn in_cells(word: &str, cells: usize) -> String {
    format!("{word}{}", " ".repeat(cells.saturating_sub(word.width())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::line::{Pace, Teller};
    use crate::webhook::signature::{Presented, SigningKey};

    fn voice(lang: Lang) -> Voice {
        Voice {
            words: lang.words(),
            letters: Letters::Seen,
        }
    }

    #[test]
    fn a_life_is_drawn_on_one_line() {
        let mut teller = Teller::new(None);
        let mut tell = |kind: &str, rest: &str| {
            let body = format!(
                r#"{{"Type":"{kind}","Timestamp":"2026-11-22T10:00:00Z","Job":{{"Id":30,"ReleaseName":"InvoiceBot"{rest}}}}}"#
            );
            let told = teller.tell(&Presented::Nothing, body.as_bytes(), Pace::Calm);
            voice(Lang::En).line(&told)
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
        let told = told.received(from, "2026-11-22T10:00:00Z".parse().unwrap());
        let text = voice(Lang::En).line(&told);
        assert!(text.starts_with("10:00:00Z  invalid    ping\n"), "{text}");
        assert!(
            text.contains("line break at the end") && text.contains("until 11:00:00Z"),
            "{text}"
        );
        let text = voice(Lang::Ja).line(&told);
        assert!(text.starts_with("10:00:00Z  不一致     ping\n"), "{text}");
        assert!(
            text.contains("末尾の改行") && text.contains("11:00:00Z まで"),
            "{text}"
        );
    }

    #[test]
    fn no_sender_moves_the_cursor_or_makes_a_line() {
        let body = "{\"Type\":\"job.\\u001b[2Jcreated\\nvalid\",\"EventId\":\"1\",\"Queue\":{\"Name\":\"\\u009b31m\\r\\u202e\"}}";
        let told = Teller::new(None).tell(&Presented::Nothing, body.as_bytes(), Pace::Calm);
        for letters in [
            Letters::Seen,
            Letters::Ascii,
            Letters::Words(Screenless::Letters),
            Letters::Words(Screenless::Ascii),
        ] {
            let text = Voice {
                letters,
                ..voice(Lang::En)
            }
            .line(&told);
            assert!(text.chars().all(crate::shown::is_visible), "{text:?}");
        }
    }
}
