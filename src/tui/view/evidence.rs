//! What a probe saw, as a tree.

use super::detail::Page;
use crate::probe::Evidence;
use crate::tui::theme::Role;
use crate::words::Detail;
use serde_json::Value;

/// The most lines of one tree.
const MOST_LINES: usize = 300;

/// The length from which a text without a space is bulk (a certificate in base64), not something to read.
const BULK: usize = 120;

/// Draws the evidence below each other.
pub(super) fn tree(page: &mut Page, evidence: &Evidence) {
    let value = serde_json::to_value(evidence).unwrap_or_default();
    let mut left = MOST_LINES;
    if let Some(seen) = value.get("seen") {
        branch(page, seen, "", &mut left);
    }
    if left == 0 {
        page.line("", &page.look.words.detail.and_more, Role::Quiet);
    }
}

/// The members of a value.
fn branch(page: &mut Page, value: &Value, before: &str, left: &mut usize) {
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
    let members: Vec<(String, &Value)> = members
        .into_iter()
        .filter(|(_, value)| !empty(value))
        .collect();
    let count = members.len();
    for (at, (name, value)) in members.into_iter().enumerate() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let look = page.look;
        let (fork, trunk) = if at + 1 == count {
            (look.either("└ ", "` "), "  ")
        } else {
            (look.either("├ ", "+ "), look.either("│ ", "| "))
        };
        let start = format!("{before}{fork}");
        match plain(value, &look.words.detail) {
            Some(text) if name.is_empty() => page.line(&start, &text, Role::Text),
            Some(text) => page.line(&format!("{start}{name}  "), &text, Role::Text),
            None => {
                page.line(&start, &name, Role::Quiet);
                branch(page, value, &format!("{before}{trunk}"), left);
            }
        }
    }
}

/// A value that takes one line.
fn plain(value: &Value, words: &Detail) -> Option<String> {
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
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
