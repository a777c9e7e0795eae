//! One saved rule: its matches become tests, its target an action.

mod matches;
mod targets;

use super::super::model::{Action, ChainId, Line, Test};
use super::{Context, Table};

/// Options that belong to no module.
const GENERAL: [&str; 8] = ["-s", "-d", "-i", "-o", "-p", "-f", "-4", "-6"];

/// The test of a module without options: none of those that only bring options along.
fn bare(module: &str) -> Option<Test> {
    let brings = ["tcp", "udp", "udplite", "icmp", "icmp6", "sctp", "dccp"];
    (!brings.contains(&module)).then(|| Test::Unknown(format!("-m {module}").into()))
}

/// Where a rule stands.
pub(super) struct Place<'a> {
    /// Its table.
    pub(super) table: &'a Table,
    /// What holds for the file.
    pub(super) context: &'a Context,
}

/// The words of a rule that are still to be read.
pub(super) struct Words<'a> {
    words: &'a [String],
}

impl<'a> Words<'a> {
    /// The next word, and on.
    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// Takes the next word when it is this one.
    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first().is_some_and(|first| first == word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    /// Takes words up to the next option.
    fn values(&mut self) -> Vec<&'a str> {
        let count = self
            .words
            .iter()
            .take_while(|word| !word.starts_with('-') && *word != "!")
            .count();
        let (values, rest) = self.words.split_at(count);
        self.words = rest;
        values.iter().map(String::as_str).collect()
    }
}

/// The chain a rule belongs to and what it becomes; `None` when it is no rule of a known chain.
pub(super) fn line(
    number: usize,
    text: &str,
    words: &[String],
    place: &Place<'_>,
) -> Option<(ChainId, Line)> {
    let mut words = Words { words };
    let chain = match words.next()? {
        "-A" | "--append" => *place.table.chains.get(words.next()?)?,
        _ => return None,
    };
    let mut tests = Vec::new();
    let mut action = None;
    let mut module = String::new();
    // A module that no option follows: some hold for certain packets then.
    let mut alone: Option<&str> = None;
    while let Some(word) = words.next() {
        let negated = word == "!";
        let option = if negated { words.next()? } else { word };
        match option {
            "-m" | "--match" => {
                tests.extend(alone.take().and_then(bare));
                let name = words.next()?;
                alone = Some(name);
                name.clone_into(&mut module);
            }
            "-j" | "--jump" => {
                action = Some(targets::action(
                    words.next()?,
                    targets::Call::Jump,
                    &mut words,
                    place,
                ));
            }
            "-g" | "--goto" => {
                action = Some(targets::action(
                    words.next()?,
                    targets::Call::Goto,
                    &mut words,
                    place,
                ));
            }
            option => {
                if !GENERAL.contains(&option) {
                    alone = None;
                }
                tests.extend(matches::test(
                    &matches::Question {
                        option,
                        negated,
                        module: &module,
                    },
                    &mut words,
                    place,
                ));
            }
        }
    }
    tests.extend(alone.and_then(bare));
    // A rule without a target only counts. It stays in the list, so that rules keep their numbers.
    let action = action.unwrap_or(Action::Continue);
    Some((chain, Line::new(number, text, tests, action)))
}
