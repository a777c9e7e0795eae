//! From a request to an answer: the two URL layouts, the pages around the interface, and the interface itself.

mod call;

use super::Layouts;
use super::api;
use super::page;
use super::reply::Reply;
use super::request::{Request, decoded};
use super::version::ApiVersion;
use super::world::{ORGANISATION, TENANT, World};

/// The prefix of OData functions and actions.
const ODATA: &str = "uipath.server.configuration.odata.";

/// The functions without arguments that this stand-in has.
const NAMED_WITH_BRACKETS: [&str; 4] = [
    "~getcurrentuser",
    "~getcurrentpermissions",
    "~getlicense",
    "~geteventtypes",
];

/// One segment of the path: a name, and what stands in brackets behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// The name in lower case; the prefix of OData functions is `~`.
    pub(super) name: String,
    /// What stands in the brackets, decoded.
    pub(super) inside: Option<String>,
}

/// One request to the interface.
pub(super) struct Call<'a> {
    /// The request.
    pub(super) request: &'a Request,
    /// The URL up to where the interface begins.
    pub(super) base: String,
    /// The path from there.
    pub(super) segments: Vec<Segment>,
}

/// What a handler gives: an answer, or the answer that an error deserves.
pub(super) type Answer = Result<Reply, Reply>;

/// Answers one request.
pub(super) fn answer(world: &mut World, request: &Request) -> Reply {
    let parts: Vec<&str> = request.path.split('/').skip(1).collect();
    let host = request.header("host").unwrap_or("localhost");
    let suite = world.layouts != Layouts::Standalone;
    match parts.as_slice() {
        [organisation, rest @ ..] if suite && is(organisation, ORGANISATION) => {
            let inside = match rest {
                [tenant, service, inside @ ..]
                    if is(tenant, TENANT) && is(service, "orchestrator_") =>
                {
                    inside
                }
                [service, inside @ ..] if is(service, "identity_") => {
                    return identity(world, request, inside);
                }
                _ => return page::portal(),
            };
            let base = format!("https://{host}/{ORGANISATION}/{TENANT}/orchestrator_");
            within(world, request, base, inside).unwrap_or_else(page::portal)
        }
        [service, inside @ ..] if has_identity(world, service) => identity(world, request, inside),
        _ if world.layouts == Layouts::AutomationSuite => page::portal(),
        inside => within(world, request, format!("https://{host}"), inside)
            .unwrap_or_else(page::iis_not_found),
    }
}

/// Whether the identity service stands there: it came with 2020.4, and the suite writes its services with an underscore.
fn has_identity(world: &World, service: &str) -> bool {
    let standalone = world.layouts != Layouts::AutomationSuite && is(service, "identity");
    let suite = world.layouts != Layouts::Standalone && is(service, "identity_");
    world.at_least(ApiVersion::V10) && (standalone || suite)
}

/// Whether a segment is this word; case does not matter to IIS.
fn is(segment: &str, word: &str) -> bool {
    segment.eq_ignore_ascii_case(word)
}

/// The identity service.
fn identity(world: &mut World, request: &Request, parts: &[&str]) -> Reply {
    let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let names: Vec<&str> = lower.iter().map(String::as_str).collect();
    match (request.method.as_str(), names.as_slice()) {
        ("POST", ["connect", "token"]) => api::account::token(world, request),
        ("GET", [".well-known", "openid-configuration"]) => api::account::discovery(request),
        (_, ["connect", "token"]) => page::method_not_allowed(),
        _ => page::identity_not_found(),
    }
}

/// Orchestrator itself; `None` where it has nothing and the layout decides.
fn within(world: &mut World, request: &Request, base: String, parts: &[&str]) -> Option<Reply> {
    let segments: Option<Vec<Segment>> = parts.iter().map(|part| segment(part)).collect();
    let Some(segments) = segments else {
        return Some(page::iis_bad_request());
    };
    let first = segments
        .first()
        .map_or("", |segment| segment.name.as_str())
        .to_owned();
    match first.as_str() {
        "api" | "odata" => {
            let call = Call {
                request,
                base,
                segments,
            };
            Some(interface(world, &call))
        }
        "" if segments.len() <= 1 => Some(page::to_login(&base)),
        "account" => Some(page::login()),
        "swagger" => Some(page::swagger(&segments, world.age)),
        "webhooks" => Some(api::status::webhooks_service(&segments)),
        _ => None,
    }
}

