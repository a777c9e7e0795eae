//! Signing in: the one place where a credential is put on the wire.

use super::envelope::{Envelope, Shape, field};
use super::http::{Failure, Request, Trust};
use super::memory::{Memory, Withheld};
use super::session::Session;
use crate::config::{Credential, Layout, Settings, SignIn};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long a token of `Authenticate` is good for, seconds: it says nothing itself, and the documentation says 30 minutes.
const AUTHENTICATE_LIFETIME_S: u64 = 1_800;

/// One attempt to sign in, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Where it was tried, in order; the last is the one that is told.
    pub paths: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// A token was given.
    Accepted {
        /// How long it is good for, seconds.
        lifetime_s: u64,
        /// The scopes it has, where the server says.
        scopes: Vec<String>,
    },
    /// The server answered with something else.
    Refused {
        /// What it said.
        envelope: Envelope,
    },
    /// There was no answer, or nothing was sent.
    Unanswered {
        /// Why.
        failure: Failure,
    },
    /// A ready token was taken as it is: nothing was sent.
    Taken,
    /// Nothing was sent, since this account was rejected a short while ago.
    Withheld {
        /// Why.
        withheld: Withheld,
    },
}

/// A token and how it came about.
pub struct Ticket {
    secret: Secret,
    number: u32,
    renewable: bool,
}

impl Ticket {
    /// Which token it is, counted from 0.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Whether another can be had by signing in again.
    pub(super) fn renewable(&self) -> bool {
        self.renewable
    }

    /// The token itself.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The token that comes after the one of that number, and after which there is no other.
    pub(super) fn after(self, number: u32) -> Self {
        Self {
            number: number + 1,
            renewable: false,
            ..self
        }
    }

    /// The request with the token and the tenant, for a strict line only.
    pub(super) fn bear(&self, request: Request, settings: &Settings) -> Request {
        let request = Request {
            trust: Trust::Strict,
            ..request
        };
        let request = self
            .secret
            .on_the_wire(|token| request.header("authorization", &format!("Bearer {token}")));
        match settings.target.layout {
            Layout::Standalone => request.header("x-uipath-tenantname", &settings.tenant),
            Layout::AutomationSuite { .. } => request,
        }
    }
}

/// Signs in once, in the way the settings say.
pub(super) async fn attempt(
    session: &Session,
    settings: &Settings,
    credential: &Credential,
) -> (Attempt, Option<Ticket>) {
    let Some(secret) = &credential.sign_in else {
        return (unanswered(Vec::new(), Failure::NotTrusted), None);
    };
    match &settings.sign_in {
        SignIn::None => (unanswered(Vec::new(), Failure::NotTrusted), None),
        SignIn::Token => {
            let attempt = Attempt {
                paths: Vec::new(),
                outcome: Outcome::Taken,
            };
            (
                attempt,
                Some(Ticket {
                    secret: secret.clone(),
                    number: 0,
                    renewable: false,
                }),
            )
        }
        SignIn::Password { username } => password(session, settings, username, secret).await,
        SignIn::ClientCredentials { client_id, scopes } => {
            client_credentials(session, settings, (client_id, scopes), secret).await
        }
    }
}

/// Signs in once, unless the same was rejected a short while ago; what comes of it is remembered.
pub(super) async fn remembered_attempt(
    session: &Session,
    settings: &Settings,
    credential: &Credential,
    memory: Option<Memory<'_>>,
) -> (Attempt, Option<Ticket>) {
    let (Some(memory), Some(secret)) = (memory, &credential.sign_in) else {
        return attempt(session, settings, credential).await;
    };
    if !settings.force
        && let Some(withheld) = memory.withheld(secret)
    {
        let attempt = Attempt {
            paths: Vec::new(),
            outcome: Outcome::Withheld { withheld },
        };
        return (attempt, None);
    }
    let (attempt, ticket) = attempt(session, settings, credential).await;
    match &attempt.outcome {
        Outcome::Refused { envelope } if is_rejection(envelope) => memory.reject(secret),
        Outcome::Accepted { .. } => memory.accept(secret),
        Outcome::Refused { .. }
        | Outcome::Unanswered { .. }
        | Outcome::Taken
        | Outcome::Withheld { .. } => {}
    }
    (attempt, ticket)
}

/// `LockedOut` among the results of a sign-in of the framework that Orchestrator is built on (ABP's `AbpLoginResultType`).
const LOCKED_OUT: i64 = 9;

/// Whether `Authenticate` says that the account is locked; sentences differ by language, so the number tells.
pub fn is_lockout(envelope: &Envelope) -> bool {
    envelope.status == 423 || envelope.code == Some(LOCKED_OUT)
}

/// Whether `Authenticate` says that tenant, user and password do not fit: a 403 is for all users, and a page is not Orchestrator's.
pub fn is_rejection(envelope: &Envelope) -> bool {
    !is_lockout(envelope)
        && matches!(envelope.status, 200 | 400 | 401)
        && envelope.shape == Shape::Json
        // A gateway's own JSON has no number of Orchestrator's.
        && envelope.code.is_some()
}

