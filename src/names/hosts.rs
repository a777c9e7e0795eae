//! The hosts file.

use std::net::IpAddr;

/// The names this machine knows without asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// An address and one of its names, in lower case.
    entries: Vec<(String, IpAddr)>,
}

impl Hosts {
    /// Reads the text of a hosts file; lines that are none are passed over, as the system does.
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let words = line.split('#').next().unwrap_or_default();
            let mut words = words.split_whitespace();
            // An address may carry its network card's name.
            let address = words.next()?.split('%').next()?.parse::<IpAddr>().ok()?;
            let names: Vec<_> = words
                .map(|name| (name.trim_end_matches('.').to_ascii_lowercase(), address))
                .collect();
            Some(names)
        };
        Self {
            entries: text.lines().filter_map(line).flatten().collect(),
        }
    }

    /// The first name of an address.
    pub fn name(&self, address: IpAddr) -> Option<&str> {
        let mut named = self.entries.iter().filter(|(_, of)| *of == address);
        named.next().map(|(name, _)| name.as_str())
    }

    /// The addresses of a name, IPv4 first.
    pub fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let name = name.to_ascii_lowercase();
        let mut found: Vec<IpAddr> = Vec::new();
        for (known, address) in &self.entries {
            if *known == name && !found.contains(address) {
                found.push(*address);
            }
        }
        found.sort_by_key(IpAddr::is_ipv6);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn names_are_found_whatever_their_case_and_comments_are_not() {
        let text = "\u{feff}# a comment\r\n::1 localhost ip6-localhost\r\n10.0.0.5\tOrch.example.com orch # 10.0.0.6 other\r\nbad orch\r\n2001:db8::5 orch\r\n10.0.0.5 orch\r\n";
        let hosts = Hosts::parse(text);
        let addresses = hosts.addresses("ORCH.example.com");
        assert_eq!(addresses, ["10.0.0.5".parse::<std::net::IpAddr>().unwrap()]);
        let both: Vec<String> = hosts
            .addresses("orch")
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(both, ["10.0.0.5", "2001:db8::5"]);
        assert!(hosts.addresses("other").is_empty());
    }
}
