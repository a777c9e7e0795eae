//! Port names that exports may show instead of numbers.

/// The names that stand in `/etc/services` and in the vendors' lists under the same number.
const NAMES: &[(&str, u16)] = &[
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("http", 80),
    ("www", 80),
    ("www-http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("sunrpc", 111),
    ("ntp", 123),
    ("netbios-ssn", 139),
    ("imap", 143),
    ("imap2", 143),
    ("snmp", 161),
    ("bgp", 179),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submission", 587),
    ("ldaps", 636),
    ("imaps", 993),
    ("pop3s", 995),
    ("ms-sql-s", 1433),
    ("ms-sql-m", 1434),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("postgresql", 5432),
    ("http-alt", 8080),
    ("https-alt", 8443),
];

/// The port of that number or name.
pub(super) fn port(name: &str) -> Option<u16> {
    name.parse().ok().or_else(|| {
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, port)| *port)
    })
}
