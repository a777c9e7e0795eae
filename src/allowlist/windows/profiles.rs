//! The profiles of the firewall: which rules each has, and what it does with connections that no rule names.

use super::super::document::Node;
use super::super::model::{Action, Line};
use super::super::several::List;
use super::{DEFAULT, is_one_of, line, shown, word, words};

/// The profiles with the bits that rules name them by (`MSFT_NetFirewallRule`, `Profiles`).
pub(super) const ALL: [(&str, u32); 3] = [("Domain", 1), ("Private", 2), ("Public", 4)];

/// The profiles a rule is for, as bits; `None` when that is not understood.
pub(super) fn of(rule: &Node) -> Option<u32> {
    let mut mask = 0u32;
    for word in words(rule, "Profile")? {
        mask |= match word.to_ascii_lowercase().as_str() {
            "any" | "all" | "0" => 7,
            "domain" => 1,
            "private" => 2,
            "public" => 4,
            other => other.parse::<u32>().ok()?,
        };
    }
    Some(mask)
}

/// The rules of a profile in the order they win: those over all blocks, the blocks, the rest.
pub(super) fn rules(bit: u32, rules: &[Node], text: &str) -> [Vec<Line>; 3] {
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for rule in rules {
        if of(rule).is_some_and(|mask| mask & bit == 0) {
            continue;
        }
        let Some(line) = line(rule, text) else {
            continue;
        };
        let over = is_one_of(rule.text("OverrideBlockRules"), &["true", "1"]);
        let place = match &line.action {
            Action::Deny => 1,
            Action::Allow if over => 0,
            Action::Allow
            | Action::Continue
            | Action::Jump(_)
            | Action::Goto(_)
            | Action::Return
            | Action::Translate(_)
            | Action::Unknown(_) => 2,
        };
        lines[place].push(line);
    }
    lines
}

/// A profile's rules with its end, as its settings have it.
pub(super) fn list(name: &str, settings: &[Node], [over, block, allow]: [Vec<Line>; 3]) -> List {
    let list = |lines, last| List {
        name: format!("profile {name}"),
        lines,
        last,
    };
    let own = |profile: &&Node| {
        ["Name", "Profile"]
            .iter()
            .any(|key| is_one_of(word(profile, key), &[name]))
    };
    let every = || over.iter().chain(&block).chain(&allow).cloned().collect();
    let Some(profile) = settings.iter().find(own) else {
        let construct = "what happens to connections that no rule names is not in the export (Get-NetFirewallProfile)";
        let last = Line::policy(1, construct, Action::Unknown(construct.into()));
        return list(every(), last);
    };
    let end = |action| {
        let text = format!("profile {name}: {}", shown(profile, DEFAULT));
        Line::policy(profile.line, text, action)
    };
    let is = |key: &str, values: &[&str]| is_one_of(word(profile, key), values);
    if is("Enabled", &["false", "0"]) {
        let text = format!("profile {name}: the firewall is off");
        return list(Vec::new(), Line::policy(profile.line, text, Action::Allow));
    }
    if is("AllowInboundRules", &["false", "0"]) {
        return list(block, end(Action::Deny));
    }
    // What is not configured is blocked.
    let last = if is(DEFAULT, &["block", "4", "notconfigured", "0"]) {
        end(Action::Deny)
    } else if is(DEFAULT, &["allow", "2"]) {
        end(Action::Allow)
    } else {
        end(Action::Unknown(shown(profile, DEFAULT).into()))
    };
    list(every(), last)
}
