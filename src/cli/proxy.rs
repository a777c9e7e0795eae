//! Which proxy a run uses: the one told, else the environment's, with curl's rules.

use super::Refused;
use super::arguments::Common;
use crate::config::{Host, Reference, Settings};
use crate::proxy::{Proxy, bypasses, proxy_for};
use crate::secret::Secret;

/// The proxy for the target.
///
/// # Errors
/// A text that names no proxy, or one with a password in it; it is not repeated.
pub(super) fn chosen(common: &Common, settings: &Settings) -> Result<Option<Proxy>, Refused> {
    // The stand-in listens on this machine alone, where no proxy leads.
    if settings.stand_in {
        return Ok(None);
    }
    let host = host(settings);
    if let Some(text) = &common.proxy {
        let proxy: Proxy = text
            .parse()
            .map_err(|cause| Refused::new(format!("cannot use --proxy: {cause}")))?;
        if proxy.credentials.is_some() {
            let how =
                "name user:password with --proxy-user env:NAME, file:PATH, keyring:NAME or prompt";
            return Err(Refused::new(format!("cannot use --proxy: {how}")));
        }
        let exceptions = variable("no_proxy").or_else(|| variable("NO_PROXY"));
        let passed_by = exceptions.is_some_and(|list| bypasses(&list, &host));
        return Ok((!passed_by).then_some(proxy));
    }
    from_environment(settings)
}

/// What the proxy is told about who asks.
///
/// # Errors
/// A reference that is none, or cannot be read.
pub(super) fn secret(common: &Common, settings: &Settings) -> Result<Option<Secret>, Refused> {
    if settings.network.proxy.is_none() {
        return Ok(None);
    }
    if let Some(text) = &common.proxy_user {
        return Ok(Some(Reference::parse(text)?.read()?));
    }
    if common.proxy.is_some() {
        return Ok(None);
    }
    let credentials = from_environment(settings)?.and_then(|proxy| proxy.credentials);
    Ok(credentials.map(|credentials| {
        let pair = [&credentials.user[..], b":", &credentials.password].concat();
        Secret::new(String::from_utf8_lossy(&pair).into_owned())
    }))
}

/// The environment's proxy.
fn from_environment(settings: &Settings) -> Result<Option<Proxy>, Refused> {
    let scheme = if settings.target.https {
        "https"
    } else {
        "http"
    };
    let chosen = proxy_for(variable, scheme, &host(settings)).map_err(|(name, cause)| {
        Refused::new(format!(
            "cannot use the proxy in the variable {name}: {cause}"
        ))
    })?;
    Ok(chosen.map(|chosen| chosen.proxy))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn host(settings: &Settings) -> String {
    match &settings.target.host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    }
}