/// Reads one segment; `None` when its encoding is broken.
fn segment(part: &str) -> Option<Segment> {
    let text = decoded(part)?;
    let (name, inside) = match text.split_once('(') {
        Some((name, rest)) => (
            name,
            Some(rest.strip_suffix(')').unwrap_or(rest).to_owned()),
        ),
        None => (text.as_str(), None),
    };
    let lower = name.to_ascii_lowercase();
    let name = lower
        .strip_prefix(ODATA)
        .map_or(lower.clone(), |function| format!("~{function}"));
    Some(Segment { name, inside })
}

/// Orchestrator's interface, with the header that tells its age.
fn interface(world: &mut World, call: &Call<'_>) -> Reply {
    let lower: Vec<&str> = call
        .segments
        .iter()
        .map(|segment| segment.name.as_str())
        .collect();
    if let Some(reply) = api::status::health(world, &lower) {
        return reply;
    }
    if world.busy > 0 && call.request.bearer().is_some() {
        world.busy -= 1;
        return Reply::new(429, "text/plain; charset=utf-8", "Too Many Requests")
            .with("retry-after", "1");
    }
    let found = if !world.database && lower != ["api", "status", "get"] {
        Some(world.envelope().error(500, 0, "An error has occurred."))
    } else {
        dispatch(world, call, &lower).map(|answer| answer.unwrap_or_else(|error| error))
    };
    match found {
        Some(reply) => reply.with("api-supported-versions", supported(world.age)),
        None => page::no_such_resource(world.age, call),
    }
}

