//! The names that Cisco's systems print for TCP ports.

use super::super::model::Ports;

/// Names with one meaning in all systems.
const NAMES: &[(&str, u16)] = &[
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("chargen", 19),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("whois", 43),
    ("tacacs", 49),
    ("domain", 53),
    ("gopher", 70),
    ("finger", 79),
    ("www", 80),
    ("http", 80),
    ("hostname", 101),
    ("pop2", 109),
    ("pop3", 110),
    ("sunrpc", 111),
    ("ident", 113),
    ("nntp", 119),
    ("msrpc", 135),
    ("netbios-ssn", 139),
    ("imap4", 143),
    ("bgp", 179),
    ("irc", 194),
    ("ldap", 389),
    ("https", 443),
    ("exec", 512),
    ("login", 513),
    ("cmd", 514),
    ("rsh", 514),
    ("syslog", 514),
    ("lpd", 515),
    ("talk", 517),
    ("uucp", 540),
    ("klogin", 543),
    ("kshell", 544),
    ("rtsp", 554),
    ("ldaps", 636),
    ("lotusnotes", 1352),
    ("citrix-ica", 1494),
    ("sqlnet", 1521),
    ("h323", 1720),
    ("pptp", 1723),
    ("nfs", 2049),
    ("ctiqbe", 2748),
    ("cifs", 3020),
    ("sip", 5060),
    ("aol", 5190),
    ("pcanywhere-data", 5631),
];

/// A port by number or name.
fn port(word: &str) -> Option<u16> {
    word.parse().ok().or_else(|| {
        NAMES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, port)| *port)
    })
}

/// A comparison at the head of the words, and how many words it takes. `None`: there is none here. The ports are `None` when a
/// name is not known.
pub(super) fn comparison(words: &[&str], many: bool) -> Option<(Option<Ports>, usize)> {
    let one = |at: usize| words.get(at).and_then(|word| port(word));
    let below = |port: u16| {
        Ports(
            port.checked_sub(1)
                .map(|last| (0, last))
                .into_iter()
                .collect(),
        )
    };
    let above = |port: u16| {
        Ports(
            port.checked_add(1)
                .map(|first| (first, u16::MAX))
                .into_iter()
                .collect(),
        )
    };
    match *words.first()? {
        // IOS takes several ports after eq.
        "eq" | "neq" => {
            let mut ports = Ports(Vec::new());
            let mut taken = 1;
            ports.0.extend(one(1).map(|port| (port, port)));
            taken += usize::from(words.len() > 1);
            while many && taken < 12 && !ports.0.is_empty() {
                let Some(port) = one(taken) else { break };
                ports.0.push((port, port));
                taken += 1;
            }
            let known = !ports.0.is_empty();
            let ports = if words[0] == "neq" {
                ports.complement()
            } else {
                ports
            };
            Some((known.then_some(ports), taken))
        }
        "lt" => Some((one(1).map(below), 2)),
        "gt" => Some((one(1).map(above), 2)),
        "range" => {
            let ends = one(1)
                .zip(one(2))
                .map(|(first, last)| Ports(vec![(first.min(last), first.max(last))]));
            Some((ends, 3))
        }
        _ => None,
    }
}
