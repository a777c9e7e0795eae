//! The profiles of the firewall: which rules each has, and what it does with connections that no rule names.

use super::super::document::Node;
use super::super::model::{Action, Line, Test};
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

/// Whether a rule wins over those that block.
pub(super) fn overrides(rule: &Node) -> bool {
    is_one_of(word(rule, "OverrideBlockRules"), &["true", "1"])
}

/// The profiles' rules, each list once: which profile is active is not told.
pub(super) fn that_differ(settings: &[Node], rules: &[Node], text: &str) -> Vec<List> {
    let mut seen: Vec<(Vec<usize>, List)> = Vec::new();
    for (name, bit) in ALL {
        let concerned: Vec<usize> = (0..rules.len())
            .filter(|at| of(&rules[*at]).is_none_or(|mask| mask & bit != 0))
            .collect();
        let own = settings.iter().find(|profile| {
            ["Name", "Profile"]
                .iter()
                .any(|key| is_one_of(word(profile, key), &[name]))
        });
        let lines = ordered(concerned.iter().map(|at| &rules[*at]), own, text);
        let list = list(name, own, lines);
        let same = |(others, other): &(Vec<usize>, List)| {
            *others == concerned
                && other.last.action == list.last.action
                && other.lines.len() == list.lines.len()
        };
        if !seen.iter().any(same) {
            seen.push((concerned, list));
        }
    }
    seen.into_iter().map(|(_, list)| list).collect()
}

/// The rules of a profile in the order they win: those over all blocks, the blocks, the rest.
fn ordered<'a>(
    rules: impl Iterator<Item = &'a Node>,
    profile: Option<&Node>,
    text: &str,
) -> Vec<Line> {
    let central = profile.is_some_and(|profile| {
        is_one_of(word(profile, "AllowLocalFirewallRules"), &["false", "0"])
    });
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for rule in rules {
        let Some(mut line) = line(rule, text) else {
            continue;
        };
        if central && !is_one_of(word(rule, "PolicyStoreSourceType"), &["grouppolicy", "2"]) {
            let construct = "AllowLocalFirewallRules False: whether the rule is a group policy's";
            line.tests.push(Test::Unknown(construct.into()));
        }
        let place = match &line.action {
            Action::Deny => 1,
            Action::Allow if overrides(rule) => 0,
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
    lines.into_iter().flatten().collect()
}

/// A profile's rules with its end, as its settings have it.
fn list(name: &str, profile: Option<&Node>, mut rules: Vec<Line>) -> List {
    let list = |lines, last| List {
        name: format!("profile {name}"),
        lines,
        last,
    };
    let Some(profile) = profile else {
        // An export of rules alone does not tell; blocked is what Windows does unless somebody set it otherwise.
        let told = "no rule of the export names them, and Windows blocks such connections by default (Get-NetFirewallProfile tells)";
        return list(rules, Line::policy(1, told, Action::Deny));
    };
    let is = |key: &str, values: &[&str]| is_one_of(word(profile, key), values);
    if is("Enabled", &["false", "0"]) {
        let text = format!("profile {name}: the firewall is off");
        return list(Vec::new(), Line::policy(profile.line, text, Action::Allow));
    }
    let last = end(name, profile);
    if is("AllowInboundRules", &["false", "0"]) {
        rules.clear();
    }
    rules.splice(0..0, unfiltered(name, profile));
    list(rules, last)
}

/// What a profile does with connections that no rule names.
fn end(name: &str, profile: &Node) -> Line {
    let end = |note: &str, action| {
        let text = format!("profile {name}: {}{note}", shown(profile, DEFAULT));
        Line::policy(profile.line, text, action)
    };
    let is = |values: &[&str]| is_one_of(word(profile, DEFAULT), values);
    if is(&["block", "4"]) {
        end("", Action::Deny)
    } else if is(&["notconfigured", "0"]) {
        end(", and Windows blocks by default", Action::Deny)
    } else if is(&["allow", "2"]) {
        end("", Action::Allow)
    } else {
        end("", Action::Unknown(shown(profile, DEFAULT).into()))
    }
}

/// The interfaces on which the firewall does nothing: whether connections from the cloud come in there is not told.
fn unfiltered(name: &str, profile: &Node) -> Option<Line> {
    let key = "DisabledInterfaceAliases";
    let interfaces = words(profile, key)?;
    let none = interfaces
        .iter()
        .all(|word| is_one_of(Some(word), &["notconfigured"]));
    (!none).then(|| {
        let construct = shown(profile, key);
        Line::new(
            profile.line,
            format!("profile {name}: {construct}"),
            vec![Test::Unknown(construct.into())],
            Action::Allow,
        )
    })
}
