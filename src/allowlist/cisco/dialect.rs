//! Which of Cisco's systems a configuration is of, and which of its lines begin something.

use super::config::Words;

/// The dialect of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// ASA and its ancestors: netmasks, stateful, an implicit deny where nothing is bound.
    Asa,
    /// IOS and its kin: wildcard masks, answers are filtered too.
    Ios,
}

/// The dialect, by what only one of them has.
pub(super) fn system(text: &str) -> System {
    let asa = |line: &str| {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("nameif" | "access-group" | "PIX" | "ASA" | ":") => true,
            Some("access-list") => matches!(words.nth(1), Some("extended" | "line" | "advanced")),
            _ => false,
        }
    };
    let named = |line: &str| {
        let mut words = line.split_whitespace();
        words.next() == Some("access-list")
            && words
                .next()
                .is_some_and(|name| name.parse::<u32>().is_err())
    };
    let ios = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        matches!(
            words.as_slice(),
            [
                "ip" | "ipv6" | "ipv4",
                "access-list" | "access-group" | "traffic-filter"
            ]
        ) || matches!(
            words.as_slice(),
            ["Extended" | "Standard" | "IPv6", "IP" | "access"]
        )
    };
    if text.lines().any(asa) || (!text.lines().any(ios) && text.lines().any(named)) {
        System::Asa
    } else {
        System::Ios
    }
}

/// Whether a line begins a block of its own, also where a whole configuration is indented.
pub(super) fn begins(line: &Words<'_>) -> bool {
    matches!(
        line.parts.as_slice(),
        [
            "interface"
                | "access-list"
                | "access-group"
                | "object"
                | "object-group"
                | "router"
                | "line",
            ..
        ] | ["ip" | "ipv4" | "ipv6", "access-list", ..]
    )
}

/// Whether a line begins something of its own although its first word may stand in a block too.
pub(super) fn is_top(line: &Words<'_>) -> bool {
    matches!(
        line.parts.as_slice(),
        [
            "ip",
            "access-list" | "route" | "nat" | "access-group" | "domain-name" | "http" | "ssh",
            ..
        ]
    )
}
