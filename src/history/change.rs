//! What changed between two sights, as sentences.

use super::{Sight, Topic, Trait};
use crate::words::Words;
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// What fills a hole of a phrase.
type Hole<'a> = (&'a str, &'a dyn Display);

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is.
    pub topic: Topic,
    /// Of what, where there are several.
    pub about: Option<String>,
    /// What was seen before.
    pub before: Vec<String>,
    /// What is seen now.
    pub after: Vec<String>,
}

/// What changed, in causal order; what only one of the two saw is no change.
pub fn changes(before: &Sight, after: &Sight) -> Vec<Change> {
    let changed = before.traits.iter().filter_map(|old| {
        let same = |new: &&Trait| new.topic == old.topic && new.about == old.about;
        let new = after.traits.iter().find(same)?;
        (new.values != old.values).then(|| Change {
            topic: old.topic,
            about: old.about.clone(),
            before: old.values.clone(),
            after: new.values.clone(),
        })
    });
    let mut found: Vec<Change> = changed.collect();
    // A new issuer means a new certificate, and a new key comes with a move: the cause is told, not its shadow.
    let issuer = found.iter().any(|change| change.topic == Topic::Issuer);
    let moved: Vec<Option<String>> = found
        .iter()
        .filter(|change| change.topic == Topic::Folder)
        .map(|change| change.about.clone())
        .collect();
    found.retain(|change| match change.topic {
        Topic::Certificate => !issuer,
        Topic::Key => !moved.contains(&change.about),
        Topic::Url
        | Topic::Address
        | Topic::Issuer
        | Topic::Server
        | Topic::Api
        | Topic::Permissions
        | Topic::FolderNumber
        | Topic::Folder
        | Topic::Version => true,
    });
    found
}

impl Change {
    /// The change as part of a sentence, without a full stop.
    pub fn says(&self, words: &Words) -> String {
        let said = &words.facts.changes;
        let about = self.about.as_deref().unwrap_or_default();
        let about: Hole<'_> = ("about", &about);
        let (from, to) = (listed(&self.before, words), listed(&self.after, words));
        let (from, to): (Hole<'_>, Hole<'_>) = (("from", &from), ("to", &to));
        match self.topic {
            Topic::Url => said.url.with(&[from, to]),
            Topic::Address => said.address.with(&[from, to]),
            Topic::Issuer => said.issuer.with(&[from, to]),
            Topic::Certificate => said.certificate.to_string(),
            Topic::Server => said.server.with(&[from, to]),
            Topic::Api => said.api.with(&[from, to]),
            Topic::Permissions => self.permissions(words),
            Topic::FolderNumber => said.folder_number.with(&[about, from, to]),
            Topic::Folder => said.folder.with(&[about, from, to]),
            Topic::Version => said.version.with(&[about, from, to]),
            Topic::Key => said.key.with(&[about]),
        }
    }

    /// The change as a sentence of its own.
    pub fn sentence(&self, words: &Words) -> String {
        let says = self.says(words);
        let mut letters = says.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let says = format!("{}{}", first.collect::<String>(), letters.as_str());
        words.facts.comparison.sentence.with(&[("says", &says)])
    }

    /// What was lost and gained.
    fn permissions(&self, words: &Words) -> String {
        let said = &words.facts.changes;
        let lost = without(&self.before, &self.after);
        let gained = without(&self.after, &self.before);
        let both = (lost.is_empty(), gained.is_empty());
        let (lost, gained) = (listed(&lost, words), listed(&gained, words));
        let (lost, gained): (Hole<'_>, Hole<'_>) = (("lost", &lost), ("gained", &gained));
        let place = self.about.as_deref().map_or(String::new(), |folder| {
            said.in_folder.with(&[("folder", &folder)])
        });
        let place: Hole<'_> = ("place", &place);
        match both {
            (false, true) => said.lost.with(&[lost, place]),
            (true, _) => said.gained.with(&[gained, place]),
            (false, false) => said.both.with(&[lost, gained, place]),
        }
    }
}

/// Those of the first that the second does not have.
fn without(some: &[String], others: &[String]) -> Vec<String> {
    some.iter()
        .filter(|one| !others.contains(one))
        .cloned()
        .collect()
}

/// A few of them, and how many more.
fn listed(values: &[String], words: &Words) -> String {
    const MOST: usize = 3;
    let first = values[..values.len().min(MOST)].join(", ");
    match values.len().saturating_sub(MOST) {
        0 => first,
        more => words
            .facts
            .common
            .more
            .with(&[("named", &first), ("count", &more)]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::words::Lang;
    use serde_json::{Value, json};

    fn report(folder: &str, release: &Value, issuer: &str) -> String {
        let subject = format!("{folder} › InvoiceBot");
        json!({ "began": "2026-10-02T08:00:00Z", "target": { "url": "https://o:1" }, "rows": [
            { "check": "tls-agreed", "state": "judged", "verdict": "pass", "subject": null,
              "evidence": { "addresses": [{ "facets": { "certificates": [{ "issuer": issuer, "fingerprint": issuer }] } }] } },
            { "check": "process-present", "state": "judged", "verdict": "pass", "subject": subject,
              "evidence": { "asked": true, "elsewhere": ["Finance/Archive"], "release": release } },
        ]})
        .to_string()
    }

    fn says(before: &str, after: &str) -> Vec<String> {
        changes(&read(before).unwrap(), &read(after).unwrap())
            .iter()
            .map(|change| change.says(Lang::En.words()))
            .collect()
    }

    #[test]
    fn a_process_that_moved_is_told_with_both_folders() {
        let there = json!({ "version": "1.0.7", "key": "a" });
        let before = report("Finance", &there, "CN=One");
        let gone = report("Finance", &Value::Null, "CN=One");
        let moved = ["the process InvoiceBot moved from Finance to Finance/Archive"];
        assert_eq!(says(&before, &gone), moved);
        let again = report(
            "Finance/Archive",
            &json!({ "version": "1.0.7", "key": "b" }),
            "CN=One",
        );
        assert_eq!(
            says(&before, &again),
            moved,
            "the new key comes with the move"
        );
        assert!(says(&before, &before).is_empty());
    }

    #[test]
    fn changes_stand_in_causal_order() {
        let old = report("F", &json!({ "version": "1.0.6", "key": "a" }), "CN=One");
        let new = report("F", &json!({ "version": "1.0.7", "key": "b" }), "CN=Two");
        assert_eq!(
            says(&old, &new),
            [
                "the certificate's issuer changed from CN=One to CN=Two",
                "the process InvoiceBot changed from version 1.0.6 to 1.0.7",
                "the process InvoiceBot was made anew: it has another key",
            ]
        );
    }

    #[test]
    fn what_is_no_run_is_not_read() {
        assert!(read("").is_none());
        assert!(read("{\"rows\": 3").is_none());
        assert!(read("[1, 2]").is_none());
        assert!(read("{\"rows\": \"nonsense\"}").is_some_and(|sight| sight.traits.is_empty()));
    }
}
