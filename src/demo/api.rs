//! Orchestrator's interface, one file a part of it.

pub(super) mod account;
pub(super) mod folders;
pub(super) mod jobs;
pub(super) mod processes;
pub(super) mod status;
pub(super) mod users;
pub(super) mod webhooks;

use super::route::{Answer, Call};
use super::version::ApiVersion;
use super::world::World;
use super::{odata, reply::Reply};
use serde_json::{Map, Value};

/// An entity of these properties, without those that came after the age played.
fn entity(world: &World, properties: Value, later: &[(ApiVersion, &[&str])]) -> Value {
    let Value::Object(mut map) = properties else {
        unreachable!("an entity is an object")
    };
    for (since, names) in later {
        if !world.at_least(*since) {
            names.iter().for_each(|name| {
                map.remove(*name);
            });
        }
    }
    Value::Object(map)
}

/// One page of a collection; `sample` shows the properties where there is no item.
fn page(
    world: &World,
    call: &Call<'_>,
    names: (&str, &str),
    items: Vec<Value>,
    sample: &Value,
) -> Reply {
    let properties = sample
        .as_object()
        .map(Map::keys)
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let (set, kind) = names;
    odata::page(
        call.request,
        &call.base,
        odata::Collection {
            set,
            kind,
            items,
            properties,
        },
        world.envelope(),
    )
}

/// The answer to something that does not exist.
fn missing(world: &World, what: &str) -> Answer {
    Err(world
        .envelope()
        .error(404, 1002, &format!("{what} does not exist.")))
}
