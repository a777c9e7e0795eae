//! Which proxy to use: as told, else as the environment says, with curl's rules.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use super::{Credentials, Protocol, Proxy};

/// A proxy, and where its choice comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The proxy.
    pub proxy: Proxy,
    /// The variable that names it.
    pub variable: &'static str,
}

/// Why a text names no proxy we can use. Never shows the text: it may carry a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidProxy {
    /// The scheme is another one.
    #[error("a proxy is http://, socks5:// or socks5h://")]
    Scheme,
    /// There is no host.
    #[error("a proxy needs a host name")]
    Host,
    /// The port is no port.
    #[error("the proxy's port is not between 1 and 65535")]
    Port,
    /// What follows the port is no part of a proxy.
    #[error("a proxy has no path")]
    Path,
}

/// The port of a proxy that is given without one, as curl has it.
const PORT: u16 = 1080;

/// The proxy that the environment names for a target: `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, and
/// `http_proxy` only in lower case (a web server hands the header `Proxy` to its programs as `HTTP_PROXY`); none where
/// `no_proxy` or `NO_PROXY` matches. Empty variables are as good as absent.
pub fn proxy_for(
    variable: impl Fn(&str) -> Option<String>,
    scheme: &str,
    host: &str,
) -> Result<Option<Chosen>, (&'static str, InvalidProxy)> {
    let set = |name: &'static str| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((name, value))
    };
    let exceptions = set("no_proxy").or_else(|| set("NO_PROXY"));
    if exceptions.is_some_and(|(_, list)| bypasses(&list, host)) {
        return Ok(None);
    }
    let own = match scheme {
        "https" => set("https_proxy").or_else(|| set("HTTPS_PROXY")),
        "http" => set("http_proxy"),
        _ => None,
    };
    let found = own
        .or_else(|| set("all_proxy"))
        .or_else(|| set("ALL_PROXY"));
    let Some((variable, text)) = found else {
        return Ok(None);
    };
    let proxy = text.parse().map_err(|invalid| (variable, invalid))?;
    Ok(Some(Chosen { proxy, variable }))
}

/// Whether a list of exceptions names the host, so that no proxy is used: `*` alone for all; names with all names
/// below them; addresses, also as ranges (`10.0.0.0/8`). Items are separated by commas.
pub fn bypasses(list: &str, host: &str) -> bool {
    if list == "*" {
        return true;
    }
    let blank = |character| character == ' ' || character == '\t';
    for item in list.split(',') {
        let mut words = item.split(blank).filter(|word| !word.is_empty());
        if words.next().is_some_and(|word| is_named(word, host)) {
            return true;
        }
        // A second word without a comma ends curl's reading of the list.
        if words.next().is_some() {
            return false;
        }
    }
    false
}

/// Whether one item names the host.
fn is_named(item: &str, host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return is_in_range(item, address);
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let item = item.strip_suffix('.').unwrap_or(item).to_ascii_lowercase();
    let item = item.strip_prefix('.').unwrap_or(&item);
    let below = host
        .strip_suffix(item)
        .is_some_and(|rest| rest.ends_with('.'));
    !item.is_empty() && (host == item || below)
}

/// Whether an address or a range holds the address. No length, or zero, stands for one address.
fn is_in_range(item: &str, address: IpAddr) -> bool {
    let (network, length) = match item.split_once('/') {
        Some((network, length)) => (network, length.parse().unwrap_or(0)),
        None => (item, 0_u32),
    };
    match address {
        IpAddr::V4(address) => network.parse().is_ok_and(|network: Ipv4Addr| {
            let length = if length == 0 { 32 } else { length };
            let differing = address.to_bits() ^ network.to_bits();
            length <= 32 && differing.leading_zeros() >= length
        }),
        IpAddr::V6(address) => network.parse().is_ok_and(|network: Ipv6Addr| {
            let length = if length == 0 { 128 } else { length };
            let differing = address.to_bits() ^ network.to_bits();
            length <= 128 && differing.leading_zeros() >= length
        }),
    }
}

impl std::str::FromStr for Proxy {
    type Err = InvalidProxy;

    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            "http" => Protocol::Http,
            "socks5" => Protocol::Socks5,
            "socks5h" => Protocol::Socks5h,
            _ => return Err(InvalidProxy::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(read_credentials(credentials)), authority),
            None => (None, rest),
        };
        if authority.contains(['/', '?', '#']) {
            return Err(InvalidProxy::Path);
        }
        let (host, port) = split_port(authority)?;
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(InvalidProxy::Host);
        }
        Ok(Self {
            protocol,
            host: host.to_owned(),
            port,
            credentials,
        })
    }
}

/// Takes the host and the port apart.
fn split_port(authority: &str) -> Result<(&str, u16), InvalidProxy> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(InvalidProxy::Host)?;
            host.parse::<Ipv6Addr>().map_err(|_| InvalidProxy::Host)?;
            (host, port.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        None => PORT,
        Some(text) => text.parse().map_err(|_| InvalidProxy::Port)?,
    };
    if port == 0 {
        return Err(InvalidProxy::Port);
    }
    Ok((host, port))
}

