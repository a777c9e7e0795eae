//! Reads a Palo Alto configuration in set format (`set cli config-output-format set`, then `show` in configuration mode).
//!
//! Security rules are tried in their order: those of Panorama before and after the device's own; then what stays between zones is
//! denied. They name the destination as the cloud asks for it: translation comes afterwards.

mod nat;
mod objects;
mod rules;
mod words;

use super::model::{Action, Line, Program, ReadError, Test};
use super::zones::{self, Zoned};
use objects::Objects;
use rules::{Rule, Rulebase};

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let mut objects = Objects::default();
    let mut bases = Rulebase::default();
    let mut last_line = 1;
    for (index, line) in text.lines().enumerate() {
        let words = words::of(line);
        let Some(first) = words.first() else { continue };
        match first.as_str() {
            "set" => {
                let (scope, rest) = words::scope(&words[1..]);
                last_line = index + 1;
                if !objects.take(&scope, rest, line) {
                    bases.take(&scope, rest, index + 1, line);
                }
            }
            "move" => bases.shift(words::scope(&words[1..]).1, index + 1, line),
            "delete" | "rename" | "copy" | "edit" | "override" | "load" => {
                bases.changed(index + 1, line);
            }
            _ => {}
        }
    }
    if bases.rules.is_empty() {
        return Err(ReadError::at(
            1,
            "expected rules of a rulebase: set rulebase security rules …",
        ));
    }
    let mut program = Program::default();
    let mut zoned: Vec<Zoned> = bases
        .doubts
        .iter()
        .map(|(number, construct)| doubt(*number, construct))
        .collect();
    zoned.extend(bases.ordered().filter_map(|rule| rule.zoned(&objects)));
    let last = match bases.interzone.as_deref() {
        None | Some("deny" | "drop" | "reset-client" | "reset-server" | "reset-both") => {
            Line::policy(
                last_line,
                "interzone-default: what no rule allows between zones is denied",
                Action::Deny,
            )
        }
        Some("allow") => Line::policy(last_line, "interzone-default action allow", Action::Allow),
        Some(other) => {
            let construct = format!("interzone-default action {other}");
            Line::policy(
                last_line,
                construct.clone(),
                Action::Unknown(construct.into()),
            )
        }
    };
    zones::enter(&mut program, &zoned, &last);
    let translations: Vec<Line> = bases
        .translations()
        .filter_map(|rule| nat::translation(rule, &objects))
        .collect();
    super::translation::enter(&mut program, "nat", translations);
    Ok(program)
}

/// A rule that may do anything.
fn doubt(number: usize, construct: &str) -> Zoned {
    Zoned {
        from: Vec::new(),
        to: Vec::new(),
        line: Line::new(
            number,
            construct,
            vec![Test::Unknown(construct.into())],
            Action::Unknown(construct.into()),
        ),
    }
}

impl Rule {
    /// The rule between its zones; `None` when it is switched off.
    fn zoned(&self, objects: &Objects) -> Option<Zoned> {
        let line = rules::security(self, objects)?;
        let zones = |key: &str| -> Vec<String> {
            let names = self.values(key);
            if names
                .iter()
                .any(|name| *name == "any" || *name == "multicast")
            {
                return Vec::new();
            }
            names.into_iter().map(str::to_owned).collect()
        };
        Some(Zoned {
            from: zones("from"),
            to: zones("to"),
            line,
        })
    }
}

#[cfg(test)]
mod tests;
