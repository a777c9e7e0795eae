//! What the account may do, against what Apps needs.

mod needed;

use super::alike::alike;
use super::{At, Cx, Intent, Subject, Symptom, function, symptoms};
use crate::config::{Settings, SignIn};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, field};
use crate::wire::{Answer, Failure, Request};
use crate::words::Words;
use needed::{ROLE, excess, is_of_folder, missing, risk};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Measured once: every row is read from the same lists.
pub const PER: Asks = Asks::Once;

/// The function that lists them.
const PERMISSIONS: &str = "/odata/Users/UiPath.Server.Configuration.OData.GetCurrentPermissions";

/// The function that tells the roles.
pub(super) const USER: &str = "/odata/Users/UiPath.Server.Configuration.OData.GetCurrentUser";

/// In how many folders the permissions are asked for.
pub(super) const MOST_FOLDERS: usize = 24;

/// How many permissions a sentence names.
const NAMED: usize = 6;

/// What the account may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where no folder is named.
    pub overall: Held,
    /// In folders of the profile.
    pub folders: Vec<InFolder>,
    /// The names of its roles.
    pub roles: Vec<String>,
}

/// One list of permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The permissions, sorted; none where they were not told.
    pub names: Option<Vec<String>>,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// What the account may do in a folder.
#[derive(Default)]
struct Rights {
    /// There or in the tenant.
    all: BTreeSet<String>,
    /// There.
    here: BTreeSet<String>,
}

/// The list of one folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFolder {
    /// Its fully qualified name.
    pub folder: String,
    /// What the account may do there.
    pub held: Held,
}

/// The request for the permissions, in a folder or without one.
pub(super) fn request(cx: &Cx, folder: Option<i64>) -> Request {
    function::request(cx, PERMISSIONS, folder)
}

/// The permissions, in a folder or without one; whoever asks shares the answer.
pub(super) async fn ask(cx: &Cx, folder: Option<i64>) -> Answer {
    function::ask(cx, PERMISSIONS, folder).await
}

/// The request for who the account is.
pub(super) fn user(cx: &Cx) -> Request {
    function::request(cx, USER, None)
}

/// The folders of the profile that the account sees, each once, with their numbers.
pub(super) fn wanted_folders(cx: &Cx) -> Vec<(String, i64)> {
    let Some(seen) = cx.before.folders(None) else {
        return Vec::new();
    };
    let mut found: Vec<(String, i64)> = Vec::new();
    for wanted in &cx.settings.processes {
        if let Some(folder) = seen.find(&wanted.folder)
            && !found.iter().any(|(_, id)| *id == folder.id)
        {
            found.push((wanted.folder.clone(), folder.id));
        }
    }
    found
}

/// Asks for the permissions, without a folder and in each, and for the roles.
pub async fn measure(cx: &Cx) -> Seen {
    let mut folders = wanted_folders(cx);
    if folders.len() > MOST_FOLDERS {
        folders.truncate(1);
    }
    let in_each = futures_util::future::join_all(folders.into_iter().map(async |(folder, id)| {
        let answer = ask(cx, Some(id)).await;
        InFolder {
            folder,
            held: Held::of(answer),
        }
    }));
    let (overall, folders, user) =
        futures_util::future::join3(ask(cx, None), in_each, function::ask(cx, USER, None)).await;
    Seen {
        overall: Held::of(overall),
        folders,
        roles: roles(user),
    }
}

/// The names of the user's roles, where they are told.
fn roles(answer: Answer) -> Vec<String> {
    let body = answer.ok().and_then(|response| response.json());
    let list = body
        .as_ref()
        .and_then(|body| field(body, "RolesList"))
        .and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.take(20).map(shown).collect()
}

/// Two lists, or a few more.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    [PERMISSIONS, USER]
        .map(|path| Intent::request(settings, "GET", path).signed_in())
        .to_vec()
}

impl Held {
    /// The list of an answer.
    fn of(answer: Answer) -> Self {
        let response = match answer {
            Err(failure) => {
                return Self {
                    failure: Some(failure),
                    ..Self::default()
                };
            }
            Ok(response) => response,
        };
        let body = response.json().filter(|_| response.status.is_success());
        let list = body
            .as_ref()
            .and_then(|body| field(body, "Permissions"))
            .and_then(Value::as_array);
        let Some(list) = list else {
            return Self {
                refusal: Some(Envelope::of(&response)),
                ..Self::default()
            };
        };
        let names: BTreeSet<String> = list.iter().filter_map(Value::as_str).map(shown).collect();
        Self {
            names: Some(names.into_iter().collect()),
            ..Self::default()
        }
    }
}

