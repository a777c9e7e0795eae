//! `webhook send`: plays Orchestrator against a receiver.

use super::say::Voice;
use super::{Refused, address, format, roots, secret};
use crate::cli::arguments::{HookFormat, Manner, SendArguments};
use crate::cli::output;
use crate::report::Exit;
use crate::webhook::sender::Sender;
use crate::webhook::tls;
use crate::world::real;
use std::time::Duration;

/// Does what the arguments say.
pub(super) async fn run(arguments: &SendArguments, manner: Manner) -> Result<Exit, Refused> {
    let url = address("the URL", &arguments.url)?;
    let secret = arguments.secret.as_deref().map(secret).transpose()?;
    let trust = tls::caller(roots(arguments.ca_bundle.as_deref())?);
    let client = tls::client(trust, Duration::from_millis(arguments.timeout))
        .map_err(|error| Refused::new(format!("cannot {error}")))?;
    let now = real::world().clock.now();
    let sender = Sender { client, url };
    let trial = match &secret {
        None => sender.try_out(None, now).await,
        Some(secret) => {
            let key = secret.on_the_wire(crate::webhook::sender::Keys::new);
            sender.try_out(Some(&key), now).await
        }
    };
    match format(arguments.format) {
        HookFormat::Text => {
            let voice = Voice::new(arguments.told.lang, manner);
            output::say(&voice.trial(&trial));
        }
        HookFormat::Jsonl => output::say(&serde_json::to_string(&trial)?),
    }
    Ok(if trial.is_sound() {
        Exit::Healthy
    } else {
        Exit::Unhealthy
    })
}
