//! The folders that the account sees.

use super::{At, Cx, Intent, Subject, Symptom, alike, symptoms};
use crate::config::{Settings, SignIn};
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, field, whole_number};
use crate::wire::{Failure, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Display;

/// Measured once: one list answers for every folder.
pub const PER: Asks = Asks::Once;

/// The page size that every version takes (more than 100 is error 1009).
const PAGE: usize = 100;

/// The most pages that are read.
const PAGES: usize = 50;

/// The folders, and how they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The folders.
    pub folders: Vec<Folder>,
    /// Whether the list is whole.
    pub whole: bool,
    /// The answer that ended it, where that was an error.
    pub refusal: Option<Envelope>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// One folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its number, which the folder header carries.
    pub id: i64,
    /// Its fully qualified name.
    pub name: String,
    /// Whether it is a classic folder.
    pub classic: bool,
}

/// The way of users; OAuth is not supported by it (v15 to v20).
const NAVIGATION: &str = "/api/FoldersNavigation/GetFoldersForCurrentUser";

/// The way of applications from API 18 on.
const CURRENT: &str = "/api/Folders/GetAllForCurrentUser";

/// The way of everybody who may view folders.
const ODATA: &str = "/odata/Folders";

/// Where the folders are listed: the places that may answer, likeliest first.
fn listings(settings: &Settings, api: Option<f64>) -> &'static [&'static str] {
    let current = api.is_some_and(|api| api >= 18.0);
    match settings.sign_in {
        SignIn::ClientCredentials { .. } if current => &[CURRENT, ODATA],
        SignIn::ClientCredentials { .. } => &[ODATA],
        // A token does not show whose it is: a user's or an application's.
        SignIn::Token if current => &[NAVIGATION, CURRENT, ODATA],
        SignIn::Token => &[NAVIGATION, ODATA],
        SignIn::Password { .. } | SignIn::None => &[NAVIGATION],
    }
}

/// Lists every folder of the account.
pub async fn measure(cx: &Cx) -> Seen {
    let api = cx
        .before
        .answer(None)
        .and_then(super::answer::Seen::api_version);
    super::ahead::start(cx).await;
    let mut seen = Seen::default();
    for path in listings(&cx.settings, api) {
        seen = listed(cx, path).await;
        let refused = seen
            .refusal
            .as_ref()
            .is_some_and(|refusal| matches!(refusal.status, 403..=405));
        if !refused {
            break;
        }
    }
    seen
}

/// Lists every folder that the path shows.
async fn listed(cx: &Cx, path: &str) -> Seen {
    let mut seen = Seen::default();
    for _ in 0..PAGES {
        let skip = seen.folders.len();
        let query = if path.starts_with("/odata") {
            format!("$skip={skip}&$top={PAGE}")
        } else {
            format!("skip={skip}&take={PAGE}")
        };
        let request = Request::get(format!("{}{path}?{query}", cx.settings.target.base()));
        let response = match cx.session.api(request).await {
            Err(failure) => {
                return Seen {
                    failure: Some(failure),
                    ..seen
                };
            }
            Ok(response) => response,
        };
        let items = response
            .json()
            .filter(|_| response.status.is_success())
            .and_then(|body| items(&body));
        let Some(page) = items else {
            return Seen {
                refusal: Some(Envelope::of(&response)),
                ..seen
            };
        };
        if seen.take(&page) {
            return seen;
        }
    }
    seen
}

/// One page of folders.
struct Page {
    /// The folders.
    folders: Vec<Folder>,
    /// How many there are in all, where it says.
    count: Option<usize>,
    /// Whether it says that another page comes.
    next: bool,
    /// How many items are no folders.
    odd: usize,
}

