//! Which events are shown.

use super::list;
use crate::webhook::line::Line;
use crate::webhook::signature::Signature;
use crate::words::Words;
use crate::words::webhook::Help;

/// What can be typed, and what it finds.
pub(super) fn filters(help: &Help) -> [(&str, &str); 5] {
    [
        (&help.word, &help.words),
        ("type:job", &help.by_type),
        ("signature:invalid", &help.by_signature),
        ("folder:7", &help.by_folder),
        (&help.without, &help.without_it),
    ]
}

/// Whether an event is shown.
pub(super) fn fits(
    line: &Line,
    (filter, only): (&str, Option<Signature>),
    words: &'static Words,
) -> bool {
    only.is_none_or(|only| only == line.signature)
        && filter.split_whitespace().all(|word| has(line, word, words))
}

/// Whether an event has a word: `word`, `type:job`, `signature:invalid`, `folder:7`, each with a `-` before it for its opposite.
fn has(line: &Line, typed: &str, words: &'static Words) -> bool {
    let (wanted, word) = match typed.strip_prefix('-') {
        Some(word) if !word.is_empty() => (false, word),
        _ => (true, typed),
    };
    let within = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let kind = line.kind.as_deref().unwrap_or_default();
    let found = match word.split_once(':') {
        Some(("type", part)) => kind.to_lowercase().starts_with(&part.to_lowercase()),
        Some(("signature", part)) => {
            line.signature.key().starts_with(&part.to_lowercase())
                || line.signature.word(words).starts_with(part)
        }
        Some(("folder", part)) => line
            .event
            .folder_id
            .is_some_and(|folder| folder.to_string() == part),
        _ => {
            within(kind, word)
                || within(&list::about(line, words), word)
                || within(line.signature.key(), word)
                || within(line.signature.word(words), word)
                || line.causes.iter().any(|cause| cause.key().contains(word))
        }
    };
    found == wanted
}