impl Seen {
    /// What the account may do; `None` where a list is not there or says nothing.
    fn rights(&self, folder: &str) -> Option<Rights> {
        // A profile may name the same folder in two ways; it is asked once.
        let plain = |name: &str| name.trim_matches('/').to_owned();
        let same = |known: &&InFolder| alike(&plain(&known.folder), &plain(folder));
        let here = self.folders.iter().find(same)?;
        let (overall, here) = (self.overall.names.as_ref()?, here.held.names.as_ref()?);
        // A list without anything that is given in folders is not that of a folder.
        is_of_folder(here).then(|| Rights {
            all: overall.iter().chain(here).cloned().collect(),
            here: here.iter().cloned().collect(),
        })
    }

    /// What is lacking and what is too much, in words.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let folder = folder(at);
        let rights = self.rights(folder).unwrap_or_default();
        let lacking = missing(&rights.all, &rights.here);
        let over = excess(&rights.all, &self.roles);
        let refused = [&self.overall]
            .into_iter()
            .chain(self.folders.iter().map(|known| &known.held))
            .find(|held| held.names.is_none());
        let said = match refused {
            Some(held) => {
                Envelope::said_or(held.refusal.as_ref(), held.failure.as_ref(), &words.answers)
            }
            None if rights.here.is_empty() => words.privileges.other_lists.to_string(),
            None => words.privileges.by_scopes.to_string(),
        };
        Facts::from([
            ("missing", listed(&lacking, at.words)),
            ("excess", listed(&over, at.words)),
            ("risk", risk(&over, &words.privileges).to_string()),
            ("said", said),
        ])
    }
}

/// The folder a row is about.
fn folder<'a>(at: &At<'a>) -> &'a str {
    at.subject
        .map(|subject| subject.folder.as_str())
        .unwrap_or_default()
}

/// The first few, and how many more.
fn listed(names: &[String], words: &Words) -> String {
    let words = &words.facts;
    let told = names.iter().take(NAMED).map(|name| {
        let role = name.strip_prefix(ROLE);
        role.map_or_else(
            || name.clone(),
            |role| words.privileges.role.with(&[("role", &role)]),
        )
    });
    let first = told.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 if names.is_empty() => words.common.nothing.to_string(),
        0 => first,
        more => words
            .common
            .more
            .with(&[("named", &first), ("count", &more)]),
    }
}

symptoms! {
    /// Whether the account may do what Apps needs, and nothing else.
    Sufficiency {
        /// It may do just that.
        Least = "least",
        /// It may do more.
        Excess = "excess",
        /// It cannot be told.
        Untold = "untold",
        /// It lacks something.
        Missing = "missing",
    }
}

impl Symptom for Sufficiency {
    type Seen = Seen;

    fn read(seen: &Seen, at: &At<'_>) -> Self {
        let Some(rights) = seen.rights(folder(at)) else {
            return Self::Untold;
        };
        let by_scopes = !matches!(at.settings.sign_in, SignIn::Password { .. });
        match (
            missing(&rights.all, &rights.here).is_empty(),
            excess(&rights.all, &seen.roles).is_empty(),
        ) {
            // What an application lacks here may be a scope that was not asked for, and no permission.
            (false, _) if by_scopes => Self::Untold,
            (false, _) => Self::Missing,
            (true, false) => Self::Excess,
            (true, true) => Self::Least,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let names = |names: &[&str]| Held {
            names: Some(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Held::default()
        };
        let seen = |folder: &[&str]| Seen {
            overall: names(&["Packages.View", "Webhooks.Create", "Webhooks.View"]),
            folders: vec![InFolder {
                folder: "Finance/Invoices".into(),
                held: names(folder),
            }],
            roles: vec!["Apps integration".into()],
        };
        let least = ["Jobs.Create", "Jobs.View", "Processes.View"];
        match self {
            Self::Least => seen(&least),
            Self::Excess => seen(&[&least[..], &["Assets.View", "Users.Edit"]].concat()),
            Self::Untold => Seen::default(),
            Self::Missing => seen(&least[..1]),
        }
    }
}
