//! How many processes a folder shows to the account.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::wire::envelope::{Envelope, field, whole_number};
use crate::wire::{Failure, Request};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Folder by folder.
pub const PER: Asks = Asks::Folder;

/// What the folder answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many processes there are, where it says.
    pub count: Option<u64>,
    /// Whether there may be more: only those that are wanted were asked for.
    #[serde(default)]
    pub at_least: bool,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// Orchestrator's number for a folder that does not exist or that the account may not enter; with which status is not documented.
const NO_ACCESS: i64 = 1100;

/// The folder of the subject, as an earlier measurement found it.
pub(super) fn folder_id(cx: &Cx) -> Option<i64> {
    let subject = cx.subject.as_ref()?;
    cx.before
        .folders(None)?
        .find(&subject.folder)
        .map(|folder| folder.id)
}

/// A request about a folder's contents.
pub(super) fn in_folder(request: Request, folder: i64) -> Request {
    request.header("x-uipath-organizationunitid", &folder.to_string())
}

/// The same with the folder told by its name. The API guide of every version from 2020.10 on has this header beside the other: Base64 of
/// UTF-16, little end first.
pub(super) fn in_folder_named(request: Request, folder: &str) -> Request {
    let bytes: Vec<u8> = folder.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    request.header("x-uipath-folderpath-encoded", &encoded)
}

/// The request for how many processes a folder has.
pub(super) fn request(cx: &Cx, folder: i64) -> Request {
    let base = cx.settings.target.base();
    in_folder(
        Request::get(format!("{base}/odata/Releases?$top=1&$count=true")),
        folder,
    )
}

/// How many folders a profile may have for each to be counted: beyond, the processes that are wanted anyway have to do.
const COUNTED_FOLDERS: usize = 20;

/// Counts the folder's processes without listing them.
pub async fn measure(cx: &Cx) -> Seen {
    let (Some(folder), Some(subject)) = (folder_id(cx), cx.subject.as_ref()) else {
        return Seen::default();
    };
    if super::privileges::wanted_folders(cx).len() > COUNTED_FOLDERS {
        let found = super::process::search::first_of(cx, (&subject.folder, folder)).await;
        if let Ok(found) = found
            && !found.releases.is_empty()
        {
            return Seen {
                count: u64::try_from(found.releases.len()).ok(),
                at_least: true,
                ..Seen::default()
            };
        }
    }
    match cx.session.api_shared(request(cx, folder)).await {
        Err(failure) => Seen {
            failure: Some(failure),
            ..Seen::default()
        },
        Ok(response) => {
            let body = response.json().filter(|_| response.status.is_success());
            let shown = body
                .as_ref()
                .and_then(|body| field(body, "value"))
                .and_then(Value::as_array);
            match (body.as_ref(), shown) {
                (Some(body), Some(shown)) => {
                    let told = field(body, "@odata.count").and_then(whole_number);
                    let shown = u64::try_from(shown.len()).unwrap_or(u64::MAX);
                    // What is shown is there, whatever the count says.
                    let told = told.and_then(|count| u64::try_from(count).ok());
                    Seen {
                        count: Some(told.unwrap_or(shown).max(shown)),
                        ..Seen::default()
                    }
                }
                _ => Seen {
                    refusal: Some(Envelope::of(&response)),
                    ..Seen::default()
                },
            }
        }
    }
}

/// One request.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    vec![Intent::request(settings, "GET", "/odata/Releases?$top=1&$count=true").signed_in()]
}

impl Seen {
    /// The number, or what was said instead.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let count = match self.count {
            Some(count) if self.at_least => words.common.at_least.of(number(count)),
            Some(count) => words.common.processes.of(number(count)),
            None => words.common.some_processes.to_string(),
        };
        let said = Envelope::said_or(self.refusal.as_ref(), self.failure.as_ref(), &words.answers);
        Facts::from([("process_count", count), ("said", said)])
    }
}

symptoms! {
    /// Whether the folder shows its processes.
    Contents {
        /// It does.
        Listed = "listed",
        /// The account may not look.
        Denied = "denied",
        /// It shows none.
        None = "none",
        /// The answer fits none of these.
        Untold = "untold",
    }
}

impl Symptom for Contents {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match (seen.count, &seen.refusal) {
            (Some(0), _) => Self::None,
            (Some(_), _) => Self::Listed,
            (None, Some(envelope)) if envelope.forbids() => Self::Denied,
            (None, Some(envelope)) if envelope.code == Some(NO_ACCESS) => Self::Denied,
            (None, _) => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let refused = |status| Seen {
            refusal: Some(Envelope::unauthorized(status)),
            ..Seen::default()
        };
        match self {
            Self::Listed => Seen {
                count: Some(12),
                ..Seen::default()
            },
            Self::Denied => refused(403),
            Self::None => Seen {
                count: Some(0),
                ..Seen::default()
            },
            Self::Untold => refused(500),
        }
    }
}