/// Reads `user:password`, either of them percent-encoded.
fn read_credentials(text: &str) -> Credentials {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Credentials {
        user: decode(user),
        password: decode(password),
    }
}

/// Undoes percent-encoding; what is not encoded properly stays as it is.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let code = pair.and_then(|pair| {
            let digits = std::str::from_utf8(pair).ok()?;
            let proper = pair.iter().all(u8::is_ascii_hexdigit);
            u8::from_str_radix(digits, 16).ok().filter(|_| proper)
        });
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{InvalidProxy, Protocol, Proxy, bypasses, proxy_for};

    fn chosen(variables: &[(&str, &str)], scheme: &str, host: &str) -> Option<String> {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        let look_up = |name: &str| variables.get(name).map(|value| (*value).to_owned());
        let chosen = proxy_for(look_up, scheme, host).unwrap();
        chosen.map(|chosen| format!("{} by {}", chosen.proxy, chosen.variable))
    }

    #[test]
    fn variables_are_asked_in_the_order_of_curl() {
        let all = [
            ("https_proxy", "a:1"),
            ("HTTPS_PROXY", "b:1"),
            ("all_proxy", "c:1"),
            ("ALL_PROXY", "d:1"),
        ];
        for (from, expected) in [
            (0, "http://a:1 by https_proxy"),
            (1, "http://b:1 by HTTPS_PROXY"),
            (2, "http://c:1 by all_proxy"),
            (3, "http://d:1 by ALL_PROXY"),
        ] {
            assert_eq!(
                chosen(&all[from..], "https", "orch.test").unwrap(),
                expected
            );
        }
        assert_eq!(chosen(&[], "https", "orch.test"), None);
        assert_eq!(chosen(&[("https_proxy", "")], "https", "orch.test"), None);
    }

    #[test]
    fn the_upper_case_variable_for_plain_http_is_not_trusted() {
        assert_eq!(chosen(&[("HTTP_PROXY", "a:1")], "http", "orch.test"), None);
        let lower = chosen(&[("http_proxy", "a:1")], "http", "orch.test");
        assert_eq!(lower.unwrap(), "http://a:1 by http_proxy");
        assert_eq!(chosen(&[("http_proxy", "a:1")], "https", "orch.test"), None);
    }

    #[test]
    fn exceptions_win() {
        let both = [("https_proxy", "a:1"), ("NO_PROXY", "test")];
        assert_eq!(chosen(&both, "https", "orch.test"), None);
        let lower = [
            ("https_proxy", "a:1"),
            ("no_proxy", "other"),
            ("NO_PROXY", "test"),
        ];
        assert!(chosen(&lower, "https", "orch.test").is_some());
    }

    #[test]
    fn exceptions_match_as_in_curl() {
        let cases = [
            ("*", "orch.test", true),
            ("*,other", "orch.test", false),
            ("orch.test", "ORCH.test.", true),
            (".test", "orch.test", true),
            ("test.", "orch.test", true),
            (".orch.test", "orch.test", true),
            ("est", "orch.test", false),
            ("a.orch.test", "orch.test", false),
            ("other, orch.test", "orch.test", true),
            ("other orch.test", "orch.test", false),
            (",,orch.test", "orch.test", true),
            ("", "orch.test", false),
            (".", "orch.test", false),
            ("orch.test:443", "orch.test", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/33", "10.1.2.3", false),
            ("0.0.0.0/0", "10.1.2.3", false),
            ("2.3", "10.1.2.3", false),
            ("10.0.0.0/8", "ten.test", false),
            ("fd00::/8", "[fd12::1]", true),
            ("fd12::/17", "fd12:0:8000::1", true),
            ("fd12::/33", "fd12:0:8000::1", false),
            ("fd12::1", "[fd12::1]", true),
            ("[fd12::1]", "[fd12::1]", false),
        ];
        for (list, host, expected) in cases {
            assert_eq!(bypasses(list, host), expected, "{list:?} for {host}");
        }
    }

    #[test]
    fn a_proxy_is_read_as_curl_reads_it_and_never_shows_its_password() {
        let proxy: Proxy = "socks5h://us%3Aer:p%40ss@[2001:db8::1]:9050/"
            .parse()
            .unwrap();
        assert_eq!(proxy.protocol, Protocol::Socks5h);
        let credentials = proxy.credentials.as_ref().unwrap();
        assert_eq!(credentials.user, b"us:er");
        assert_eq!(credentials.password, b"p@ss");
        assert_eq!(
            format!("{proxy} {proxy:?} {credentials:?}"),
            "socks5h://[2001:db8::1]:9050 Proxy(socks5h://[2001:db8::1]:9050) Credentials(…)"
        );
        let bare: Proxy = "squid".parse().unwrap();
        assert_eq!(bare.to_string(), "http://squid:1080");
        let read = |text: &str| text.parse::<Proxy>().unwrap_err();
        assert_eq!(read("ftp://squid"), InvalidProxy::Scheme);
        assert_eq!(read("http://:3128"), InvalidProxy::Host);
        assert_eq!(read("http://squid:0"), InvalidProxy::Port);
        assert_eq!(read("http://squid:x"), InvalidProxy::Port);
        assert_eq!(read("http://squid:1/x"), InvalidProxy::Path);
    }
}
