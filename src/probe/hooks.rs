//! The webhooks there are, and whether the account may see and make them.

mod reading;

pub use reading::{Permission, Soundness};

use super::{At, Cx, Intent, Subject, privileges};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, field};
use crate::wire::{Failure, Request, Response};
use crate::words::facts::Hooks as Said;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Display;
use url::Url;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The word in the name of every webhook that this tool makes.
pub const OURS: &str = "orch-doctor";

/// From this API on (the cloud's) lists do not tell secrets, so their absence says nothing.
const HIDES_SECRETS_FROM: f64 = 18.0;

/// Webhooks that are looked at.
const MOST: usize = 1_000;

/// What Orchestrator said of its webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The webhooks, where the account may see them.
    pub hooks: Option<Vec<Hook>>,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
    /// Whether the account may make one, where its permissions tell.
    pub may_create: Option<bool>,
    /// Whether it may remove one, where its permissions tell.
    pub may_delete: Option<bool>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// A webhook, without its secret and without the path of its URL, which may hold one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Its number.
    pub id: i64,
    /// Its name; old versions have none.
    pub name: Option<String>,
    /// Where it posts to: scheme, host and port.
    pub origin: String,
    /// Whether it posts at all.
    pub enabled: bool,
    /// Whether the receiver's certificate is not looked at.
    pub insecure: bool,
    /// Whether it has a secret, where that is told.
    pub signed: Option<bool>,
    /// Whether the end of a job is told, where the events are listed.
    pub job_events: Option<bool>,
    /// Whether it posts to UiPath's cloud or to the callback of the profile.
    pub of_apps: bool,
}

/// Lists the webhooks and asks for the account's permissions.
pub async fn measure(cx: &Cx) -> Seen {
    let path = format!("{}/odata/Webhooks?$top={MOST}", cx.settings.target.base());
    let (list, permissions) = futures_util::future::join(
        Box::pin(cx.session.api(Request::get(path))),
        privileges::ask(cx, None),
    )
    .await;
    let mut seen = match list {
        Err(failure) => {
            return Seen {
                failure: Some(failure),
                ..Seen::default()
            };
        }
        Ok(response) => match listed(&response, cx) {
            Some(hooks) => Seen {
                hooks: Some(hooks),
                ..Seen::default()
            },
            None => Seen {
                refusal: Some(Envelope::of(&response)),
                ..Seen::default()
            },
        },
    };
    match permissions {
        Err(failure) => seen.failure = Some(failure),
        Ok(response) => {
            seen.may_create = may(&response, "Webhooks.Create");
            seen.may_delete = may(&response, "Webhooks.Delete");
        }
    }
    seen
}

/// Two requests.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let permissions = "/odata/Users/UiPath.Server.Configuration.OData.GetCurrentPermissions";
    vec![
        Intent::request(settings, "GET", "/odata/Webhooks").signed_in(),
        Intent::request(settings, "GET", permissions).signed_in(),
    ]
}

/// The webhooks of an answer; nothing when it is no list.
fn listed(response: &Response, cx: &Cx) -> Option<Vec<Hook>> {
    let body = response.json().filter(|_| response.status.is_success())?;
    let list = field(&body, "value")?.as_array()?;
    let api = cx
        .before
        .answer(None)
        .and_then(super::answer::Seen::api_version);
    let tells_secrets = api.is_none_or(|api| api < HIDES_SECRETS_FROM);
    let callback = cx
        .settings
        .webhook
        .as_ref()
        .and_then(|section| section.callback.as_deref());
    Some(
        list.iter()
            .take(MOST)
            .filter_map(|item| Hook::of(item, tells_secrets, callback))
            .collect(),
    )
}

/// Whether the list of permissions has this one; nothing when there is no list.
fn may(response: &Response, permission: &str) -> Option<bool> {
    let body = response.json().filter(|_| response.status.is_success())?;
    let list = field(&body, "Permissions")?.as_array()?;
    Some(
        list.iter()
            .filter_map(Value::as_str)
            .any(|name| name.eq_ignore_ascii_case(permission)),
    )
}

