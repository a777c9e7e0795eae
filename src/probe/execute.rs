//! Whether the account may run a process, without running it.

use super::listing::{folder_id, in_folder};
use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use super::{privileges, process};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::envelope::{Envelope, field};
use crate::wire::{Failure, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Display;

/// One by one.
pub const PER: Asks = Asks::Process;

/// The API from which `ValidateDynamicJob` exists (22.4).
const VALIDATES_FROM: f64 = 15.0;

/// What says whether a job would run, and starts none.
const DRY_RUN: &str = "/odata/Jobs/UiPath.Server.Configuration.OData.ValidateDynamicJob";

/// Orchestrator's number for something that does not exist.
const NOT_THERE: i64 = 1002;

/// Orchestrator's name for a folder without a user whose robot could run the process.
const NO_ROBOT: &str = "InvalidStartJobRobotIds";

/// The permission that running a process takes: there is no other (facts §2).
const PERMISSION: &str = "Jobs.Create";

/// The permission by which the account was shown the process.
const SHOWN_BY: &str = "Processes.View";

/// How many processes a profile may have for each to be dry run; beyond, the permissions of the folder have to do.
const DRY_RUNS: usize = 20;

/// What was asked, and the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What the dry run said.
    pub dry_run: Option<DryRun>,
    /// What the account may do, where the dry run does not exist.
    pub permissions: Option<Permissions>,
    /// Why there was no answer.
    pub failure: Option<Failure>,
}

/// `ValidateDynamicJob`'s answer: it creates nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// Status and error.
    pub envelope: Envelope,
    /// Whether a job could run.
    pub valid: Option<bool>,
    /// Why not, as codes (API 16 and later).
    pub codes: Vec<String>,
    /// Why not, in the server's words.
    pub errors: Vec<String>,
}

/// `GetCurrentPermissions`' answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Status and error.
    pub envelope: Envelope,
    /// Whether the list came, and is that of the folder: it has what the account was just seen to have there.
    pub listed: bool,
    /// Whether it has what running a process takes.
    pub may_run: bool,
    /// Whether the list is not that of the folder alone, so that what it has may be meant for another.
    #[serde(default)]
    pub overall: bool,
}

/// Asks for a dry run, or for the permissions where there is none.
pub async fn measure(cx: &Cx) -> Seen {
    let Some(folder) = folder_id(cx) else {
        return Seen::default();
    };
    let Some(release) = process::of_subject(cx, folder).await else {
        return Seen::default();
    };
    if let Some(dry_run) = dry_run(cx, folder, &release.key) {
        match cx.session.api_shared(dry_run).await {
            Err(failure) => {
                return Seen {
                    failure: Some(failure),
                    ..Seen::default()
                };
            }
            Ok(response) if is_not_offered(&response) => {}
            Ok(response) => {
                return Seen {
                    dry_run: Some(DryRun::of(&response)),
                    ..Seen::default()
                };
            }
        }
    }
    by_permissions(cx, folder).await
}

/// The request for a dry run of the process with that key; none where there is no such thing, or too many would be asked.
pub(super) fn dry_run(cx: &Cx, folder: i64, key: &str) -> Option<Request> {
    let api = cx
        .before
        .answer(None)
        .and_then(super::answer::Seen::api_version);
    let exists = api.is_none_or(|api| api >= VALIDATES_FROM);
    if !exists || cx.settings.processes.len() > DRY_RUNS {
        return None;
    }
    let path = format!("{}{DRY_RUN}", cx.settings.target.base());
    let start =
        json!({ "startInfo": { "ReleaseKey": key, "Strategy": strategy(cx), "JobsCount": 1 } });
    Some(in_folder(Request::post(path, &start), folder))
}

/// Whether there is no dry run at all; a 404 in Orchestrator's own words is about the process.
fn is_not_offered(response: &Response) -> bool {
    match response.status.as_u16() {
        404 => Envelope::of(response).code != Some(NOT_THERE),
        405 => true,
        _ => false,
    }
}

