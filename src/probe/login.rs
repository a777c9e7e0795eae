//! Signing in: one attempt, never repeated with the same secret.

use super::{At, Cx, Effect, Intent, Subject, Symptom, function, privileges, symptoms};
use crate::config::{Settings, SignIn};
use crate::probe::{Asks, Facts};
use crate::wire::Attempt;
#[cfg(test)]
use crate::wire::Failure;
use crate::wire::envelope::{Envelope, Shape};
use crate::wire::memory::{WINDOW_S, Withheld};
use crate::wire::sign_in::{Outcome, authenticate_path, is_lockout, is_rejection, token_paths};
use crate::words::facts::Login;
use serde::{Deserialize, Serialize};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What came of signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The attempt.
    pub attempt: Attempt,
    /// For a ready token: what Orchestrator said to it.
    pub first_use: Option<Envelope>,
}

/// Signs in; a ready token is tried by asking who it belongs to.
pub async fn measure(cx: &Cx) -> Seen {
    let attempt = cx.session.sign_in().await;
    let first_use = match attempt.outcome {
        Outcome::Taken => function::ask(cx, privileges::USER, None)
            .await
            .ok()
            .map(|response| Envelope::of(&response)),
        Outcome::Accepted { .. }
        | Outcome::Refused { .. }
        | Outcome::Unanswered { .. }
        | Outcome::Withheld { .. } => None,
    };
    Seen { attempt, first_use }
}

/// One attempt.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let post = |path: String, credential: &str| Intent {
        method: Some("POST"),
        path: Some(path),
        credential: Some(credential.to_owned()),
        effect: Effect::Reads,
        ..Intent::to("http", &settings.target.host, Some(settings.target.port))
    };
    match &settings.sign_in {
        SignIn::None => Vec::new(),
        SignIn::Password { .. } => vec![post(authenticate_path(settings), "password")],
        SignIn::ClientCredentials { .. } => token_paths(settings)
            .into_iter()
            .map(|path| post(path, "client_secret"))
            .collect(),
        SignIn::Token => vec![Intent {
            credential: Some("token".into()),
            ..Intent::request(settings, "GET", privileges::USER)
        }],
    }
}

impl Seen {
    /// What the server said, of the attempt or of the token's first use.
    fn envelope(&self) -> Option<&Envelope> {
        match &self.attempt.outcome {
            Outcome::Refused { envelope } => Some(envelope),
            Outcome::Taken => self.first_use.as_ref(),
            Outcome::Accepted { .. } | Outcome::Unanswered { .. } | Outcome::Withheld { .. } => {
                None
            }
        }
    }

    /// What was said and how long the token is good for.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let failure = match &self.attempt.outcome {
            Outcome::Unanswered { failure } => Some(failure),
            Outcome::Accepted { .. }
            | Outcome::Refused { .. }
            | Outcome::Taken
            | Outcome::Withheld { .. } => None,
        };
        let mut facts = Facts::from([
            (
                "said",
                Envelope::said_or(self.envelope(), failure, &words.answers),
            ),
            (
                "sign_in_path",
                self.attempt.paths.last().cloned().unwrap_or_default(),
            ),
            ("retry_after", words.login.a_while.to_string()),
        ]);
        if let Some(seconds) = self.envelope().and_then(|envelope| envelope.retry_after_s) {
            facts.insert("retry_after", format!("{seconds} s"));
        }
        if let Outcome::Withheld { withheld } = &self.attempt.outcome {
            facts.extend(remembered(withheld, &words.login));
        }
        if let Outcome::Accepted { lifetime_s, .. } = &self.attempt.outcome {
            facts.insert(
                "lifetime",
                words.login.minutes.with(&[("minutes", &(lifetime_s / 60))]),
            );
        }
        facts
    }
}

symptoms! {
    /// Whether the account is let in.
    Acceptance {
        /// It is.
        Accepted = "accepted",
        /// It was rejected a short while ago, and is not tried again.
        NotRetried = "not-retried",
        /// This credential is not.
        Rejected = "rejected",
        /// The account is locked after too many attempts.
        LockedOut = "locked-out",
        /// User names and passwords are not taken at all.
        BasicAuthRestricted = "basic-auth-restricted",
        /// The external application is not known, or its secret is wrong.
        UnknownClient = "unknown-client",
        /// A scope asked for is not granted.
        BadScope = "bad-scope",
        /// The ready token is over.
        ExpiredToken = "expired-token",
        /// The server asks for fewer requests.
        Throttled = "throttled",
        /// The server's answer fits none of these.
        Untold = "untold",
    }
}

