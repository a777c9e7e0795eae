//! How this machine resolves names: its name servers, search domains and hosts file.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hickory_resolver::proto::rr::Name;
use hickory_resolver::system_conf::read_system_conf;

use super::hosts::Hosts;
use super::message;

/// Where names come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The name servers, in the order they are asked.
    pub servers: Vec<SocketAddr>,
    /// The domains that are tried behind a name.
    pub search: Vec<Name>,
    /// A name with fewer dots than this is tried with the search domains first.
    pub dots: usize,
    /// The names known without asking.
    pub hosts: Hosts,
    /// Whether this is the machine's own way, not one with a name server of the user's choice.
    pub is_the_machines_own: bool,
}

/// The port of name servers.
const PORT: u16 = 53;

impl System {
    /// This machine's own way.
    pub fn read() -> Self {
        let hosts = std::fs::read(hosts_path()).unwrap_or_default();
        let hosts = Hosts::parse(&String::from_utf8_lossy(&hosts));
        let Ok((config, options)) = read_system_conf() else {
            // Without a word on name servers, systems ask this machine.
            return Self {
                servers: vec![(Ipv4Addr::LOCALHOST, PORT).into()],
                search: Vec::new(),
                dots: 1,
                hosts,
                is_the_machines_own: true,
            };
        };
        let mut servers: Vec<SocketAddr> = Vec::new();
        for server in config.name_servers() {
            let port = server.connections.first().map_or(PORT, |first| first.port);
            let address = SocketAddr::new(server.ip, port);
            if !servers.contains(&address) {
                servers.push(address);
            }
        }
        Self {
            servers,
            search: config.search().to_vec(),
            dots: options.ndots,
            hosts,
            is_the_machines_own: true,
        }
    }

    /// The same with one name server of the user's choice, asked directly: without the hosts file.
    #[must_use]
    pub fn with_server(self, server: SocketAddr) -> Self {
        let port = if server.port() == 0 {
            PORT
        } else {
            server.port()
        };
        Self {
            servers: vec![SocketAddr::new(server.ip(), port)],
            hosts: Hosts::default(),
            is_the_machines_own: false,
            ..self
        }
    }

    /// The full names to ask for, in order.
    pub(super) fn candidates(&self, name: &str) -> Vec<Name> {
        let Some(given) = message::name(name) else {
            return Vec::new();
        };
        let dots = name.matches('.').count();
        // A server of the user's choice is asked for the very name; only a bare word cannot be meant as it stands.
        let searches = !name.ends_with('.') && (self.is_the_machines_own || dots == 0);
        let mut names = Vec::new();
        if searches {
            let mut relative = given.clone();
            relative.set_fqdn(false);
            let with = |domain: &Name| relative.clone().append_domain(domain).ok();
            names.extend(self.search.iter().filter_map(with));
        }
        if dots >= self.dots {
            names.insert(0, given);
        } else {
            names.push(given);
        }
        for name in &mut names {
            name.set_fqdn(true);
        }
        names
    }
}

/// Where the hosts file is.
fn hosts_path() -> std::path::PathBuf {
    if cfg!(windows) {
        let root = std::env::var_os("SystemRoot").unwrap_or_else(|| "C:\\Windows".into());
        std::path::Path::new(&root).join("System32\\drivers\\etc\\hosts")
    } else {
        "/etc/hosts".into()
    }
}

/// Reads `ADDR` or `ADDR:PORT` of a name server.
pub fn server_address(text: &str) -> Option<SocketAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, PORT));
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Hosts, System, message, server_address};

    fn system(own: bool) -> System {
        System {
            servers: Vec::new(),
            search: vec![
                message::name("corp.example").unwrap(),
                message::name("example").unwrap(),
            ],
            dots: 1,
            hosts: Hosts::default(),
            is_the_machines_own: own,
        }
    }

    fn shown(system: &System, name: &str) -> Vec<String> {
        system.candidates(name).iter().map(message::shown).collect()
    }

    #[test]
    fn search_domains_come_first_for_a_word_and_last_for_a_name() {
        let own = system(true);
        assert_eq!(
            shown(&own, "orch"),
            ["orch.corp.example", "orch.example", "orch"]
        );
        assert_eq!(
            shown(&own, "orch.dmz"),
            ["orch.dmz", "orch.dmz.corp.example", "orch.dmz.example"]
        );
        assert_eq!(shown(&own, "orch.dmz."), ["orch.dmz"]);
    }

    #[test]
    fn a_chosen_server_is_asked_for_the_very_name() {
        let chosen = system(false);
        assert_eq!(shown(&chosen, "orch.dmz"), ["orch.dmz"]);
        assert_eq!(
            shown(&chosen, "orch"),
            ["orch.corp.example", "orch.example", "orch"]
        );
    }

    #[test]
    fn a_server_is_an_address_with_or_without_a_port() {
        let read = |text| server_address(text).map(|server| server.to_string());
        assert_eq!(read("192.0.2.1").unwrap(), "192.0.2.1:53");
        assert_eq!(read("192.0.2.1:5353").unwrap(), "192.0.2.1:5353");
        assert_eq!(read("2001:db8::1").unwrap(), "[2001:db8::1]:53");
        assert_eq!(read("[2001:db8::1]").unwrap(), "[2001:db8::1]:53");
        assert_eq!(read("[2001:db8::1]:5353").unwrap(), "[2001:db8::1]:5353");
        assert_eq!(read("ns.example"), None);
    }
}