/// What `api-supported-versions` says.
fn supported(age: Option<ApiVersion>) -> String {
    let newest = age.map_or(7, ApiVersion::number);
    (newest - 2..=newest)
        .map(|number| format!("{number}.0"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The function that answers; `None` where this age has none.
fn dispatch(world: &mut World, call: &Call<'_>, names: &[&str]) -> Option<Answer> {
    let method = if call.request.method == "HEAD" {
        "GET"
    } else {
        call.request.method.as_str()
    };
    let (v13, v15) = (
        world.at_least(ApiVersion::V13),
        world.at_least(ApiVersion::V15),
    );
    let folders = world.age.is_some();
    Some(match (method, names) {
        ("POST", ["api", "account", "authenticate"]) => api::account::authenticate(world, call),
        ("GET", ["api", "status", "get"]) => Ok(Reply::empty(200)),
        ("GET", ["api", "status", "version"]) if v13 => api::status::version(world, call),
        ("GET", ["api", "status", "verifyhostavailibility"]) => api::status::reach(world, call),
        ("GET", ["api", "foldersnavigation", "getfoldersforcurrentuser"]) if folders => {
            api::folders::mine(world, call)
        }
        ("GET", ["api", "foldersnavigation", "getallfoldersforcurrentuser"]) if folders => {
            api::folders::all_mine(world, call)
        }
        ("GET", ["api", "packagefeeds", "getfolderfeed"]) if v15 => api::folders::feed(world, call),
        _ => return dispatch_odata(world, call, method, names),
    })
}

/// The function of the OData part that answers; `None` where this age has none.
fn dispatch_odata(
    world: &mut World,
    call: &Call<'_>,
    method: &str,
    names: &[&str],
) -> Option<Answer> {
    let v15 = world.at_least(ApiVersion::V15);
    let folders = world.age.is_some();
    let function = names
        .last()
        .is_some_and(|name| NAMED_WITH_BRACKETS.contains(name));
    let bracketed = call
        .segments
        .last()
        .is_some_and(|segment| segment.inside.is_some());
    // Until 2020.4 a function without arguments has its brackets in the URL.
    if function && !bracketed && !world.at_least(ApiVersion::V11) {
        return None;
    }
    Some(match (method, names) {
        ("GET", ["odata", "folders"]) if folders => api::folders::list(world, call),
        ("GET", ["odata", "releases"]) if inside(call).is_some() => {
            api::processes::one(world, call)
        }
        ("GET", ["odata", "releases"]) => api::processes::list(world, call),
        ("GET", ["odata", "processes", "~getprocessversions"]) => {
            api::processes::versions(world, call)
        }
        ("GET", ["odata", "users", "~getcurrentuser"]) => api::users::current(world, call),
        ("GET", ["odata", "users", "~getcurrentpermissions"]) => {
            api::users::permissions(world, call)
        }
        ("GET", ["odata", "settings", "~getlicense"]) => api::users::licence(world, call),
        ("GET", ["odata", "machines", "~getruntimesforfolder"])
            if world.at_least(ApiVersion::V10) =>
        {
            api::jobs::runtimes(world, call)
        }
        ("GET", ["odata", "jobs"]) if inside(call).is_some() => api::jobs::one(world, call),
        ("GET", ["odata", "jobs"]) => api::jobs::list(world, call),
        ("POST", ["odata", "jobs", "~validatedynamicjob"]) if v15 => {
            api::jobs::validate(world, call)
        }
        ("POST", ["odata", "jobs", "~startjobs"]) => api::jobs::start(world, call),
        ("GET", ["odata", "webhooks"]) if inside(call).is_some() => api::webhooks::one(world, call),
        ("GET", ["odata", "webhooks"]) => api::webhooks::list(world, call),
        ("GET", ["odata", "webhooks", "~geteventtypes"]) => api::webhooks::event_types(world, call),
        ("POST", ["odata", "webhooks"]) if inside(call).is_none() => {
            api::webhooks::create(world, call)
        }
        ("DELETE", ["odata", "webhooks"]) if inside(call).is_some() => {
            api::webhooks::delete(world, call)
        }
        ("POST", ["odata", "webhooks", "~ping"]) => api::webhooks::ping(world, call),
        (
            _,
            ["api", "account", "authenticate"]
            | ["odata", "releases" | "webhooks" | "jobs" | "folders"],
        ) => Ok(page::method_not_allowed()),
        _ => return None,
    })
}

/// What stands in the brackets of the entity set.
fn inside<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.segments.get(1)?.inside.as_deref()
}

/// A field of an object, whatever the case of its name.
pub(super) fn field<'a>(
    map: &'a serde_json::Map<String, serde_json::Value>,
    name: &str,
) -> Option<&'a serde_json::Value> {
    map.iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people::{People, Secrets, SignIn, USER};
    use hyper::{HeaderMap, Uri};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn world(age: ApiVersion) -> World {
        let text = || "right".to_owned();
        let secrets = Secrets {
            user: text(),
            administrator: text(),
            client: text(),
            seed: text(),
        };
        World::new(age, People::new(&secrets), &[])
    }

    fn request(world: &mut World, method: &str, target: &str, body: &[u8]) -> Option<Request> {
        let now = Timestamp::UNIX_EPOCH;
        let SignIn::Token(token) = world.people.sign_in(USER, "right", now) else {
            return None;
        };
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {token}").parse().ok()?);
        headers.insert("content-type", "application/json".parse().ok()?);
        headers.insert("x-uipath-folderpath", "Shared".parse().ok()?);
        let uri: Uri = target.parse().ok()?;
        Some(Request::new(method, &uri, headers, body.to_vec(), now))
    }

    /// Segments that lead somewhere, and some that lead nowhere.
    const SEGMENTS: [&str; 24] = [
        "api",
        "odata",
        "Status",
        "Get",
        "Releases",
        "Releases(1)",
        "Releases(",
        "Jobs",
        "Webhooks(7)",
        "Account",
        "Authenticate",
        "acme",
        "Default",
        "orchestrator_",
        "identity_",
        "connect",
        "token",
        "swagger",
        "%E7%B5%8C",
        "%zz",
        "FoldersNavigation",
        "GetFoldersForCurrentUser",
        "Processes",
        "UiPath.Server.Configuration.OData.GetProcessVersions(processId='a''b')",
    ];

    proptest! {
        #[test]
        fn no_request_stops_the_world(
            path in prop::collection::vec(prop::sample::select(&SEGMENTS[..]), 0..6),
            method in prop::sample::select(&["GET", "POST", "DELETE", "HEAD", "PUT"][..]),
            option in prop::sample::select(&["$filter", "$top", "$skip", "$select", "$orderby", "take", "skip", "$count"][..]),
            value in "[ -~é経]{0,24}",
            body in "[ -~]{0,40}",
            age in prop::sample::select(ApiVersion::ALL),
        ) {
            let mut world = world(age);
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let target = format!("/{}?{option}={value}", path.join("/"));
            if let Some(request) = request(&mut world, method, &target, body.as_bytes()) {
                let reply = answer(&mut world, &request);
                prop_assert!((200..=599).contains(&reply.status), "{}", reply.status);
            }
        }
    }
}