/// How a job is asked for: classic folders, which have environments, do not take the way of the others (facts §3).
fn strategy(cx: &Cx) -> &'static str {
    let classic = cx.subject.as_ref().is_some_and(|subject| {
        let folders = cx.before.folders(None);
        folders
            .and_then(|seen| seen.find(&subject.folder))
            .is_some_and(|folder| folder.classic)
    });
    if classic {
        "JobsCount"
    } else {
        "ModernJobsCount"
    }
}

/// Asks for the permissions in the folder; without a folder where there are too many to ask in each.
async fn by_permissions(cx: &Cx, folder: i64) -> Seen {
    let overall = privileges::wanted_folders(cx).len() > privileges::MOST_FOLDERS;
    match privileges::ask(cx, (!overall).then_some(folder)).await {
        Err(failure) => Seen {
            failure: Some(failure),
            ..Seen::default()
        },
        Ok(response) => Seen {
            permissions: Some(Permissions {
                overall,
                ..Permissions::of(&response)
            }),
            ..Seen::default()
        },
    }
}

/// One request.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let permissions = "/odata/Users/UiPath.Server.Configuration.OData.GetCurrentPermissions";
    vec![
        Intent::request(settings, "POST", DRY_RUN).signed_in(),
        Intent::request(settings, "GET", permissions).signed_in(),
    ]
}

impl DryRun {
    fn of(response: &Response) -> Self {
        let body = response.json().filter(|_| response.status.is_success());
        let list = |name: &str| -> Vec<String> {
            let items = body
                .as_ref()
                .and_then(|body| field(body, name))
                .and_then(Value::as_array);
            items
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .take(10)
                .map(shown)
                .collect()
        };
        Self {
            envelope: Envelope::of(response),
            valid: body
                .as_ref()
                .and_then(|body| field(body, "IsValid"))
                .and_then(Value::as_bool),
            codes: list("ErrorCodes"),
            errors: list("Errors"),
        }
    }
}

impl Permissions {
    fn of(response: &Response) -> Self {
        let body = response.json().filter(|_| response.status.is_success());
        let list = body
            .as_ref()
            .and_then(|body| field(body, "Permissions"))
            .and_then(Value::as_array);
        let has = |permission: &str| {
            list.is_some_and(|list| {
                list.iter()
                    .filter_map(Value::as_str)
                    .any(|name| name.eq_ignore_ascii_case(permission))
            })
        };
        Self {
            envelope: Envelope::of(response),
            listed: has(PERMISSION) || has(SHOWN_BY),
            may_run: has(PERMISSION),
            overall: false,
        }
    }
}

impl Seen {
    /// What was said.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let permission: (_, &dyn Display) = ("permission", &PERMISSION);
        let envelope = self
            .dry_run
            .as_ref()
            .map(|dry_run| &dry_run.envelope)
            .or_else(|| {
                self.permissions
                    .as_ref()
                    .map(|permissions| &permissions.envelope)
            });
        let reasons = match (&self.dry_run, &self.permissions) {
            (Some(dry_run), _) if dry_run.errors.is_empty() => dry_run.codes.join(", "),
            (Some(dry_run), _) => dry_run.errors.join(" ").trim_end_matches('.').to_owned(),
            (None, Some(permissions))
                if permissions.envelope.status == 200 && !permissions.listed =>
            {
                words.privileges.other_lists.to_string()
            }
            (None, Some(permissions)) if permissions.listed && !permissions.may_run => {
                words.execute.no_permission.with(&[permission])
            }
            (None, Some(permissions)) if permissions.overall && permissions.may_run => {
                words.execute.somewhere.with(&[permission])
            }
            (None, _) => String::new(),
        };
        let said = Envelope::said_or(envelope, self.failure.as_ref(), &words.answers);
        let how = if self.dry_run.is_some() {
            &words.execute.dry_run
        } else {
            &words.execute.permissions
        };
        Facts::from([
            ("said", said.clone()),
            ("reasons", if reasons.is_empty() { said } else { reasons }),
            ("how", how.to_string()),
        ])
    }
}

