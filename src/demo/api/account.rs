//! Signing in: with a password, and as an external application.

use super::super::page;
use super::super::people::{Grant, SignIn};
use super::super::reply::{Reply, framework_error};
use super::super::request::Request;
use super::super::route::{Answer, Call, field};
use super::super::world::{TENANT, World};
use serde_json::{Value, json};

/// The number of a locked account among the framework's sign-in results.
const LOCKED_OUT: u32 = 9;

/// POST api/Account/Authenticate.
pub(in super::super) fn authenticate(world: &mut World, call: &Call<'_>) -> Answer {
    if !call
        .request
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("json"))
    {
        return Err(page::unsupported_media_type());
    }
    let body = call.object(world)?;
    let text = |name: &str| {
        field(&body, name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (tenant, user, password) = (
        text("tenancyName"),
        text("usernameOrEmailAddress"),
        text("password"),
    );
    if user.is_empty() || password.is_empty() {
        return Err(world.envelope().error(400, 1000, "Invalid request!"));
    }
    let signed_in = if tenant.eq_ignore_ascii_case(TENANT) {
        world.people.sign_in(user, password, call.request.at)
    } else {
        SignIn::Rejected
    };
    match signed_in {
        SignIn::Token(token) => Ok(Reply::json(
            200,
            &json!({ "result": token, "targetUrl": null, "success": true, "error": null, "unAuthorizedRequest": false, "__abp": true }),
        )),
        SignIn::Rejected => {
            Err(world
                .envelope()
                .error(400, 1000, "Invalid credentials, failed to login."))
        }
        SignIn::LockedOut => Err(framework_error(
            400,
            "Login failed!",
            (
                LOCKED_OUT,
                "The user account has been locked out. Please try again later.",
            ),
        )),
        SignIn::Restricted => Err(framework_error(
            403,
            "Basic authentication is restricted.",
            (
                0,
                "Signing in with user name and password is not allowed for this user.",
            ),
        )),
        SignIn::Throttled => Err(
            Reply::new(429, "text/plain; charset=utf-8", "Too Many Requests")
                .with("retry-after", "60"),
        ),
    }
}

/// POST identity/connect/token.
pub(in super::super) fn token(world: &mut World, request: &Request) -> Reply {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect();
    let text = |name: &str| {
        form.iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let refused = |error: &str| {
        Reply::new(
            400,
            "application/json; charset=UTF-8",
            json!({ "error": error }).to_string(),
        )
    };
    if !world.database {
        return page::identity_failed();
    }
    if text("grant_type") != "client_credentials" {
        return refused("unsupported_grant_type");
    }
    match world.people.grant(text("client_id"), text("client_secret"), text("scope"), request.at) {
        Grant::Token(token, scope) => Reply::new(
            200,
            "application/json; charset=UTF-8",
            json!({ "access_token": token, "expires_in": 1800, "token_type": "Bearer", "scope": scope }).to_string(),
        )
        .with("cache-control", "no-store, no-cache, max-age=0"),
        Grant::InvalidClient => refused("invalid_client"),
        Grant::InvalidScope => refused("invalid_scope"),
    }
}

/// GET identity/.well-known/openid-configuration.
pub(in super::super) fn discovery(request: &Request) -> Reply {
    let host = request.header("host").unwrap_or("localhost");
    let place = request
        .path
        .split("/.well-known")
        .next()
        .unwrap_or_default();
    let issuer = format!("https://{host}{place}");
    Reply::new(
        200,
        "application/json",
        json!({
            "issuer": issuer, "token_endpoint": format!("{issuer}/connect/token"),
            "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        })
        .to_string(),
    )
}
