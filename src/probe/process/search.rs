//! Finds processes by name with as few requests as there are folders.

use super::super::Cx;
use super::super::listing::in_folder;
use super::{Release, Seen, quoted, release};
use crate::wire::Request;
use crate::wire::envelope::{Envelope, field};
use serde_json::Value;

/// How long the names of one request may be, encoded: IIS takes queries of 2,048 characters.
const LONGEST: usize = 1_500;

/// How many names one request may have: a filter may have 100 expressions.
const MOST: usize = 40;

/// What a folder answered about some names.
pub(in super::super) struct Found {
    /// The processes it has.
    pub(in super::super) releases: Vec<Release>,
}

/// The names that the profile wants from the folder, in pieces that fit a request each.
fn pieces(cx: &Cx, folder: &str) -> Vec<Vec<String>> {
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
pub(super) async fn wanted(
    cx: &Cx,
    folder: (&str, i64),
    name: &str,
) -> Result<Option<Release>, Box<Seen>> {
    let pieces = pieces(cx, folder.0);
    let piece = pieces
        .into_iter()
        .find(|piece| piece.iter().any(|known| known == name));
    one_of(
        cx,
        folder.1,
        &piece.unwrap_or_else(|| vec![name.to_owned()]),
        name,
    )
    .await
}

/// The process of that name in any folder.
pub(super) async fn anywhere(cx: &Cx, folder: i64, name: &str) -> Option<Release> {
    one_of(cx, folder, &[name.to_owned()], name)
        .await
        .ok()
        .flatten()
}

/// The first names that the profile wants from the folder, asked for all at once.
pub(in super::super) async fn first_of(cx: &Cx, folder: (&str, i64)) -> Result<Found, Box<Seen>> {
    let first = pieces(cx, folder.0).into_iter().next().unwrap_or_default();
    asked(cx, folder.1, &first).await
}

/// The one of that name among those asked for.
async fn one_of(
    cx: &Cx,
    folder: i64,
    names: &[String],
    name: &str,
) -> Result<Option<Release>, Box<Seen>> {
    let found = asked(cx, folder, names).await?;
    // The database compares names whatever their case, and so does Orchestrator; the exact one is taken where both are there.
    let exact = found.releases.iter().find(|release| release.name == name);
    let alike = || {
        let lower = name.to_lowercase();
        found
            .releases
            .iter()
            .find(|release| release.name.to_lowercase() == lower)
    };
    Ok(exact.or_else(alike).cloned())
}

/// Asks the folder for these names.
async fn asked(cx: &Cx, folder: i64, names: &[String]) -> Result<Found, Box<Seen>> {
    let filter: Vec<String> = names
        .iter()
        .map(|name| format!("Name%20eq%20{}", quoted(name)))
        .collect();
    let path = format!(
        "{}/odata/Releases?$filter={}&$top={}",
        cx.settings.target.base(),
        filter.join("%20or%20"),
        2 * names.len(),
    );
    let answer = cx
        .session
        .api_shared(in_folder(Request::get(path), folder))
        .await;
    let response = answer.map_err(|failure| {
        Box::new(Seen {
            failure: Some(failure),
            ..Seen::default()
        })
    })?;
    let body = response.json().filter(|_| response.status.is_success());
    let list = body
        .as_ref()
        .and_then(|body| field(body, "value"))
        .and_then(Value::as_array);
    match list {
        None => Err(Box::new(Seen {
            refusal: Some(Envelope::of(&response)),
            ..Seen::default()
        })),
        Some(list) => Ok(Found {
            releases: list.iter().map(release).collect(),
        }),
    }
}
