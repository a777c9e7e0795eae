//! Small things that options and profiles write in the same way.

use super::settings::Pin;
use std::net::{IpAddr, SocketAddr};

/// Reads `HOST:PORT:ADDR` as curl's `--resolve` does.
///
/// # Errors
/// What is wrong with it, in words.
pub fn pin(text: &str) -> Result<Pin, String> {
    let wrong = || format!("{} is not HOST:PORT:ADDRESS", crate::shown::shown(text));
    let (host, rest) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once("]:").ok_or_else(wrong)?,
        None => text.split_once(':').ok_or_else(wrong)?,
    };
    let (port, address) = rest.split_once(':').ok_or_else(wrong)?;
    let address = address
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(address);
    let port = port
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(wrong)?;
    let host = url::Host::parse(host)
        .map_err(|_| wrong())?
        .to_string()
        .trim_end_matches('.')
        .to_ascii_lowercase();
    Ok(Pin {
        host,
        port,
        address: address.parse().map_err(|_| wrong())?,
    })
}

/// Reads `ADDR[:PORT]`; the port is 53 unless told.
///
/// # Errors
/// What is wrong with it, in words.
pub fn name_server(text: &str) -> Result<SocketAddr, String> {
    let bare = text
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse::<IpAddr>()
        .map(|address| SocketAddr::new(address, 53))
        .or_else(|_| text.parse())
        .map_err(|_| {
            format!(
                "{} is not a name server's ADDRESS or ADDRESS:PORT",
                crate::shown::shown(text)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_takes_both_families() {
        assert_eq!(
            pin("Orch.example:8443:[2001:db8::1]").map(|pin| pin.host),
            Ok("orch.example".into())
        );
        assert!(pin("orch.example:0:127.0.0.1").is_err());
        assert!(pin("orch.example:443").is_err());
    }

    #[test]
    fn a_name_server_needs_no_port() {
        assert_eq!(
            name_server("127.0.0.1"),
            Ok("127.0.0.1:53".parse().unwrap())
        );
        assert_eq!(name_server("[::1]:5353"), Ok("[::1]:5353".parse().unwrap()));
        assert!(name_server("dns.example").is_err());
    }
}