impl Symptom for Acceptance {
    type Seen = Seen;

    fn read(seen: &Seen, at: &At<'_>) -> Self {
        let envelope = match (&seen.attempt.outcome, &seen.first_use) {
            (Outcome::Accepted { .. }, _) => return Self::Accepted,
            // A page with status 200 is a sign-in page, and nothing of Orchestrator's.
            (Outcome::Taken, Some(envelope))
                if (200..300).contains(&envelope.status)
                    && matches!(envelope.shape, Shape::Json | Shape::Empty) =>
            {
                return Self::Accepted;
            }
            (Outcome::Withheld { .. }, _) => return Self::NotRetried,
            (Outcome::Taken, Some(envelope)) | (Outcome::Refused { envelope }, _) => envelope,
            (Outcome::Taken, None) | (Outcome::Unanswered { .. }, _) => return Self::Untold,
        };
        if envelope.status == 429 || (envelope.status == 503 && envelope.retry_after_s.is_some()) {
            return Self::Throttled;
        }
        if envelope.shape == Shape::Html || envelope.status >= 500 {
            return Self::Untold;
        }
        match &at.settings.sign_in {
            SignIn::Token if envelope.status == 401 && envelope.is_own() => Self::ExpiredToken,
            SignIn::ClientCredentials { .. } => match envelope.name.as_deref() {
                Some("invalid_client" | "unauthorized_client") => Self::UnknownClient,
                Some("invalid_scope") => Self::BadScope,
                _ => Self::Untold,
            },
            SignIn::Password { .. } => password(envelope),
            SignIn::Token | SignIn::None => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let attempt = |outcome| Seen {
            attempt: Attempt {
                paths: vec!["/api/Account/Authenticate".into()],
                outcome,
            },
            first_use: None,
        };
        let refused = |status, code: Option<i64>, name: Option<&str>, message: &str| {
            attempt(Outcome::Refused {
                envelope: Envelope {
                    status,
                    shape: Shape::Json,
                    code,
                    name: name.map(str::to_owned),
                    message: Some(message.into()),
                    retry_after_s: (status == 429).then_some(120),
                    ..Envelope::default()
                },
            })
        };
        match self {
            Self::Accepted => attempt(Outcome::Accepted {
                lifetime_s: 1800,
                scopes: Vec::new(),
            }),
            Self::NotRetried => attempt(Outcome::Withheld {
                withheld: Withheld {
                    ago_s: 42,
                    rejections: 1,
                    same_secret: true,
                },
            }),
            Self::Rejected => refused(
                400,
                Some(1000),
                None,
                "Invalid credentials, failed to login.",
            ),
            Self::LockedOut => refused(400, Some(9), None, "The account is locked."),
            Self::BasicAuthRestricted => {
                refused(403, Some(0), None, "Basic authentication is restricted.")
            }
            Self::UnknownClient => refused(400, None, Some("invalid_client"), "unknown client"),
            Self::BadScope => refused(400, None, Some("invalid_scope"), "scope not found"),
            Self::ExpiredToken => refused(401, Some(0), None, "You are not authenticated!"),
            Self::Throttled => refused(429, None, None, "Too many requests"),
            Self::Untold => attempt(Outcome::Unanswered {
                failure: Failure::Closed,
            }),
        }
    }
}

/// A refusal by `Authenticate`, told by number and status: sentences differ by language.
fn password(envelope: &Envelope) -> Acceptance {
    if is_lockout(envelope) {
        Acceptance::LockedOut
    } else if envelope.forbids() {
        Acceptance::BasicAuthRestricted
    } else if is_rejection(envelope) {
        Acceptance::Rejected
    } else {
        Acceptance::Untold
    }
}

/// What is said of an attempt that was not made.
fn remembered(withheld: &Withheld, words: &Login) -> Facts {
    let left = (WINDOW_S - withheld.ago_s).max(1);
    let why = if withheld.same_secret {
        &words.same_rejected
    } else {
        &words.three_rejected
    };
    Facts::from([
        ("why_not", why.to_string()),
        ("ago", format!("{} s", withheld.ago_s)),
        ("left", format!("{left} s")),
    ])
}
