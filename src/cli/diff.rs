//! `diff`: what changed between two runs.

use super::arguments::{DiffArguments, Format};
use super::{Refused, output};
use crate::history::{Change, Sight, Turn, changes, read, turns};
use crate::report::Exit;
use crate::words::Lang;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// The largest recording or report that is read, bytes.
const LARGEST: u64 = 256 << 20;

/// Compares the two runs.
pub(super) fn diff(arguments: &DiffArguments) -> Result<Exit, Refused> {
    let (before, after) = (sight(&arguments.before)?, sight(&arguments.after)?);
    let changes = changes(&before, &after);
    let turns = turns(&before, &after);
    let exit = if turns.iter().any(Turn::is_worse) {
        Exit::Unhealthy
    } else if changes.is_empty() && turns.is_empty() {
        Exit::Healthy
    } else {
        Exit::Undecided
    };
    let text = match arguments.format {
        Format::Json | Format::Jsonl => {
            let list = changes.iter().map(|change| {
                json!({ "topic": change.topic, "about": change.about, "before": change.before, "after": change.after, "says": change.says(Lang::En.words()) })
            });
            let rows = turns.iter().map(|turn| {
                json!({ "check": turn.check, "subject": turn.about, "before": turn.before, "after": turn.after })
            });
            let whole = json!({
                "schema": 1, "from": before.began, "to": after.began, "exit": exit as i32,
                "changes": list.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(),
            });
            whole.to_string()
        }
        Format::Text => told(
            (&before, &after),
            (&changes, &turns),
            Lang::from(arguments.told.lang),
        )?,
    };
    output::say(&text);
    Ok(exit)
}

/// What a file tells of a run.
pub(super) fn sight(path: &Path) -> Result<Sight, Refused> {
    let unread = |cause: &dyn std::fmt::Display| {
        Refused::new(format!("cannot compare with {}: {cause}", path.display()))
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|cause| unread(&cause))?;
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|cause| unread(&cause))?;
    read(&text).ok_or_else(|| unread(&"it is neither a recording nor a JSON report"))
}

/// The comparison for people.
fn told(
    (before, after): (&Sight, &Sight),
    (changes, turns): (&[Change], &[Turn]),
    lang: Lang,
) -> Result<String, Refused> {
    let words = lang.words();
    let said = &words.facts.comparison;
    let day = |sight: &Sight| {
        sight
            .began
            .clone()
            .unwrap_or_else(|| words.facts.changes.unknown_time.to_string())
    };
    let days = said
        .between
        .with(&[("from", &day(before)), ("to", &day(after))]);
    let mut text = format!("{days}\n");
    if changes.is_empty() && turns.is_empty() {
        writeln!(text, "{}", words.compare.nothing)?;
    }
    for (at, change) in changes.iter().enumerate() {
        writeln!(text, "{:>3}. {}", at + 1, change.sentence(words))?;
    }
    for turn in turns {
        let about = turn
            .about
            .as_deref()
            .map_or(String::new(), |about| format!(" ({about})"));
        let (old, new) = (turn.before.word(words), turn.after.word(words));
        writeln!(text, "     {}{about}: {old} → {new}", turn.check)?;
    }
    Ok(text)
}
