//! What the first bytes of an answer are: a ServerHello, an alert, or another protocol altogether.

use serde::{Deserialize, Serialize};

/// What came back to a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reply {
    /// The server agrees to a version and a suite.
    ServerHello {
        /// The version, as the protocol numbers it: 0x0303 is TLS 1.2.
        version: u16,
        /// The suite.
        suite: u16,
    },
    /// The server refuses, and says why by number.
    Alert {
        /// The alert's number.
        code: u8,
    },
    /// The server speaks something else.
    Spoken {
        /// What.
        protocol: Spoken,
    },
    /// The server closed or reset the connection.
    Closed,
    /// Nothing came in time, or too little to tell.
    Silent,
    /// No connection came about.
    Unconnected,
}

/// A protocol that its first bytes give away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    /// TLS.
    Tls,
    /// HTTP without TLS.
    Http,
    /// SSH.
    Ssh,
    /// Remote Desktop (TPKT).
    RemoteDesktop,
    /// SMTP or FTP: both greet with 220.
    SmtpOrFtp,
    /// POP3.
    Pop3,
    /// IMAP.
    Imap,
    /// VNC.
    Vnc,
    /// MySQL or MariaDB.
    MySql,
    /// PostgreSQL.
    PostgreSql,
    /// Microsoft SQL Server.
    SqlServer,
    /// Redis.
    Redis,
    /// Telnet.
    Telnet,
    /// AMQP.
    Amqp,
    /// LDAP.
    Ldap,
    /// Not known here.
    Unknown,
}

impl Spoken {
    /// The protocol's name, as a person says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::Http => "HTTP without TLS",
            Self::Ssh => "SSH",
            Self::RemoteDesktop => "Remote Desktop",
            Self::SmtpOrFtp => "SMTP or FTP",
            Self::Pop3 => "POP3",
            Self::Imap => "IMAP",
            Self::Vnc => "VNC",
            Self::MySql => "MySQL",
            Self::PostgreSql => "PostgreSQL",
            Self::SqlServer => "SQL Server",
            Self::Redis => "Redis",
            Self::Telnet => "Telnet",
            Self::Amqp => "AMQP",
            Self::Ldap => "LDAP",
            Self::Unknown => "an unknown protocol",
        }
    }
}

/// The protocol that the first bytes from a server give away; `None` while there are too few to tell.
pub fn spoken(first: &[u8]) -> Option<Spoken> {
    const TEXTS: [(&[u8], Spoken); 17] = [
        (b"HTTP/", Spoken::Http),
        (b"<!DOCTYPE", Spoken::Http),
        (b"<html", Spoken::Http),
        (b"<HTML", Spoken::Http),
        (b"<head", Spoken::Http),
        (b"SSH-", Spoken::Ssh),
        (b"220 ", Spoken::SmtpOrFtp),
        (b"220-", Spoken::SmtpOrFtp),
        (b"554 ", Spoken::SmtpOrFtp),
        (b"421 ", Spoken::SmtpOrFtp),
        (b"+OK", Spoken::Pop3),
        (b"* OK", Spoken::Imap),
        (b"* BYE", Spoken::Imap),
        (b"RFB ", Spoken::Vnc),
        (b"-ERR", Spoken::Redis),
        (b"-NOAUTH", Spoken::Redis),
        (b"AMQP", Spoken::Amqp),
    ];
    if first.is_empty() {
        return None;
    }
    if let Some((_, spoken)) = TEXTS.iter().find(|(text, _)| first.starts_with(text)) {
        return Some(*spoken);
    }
    if TEXTS.iter().any(|(text, _)| text.starts_with(first)) {
        return None;
    }
    Some(binary(first))
}

/// The protocols that do not begin with text.
fn binary(first: &[u8]) -> Spoken {
    match first {
        [20..=24, 3, 0..=4, ..] | [20..=24, 3] | [20..=24] => Spoken::Tls,
        [3, 0, ..] => Spoken::RemoteDesktop,
        [0xFF, 0xFB..=0xFE, ..] => Spoken::Telnet,
        // A greeting of protocol 10, or an error instead of it; both are packet 0.
        [_, _, 0, 0, 10 | 0xFF, ..] => Spoken::MySql,
        [4, 1, _, _, ..] => Spoken::SqlServer,
        [b'N' | b'S'] | [b'E', 0, 0, ..] => Spoken::PostgreSql,
        [0x30, _, 2, 1, ..] => Spoken::Ldap,
        // An HTTP/2 server sends its settings first: a frame of type 4 on stream 0.
        [0, 0, _, 4, 0 | 1, 0, 0, 0, 0, ..] => Spoken::Http,
        _ => Spoken::Unknown,
    }
}

