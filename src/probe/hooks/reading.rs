//! What the webhooks and the permissions mean.

use super::{Hook, Seen};
use crate::config::SignIn;
use crate::probe::{At, Symptom, symptoms};
#[cfg(test)]
use crate::wire::envelope::Envelope;

symptoms! {
    /// Whether the account may do with webhooks what Apps does.
    Permission {
        /// It may see and make them.
        Permitted = "permitted",
        /// It may not see them.
        ViewDenied = "view-denied",
        /// It may see them, and make none.
        CreateDenied = "create-denied",
        /// The answer fits none of these.
        Untold = "untold",
    }
}

/// Whether an application's token lacks the scope that making webhooks takes.
fn asked_for_too_little(sign_in: &SignIn) -> bool {
    match sign_in {
        SignIn::ClientCredentials { scopes, .. } => !scopes
            .iter()
            .any(|scope| matches!(scope.as_str(), "OR.Webhooks" | "OR.Webhooks.Write")),
        SignIn::Password { .. } | SignIn::Token | SignIn::None => false,
    }
}

impl Symptom for Permission {
    type Seen = Seen;

    fn read(seen: &Seen, at: &At<'_>) -> Self {
        match (&seen.hooks, &seen.refusal, seen.may_create) {
            (Some(_), _, Some(true)) => Self::Permitted,
            // What a token may not do says nothing of the account where the token was asked for with too little.
            _ if asked_for_too_little(&at.settings.sign_in) => Self::Untold,
            (Some(_), _, Some(false)) => Self::CreateDenied,
            (None, Some(envelope), _) if envelope.forbids() => Self::ViewDenied,
            (Some(_) | None, _, _) => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let refused = |status| Seen {
            refusal: Some(Envelope::unauthorized(status)),
            ..Seen::default()
        };
        match self {
            Self::Permitted => Seen {
                hooks: Some(vec![]),
                may_create: Some(true),
                ..Seen::default()
            },
            Self::ViewDenied => refused(403),
            Self::CreateDenied => Seen {
                hooks: Some(vec![]),
                may_create: Some(false),
                ..Seen::default()
            },
            Self::Untold => refused(500),
        }
    }
}

symptoms! {
    /// Whether the webhooks there are can do their work safely.
    Soundness {
        /// They can.
        Sound = "sound",
        /// There is none.
        None = "none",
        /// One is switched off.
        Disabled = "disabled",
        /// One does not look at the receiver's certificate.
        InsecureTls = "insecure-tls",
        /// One has no secret.
        Unsigned = "unsigned",
        /// One posts without TLS.
        NotHttps = "not-https",
        /// One of Apps is not told of the end of jobs.
        NoJobEvents = "no-job-events",
        /// The webhooks were not listed.
        Untold = "untold",
    }
}

impl Symptom for Soundness {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match (&seen.hooks, seen.worst()) {
            (None, _) => Self::Untold,
            (Some(_), Some((flaw, _))) => flaw,
            (Some(hooks), None) if hooks.iter().all(Hook::is_ours) => Self::None,
            (Some(_), None) => Self::Sound,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let sound = Hook {
            id: 4,
            name: Some("Apps".into()),
            origin: "https://cloud.uipath.com".into(),
            enabled: true,
            insecure: false,
            signed: Some(true),
            job_events: Some(true),
            of_apps: true,
        };
        let with = |hook| Seen {
            hooks: Some(vec![hook]),
            ..Seen::default()
        };
        match self {
            Self::Sound => with(sound),
            Self::None => Seen {
                hooks: Some(vec![]),
                ..Seen::default()
            },
            Self::Disabled => with(Hook {
                enabled: false,
                ..sound
            }),
            Self::InsecureTls => with(Hook {
                insecure: true,
                ..sound
            }),
            Self::Unsigned => with(Hook {
                signed: Some(false),
                ..sound
            }),
            Self::NotHttps => with(Hook {
                origin: "http://ops-01.corp.example".into(),
                of_apps: false,
                ..sound
            }),
            Self::NoJobEvents => with(Hook {
                job_events: Some(false),
                ..sound
            }),
            Self::Untold => Seen {
                refusal: Some(Envelope {
                    status: 500,
                    ..Envelope::default()
                }),
                ..Seen::default()
            },
        }
    }
}
