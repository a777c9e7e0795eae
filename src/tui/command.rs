//! What is typed after `:`: every intent by its word, and some with more said about it.

use super::intents::Intent;
use super::model::{Format, Model};
use super::theme::Theme;
use crate::catalog::CheckId;
use crate::words::Help;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// What a key could do.
    Act(Intent),
    /// Show only what has these words.
    Filter(String),
    /// To that check.
    Go(CheckId),
    /// Save in that format.
    Save(Format),
    /// These colours.
    Theme(Theme),
    /// Ask everything again every so many seconds.
    Watch(u64),
}

/// The least time between two runs of a watch, seconds.
const LEAST: u64 = 5;
/// The most, seconds: a day.
const MOST: u64 = 86_400;

/// Commands with more said about them, for the help.
pub(crate) fn spoken(words: &Help) -> [(&'static str, &str); 5] {
    [
        ("go CHECK", &words.go),
        ("filter WORDS", &words.as_filter),
        ("save FORMAT", &words.save),
        ("theme NAME", &words.theme),
        ("watch SECONDS", &words.watch),
    ]
}

/// Reads a command; the beginning of a word is enough where only one begins so.
pub(crate) fn parse(typed: &str, model: &Model) -> Result<Command, String> {
    let typed = typed.trim();
    let (word, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let rest = rest.trim();
    let notices = &model.look.words.notices;
    let unknown = |all: &[String]| match all {
        [] => notices.no_such_command.with(&[("word", &word)]),
        all => {
            let all = all.join(", ");
            notices.several.with(&[("word", &word), ("all", &all)])
        }
    };
    if rest.is_empty() {
        let words = words();
        let fitting: Vec<String> = words
            .iter()
            .filter(|one| one.starts_with(word))
            .cloned()
            .collect();
        let whole = fitting
            .iter()
            .find(|one| *one == word)
            .or(fitting.first().filter(|_| fitting.len() == 1));
        let intent =
            whole.and_then(|whole| Intent::ALL.iter().find(|intent| intent.word() == whole));
        return intent
            .map(|intent| Command::Act(*intent))
            .ok_or_else(|| unknown(&fitting));
    }
    match word {
        "filter" => Ok(Command::Filter(rest.to_owned())),
        "go" => {
            let found = model.report.rows.iter().map(|row| &row.id.check);
            let mut found = found.filter(|id| id.as_str().starts_with(rest));
            found
                .next()
                .map(|id| Command::Go(id.clone()))
                .ok_or_else(|| notices.no_such_check.with(&[("word", &rest)]))
        }
        "save" => {
            let format = Format::ALL.iter().find(|(_, format)| format.name() == rest);
            format
                .map(|(_, format)| Command::Save(*format))
                .ok_or_else(|| notices.formats.to_string())
        }
        "theme" => {
            let theme = Theme::all(model.own).find(|theme| theme.name() == rest);
            let names = || Theme::all(model.own).map(Theme::name).collect::<Vec<_>>();
            theme
                .map(Command::Theme)
                .ok_or_else(|| notices.themes.with(&[("names", &names().join(", "))]))
        }
        "watch" => match rest.parse() {
            Ok(0) => Ok(Command::Watch(0)),
            Ok(seconds) if (LEAST..=MOST).contains(&seconds) => Ok(Command::Watch(seconds)),
            Ok(_) | Err(_) => Err(notices
                .watch_takes
                .with(&[("least", &LEAST), ("most", &MOST)])),
        },
        _ => Err(unknown(&[])),
    }
}

/// The words of all intents.
fn words() -> Vec<String> {
    Intent::ALL
        .iter()
        .map(|intent| intent.word().to_owned())
        .collect()
}

/// What the typed text could become.
pub(crate) fn completions(typed: &str, model: &Model) -> Vec<String> {
    let all: Vec<String> = match typed.split_once(' ') {
        None => words().into_iter().chain(["go".to_owned()]).collect(),
        Some(("go", _)) => {
            let mut all: Vec<String> = model
                .report
                .rows
                .iter()
                .map(|row| format!("go {}", row.id.check))
                .collect();
            all.dedup();
            all
        }
        Some(("save", _)) => Format::ALL
            .map(|(_, format)| format!("save {}", format.name()))
            .to_vec(),
        Some(("theme", _)) => Theme::all(model.own)
            .map(|theme| format!("theme {}", theme.name()))
            .collect(),
        Some(_) => Vec::new(),
    };
    all.into_iter()
        .filter(|one| one.starts_with(typed) && one != typed)
        .collect()
}

/// The typed text with as much added as all its completions agree on.
pub(crate) fn completed(typed: &str, model: &Model) -> String {
    let all = completions(typed, model);
    let Some((first, rest)) = all.split_first() else {
        return typed.to_owned();
    };
    let agreed = rest.iter().fold(first.as_str(), |agreed, other| {
        let same = agreed
            .char_indices()
            .zip(other.chars())
            .take_while(|((_, one), two)| one == two);
        let end = same.last().map_or(0, |((at, one), _)| at + one.len_utf8());
        &agreed[..end]
    });
    agreed.to_owned()
}
