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

/// The proxy for what a certificate points to, which is on other hosts, and the list of those that go without.
///
/// A variable that names no proxy is passed over: the run can do without what it would have fetched.
pub(super) fn for_fetches(common: &Common, settings: &Settings) -> (Option<Proxy>, String) {
    let exceptions = variable("no_proxy").or_else(|| variable("NO_PROXY"));
    let told = common.proxy.as_ref().and_then(|text| text.parse().ok());
    // The exceptions are looked through for each host in its turn.
    let others = |name: &str| variable(name).filter(|_| !name.eq_ignore_ascii_case("no_proxy"));
    let named = || proxy_for(others, "http", "").ok().flatten();
    let proxy = told.or_else(|| named().map(|chosen| chosen.proxy));
    let proxy = proxy.filter(|_| !settings.stand_in);
    (proxy, exceptions.unwrap_or_default())
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
