//! Functions of Orchestrator's interface that take no argument: versions up to 2020.4 write brackets after their names.

use super::listing::in_folder;
use super::{Cx, answer};
use crate::wire::{Answer, Request};
use hyper::StatusCode;

/// The API from which on the names stand without brackets (2020.10).
const BARE_FROM: f64 = 11.0;

/// How a function's name ends in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Bare,
    Brackets,
}

/// The request for a function, in the form of the version that answers; where that is not told, in the form of most.
pub(super) fn request(cx: &Cx, function: &str, folder: Option<i64>) -> Request {
    let old = version(cx).is_some_and(|api| api < BARE_FROM);
    let ending = if old { Ending::Brackets } else { Ending::Bare };
    ending_in(ending, cx, function, folder)
}

/// Asks a function, in the other form too where the version is not told and the first is not there; every measurement shares the answer.
///
/// # Errors
/// Why there is no answer.
pub(super) async fn ask(cx: &Cx, function: &str, folder: Option<i64>) -> Answer {
    let asked = request(cx, function, folder);
    let answer = Box::pin(cx.session.api_shared(asked)).await;
    match &answer {
        Ok(response) if response.status == StatusCode::NOT_FOUND && version(cx).is_none() => {
            let other = ending_in(Ending::Brackets, cx, function, folder);
            Box::pin(cx.session.api_shared(other)).await
        }
        Ok(_) | Err(_) => answer,
    }
}

fn version(cx: &Cx) -> Option<f64> {
    cx.before.answer(None).and_then(answer::Seen::api_version)
}

fn ending_in(ending: Ending, cx: &Cx, function: &str, folder: Option<i64>) -> Request {
    let brackets = match ending {
        Ending::Bare => "",
        Ending::Brackets => "()",
    };
    let base = cx.settings.target.base();
    let request = Request::get(format!("{base}{function}{brackets}"));
    match folder {
        Some(folder) => in_folder(request, folder),
        None => request,
    }
}
