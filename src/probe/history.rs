//! What is different from an earlier run that worked.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::history::{Change, Sight, changes, read};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Measured once, when everything else is.
pub const PER: Asks = Asks::Once;

/// How many changes a sentence tells.
const TOLD: usize = 2;

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When the earlier run began.
    pub since: Option<String>,
    /// How many things both runs saw.
    pub compared: usize,
    /// What changed, in causal order.
    pub changes: Vec<Change>,
}

/// Compares what was seen now with the earlier run's evidence.
pub async fn measure(cx: &Cx) -> Seen {
    let Some(path) = cx.settings.baseline.clone() else {
        return Seen::default();
    };
    let text = tokio::fs::read_to_string(path).await.unwrap_or_default();
    let Some(before) = read(&text) else {
        return Seen::default();
    };
    let mut now = Sight::default();
    now.take_url(&Value::from(cx.settings.target.typed.clone()));
    for (measurement, evidence) in cx.before.all() {
        let value = serde_json::to_value(evidence).unwrap_or_default();
        let probe = value["probe"].as_str().unwrap_or_default();
        let about = measurement
            .subject
            .as_ref()
            .map(|subject| (subject.folder.as_str(), subject.process.as_deref()));
        now.take_evidence(probe, about, &value["seen"]);
    }
    now.settle();
    let both = now.traits.iter().filter(|new| {
        let same = |old: &&crate::history::Trait| old.topic == new.topic && old.about == new.about;
        before.traits.iter().find(same).is_some()
    });
    Seen {
        since: before.began.clone(),
        compared: both.count(),
        changes: changes(&before, &now),
    }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

impl Seen {
    /// Since when, and what.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts.changes;
        let since = self.since.as_deref().unwrap_or(&words.unknown_time);
        let day = since.split('T').next().unwrap_or(since);
        let first = self.changes.iter().take(TOLD);
        let first: Vec<String> = first.map(|change| change.says(at.words)).collect();
        let more = match self.changes.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => words.more.with(&[("count", &more)]),
        };
        Facts::from([
            ("since", shown(day)),
            ("compared", self.compared.to_string()),
            ("changes", format!("{}{more}", first.join(&words.joint))),
        ])
    }
}

symptoms! {
    /// Whether anything is different.
    Difference {
        /// Nothing is.
        Unchanged = "unchanged",
        /// Something is.
        Changed = "changed",
        /// There is nothing to compare.
        Untold = "untold",
    }
}

impl Symptom for Difference {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match (seen.changes.is_empty(), seen.compared) {
            (false, _) => Self::Changed,
            (true, 0) => Self::Untold,
            (true, _) => Self::Unchanged,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let seen = Seen {
            since: Some("2026-10-02T08:00:00Z".into()),
            compared: 9,
            changes: Vec::new(),
        };
        match self {
            Self::Unchanged => seen,
            Self::Changed => Seen {
                changes: vec![Change {
                    topic: crate::history::Topic::Folder,
                    about: Some("InvoiceBot".into()),
                    before: vec!["Finance".into()],
                    after: vec!["Finance/Archive".into()],
                }],
                ..seen
            },
            Self::Untold => Seen {
                compared: 0,
                ..seen
            },
        }
    }
}
