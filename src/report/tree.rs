//! Evidence as a tree of names and values that people can read.

use crate::probe::Evidence;
use crate::words::Detail;
use serde_json::Value;

/// The length from which a text without a space is bulk (a certificate in base64), not something to read.
const BULK: usize = 120;

/// What was seen.
pub(crate) fn seen(evidence: &Evidence) -> Option<Value> {
    let value = serde_json::to_value(evidence).ok()?;
    value.get("seen").cloned()
}

/// The members of a value that hold something, by name or number.
pub(crate) fn members(value: &Value) -> Vec<(String, &Value)> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace('_', " "), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (format!("{}", at + 1), value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![(String::new(), value)]
        }
    };
    members
        .into_iter()
        .filter(|(_, value)| !empty(value))
        .collect()
}

/// A value that takes one line.
pub(crate) fn plain(value: &Value, words: &Detail) -> Option<String> {
    match value {
        Value::Null => Some(words.none.to_string()),
        Value::Bool(true) => Some(words.yes.to_string()),
        Value::Bool(false) => Some(words.no.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.len() > BULK && !text.contains(' ') => {
            Some(words.characters.of(text.len()))
        }
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether there is nothing to show.
fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(empty),
        Value::Object(members) => members.values().all(empty),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The most lines of one tree.
pub(crate) const MOST_LINES: usize = 300;

/// The leaves of the tree, each with the names on the way to it, and whether something was left off.
pub(crate) fn leaves(evidence: &Evidence, words: &Detail) -> (Vec<(String, String)>, bool) {
    let mut leaves = Vec::new();
    let mut left = MOST_LINES;
    if let Some(value) = seen(evidence) {
        gather(&value, ("", words), (&mut leaves, &mut left));
    }
    (leaves, left == 0)
}

/// The leaves below a value; a member takes a line off what is left, as it does in the drawn tree.
fn gather(
    value: &Value,
    (before, words): (&str, &Detail),
    (leaves, left): (&mut Vec<(String, String)>, &mut usize),
) {
    for (name, value) in members(value) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let path = format!("{before} {name}").trim().to_owned();
        match plain(value, words) {
            Some(text) => leaves.push((path, text)),
            None => gather(value, (&path, words), (leaves, left)),
        }
    }
}
