//! The web pages around Orchestrator: the site's own, the portal's, and those of what may stand in its place.

use super::reply::Reply;
use super::route::{Call, Segment};
use super::version::ApiVersion;
use serde_json::json;

/// A page that says what it is: the stand-in's, though it looks like another's.
fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n{body}\n<!-- orch-doctor demo: a stand-in, not the real thing -->\n</body></html>\n"
    )
}

/// The single page of the portal, which an unknown path gets with status 200.
pub(super) fn portal() -> Reply {
    Reply::html(
        200,
        page(
            "UiPath",
            "<div id=\"root\"></div><script type=\"module\" src=\"/portal_/main.js\"></script>",
        ),
    )
}

/// The sign-in page.
pub(super) fn login() -> Reply {
    let form = "<form method=\"post\" action=\"/account/login\"><input name=\"tenancyName\"><input name=\"usernameOrEmailAddress\"><input type=\"password\" name=\"password\"><button>Login</button></form>";
    Reply::html(200, page("UiPath Orchestrator - Login", form))
}

/// From the start page to the sign-in page.
pub(super) fn to_login(base: &str) -> Reply {
    Reply::empty(302).with("location", format!("{base}/account/login?ReturnUrl=%2F"))
}

/// The description of the interface.
pub(super) fn swagger(segments: &[Segment], age: Option<ApiVersion>) -> Reply {
    let number = age.map_or(7, ApiVersion::number);
    match segments.last().map(|segment| segment.name.as_str()) {
        Some("swagger.json") if age >= Some(ApiVersion::V15) => Reply::json(
            200,
            &json!({ "openapi": "3.0.1", "info": { "title": format!("UiPath.WebApi {number}.0"), "version": format!("{number}.0") }, "paths": {} }),
        ),
        Some("swagger.json") => Reply::json(
            200,
            &json!({ "swagger": "2.0", "info": { "title": format!("UiPath.WebApi {number}.0"), "version": "V2" }, "paths": {} }),
        ),
        _ => Reply::html(200, page("Swagger UI", "<div id=\"swagger-ui\"></div>")),
    }
}

/// A page of IIS.
fn iis(status: u16, title: &str, heading: &str, text: &str) -> Reply {
    let body = format!(
        "<div id=\"header\"><h1>Server Error</h1></div>\n<div id=\"content\"><fieldset><h2>{heading}</h2>\n<h3>{text}</h3></fieldset></div>"
    );
    Reply::html(status, page(title, &body)).with("content-type", "text/html")
}

/// Nothing at this path.
pub(super) fn iis_not_found() -> Reply {
    iis(
        404,
        "404 - File or directory not found.",
        "404 - File or directory not found.",
        "The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable.",
    )
}

/// A path that cannot be read.
pub(super) fn iis_bad_request() -> Reply {
    Reply::html(400, page("Bad Request", "<h2>Bad Request - Invalid URL</h2>\n<hr><p>HTTP Error 400. The request URL is invalid.</p>"))
        .with("server", "Microsoft-HTTPAPI/2.0")
}

/// The address of the client is not admitted.
fn iis_restricted() -> Reply {
    iis(
        403,
        "403.6 - Forbidden: IP address rejected.",
        "403 - Forbidden: Access is denied.",
        "HTTP Error 403.6 - Forbidden: The IP address from which you are browsing is not permitted to access the requested Web site.",
    )
}

/// The method is none of this path's.
pub(super) fn method_not_allowed() -> Reply {
    Reply::json(
        405,
        &json!({ "message": "The requested resource does not support this http method." }),
    )
}

/// The body is not JSON.
pub(super) fn unsupported_media_type() -> Reply {
    Reply::json(
        415,
        &json!({ "message": "The request entity's media type is not supported for this resource." }),
    )
}

/// The identity service has nothing at this path.
pub(super) fn identity_not_found() -> Reply {
    Reply::empty(404)
}

/// The identity service cannot reach its database.
pub(super) fn identity_failed() -> Reply {
    Reply::empty(500)
}

/// The interface has nothing at this path: the older framework says so, the newer one says nothing.
pub(super) fn no_such_resource(age: Option<ApiVersion>, call: &Call<'_>) -> Reply {
    if age >= Some(ApiVersion::V15) {
        return Reply::empty(404);
    }
    let host = call.request.header("host").unwrap_or("localhost");
    let text = format!(
        "No HTTP resource was found that matches the request URI 'https://{host}{}'.",
        call.request.path
    );
    Reply::json(404, &json!({ "message": text }))
}

/// What may answer in Orchestrator's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Front {
    /// A web site that gives its page for every path.
    Site,
    /// A sign-in proxy.
    SignIn,
    /// A load balancer with nothing behind it.
    Gateway,
    /// IIS that admits certain addresses.
    Restricted,
    /// IIS without a site.
    Nothing,
    /// Another service.
    Other,
    /// Something that reads and never answers.
    Silence,
}

impl Front {
    /// What it answers to this request.
    pub(super) fn answer(self, path: &str, host: &str) -> Reply {
        match self {
            Self::Site => Reply::html(200, page("Welcome to Contoso", "<h1>Contoso intranet</h1>\n<p>Choose a department.</p>")).with("server", "nginx"),
            Self::SignIn if path.starts_with("/sso/") => {
                Reply::html(200, page("Sign in", "<form method=\"post\"><input name=\"user\"><input type=\"password\" name=\"pass\"></form>")).with("server", "sso-gateway")
            }
            Self::SignIn => {
                let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
                Reply::html(302, page("Object moved", "<h2>Object moved to the sign-in page.</h2>"))
                    .with("location", format!("https://{host}/sso/login?target={back}"))
                    .with("server", "sso-gateway")
            }
            Self::Gateway => Reply::html(502, page("502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center>\n<hr><center>nginx</center>")).with("server", "nginx"),
            Self::Restricted => iis_restricted(),
            Self::Nothing => iis_not_found(),
            Self::Other if path == "/" => Reply::json(200, &json!({ "service": "inventory", "version": "4.2.0" })).with("server", "Jetty(11.0.20)"),
            Self::Other => Reply::json(404, &json!({ "status": 404, "error": "Not Found", "service": "inventory", "path": path })).with("server", "Jetty(11.0.20)"),
            Self::Silence => Reply::never(),
        }
    }
}
