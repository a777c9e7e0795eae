//! The webhook that is made for the attempt, and removed again.

use super::{Ear, Obstacle, Step};
use crate::config::Settings;
use crate::probe::Cx;
use crate::probe::hooks::OURS;
use crate::wire::envelope::{Envelope, field};
use crate::wire::session::Debt;
use crate::wire::{Answer, Request, Response};
use hyper::Method;
use serde_json::{Value, json};
use url::Url;

/// Removes the webhooks that earlier runs of this listener could not remove: killed, or cut off.
pub(super) async fn remove_leftovers(cx: &Cx, reachable: &str) -> usize {
    let Some(ours) = Url::parse(reachable)
        .ok()
        .and_then(|base| base.join(&format!("{OURS}/")).ok())
    else {
        return 0;
    };
    let path = format!("{}/odata/Webhooks?$top=1000", cx.settings.target.base());
    let Ok(response) = cx.session.api(Request::get(path)).await else {
        return 0;
    };
    let body = response.json().unwrap_or_default();
    let list = field(&body, "value").and_then(Value::as_array);
    let is_ours = |item: &&Value| {
        field(item, "Url")
            .and_then(Value::as_str)
            .is_some_and(|url| url.starts_with(ours.as_str()))
    };
    let mut removed = 0;
    for id in list
        .into_iter()
        .flatten()
        .filter(is_ours)
        .filter_map(|item| field(item, "Id")?.as_i64())
    {
        let answer = cx.session.api(removal(&cx.settings, id)).await;
        removed += usize::from(matches!(answer, Ok(response) if response.status.is_success()));
    }
    removed
}

/// What removes a webhook.
fn removal(settings: &Settings, id: i64) -> Request {
    Request {
        method: Method::DELETE,
        ..Request::get(format!("{}/odata/Webhooks({id})", settings.target.base()))
    }
}

/// Makes the webhook, and notes at once what removes it.
pub(super) async fn create(cx: &Cx, ear: &Ear) -> Result<(i64, Debt), Obstacle> {
    let wanted = json!({
        "Name": format!("{OURS} check of {}", cx.world.machine.name()).chars().take(120).collect::<String>(),
        "Url": ear.url,
        "Enabled": true,
        "Secret": ear.secret,
        "SubscribeToAllEvents": false,
        "AllowInsecureSsl": ear.secure,
        "Events": [{ "EventType": "job.created" }],
    });
    let path = format!("{}/odata/Webhooks", cx.settings.target.base());
    let response = answered(
        Step::Create,
        cx.session.api(Request::post(path, &wanted)).await,
    )?;
    let id = response
        .json()
        .as_ref()
        .and_then(|body| field(body, "Id")?.as_i64());
    match id {
        Some(id) => Ok((id, cx.session.owe(removal(&cx.settings, id)).await)),
        None => Err(Obstacle::Refused {
            step: Step::Create,
            envelope: Envelope::of(&response),
        }),
    }
}

/// Has Orchestrator send the test event.
pub(super) async fn ping(cx: &Cx, id: i64) -> Result<(), Obstacle> {
    let base = cx.settings.target.base();
    let path = format!("{base}/odata/Webhooks({id})/UiPath.Server.Configuration.OData.Ping");
    answered(
        Step::Ping,
        cx.session.api(Request::post(path, &json!({}))).await,
    )
    .map(drop)
}

/// The answer to a step, if it was taken.
fn answered(step: Step, answer: Answer) -> Result<Response, Obstacle> {
    match answer {
        Err(failure) => Err(Obstacle::Unanswered { step, failure }),
        Ok(response) if response.status.is_success() => Ok(response),
        Ok(response) => Err(Obstacle::Refused {
            step,
            envelope: Envelope::of(&response),
        }),
    }
}