/// `POST api/Account/Authenticate`.
async fn password(
    session: &Session,
    settings: &Settings,
    username: &str,
    secret: &Secret,
) -> (Attempt, Option<Ticket>) {
    let path = authenticate_path(settings);
    let body = secret.on_the_wire(|password| {
        json!({ "tenancyName": settings.tenant, "usernameOrEmailAddress": username, "password": password })
    });
    let request = Request {
        trust: Trust::Strict,
        ..Request::post(path.as_str(), &body)
    };
    let paths = vec![path];
    match session.exchange(&request).await {
        Err(failure) => (unanswered(paths, failure), None),
        Ok(response) => {
            let token = response
                .json()
                .filter(|_| response.status.is_success())
                .and_then(|body| abp_token(&body));
            match token {
                Some(secret) => accepted(paths, secret, AUTHENTICATE_LIFETIME_S, Vec::new()),
                None => (
                    Attempt {
                        paths,
                        outcome: Outcome::Refused {
                            envelope: Envelope::of(&response),
                        },
                    },
                    None,
                ),
            }
        }
    }
}

/// Where a user signs in.
pub fn authenticate_path(settings: &Settings) -> String {
    format!("{}/api/Account/Authenticate", settings.target.base())
}

/// Where an external application signs in: the places that are known, likeliest first.
pub fn token_paths(settings: &Settings) -> Vec<String> {
    match &settings.target.layout {
        Layout::Standalone => vec!["/identity/connect/token".into()],
        Layout::AutomationSuite { organization, .. } => {
            vec![
                "/identity_/connect/token".into(),
                format!("/{organization}/identity_/connect/token"),
            ]
        }
    }
}

/// `POST …/connect/token` (RFC 6749 §4.4), at each place until one is a token endpoint.
async fn client_credentials(
    session: &Session,
    settings: &Settings,
    (client_id, scopes): (&str, &[String]),
    secret: &Secret,
) -> (Attempt, Option<Ticket>) {
    let form = secret.on_the_wire(|client_secret| {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", client_secret)
            .append_pair("scope", &scopes.join(" "))
            .finish()
    });
    let mut paths = Vec::new();
    let mut told = unanswered(Vec::new(), Failure::NoConnection);
    for path in token_paths(settings) {
        let request = Request {
            trust: Trust::Strict,
            body: form.clone().into_bytes(),
            ..Request::post(path.as_str(), &Value::Null)
        }
        .header("content-type", "application/x-www-form-urlencoded");
        paths.push(path);
        let response = match session.exchange(&request).await {
            Err(failure) => return (unanswered(paths, failure), None),
            Ok(response) => response,
        };
        let body = response.json();
        let token = body
            .as_ref()
            .filter(|_| response.status.is_success())
            .and_then(oauth_token);
        if let Some((secret, lifetime_s, scopes)) = token {
            return accepted(paths, secret, lifetime_s, scopes);
        }
        told = Attempt {
            paths: paths.clone(),
            outcome: Outcome::Refused {
                envelope: Envelope::of(&response),
            },
        };
        if body.is_some_and(|body| field(&body, "error").is_some()) {
            break;
        }
    }
    (told, None)
}

/// The token of an `AjaxResponse`; a body that says `success: false` or has an error holds none.
fn abp_token(body: &Value) -> Option<Secret> {
    let failed = field(body, "success") == Some(&Value::Bool(false))
        || field(body, "error").is_some_and(|error| !error.is_null());
    let token = field(body, "result")?.as_str()?;
    (!failed && !token.is_empty()).then(|| Secret::new(token.to_owned()))
}

/// The token of an OAuth answer, with lifetime and scopes.
fn oauth_token(body: &Value) -> Option<(Secret, u64, Vec<String>)> {
    let token = field(body, "access_token")?.as_str();
    let token = token.filter(|token| !token.is_empty())?;
    let lifetime_s = field(body, "expires_in")
        .and_then(Value::as_u64)
        .unwrap_or(3_600);
    let scopes = field(body, "scope")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some((
        Secret::new(token.to_owned()),
        lifetime_s,
        scopes.split_whitespace().map(crate::shown::shown).collect(),
    ))
}

/// A token was given.
fn accepted(
    paths: Vec<String>,
    secret: Secret,
    lifetime_s: u64,
    scopes: Vec<String>,
) -> (Attempt, Option<Ticket>) {
    let attempt = Attempt {
        paths,
        outcome: Outcome::Accepted { lifetime_s, scopes },
    };
    (
        attempt,
        Some(Ticket {
            secret,
            number: 0,
            renewable: true,
        }),
    )
}

/// There was no answer.
fn unanswered(paths: Vec<String>, failure: Failure) -> Attempt {
    Attempt {
        paths,
        outcome: Outcome::Unanswered { failure },
    }
}
