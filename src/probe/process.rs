//! Whether a process is where the app expects it.

pub(super) mod search;

use super::listing::folder_id;
use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::Failure;
use crate::wire::envelope::{Envelope, field};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One by one.
pub const PER: Asks = Asks::Process;

/// In how many other folders an absent process is looked for.
const OTHER_FOLDERS: usize = 30;

/// How many such searches a run makes at most, whatever the number of processes.
const ALL_SEARCHES: usize = 300;

/// What the folder says of the process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The process.
    pub release: Option<Release>,
    /// Whether the folder answered the question.
    pub asked: bool,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
    /// Other folders that have a process of this name.
    pub elsewhere: Vec<String>,
}

/// A process as Orchestrator keeps it (`Release` in its API).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The key that jobs are started with.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its package.
    pub package: String,
    /// The version of the package.
    pub version: String,
    /// Whether the package is gone.
    pub deleted: bool,
    /// The feed the package comes from, where the folder has its own.
    pub feed: Option<String>,
}

/// A text as OData quotes it inside a URL.
pub(super) fn quoted(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    let encoded: String = url::form_urlencoded::byte_serialize(doubled.as_bytes()).collect();
    format!("'{}'", encoded.replace('+', "%20"))
}

/// Asks the folder for the one process, and the other folders where it is not there.
pub async fn measure(cx: &Cx) -> Seen {
    let Some(subject) = cx.subject.as_ref() else {
        return Seen::default();
    };
    let (Some(folder), Some(name)) = (folder_id(cx), subject.process.as_deref()) else {
        return Seen::default();
    };
    match search::wanted(cx, (&subject.folder, folder), name).await {
        Err(seen) => *seen,
        Ok(Some(release)) => Seen {
            release: Some(release),
            asked: true,
            ..Seen::default()
        },
        Ok(None) => Seen {
            asked: true,
            elsewhere: elsewhere(cx, folder, name).await,
            ..Seen::default()
        },
    }
}

/// A process from its JSON; what is not there is empty.
fn release(item: &Value) -> Release {
    let text = |name| {
        field(item, name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Release {
        key: text("Key"),
        name: text("Name"),
        package: text("ProcessKey"),
        version: text("ProcessVersion"),
        deleted: field(item, "IsProcessDeleted") == Some(&Value::Bool(true)),
        feed: Some(text("FeedId")).filter(|feed| !feed.is_empty()),
    }
}

/// The process of the subject in its folder, as this run asked for it: the measurements that start from it share the answer.
pub(super) async fn of_subject(cx: &Cx, folder: i64) -> Option<Release> {
    let subject = cx.subject.as_ref()?;
    let name = subject.process.as_deref()?;
    let found = search::wanted(cx, (&subject.folder, folder), name).await;
    found.ok().flatten()
}

/// The other folders that have a process of this name.
async fn elsewhere(cx: &Cx, folder: i64, name: &str) -> Vec<String> {
    let others = cx
        .before
        .folders(None)
        .map(|seen| seen.folders.clone())
        .unwrap_or_default();
    let others = others
        .into_iter()
        .filter(|other| other.id != folder)
        .take(OTHER_FOLDERS.min(ALL_SEARCHES / cx.settings.processes.len().max(1)));
    let found = join_all(others.map(async |other| {
        let release = search::anywhere(cx, other.id, name).await;
        release.map(|_| other.name)
    }))
    .await;
    found.into_iter().flatten().collect()
}

/// One request.
pub fn intents(settings: &Settings, subject: Option<&Subject>) -> Vec<Intent> {
    let name = subject
        .and_then(|subject| subject.process.as_deref())
        .unwrap_or_default();
    let path = format!(
        "/odata/Releases?$filter=Name eq '{}'&$top=2",
        name.replace('\'', "''")
    );
    vec![Intent::request(settings, "GET", &path).signed_in()]
}

impl Seen {
    /// What was found, and where.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let release = self.release.clone().unwrap_or_default();
        let elsewhere: Vec<String> = self
            .elsewhere
            .iter()
            .map(|name| words.common.quoted.with(&[("text", &shown(name))]))
            .collect();
        Facts::from([
            ("package", shown(&release.package)),
            ("found_version", shown(&release.version)),
            (
                "elsewhere",
                if elsewhere.is_empty() {
                    words.folders.nowhere.to_string()
                } else {
                    elsewhere.join(", ")
                },
            ),
            (
                "said",
                Envelope::said_or(self.refusal.as_ref(), self.failure.as_ref(), &words.answers),
            ),
        ])
    }
}

symptoms! {
    /// Whether the process is in its folder.
    Presence {
        /// It is.
        Present = "present",
        /// It is in no folder that the account sees.
        Absent = "absent",
        /// It is in another folder.
        Elsewhere = "elsewhere",
        /// It is there, and its package is gone.
        Deleted = "deleted",
        /// The answer fits none of these.
        Untold = "untold",
    }
}

impl Symptom for Presence {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match &seen.release {
            Some(release) if release.deleted => Self::Deleted,
            Some(_) => Self::Present,
            None if !seen.asked => Self::Untold,
            None if seen.elsewhere.is_empty() => Self::Absent,
            None => Self::Elsewhere,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let asked = Seen {
            asked: true,
            ..Seen::default()
        };
        let release = Release {
            key: "5f2d…".into(),
            name: "InvoiceBot".into(),
            package: "Invoice.Bot".into(),
            version: "1.0.7".into(),
            ..Release::default()
        };
        match self {
            Self::Present => Seen {
                release: Some(release),
                ..asked
            },
            Self::Absent => asked,
            Self::Elsewhere => Seen {
                elsewhere: vec!["Finance/Archive".into()],
                ..asked
            },
            Self::Deleted => Seen {
                release: Some(Release {
                    deleted: true,
                    ..release
                }),
                ..asked
            },
            Self::Untold => Seen {
                refusal: Some(Envelope {
                    status: 500,
                    ..Envelope::default()
                }),
                ..Seen::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_for_odata_and_for_the_url() {
        assert_eq!(quoted("O'Neil #1 & co"), "'O%27%27Neil%20%231%20%26%20co'");
        assert_eq!(quoted("請求"), "'%E8%AB%8B%E6%B1%82'");
    }
}