impl Hook {
    /// Reads one webhook.
    fn of(item: &Value, tells_secrets: bool, callback: Option<&str>) -> Option<Self> {
        let text = |name: &str| field(item, name).and_then(Value::as_str);
        let url = text("Url").unwrap_or_default();
        let all = field(item, "SubscribeToAllEvents").and_then(Value::as_bool) == Some(true);
        let listed = field(item, "Events")
            .and_then(Value::as_array)
            .map(|events| {
                let types = events
                    .iter()
                    .filter_map(|event| field(event, "EventType").or(Some(event))?.as_str());
                // Apps learns of the end of a job by these.
                types.into_iter().any(|kind| {
                    ["job.completed", "job.faulted", "job.stopped"]
                        .iter()
                        .any(|end| kind.eq_ignore_ascii_case(end))
                })
            });
        let signed = match field(item, "Secret") {
            Some(Value::String(secret)) if !secret.is_empty() => Some(true),
            Some(_) if tells_secrets => Some(false),
            Some(_) | None => None,
        };
        Some(Self {
            id: field(item, "Id")?.as_i64()?,
            name: text("Name").map(shown),
            origin: origin(url),
            enabled: field(item, "Enabled")
                .and_then(Value::as_bool)
                .unwrap_or(true),
            insecure: field(item, "AllowInsecureSsl")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            signed,
            job_events: if all { Some(true) } else { listed },
            of_apps: is_of_apps(url, callback),
        })
    }

    /// Whether this tool made it.
    pub fn is_ours(&self) -> bool {
        self.name
            .as_ref()
            .is_some_and(|name| name.starts_with(OURS))
    }

    /// The webhook in words.
    fn words(&self, words: &Said) -> String {
        let origin: (_, &dyn Display) = ("origin", &self.origin);
        match &self.name {
            Some(name) => words.named.with(&[("name", name), origin]),
            None => words.numbered.with(&[("id", &self.id), origin]),
        }
    }
}

/// Scheme, host and port of a URL: what may be shown of it.
pub(super) fn origin(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) if url.has_host() => shown(&url.origin().ascii_serialization()),
        _ => "an address that is no URL".into(),
    }
}