symptoms! {
    /// Whether the process could be run now.
    Executability {
        /// It could.
        Executable = "executable",
        /// It cannot be told without running it.
        Untestable = "untestable",
        /// The account may not.
        Denied = "denied",
        /// No machine in the folder has a fitting runtime.
        NoRuntime = "no-runtime",
        /// No robot account in the folder fits.
        NoRobot = "no-robot",
        /// There is no licence left.
        NoLicence = "no-licence",
        /// No machine is connected.
        NoHost = "no-host",
    }
}

/// The group a reason of `JobPendingReasons` belongs to (the v17 definition lists them); `None` for those that pass by themselves.
fn of_code(code: &str) -> Option<Executability> {
    match code {
        "TemplateNoRuntime" | "TemplateNotAssignedToFolder" => Some(Executability::NoRuntime),
        "TemplateNoLicense" => Some(Executability::NoLicence),
        "TemplateNoHostsAvailable"
        | "TemplateMaintenanceMode"
        | "DynamicJobConnectedMachinesInvalid" => Some(Executability::NoHost),
        "RobotBusy" | "RobotConcurrencyLimit" | "TemplateFullCapacity" => {
            Some(Executability::Executable)
        }
        code if code.starts_with("Robot") || code.contains("Credentials") => {
            Some(Executability::NoRobot)
        }
        _ => None,
    }
}

impl Symptom for Executability {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        if let Some(dry_run) = &seen.dry_run {
            return match (dry_run.envelope.status, dry_run.valid) {
                (403, _) if dry_run.envelope.forbids() => Self::Denied,
                (409, _) if dry_run.envelope.name.as_deref() == Some(NO_ROBOT) => Self::NoRobot,
                (409, _) if dry_run.envelope.code == Some(2818) => Self::NoRuntime,
                (_, Some(true)) => Self::Executable,
                (_, Some(false)) => {
                    let told: Vec<Self> = dry_run
                        .codes
                        .iter()
                        .filter_map(|code| of_code(code))
                        .collect();
                    // What passes by itself is told only where nothing else stands against it.
                    told.iter()
                        .find(|symptom| **symptom != Self::Executable)
                        .or(told.first())
                        .copied()
                        .unwrap_or(Self::Untestable)
                }
                (_, None) => Self::Untestable,
            };
        }
        match &seen.permissions {
            // To have it somewhere is not to have it here.
            Some(permissions) if permissions.may_run && permissions.overall => Self::Untestable,
            Some(permissions) if permissions.listed && permissions.may_run => Self::Executable,
            Some(permissions) if permissions.listed => Self::Denied,
            Some(_) | None => Self::Untestable,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let dry_run = |status, valid, codes: &[&str], errors: &[&str]| Seen {
            dry_run: Some(DryRun {
                envelope: Envelope {
                    status,
                    ..Envelope::default()
                },
                valid,
                codes: codes.iter().map(|code| (*code).to_owned()).collect(),
                errors: errors.iter().map(|error| (*error).to_owned()).collect(),
            }),
            ..Seen::default()
        };
        let no = Some(false);
        match self {
            Self::Executable => dry_run(200, Some(true), &[], &[]),
            Self::Untestable => dry_run(500, None, &[], &[]),
            Self::Denied => dry_run(403, None, &[], &[]),
            Self::NoRuntime => dry_run(
                200,
                no,
                &["TemplateNoRuntime"],
                &["No unattended runtime is configured."],
            ),
            Self::NoRobot => dry_run(
                200,
                no,
                &["RobotNoCredentials"],
                &["The robot has no credentials."],
            ),
            Self::NoLicence => dry_run(200, no, &["TemplateNoLicense"], &["No licence is left."]),
            Self::NoHost => dry_run(
                200,
                no,
                &["TemplateNoHostsAvailable"],
                &["No host is available."],
            ),
        }
    }
}