/// The most bytes of an answer that are looked at: a record and its header.
pub const MOST: usize = 5 + (16 << 10) + 256;

/// What these first bytes are; `None` while there are too few to tell.
pub fn reply(first: &[u8]) -> Option<Reply> {
    let protocol = spoken(first)?;
    if protocol != Spoken::Tls {
        return Some(Reply::Spoken { protocol });
    }
    let (kind, message) = record(first)?;
    match (kind, message) {
        // A warning about the name is no refusal; the ServerHello follows.
        (ALERT, [WARNING, UNRECOGNIZED_NAME, ..]) => reply(first.get(5 + message.len()..)?),
        (ALERT, [_, code, ..]) => Some(Reply::Alert { code: *code }),
        (HANDSHAKE, [SERVER_HELLO, ..]) => server_hello(message.get(4..)?),
        _ => Some(Reply::Spoken { protocol }),
    }
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const WARNING: u8 = 1;
const UNRECOGNIZED_NAME: u8 = 112;

/// Type and contents of the first record, once it is whole or large enough to hold a ServerHello.
fn record(first: &[u8]) -> Option<(u8, &[u8])> {
    let (header, rest) = first.split_at_checked(5)?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let contents = rest
        .get(..length)
        .or_else(|| (rest.len() >= 512).then_some(rest))?;
    Some((header[0], contents))
}

/// Version and suite of a ServerHello (RFC 8446, 4.1.3); TLS 1.3 writes its version in an extension.
fn server_hello(body: &[u8]) -> Option<Reply> {
    const SUPPORTED_VERSIONS: u16 = 43;
    let word = |at: usize| Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]));
    let version = word(0)?;
    let after_session = 35 + usize::from(*body.get(34)?);
    let suite = word(after_session)?;
    let mut at = after_session + 5;
    while let (Some(kind), Some(length)) = (word(at), word(at + 2)) {
        if kind == SUPPORTED_VERSIONS
            && let Some(version) = word(at + 4)
        {
            return Some(Reply::ServerHello { version, suite });
        }
        at += 4 + usize::from(length);
    }
    Some(Reply::ServerHello { version, suite })
}

/// The version in the first bytes of a ServerHello, even of one that is cut short; TLS 1.3 calls itself 1.2 here.
pub fn hello_version(first: &[u8]) -> Option<u16> {
    match first {
        [HANDSHAKE, 3, _, _, _, SERVER_HELLO, _, _, _, high, low, ..] => {
            Some(u16::from_be_bytes([*high, *low]))
        }
        _ => None,
    }
}

/// The name of a protocol version.
pub fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".into(),
        0x0301 => "TLS 1.0".into(),
        0x0302 => "TLS 1.1".into(),
        0x0303 => "TLS 1.2".into(),
        0x0304 => "TLS 1.3".into(),
        other => format!("version 0x{other:04X}"),
    }
}

/// The name of a cipher suite, where it is one of those that are in use.
pub fn suite_name(suite: u16) -> String {
    const NAMES: [(u16, &str); 40] = [
        (0x0004, "TLS_RSA_WITH_RC4_128_MD5"),
        (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
        (0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
        (0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
        (0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"),
        (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
        (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
        (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
        (0x003C, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
        (0x003D, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
        (0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"),
        (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
        (0x006B, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
        (0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"),
        (0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
        (0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
        (0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
        (0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
        (0x1301, "TLS_AES_128_GCM_SHA256"),
        (0x1302, "TLS_AES_256_GCM_SHA384"),
        (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
        (0x1304, "TLS_AES_128_CCM_SHA256"),
        (0x1305, "TLS_AES_128_CCM_8_SHA256"),
        (0xC008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
        (0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        (0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
        (0xC012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
        (0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
        (0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
        (0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
        (0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
        (0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
        (0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
        (0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        (0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        (0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        (0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        (0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        (0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        (0xCCAA, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    ];
    match NAMES.iter().find(|(known, _)| *known == suite) {
        Some((_, name)) => (*name).into(),
        None => format!("suite 0x{suite:04X}"),
    }
}
