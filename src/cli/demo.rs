//! `demo`: the stand-in, alone or with the checklist on it.

use super::arguments::{CheckArguments, Common, DemoArguments, Ear, Format};
use super::code::Code;
use super::request::Request;
use super::{Refused, live, output, screen, webhook};
use crate::config::profile;
use crate::demo::{ApiVersion, Fault, Options, Stand, start};
use crate::report::Exit;
use crate::secret::Secret;
use crate::webhook::payload::{self, Kind};
use crate::world::real;
use serde_json::json;
use std::fmt::Write as _;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Does what the arguments say.
pub(super) async fn run(arguments: DemoArguments) -> Result<Code, Refused> {
    if arguments.list_faults {
        return list_faults(arguments.writing.of_list()?).map(Code::from);
    }
    let mut options = Options::new(real::world().clock.now());
    for name in &arguments.fault {
        let fault = name.parse::<Fault>().map_err(|_| {
            Refused::new(format!(
                "cannot play the fault {}: --list-faults shows them",
                crate::shown::shown(name)
            ))
        })?;
        options.faults.push(fault);
    }
    options.api_version = arguments.api_version.parse::<ApiVersion>().map_err(|_| {
        Refused::new(format!(
            "cannot play the API version {}: 9, 10, 11, 13, 15 or 17",
            crate::shown::shown(&arguments.api_version)
        ))
    })?;
    options.delay = Duration::from_millis(arguments.delay);
    if let Some(listen) = arguments.listen {
        options.listen = listen;
    }
    let receiver = receiver(&arguments)?;
    let stand = start(options)
        .await
        .map_err(|cause| Refused::new(format!("cannot start the stand-in: {cause}")))?;
    if let Some((url, secret)) = receiver {
        return send_events(stand, &url, secret.as_ref())
            .await
            .map(Code::from);
    }
    if arguments.listen.is_some() {
        return serve(stand).await.map(Code::from);
    }
    Box::pin(checked(stand, arguments)).await
}

/// Serves until interrupted.
async fn serve(stand: Stand) -> Result<Exit, Refused> {
    output::say(&stand.ready_line().to_string());
    let stop = CancellationToken::new();
    live::stop_on_signal(stop.clone()).await;
    stand.stopped().await;
    Ok(Exit::Healthy)
}

/// Where events go and what they are signed with, where the webhook sender is to be played.
fn receiver(arguments: &DemoArguments) -> Result<Option<(Url, Option<Secret>)>, Refused> {
    let Some(url) = &arguments.send_events else {
        return Ok(None);
    };
    let url = webhook::address("--send-events", url)?;
    let secret = arguments.secret.as_deref().map(webhook::secret);
    Ok(Some((url, secret.transpose()?)))
}

/// Posts a ping and a job's life, one after the other, with a line for each: exit 1 when one is not answered.
async fn send_events(stand: Stand, url: &Url, secret: Option<&Secret>) -> Result<Exit, Refused> {
    let clock = real::world().clock;
    let mut exit = Exit::Healthy;
    for (number, kind) in (0..).zip(Kind::ALL) {
        let body = payload::body(kind, clock.now(), number);
        let status = stand.post(url.as_str(), secret, body).await;
        output::say(&json!({ "type": kind.key(), "status": status }).to_string());
        if status.is_none() {
            exit = Exit::Unhealthy;
        }
    }
    stand.stopped().await;
    Ok(exit)
}

/// A stand-in with this broken, and what a run on it is made of.
pub(super) async fn broken(fault: &str, common: &Common) -> Result<(Stand, Request), Refused> {
    let mut options = Options::new(real::world().clock.now());
    options.faults.extend(fault.parse::<Fault>());
    let stand = start(options)
        .await
        .map_err(|cause| Refused::new(format!("cannot start the stand-in: {cause}")))?;
    let request = on(&stand, common)?;
    Ok((stand, request))
}

/// What a run on the stand-in is made of.
fn on(stand: &Stand, common: &Common) -> Result<Request, Refused> {
    let mut config = profile(Some(stand.profile()), None)?;
    config.settings.stand_in = true;
    super::request::over(common, &mut config.settings)?;
    Request::with_config(common, config, real::world())
}

/// Runs the checklist on the stand-in.
async fn checked(stand: Stand, arguments: DemoArguments) -> Result<Code, Refused> {
    let common = Common {
        profile: Some(stand.profile().to_owned()),
        manner: arguments.writing.manner,
        ..arguments.common
    };
    let request = on(&stand, &common)?;
    let code = if arguments.writing.is_open() && output::terminal() {
        screen::run(Some(request), &common).await
    } else {
        live::headless(
            &request,
            &CheckArguments {
                common,
                ear: Ear::default(),
                writing: arguments.writing,
            },
        )
        .await
    };
    stand.stopped().await;
    code
}

/// What can be broken, and the root it leads to.
fn list_faults(format: Format) -> Result<Exit, Refused> {
    let text = match format {
        Format::Json | Format::Jsonl => {
            // Every root listed for programs is one that a run with no further option finds.
            let plain = Fault::ALL.iter().filter(|fault| !fault.needs_changes());
            let listed = plain.map(|fault| {
                let (check, symptom) = fault.root();
                json!({ "name": fault.name(), "breaks": fault.breaks(), "root": { "check": check, "symptom": symptom } })
            });
            serde_json::to_string_pretty(&listed.collect::<Vec<_>>())?
        }
        Format::Text => {
            let mut text = String::new();
            for fault in Fault::ALL {
                let (check, symptom) = fault.root();
                writeln!(
                    text,
                    "{:<30} {}\n{:<30} → {check}/{symptom}{}",
                    fault.name(),
                    fault.breaks(),
                    "",
                    if fault.needs_changes() {
                        ", with --allow-changes"
                    } else {
                        ""
                    }
                )?;
            }
            text
        }
    };
    output::say(&text);
    Ok(Exit::Healthy)
}