/// Whether a URL leads to UiPath's cloud or to where the callback of the profile leads.
fn is_of_apps(url: &str, callback: Option<&str>) -> bool {
    let Some(host) = host_of(url) else {
        return false;
    };
    let cloud = ["uipath.com", "uipath.systems", "uipath.us"]
        .iter()
        .any(|zone| {
            host.strip_suffix(zone)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
    cloud
        || callback
            .and_then(host_of)
            .is_some_and(|callback| callback == host)
}

/// The host of a URL.
fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

impl Seen {
    /// The webhook that a finding is about, if one is not sound.
    fn worst(&self) -> Option<(Soundness, &Hook)> {
        let hooks: Vec<&Hook> = self
            .hooks
            .iter()
            .flatten()
            .filter(|hook| !hook.is_ours())
            .collect();
        let apps_known = hooks.iter().any(|hook| hook.of_apps);
        let flaw = |hook: &Hook| {
            // Webhooks of others have a right to other events.
            let wants_jobs = hook.of_apps || !apps_known;
            match hook {
                Hook { enabled: false, .. } => Some(Soundness::Disabled),
                Hook { insecure: true, .. } => Some(Soundness::InsecureTls),
                Hook {
                    signed: Some(false),
                    ..
                } => Some(Soundness::Unsigned),
                hook if !hook.origin.starts_with("https://") => Some(Soundness::NotHttps),
                Hook {
                    job_events: Some(false),
                    ..
                } if wants_jobs => Some(Soundness::NoJobEvents),
                _ => None,
            }
        };
        let flawed = hooks.iter().filter_map(|hook| Some((flaw(hook)?, *hook)));
        flawed.min_by_key(|(flaw, hook)| (!hook.of_apps, *flaw as u8))
    }

    /// The webhook in question, and how many there are.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let hooks = self.hooks.as_deref().unwrap_or_default();
        let of_apps = hooks.iter().filter(|hook| hook.of_apps).count();
        let said = self.refusal.as_ref().map_or_else(
            || words.common.no_answer.to_string(),
            |refusal| refusal.said(&words.answers),
        );
        Facts::from([
            ("said", said),
            (
                "webhook",
                self.worst().map_or_else(
                    || words.common.none.to_string(),
                    |(_, hook)| hook.words(&words.hooks),
                ),
            ),
            (
                "webhook_count",
                words
                    .hooks
                    .count
                    .of(hooks.iter().filter(|hook| !hook.is_ours()).count()),
            ),
            (
                "apps_count",
                if of_apps == 0 {
                    words.hooks.none_of_them.to_string()
                } else {
                    words.hooks.of_them.with(&[("count", &of_apps)])
                },
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hook(change: Value, tells_secrets: bool) -> Hook {
        let mut item = json!({
            "Id": 4, "Name": "Apps", "Url": "https://cloud.uipath.com/secret-path?code=1", "Enabled": true,
            "Secret": "1234567890", "SubscribeToAllEvents": false, "AllowInsecureSsl": false,
            "Events": [{ "EventType": "job.completed" }],
        });
        if let (Some(item), Value::Object(change)) = (item.as_object_mut(), change) {
            item.extend(change);
        }
        Hook::of(&item, tells_secrets, Some("https://callback.example/x")).expect("a webhook")
    }

    #[test]
    fn neither_the_secret_nor_the_path_is_kept() {
        let kept = serde_json::to_string(&hook(json!({}), true)).unwrap();
        assert!(
            !kept.contains("1234567890") && !kept.contains("secret-path") && !kept.contains("code"),
            "{kept}"
        );
    }

    #[test]
    fn a_secret_that_is_not_told_is_no_missing_secret() {
        assert_eq!(hook(json!({ "Secret": null }), true).signed, Some(false));
        assert_eq!(hook(json!({ "Secret": null }), false).signed, None);
        assert_eq!(hook(json!({ "Secret": "***" }), false).signed, Some(true));
    }

    #[test]
    fn the_webhooks_of_apps_are_known_by_their_host() {
        let of_apps = |url: &str| hook(json!({ "Url": url }), true).of_apps;
        assert!(of_apps("https://cloud.uipath.com/") && of_apps("https://callback.example/other"));
        assert!(
            !of_apps("https://notuipath.com/")
                && !of_apps("https://uipath.com.evil.example/")
                && !of_apps("x")
        );
    }

    #[test]
    fn events_may_be_all_or_listed_in_either_form() {
        assert_eq!(
            hook(json!({ "SubscribeToAllEvents": true, "Events": [] }), true).job_events,
            Some(true)
        );
        assert_eq!(
            hook(json!({ "Events": ["Job.Faulted"] }), true).job_events,
            Some(true)
        );
        assert_eq!(
            hook(
                json!({ "Events": [{ "EventType": "queue.created" }] }),
                true
            )
            .job_events,
            Some(false)
        );
        assert_eq!(hook(json!({ "Events": null }), true).job_events, None);
    }

    #[test]
    fn others_may_do_without_job_events_and_ours_do_not_count() {
        let queue = json!([{ "EventType": "queue.created" }]);
        let other = hook(
            json!({ "Id": 5, "Url": "https://other.example/", "Events": queue }),
            true,
        );
        let ours = hook(
            json!({ "Id": 6, "Name": "orch-doctor 1", "Enabled": false }),
            true,
        );
        let read = |hooks: &[Hook]| {
            let seen = Seen {
                hooks: Some(hooks.to_vec()),
                ..Seen::default()
            };
            seen.worst().map(|(flaw, _)| flaw)
        };
        assert_eq!(read(&[hook(json!({}), true), other.clone(), ours]), None);
        assert_eq!(read(&[other]), Some(Soundness::NoJobEvents));
    }
}
