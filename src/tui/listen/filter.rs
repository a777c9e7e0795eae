//! Which events are shown.

use super::list;
use crate::webhook::line::Line;
use crate::webhook::signature::Signature;

/// What can be typed, and what it finds.
pub(super) const FILTERS: &[(&str, &str)] = &[
    ("words", "all of them, anywhere in type, job, cause"),
    ("type:job", "by type: job, queueItem, ping …"),
    (
        "signature:invalid",
        "by signature: valid, invalid, missing, unchecked",
    ),
    ("folder:7", "by the folder's number"),
    ("-word", "without it"),
];

/// Whether an event is shown.
pub(super) fn fits(line: &Line, filter: &str, only: Option<Signature>) -> bool {
    only.is_none_or(|only| only == line.signature)
        && filter.split_whitespace().all(|word| has(line, word))
}

/// Whether an event has a word: `word`, `type:job`, `signature:invalid`, `folder:7`, each with a `-` before it for its opposite.
fn has(line: &Line, typed: &str) -> bool {
    let (wanted, word) = match typed.strip_prefix('-') {
        Some(word) if !word.is_empty() => (false, word),
        _ => (true, typed),
    };
    let within = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let kind = line.kind.as_deref().unwrap_or_default();
    let found = match word.split_once(':') {
        Some(("type", part)) => kind.to_lowercase().starts_with(&part.to_lowercase()),
        Some(("signature", part)) => line.signature.key().starts_with(&part.to_lowercase()),
        Some(("folder", part)) => line
            .event
            .folder_id
            .is_some_and(|folder| folder.to_string() == part),
        _ => {
            within(kind, word)
                || within(&list::about(line), word)
                || line.signature.key().contains(&word.to_lowercase())
                || line.causes.iter().any(|cause| cause.key().contains(word))
        }
    };
    found == wanted
}
