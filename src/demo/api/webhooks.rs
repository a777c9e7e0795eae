//! Webhooks: those there are, making one, sending it a ping.

use super::super::odata;
use super::super::random::guid;
use super::super::reach;
use super::super::reply::{Delivery, Reply};
use super::super::route::{Answer, Call, field};
use super::super::version::ApiVersion;
use super::super::world::{Webhook, World};
use super::users::number;
use super::{entity, missing, page};
use serde_json::{Value, json};

/// The events there are, with their groups.
const EVENTS: [(&str, &str); 29] = [
    ("job.created", "job"),
    ("job.started", "job"),
    ("job.faulted", "job"),
    ("job.completed", "job"),
    ("job.stopped", "job"),
    ("job.suspended", "job"),
    ("robot.created", "robot"),
    ("robot.updated", "robot"),
    ("robot.deleted", "robot"),
    ("robot.status", "robot"),
    ("queue.created", "queue"),
    ("queue.updated", "queue"),
    ("queue.deleted", "queue"),
    ("queueItem.added", "queueItem"),
    ("queueItem.transactionStarted", "queueItem"),
    ("queueItem.transactionCompleted", "queueItem"),
    ("queueItem.transactionFailed", "queueItem"),
    ("queueItem.transactionAbandoned", "queueItem"),
    ("process.created", "process"),
    ("process.updated", "process"),
    ("process.deleted", "process"),
    ("schedule.created", "schedule"),
    ("schedule.updated", "schedule"),
    ("schedule.deleted", "schedule"),
    ("task.created", "task"),
    ("task.assignmentChanged", "task"),
    ("task.saved", "task"),
    ("task.forwarded", "task"),
    ("task.completed", "task"),
];

/// A webhook as the interface shows it, with its secret: only the cloud's newer one keeps that to itself.
fn shown(world: &World, webhook: &Webhook) -> Value {
    let events: Vec<Value> = webhook
        .events
        .iter()
        .map(|event| json!({ "EventType": event }))
        .collect();
    entity(
        world,
        json!({
            "Id": webhook.id, "Key": guid("webhook", &webhook.id.to_string()), "Name": webhook.name.as_deref().unwrap_or(&webhook.url),
            "Description": null, "Url": webhook.url, "Enabled": webhook.enabled, "Secret": webhook.secret,
            "SubscribeToAllEvents": webhook.all_events, "AllowInsecureSsl": webhook.insecure, "Events": events,
        }),
        &[(ApiVersion::V17, &["Key", "Name", "Description"])],
    )
}

/// GET odata/Webhooks.
pub(in super::super) fn list(world: &World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Webhooks.View")?;
    let items = world
        .webhooks
        .iter()
        .map(|webhook| shown(world, webhook))
        .collect();
    let sample = json!({ "Id": 0, "Key": "", "Name": "", "Url": "", "Enabled": false, "SubscribeToAllEvents": false, "AllowInsecureSsl": false });
    Ok(page(
        world,
        call,
        ("Webhooks", "WebhookDto"),
        items,
        &sample,
    ))
}

/// The webhook meant, if there is one.
fn found<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Webhook, Reply> {
    let wanted = call.id();
    match world
        .webhooks
        .iter()
        .find(|webhook| Some(webhook.id) == wanted)
    {
        Some(webhook) => Ok(webhook),
        None => missing(world, "Webhook").map(|_| unreachable!("a missing webhook is an error")),
    }
}

/// GET odata/Webhooks(id).
pub(in super::super) fn one(world: &World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Webhooks.View")?;
    let webhook = found(world, call)?;
    Ok(odata::single(
        call.request,
        &call.base,
        "Webhooks/$entity",
        shown(world, webhook),
    ))
}

/// GET odata/Webhooks/~.GetEventTypes.
pub(in super::super) fn event_types(world: &World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Webhooks.View")?;
    let items: Vec<Value> = EVENTS
        .iter()
        .map(|(name, group)| json!({ "Name": name, "Group": group }))
        .collect();
    let sample = items[0].clone();
    Ok(page(
        world,
        call,
        (
            "Collection(UiPath.Server.Configuration.OData.WebhookEventTypeDto)",
            "WebhookEventTypeDto",
        ),
        items,
        &sample,
    ))
}

/// POST odata/Webhooks.
pub(in super::super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Webhooks.Create")?;
    let body = call.object(world)?;
    let text = |name: &str| {
        field(&body, name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let flag = |name: &str| field(&body, name).and_then(Value::as_bool);
    let errors = world.envelope();
    let url = text("Url").filter(|url| url.len() <= 2000 && url::Url::parse(url).is_ok());
    let Some(url) = url else {
        return Err(errors.error(400, 1000, "The Url field is required."));
    };
    let name = text("Name");
    if world.at_least(ApiVersion::V17) && name.is_none() {
        return Err(errors.error(400, 1000, "The Name field is required."));
    }
    let events = field(&body, "Events")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let webhook = Webhook {
        id: world.number(),
        name,
        url,
        enabled: flag("Enabled").unwrap_or(false),
        secret: text("Secret"),
        all_events: flag("SubscribeToAllEvents").unwrap_or(false),
        insecure: flag("AllowInsecureSsl").unwrap_or(false),
        events: events
            .filter_map(|event| event["EventType"].as_str())
            .map(str::to_owned)
            .collect(),
    };
    let item = shown(world, &webhook);
    world.webhooks.push(webhook);
    let mut reply = odata::single(call.request, &call.base, "Webhooks/$entity", item);
    reply.status = 201;
    Ok(reply)
}

/// DELETE odata/Webhooks(id).
pub(in super::super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Webhooks.Delete")?;
    let id = found(world, call)?.id;
    world.webhooks.retain(|webhook| webhook.id != id);
    Ok(Reply::empty(204))
}

/// POST odata/Webhooks(id)/~.Ping: 202 says that the event is queued, not that it arrived.
pub(in super::super) fn ping(world: &mut World, call: &Call<'_>) -> Answer {
    let user = number(&call.permitted(world, "Webhooks.View")?);
    let webhook = found(world, call)?.clone();
    let number = world.number();
    let event = entity(
        world,
        json!({
            "Type": "ping", "EventId": guid("event", &number.to_string()).replace('-', ""), "Timestamp": call.request.at.to_string(),
            "TenantId": 1, "OrganizationUnitId": null, "UserId": user, "EntityKey": guid("webhook", &webhook.id.to_string()),
            "EventSourceId": null, "OrganizationUnitKey": null, "EventTime": call.request.at.to_string(),
        }),
        &[
            (
                ApiVersion::V15,
                &["EntityKey", "EventSourceId", "OrganizationUnitKey"],
            ),
            (ApiVersion::V17, &["EventTime"]),
        ],
    );
    let body = event.to_string().into_bytes();
    let mut reply = odata::single(
        call.request,
        &call.base,
        "UiPath.Server.Configuration.OData.PingEventDto",
        event,
    );
    reply.status = 202;
    reply.event = webhook.enabled.then(|| {
        Box::new(Delivery {
            signature: webhook
                .secret
                .map(|secret| reach::signature(&secret, &body)),
            url: webhook.url,
            insecure: webhook.insecure,
            body,
        })
    });
    Ok(reply)
}
