//! `webhook listen`: receives events and tells each, without ever holding up their sender.

use super::say::Voice;
use super::telling::{Out, Told, Writer};
use super::{Refused, address, format, read, roots, screen, secret};
use crate::cli::arguments::{ListenArguments, Manner};
use crate::cli::{live, output};
use crate::report::Exit;
use crate::webhook::line::Teller;
use crate::webhook::receiver::{Forward, Receiver, Setup};
use crate::webhook::tls;
use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a receiver that events are handed on to may take.
const FORWARD: Duration = Duration::from_secs(10);

/// Does what the arguments say, until it is interrupted.
pub(super) async fn run(arguments: ListenArguments, manner: Manner) -> Result<Exit, Refused> {
    let secret = arguments.secret.as_deref().map(secret).transpose()?;
    let teller = match &secret {
        Some(secret) => secret.on_the_wire(|secret| Teller::new(Some(secret.as_bytes()))),
        None => Teller::new(None),
    };
    let tls = certificate(&arguments)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let setup = Setup {
        key: teller.key(),
        tls,
        forward: forward(&arguments)?,
        ..Setup::default()
    };
    let refused = |cause: std::io::Error| {
        Refused::new(format!("cannot listen on {}: {cause}", arguments.listen))
    };
    let listener = TcpListener::bind(arguments.listen).await.map_err(refused)?;
    let mut receiver = Receiver::start(listener, setup).map_err(refused)?;
    let voice = Voice::new(arguments.told.lang, manner);
    let address = format!("{scheme}://{}", receiver.address());
    let lines = &voice.words().webhook.lines;
    output::complain(&lines.listening.with(&[("address", &address)]));
    if secret.is_none() {
        output::complain(&lines.unchecked);
    }
    if arguments.format.is_none() && output::screen() && manner == Manner::Drawn {
        let secret = secret.map_or(screen::Secret::Absent, |_| screen::Secret::Set);
        let shown = (address, secret, arguments.told.lang);
        return screen::run(receiver, teller, shown).await;
    }
    let told = Told::default();
    let out = Out::Lines(format(arguments.format), voice, told.clone());
    let writer = Writer::start(teller, out);
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(live::stop_on_signal(stop.clone()));
    writer.hand_over(&mut receiver, &stop, &told).await;
    watcher.abort();
    output::complain(&voice.tally(told.settled(receiver.counts())));
    Ok(Exit::Healthy)
}

/// TLS, where a certificate is given.
fn certificate(arguments: &ListenArguments) -> Result<Option<Arc<ServerConfig>>, Refused> {
    let (Some(chain), Some(key)) = (&arguments.cert, &arguments.key) else {
        return Ok(None);
    };
    let config = tls::server(&read(chain)?, &read(key)?);
    config.map(Some).map_err(|error| {
        Refused::new(format!(
            "cannot {error}: {}, {}",
            chain.display(),
            key.display()
        ))
    })
}

/// Where events go on to.
fn forward(arguments: &ListenArguments) -> Result<Option<Forward>, Refused> {
    let Some(text) = &arguments.forward else {
        return Ok(None);
    };
    let url = address("--forward", text)?;
    let client = tls::client(tls::caller(roots(arguments.ca_bundle.as_deref())?), FORWARD);
    let client = client.map_err(|error| Refused::new(format!("cannot {error}")))?;
    Ok(Some(Forward { url, client }))
}