/// The folders of one page.
fn items(body: &Value) -> Option<Page> {
    let list = field(body, "PageItems")
        .or_else(|| field(body, "value"))
        .unwrap_or(body)
        .as_array()?;
    let count = field(body, "Count")
        .or_else(|| field(body, "@odata.count"))
        .and_then(whole_number);
    let folder = |item: &Value| {
        let text = |name| {
            field(item, name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let name = text("FullyQualifiedName").or_else(|| text("DisplayName"))?;
        let classic = text("ProvisionType").is_some_and(|kind| kind.eq_ignore_ascii_case("manual"));
        Some(Folder {
            id: whole_number(field(item, "Id")?)?,
            name: name.to_owned(),
            classic,
        })
    };
    let folders: Vec<Folder> = list.iter().filter_map(folder).collect();
    Some(Page {
        odd: list.len() - folders.len(),
        next: field(body, "@odata.nextLink").is_some_and(Value::is_string),
        folders,
        count: count.and_then(|count| usize::try_from(count).ok()),
    })
}

/// One request, or a few.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let paths = listings(settings, None).iter();
    paths
        .map(|path| Intent::request(settings, "GET", path).signed_in())
        .collect()
}

impl Seen {
    /// Takes a page over; says whether it was the last that is of use.
    ///
    /// A server may give out smaller pages than it is asked for, miscount, or give the same page again.
    fn take(&mut self, page: &Page) -> bool {
        let before = self.folders.len();
        let fresh = page.folders.iter();
        let fresh = fresh.filter(|folder| self.folders.iter().all(|known| known.id != folder.id));
        let fresh: Vec<Folder> = fresh.cloned().collect();
        self.folders.extend(fresh);
        // What has no number or name may be the very folder that is looked for.
        if page.odd > 0 {
            return true;
        }
        let more = page.next || page.count.is_some_and(|count| self.folders.len() < count);
        if page.folders.is_empty() || (page.folders.len() < PAGE && !more) {
            self.whole = !more;
            return true;
        }
        self.folders.len() == before
    }

    /// The folder of that name: exactly, or else as Orchestrator compares.
    pub fn find(&self, name: &str) -> Option<&Folder> {
        let name = name.trim_matches('/');
        alike::find(&self.folders, name, |folder| &folder.name)
    }

    /// How many there are, and which are like the one wanted.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let wanted = at
            .subject
            .map(|subject| subject.folder.as_str())
            .unwrap_or_default();
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let mut like: Vec<&Folder> = self
            .folders
            .iter()
            .filter(|folder| last(&folder.name) == last(wanted))
            .collect();
        if like.is_empty() {
            like = self.folders.iter().take(5).collect();
        }
        let names: Vec<String> = like
            .iter()
            .take(5)
            .map(|folder| words.common.quoted.with(&[("text", &shown(&folder.name))]))
            .collect();
        let names: (_, &dyn Display) = ("names", &names.join(", "));
        let sees = match self.folders.len() {
            0 => words.folders.no_folder.to_string(),
            1 => words.folders.one_folder.with(&[names]),
            count => words.folders.many_folders.with(&[("count", &count), names]),
        };
        Facts::from([
            ("folder_count", self.folders.len().to_string()),
            ("sees", sees),
            (
                "said",
                Envelope::said_or(self.refusal.as_ref(), self.failure.as_ref(), &words.answers),
            ),
        ])
    }
}

symptoms! {
    /// Whether the account sees the folder.
    Visibility {
        /// It does.
        Visible = "visible",
        /// It is not in the list.
        NotVisible = "not-visible",
        /// The list could not be had.
        Untold = "untold",
    }
}

impl Symptom for Visibility {
    type Seen = Seen;

    fn read(seen: &Seen, at: &At<'_>) -> Self {
        let wanted = at
            .subject
            .map(|subject| subject.folder.as_str())
            .unwrap_or_default();
        if seen.find(wanted).is_some() {
            Self::Visible
        } else if seen.whole {
            Self::NotVisible
        } else {
            Self::Untold
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let folder = |id, name: &str| Folder {
            id,
            name: name.into(),
            classic: false,
        };
        let whole = Seen {
            whole: true,
            folders: vec![folder(3, "Shared"), folder(5, "Archive/Invoices")],
            ..Seen::default()
        };
        match self {
            Self::Visible => Seen {
                folders: vec![folder(7, "Finance/Invoices")],
                ..whole
            },
            Self::NotVisible => whole,
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
