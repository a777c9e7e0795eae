//! What a probe saw, as a tree.

use super::detail::Page;
use crate::probe::Evidence;
use crate::report::{MOST_LINES, members, plain, seen};
use crate::tui::theme::Role;
use serde_json::Value;

/// Draws the evidence below each other.
pub(super) fn tree(page: &mut Page, evidence: &Evidence) {
    let mut left = MOST_LINES;
    if let Some(seen) = seen(evidence) {
        branch(page, &seen, "", &mut left);
    }
    if left == 0 {
        page.line("", &page.look.words.detail.and_more, Role::Quiet);
    }
}

/// The members of a value.
fn branch(page: &mut Page, value: &Value, before: &str, left: &mut usize) {
    let members = members(value);
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
