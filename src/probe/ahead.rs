//! What is asked before the answers that it follows from are there, so that a round trip is saved.
//!
//! Nothing is taken for true on the strength of a guess. A request by the numbers of an earlier run is the one that will be made if the
//! numbers still hold, and is shared then; a request by a folder's name counts only where the answer names the folder's number.

use super::answer::Seen as Answered;
use super::process::search;
use super::{Cx, execute, listing, privileges, version};
use crate::history::Known;

/// How many folders a profile may have for any of this: with many a wrong guess costs more than a round trip.
const MOST_FOLDERS: usize = 4;

/// The API from which folders can be told by name (2020.10, by its guide); before, the header is not known and another folder may answer.
const NAMES_FROM: f64 = 11.0;

/// Sends what can be sent as soon as somebody is signed in.
pub(super) async fn start(cx: &Cx) {
    let folders = folders(cx);
    if folders.is_empty() || folders.len() > MOST_FOLDERS || !cx.session.takes_many().await {
        return;
    }
    let known = known(cx).await;
    for folder in folders {
        match known.folder(folder.trim_matches('/')) {
            Some(number) => by_number(cx, folder, number, &known).await,
            None if by_name(cx, folder) => {
                for names in search::pieces(cx, folder) {
                    cx.session.ahead(search::by_name(cx, folder, &names)).await;
                }
            }
            None => {}
        }
    }
}

/// The folders of the profile, each once.
fn folders(cx: &Cx) -> Vec<&str> {
    let mut folders: Vec<&str> = Vec::new();
    for wanted in &cx.settings.processes {
        if !folders.contains(&wanted.folder.as_str()) {
            folders.push(&wanted.folder);
        }
    }
    folders
}

/// Whether the folder is asked by its name: a name that begins with a dot or a slash would be one relative to another folder.
pub(super) fn by_name(cx: &Cx, folder: &str) -> bool {
    let api = cx.before.answer(None).and_then(Answered::api_version);
    api.is_some_and(|api| api >= NAMES_FROM)
        && !folder.starts_with(['.', '/'])
        && !folder.ends_with('/')
}

/// What the earlier run asked by, where there is one.
async fn known(cx: &Cx) -> Known {
    let Some(path) = cx.settings.baseline.clone() else {
        return Known::default();
    };
    let text = tokio::fs::read_to_string(path).await.unwrap_or_default();
    Known::of(&text)
}

/// Asks all that a folder and its processes will be asked, if they are still those of the earlier run.
async fn by_number(cx: &Cx, folder: &str, number: i64, known: &Known) {
    for names in search::pieces(cx, folder) {
        cx.session
            .ahead(search::by_number(cx, number, &names))
            .await;
    }
    let wanted = cx.settings.processes.iter();
    for wanted in wanted.filter(|wanted| wanted.folder == folder) {
        let Some(process) = known.process(folder, &wanted.name) else {
            continue;
        };
        if let Some(dry_run) = execute::dry_run(cx, number, &process.key) {
            cx.session.ahead(dry_run).await;
        }
        if wanted.version.is_some() {
            let (package, feed) = (&process.package, process.feed.as_deref());
            let versions = version::request(cx, number, package, feed);
            cx.session.ahead(versions).await;
        }
    }
    for request in [
        listing::request(cx, number),
        privileges::request(cx, Some(number)),
        privileges::request(cx, None),
        privileges::user(cx),
    ] {
        cx.session.ahead(request).await;
    }
}
