//! `diff`: what changed between two runs.

use super::arguments::{DiffArguments, Format};
use super::{Refused, output};
use crate::history::{Change, Sight, Standing, changes, read};
use crate::report::Exit;
use crate::words::facts::Comparison;
use crate::words::{Lang, Phrase};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// The largest recording or report that is read, bytes.
const LARGEST: u64 = 256 << 20;

/// A row that stands elsewhere than before.
struct Turn {
    check: String,
    about: Option<String>,
    before: Standing,
    after: Standing,
}

/// Compares the two runs.
pub(super) fn diff(arguments: &DiffArguments) -> Result<Exit, Refused> {
    let (before, after) = (sight(&arguments.before)?, sight(&arguments.after)?);
    let changes = changes(&before, &after);
    let turns = turns(&before, &after);
    let exit = if turns.iter().any(|turn| turn.after > turn.before) {
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

/// The rows that both runs have and that stand elsewhere; the comparison itself is none of them.
fn turns(before: &Sight, after: &Sight) -> Vec<Turn> {
    let both = before.rows.iter().filter_map(|(row, old)| {
        let new = after.rows.get(row)?;
        let (check, about) = row.clone();
        (new != old && check != "nothing-changed").then_some(Turn {
            check,
            about,
            before: *old,
            after: *new,
        })
    });
    both.collect()
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
        writeln!(text, "{}", said.unchanged)?;
    }
    for (at, change) in changes.iter().enumerate() {
        let says = change.says(words);
        let mut letters = says.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        writeln!(
            text,
            "{:>3}. {first}{}{}",
            at + 1,
            letters.as_str(),
            said.full_stop
        )?;
    }
    for turn in turns {
        let about = turn
            .about
            .as_deref()
            .map_or(String::new(), |about| format!(" ({about})"));
        let (old, new) = (word(turn.before, said), word(turn.after, said));
        writeln!(text, "     {}{about}: {old} → {new}", turn.check)?;
    }
    Ok(text)
}

/// Where a row stands, in a word.
fn word(standing: Standing, words: &Comparison) -> &Phrase {
    match standing {
        Standing::Pass => &words.pass,
        Standing::Warn => &words.warn,
        Standing::Unknown => &words.unknown,
        Standing::Fail => &words.fail,
    }
}
