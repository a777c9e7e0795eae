//! Finds processes by name with as few requests as there are folders.

use super::super::listing::{in_folder, in_folder_named};
use super::super::{Cx, alike};
use super::{Release, Seen, quoted, release};
use crate::wire::envelope::{Envelope, field, whole_number};
use crate::wire::{Request, Response};
use serde_json::Value;

/// How long the names of one request may be, encoded: IIS takes queries of 2,048 characters.
const LONGEST: usize = 1_500;

/// How many names one request may have: a filter may have 100 expressions.
const MOST: usize = 40;

/// What a folder answered about some names.
pub(in super::super) struct Found {
    /// The processes it has.
    pub(in super::super) releases: Vec<Release>,
    /// Whether there are some among them that nobody asked for: whoever answered did not heed the filter.
    strange: bool,
}

/// The names that the profile wants from the folder, in pieces that fit a request each.
pub(in super::super) fn pieces(cx: &Cx, folder: &str) -> Vec<Vec<String>> {
    let mut pieces: Vec<Vec<String>> = Vec::new();
    let mut length = 0;
    for wanted in &cx.settings.processes {
        if wanted.folder != folder || pieces.iter().flatten().any(|name| *name == wanted.name) {
            continue;
        }
        let more = quoted(&wanted.name).len() + "Name%20eq%20%20or%20".len();
        match pieces.last_mut() {
            Some(piece) if length + more <= LONGEST && piece.len() < MOST => {
                piece.push(wanted.name.clone());
                length += more;
            }
            _ => {
                pieces.push(vec![wanted.name.clone()]);
                length = more;
            }
        }
    }
    pieces
}

/// The process of that name in the folder of the profile: one request tells of every name that is wanted there.
pub(in super::super) async fn wanted(
    cx: &Cx,
    folder: (&str, i64),
    name: &str,
) -> Result<Option<Release>, Box<Seen>> {
    let pieces = pieces(cx, folder.0);
    let piece = pieces
        .into_iter()
        .find(|piece| piece.iter().any(|known| known == name));
    let piece = piece.unwrap_or_else(|| vec![name.to_owned()]);
    if let Some(found) = told_ahead(cx, folder, &piece).await
        && !found.strange
    {
        return found.of_name(name);
    }
    asked(cx, folder.1, &piece).await?.of_name(name)
}

/// The process of that name in any folder.
pub(super) async fn anywhere(cx: &Cx, folder: i64, name: &str) -> Option<Release> {
    let found = asked(cx, folder, &[name.to_owned()]).await;
    found.ok()?.of_name(name).ok()?
}

/// The first names that the profile wants from the folder, asked for all at once.
pub(in super::super) async fn first_of(cx: &Cx, folder: (&str, i64)) -> Result<Found, Box<Seen>> {
    let first = pieces(cx, folder.0).into_iter().next().unwrap_or_default();
    asked(cx, folder.1, &first).await
}

impl Found {
    /// What is found for these names.
    fn of(list: &[Value], names: &[String]) -> Self {
        let releases: Vec<Release> = list.iter().map(release).collect();
        let wanted = |release: &Release| names.iter().any(|name| alike::alike(name, &release.name));
        Self {
            strange: !releases.iter().all(wanted),
            releases,
        }
    }

    /// The one of that name among those asked for; that it is not there says nothing where the filter was not heeded.
    fn of_name(self, name: &str) -> Result<Option<Release>, Box<Seen>> {
        let found = alike::find(&self.releases, name, |release| &release.name).cloned();
        if found.is_none() && self.strange {
            return Err(Box::default());
        }
        Ok(found)
    }
}

/// The request for these names, in no folder yet; a name that was typed with loose accents is asked for in both spellings.
fn request(cx: &Cx, names: &[String]) -> Request {
    let spellings = names.iter().flat_map(|name| {
        let composed = Some(alike::composed(name)).filter(|composed| composed != name);
        [Some(name.clone()), composed].into_iter().flatten()
    });
    let filter: Vec<String> = spellings
        .map(|name| format!("Name%20eq%20{}", quoted(&name)))
        .collect();
    Request::get(format!(
        "{}/odata/Releases?$filter={}&$top={}",
        cx.settings.target.base(),
        filter.join("%20or%20"),
        2 * filter.len(),
    ))
}

/// The request for these names in the folder of that number.
pub(in super::super) fn by_number(cx: &Cx, folder: i64, names: &[String]) -> Request {
    in_folder(request(cx, names), folder)
}

/// The request for these names in the folder of that name.
pub(in super::super) fn by_name(cx: &Cx, folder: &str, names: &[String]) -> Request {
    in_folder_named(request(cx, names), folder)
}

/// What the folder answered when it was asked by its name, before its number was known.
///
/// It counts where every process says that it is of the folder with that number: a server that does not know the header would have
/// answered for another folder, or for none.
async fn told_ahead(cx: &Cx, folder: (&str, i64), names: &[String]) -> Option<Found> {
    let answer = cx.session.told_ahead(by_name(cx, folder.0, names)).await?;
    let list = items(&answer.ok()?)?;
    let number = |item: &Value| field(item, "OrganizationUnitId").and_then(whole_number);
    let of_folder = |item: &Value| number(item) == Some(folder.1);
    (!list.is_empty() && list.iter().all(of_folder)).then(|| Found::of(&list, names))
}

/// The processes of an answer; nothing where it is no list.
fn items(response: &Response) -> Option<Vec<Value>> {
    let body = response.json().filter(|_| response.status.is_success())?;
    field(&body, "value")?.as_array().cloned()
}

/// Asks the folder for these names.
async fn asked(cx: &Cx, folder: i64, names: &[String]) -> Result<Found, Box<Seen>> {
    let answer = cx.session.api_shared(by_number(cx, folder, names)).await;
    let response = answer.map_err(|failure| {
        Box::new(Seen {
            failure: Some(failure),
            ..Seen::default()
        })
    })?;
    match items(&response) {
        None => Err(Box::new(Seen {
            refusal: Some(Envelope::of(&response)),
            ..Seen::default()
        })),
        Some(list) => Ok(Found::of(&list, names)),
    }
}
