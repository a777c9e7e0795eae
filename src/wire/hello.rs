//! A ClientHello made by hand, to ask a server what it would agree to: a question, never a connection.
//!
//! rustls speaks neither TLS 1.0 and 1.1 nor the suites that only old servers have; this can name them all and speak none.

/// What a hello asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// TLS 1.1 at most, as an old client does.
    Old,
    /// Every version from 1.0 to 1.3, every suite and every group.
    Everything,
}

/// The bytes of a ClientHello in one record.
pub fn hello(offer: Offer, name: Option<&str>, random: &[u8; 32]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(version(offer).to_be_bytes());
    body.extend(random);
    // TLS 1.3 servers behind old middleboxes expect a session id; older ones do not mind a new one.
    body.extend(block8(match offer {
        Offer::Old => &[],
        Offer::Everything => random,
    }));
    body.extend(block16(&numbers(&suites(offer))));
    body.extend(block8(&[0]));
    body.extend(block16(&extensions(offer, name)));
    let mut message = vec![CLIENT_HELLO];
    message.extend(&length(body.len())[1..]);
    message.extend(body);
    let mut record = vec![HANDSHAKE];
    record.extend(TLS_1_0.to_be_bytes());
    record.extend(block16(&message));
    record
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

fn version(offer: Offer) -> u16 {
    match offer {
        Offer::Old => TLS_1_1,
        Offer::Everything => TLS_1_2,
    }
}

/// Secure renegotiation is understood (RFC 5746).
const RENEGOTIATION: u16 = 0x00FF;
/// This is not the best the client can do (RFC 7507): a server that can do better says so.
const FALLBACK: u16 = 0x5600;

/// Suites for TLS 1.1 and before.
const OLD_SUITES: [u16; 16] = [
    0xC00A, 0xC014, 0xC009, 0xC013, 0x0039, 0x0033, 0x0035, 0x002F, 0x0041, 0x0084, 0xC008, 0xC012,
    0x0016, 0x000A, 0x0005, 0x0004,
];
/// Suites that need TLS 1.2 or 1.3.
const NEW_SUITES: [u16; 33] = [
    0x1302, 0x1303, 0x1301, 0x1304, 0x1305, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC02B, 0xC02F, 0x009F,
    0xCCAA, 0x009E, 0xC0AD, 0xC0AC, 0xC0AF, 0xC0AE, 0xC024, 0xC028, 0xC023, 0xC027, 0x006B, 0x0067,
    0x009D, 0x009C, 0xC09D, 0xC09C, 0xC0A1, 0xC0A0, 0x003D, 0x003C, 0xC061,
];

fn suites(offer: Offer) -> Vec<u16> {
    match offer {
        Offer::Old => OLD_SUITES
            .into_iter()
            .chain([RENEGOTIATION, FALLBACK])
            .collect(),
        Offer::Everything => NEW_SUITES
            .into_iter()
            .chain(OLD_SUITES)
            .chain([RENEGOTIATION])
            .collect(),
    }
}

/// X25519, the NIST curves, X448, Brainpool and the finite fields.
const GROUPS: [u16; 13] = [
    0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x001A, 0x001B, 0x001C, 0x0016, 0x0015, 0x0013, 0x0100,
    0x0101,
];
/// ECDSA, EdDSA, RSA-PSS, RSA and DSA with every digest, SHA-1 last.
const SIGNATURES: [u16; 18] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401,
    0x0501, 0x0601, 0x0303, 0x0203, 0x0201, 0x0202,
];

fn extensions(offer: Offer, name: Option<&str>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut add = |kind: u16, contents: &[u8]| {
        out.extend(kind.to_be_bytes());
        out.extend(block16(contents));
    };
    if let Some(name) = name {
        // The dot at the end of an absolute name is not sent (RFC 6066).
        let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
        add(0, &block16(&[&[0][..], &block16(name)].concat()));
    }
    add(10, &block16(&numbers(&GROUPS)));
    add(11, &block8(&[0]));
    match offer {
        Offer::Old => {}
        Offer::Everything => {
            add(13, &block16(&numbers(&SIGNATURES)));
            add(43, &block8(&numbers(&[TLS_1_3, TLS_1_2, TLS_1_1, TLS_1_0])));
            // No share yet: the server asks for the one it likes.
            add(51, &block16(&[]));
            add(45, &block8(&[1]));
        }
    }
    out
}

fn numbers(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

/// Contents after their length in one byte.
fn block8(contents: &[u8]) -> Vec<u8> {
    [&length(contents.len())[3..], contents].concat()
}

/// Contents after their length in two bytes.
fn block16(contents: &[u8]) -> Vec<u8> {
    [&length(contents.len())[2..], contents].concat()
}

/// A length in four bytes, the most significant first; everything in a hello is far shorter than 65,536 bytes.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}
