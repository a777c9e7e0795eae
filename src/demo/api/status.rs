//! Whether Orchestrator lives, how old it is, and what it can reach itself.

use super::super::reply::{Body, Reply, not_authorized};
use super::super::route::{Answer, Call, Segment};
use super::super::version::ApiVersion;
use super::super::world::World;

/// GET api/health and api/health/startup, which are documented from 2020.10 on.
pub(in super::super) fn health(world: &World, names: &[&str]) -> Option<Reply> {
    if !world.at_least(ApiVersion::V11) {
        return None;
    }
    match names {
        ["api", "health"] | ["api", "health", "startup"] => {
            Some(Reply::empty(if world.database { 200 } else { 503 }))
        }
        _ => None,
    }
}

/// GET webhooks/api/status, another application on the same site.
pub(in super::super) fn webhooks_service(segments: &[Segment]) -> Reply {
    let names: Vec<&str> = segments
        .iter()
        .map(|segment| segment.name.as_str())
        .collect();
    if names == ["webhooks", "api", "status"] {
        Reply::empty(200)
    } else {
        Reply::empty(404)
    }
}

/// GET api/Status/Version.
pub(in super::super) fn version(world: &World, call: &Call<'_>) -> Answer {
    call.person(world)?;
    let product = world.age.map_or("2018.4.8", ApiVersion::product);
    Ok(Reply::json(200, &product.trim_start_matches("20").into()))
}

/// GET api/Status/VerifyHostAvailibility.
pub(in super::super) fn reach(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    let may = ["Webhooks.Create", "Webhooks.Edit"]
        .iter()
        .any(|permission| world.people.roles.may(&person, permission, None));
    if world.at_least(ApiVersion::V15) && !may {
        return Err(not_authorized());
    }
    match call.request.param("url") {
        Some(url) if url::Url::parse(url).is_ok() => Ok(Reply {
            body: Body::Reach(url.to_owned()),
            ..Reply::json(200, &true.into())
        }),
        _ => Err(world.envelope().error(400, 1000, "Invalid request!")),
    }
}
