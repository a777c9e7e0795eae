//! `webhook`: listen for events, verify one, play Orchestrator against a receiver.

mod listen;
mod say;
mod screen;
mod send;
mod telling;
mod verify;

use super::Refused;
use super::arguments::{Hook, HookFormat, Manner};
use crate::config::Reference;
use crate::report::Exit;
use crate::secret::Secret;
use crate::webhook::tls;
use rustls::RootCertStore;
use std::path::Path;
use url::Url;

/// Does what the arguments say.
pub(super) async fn run(hook: Hook, manner: Manner) -> Result<Exit, Refused> {
    match hook {
        Hook::Listen(arguments) => listen::run(arguments, manner).await,
        Hook::Verify(arguments) => verify::run(&arguments),
        Hook::Send(arguments) => send::run(&arguments, manner).await,
    }
}

/// Reads the secret that is referred to. A literal is refused and not repeated.
pub(super) fn secret(reference: &str) -> Result<Secret, Refused> {
    let secret = Reference::parse(reference)?.read()?;
    if secret.on_the_wire(str::is_empty) {
        return Err(Refused::new(
            "cannot use an empty secret: anybody could sign with it",
        ));
    }
    Ok(secret)
}

/// A URL that events can be posted to.
pub(super) fn address(option: &str, text: &str) -> Result<Url, Refused> {
    let wrong = |what: &str| Refused::new(format!("cannot use {option}: {what}"));
    let url = Url::parse(text).map_err(|_| wrong("it is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("a user name or password does not belong into it"));
    }
    Ok(url)
}

/// The roots that a caller trusts: this machine's, as Orchestrator trusts its own machine's, and those of a file.
fn roots(file: Option<&Path>) -> Result<RootCertStore, Refused> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match file {
        None => Ok(roots),
        Some(path) => tls::with_roots(roots, &read(path)?)
            .map_err(|error| Refused::new(format!("cannot {error}: {}", path.display()))),
    }
}

/// Reads a file.
fn read(path: &Path) -> Result<Vec<u8>, Refused> {
    std::fs::read(path)
        .map_err(|cause| Refused::new(format!("cannot read {}: {cause}", path.display())))
}

/// The format that fits where stdout goes.
fn format(asked: Option<HookFormat>) -> HookFormat {
    use std::io::IsTerminal as _;
    asked.unwrap_or(if std::io::stdout().is_terminal() {
        HookFormat::Text
    } else {
        HookFormat::Jsonl
    })
}
