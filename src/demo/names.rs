//! A little name server for one name, over UDP and TCP on loopback, that can fail in each way there is.

use super::fault::Fault;
use super::people::USER;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// The name it is asked for.
pub(super) const NAME: &str = "orchestrator.demo.test";
/// The zone the name is in.
const ZONE: &str = "demo.test";
/// How long answers may be kept.
const TTL: u32 = 60;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// With the loopback addresses.
    Addresses,
    /// The name does not exist.
    NoSuchName,
    /// The name exists without addresses.
    NoAddress,
    /// SERVFAIL.
    Failure,
    /// REFUSED.
    Refused,
    /// Not at all.
    Silent,
}

/// How a fault makes it answer; `None` when it is not about names.
pub(super) fn manner(faults: &[Fault]) -> Option<Manner> {
    faults.iter().find_map(|fault| match fault {
        Fault::NameUnknown => Some(Manner::NoSuchName),
        Fault::NameWithoutAddress => Some(Manner::NoAddress),
        Fault::NameServerFailure => Some(Manner::Failure),
        Fault::NameServerRefused => Some(Manner::Refused),
        Fault::NameServerSilent => Some(Manner::Silent),
        _ => None,
    })
}

/// A bound name server.
pub(super) struct NameServer {
    /// Questions over UDP.
    datagrams: UdpSocket,
    /// Questions over TCP.
    streams: TcpListener,
    /// Where it is asked.
    pub(super) address: SocketAddr,
    /// How it answers.
    manner: Manner,
    /// The addresses of the name.
    addresses: Arc<[IpAddr]>,
}

impl NameServer {
    /// Binds one port for UDP and TCP.
    pub(super) async fn bind(manner: Manner, addresses: Vec<IpAddr>) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..50 {
            let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = datagrams.local_addr()?;
            match TcpListener::bind(address).await {
                Ok(streams) => {
                    return Ok(Self {
                        datagrams,
                        streams,
                        address,
                        manner,
                        addresses: addresses.into(),
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Answers until it is dropped.
    pub(super) async fn serve(self) {
        let mut buffer = [0; 4096];
        let mut open = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                Ok((length, from)) = self.datagrams.recv_from(&mut buffer) => {
                    if let Some(answer) = answer(&buffer[..length], self.manner, &self.addresses) {
                        // One that has gone does not need its answer.
                        drop(self.datagrams.send_to(&answer, from).await);
                    }
                }
                Ok((stream, _)) = self.streams.accept() => {
                    open.spawn(converse(stream, self.manner, Arc::clone(&self.addresses)));
                }
                Some(_) = open.join_next() => {}
            }
        }
    }
}

/// Answers the questions of one TCP connection.
async fn converse(
    mut stream: TcpStream,
    manner: Manner,
    addresses: Arc<[IpAddr]>,
) -> io::Result<()> {
    loop {
        let length = usize::from(stream.read_u16().await?);
        let mut question = vec![0; length];
        stream.read_exact(&mut question).await?;
        if let Some(answer) = answer(&question, manner, &addresses) {
            stream
                .write_u16(u16::try_from(answer.len()).unwrap_or(u16::MAX))
                .await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// A question, as far as it matters.
struct Question<'a> {
    /// The name in lower case, without the last dot.
    name: String,
    /// The type of record.
    kind: u16,
    /// The bytes of the question, which the answer repeats.
    bytes: &'a [u8],
}

/// Reads the question of a message; `None` when it has none or cannot be read.
fn question(message: &[u8]) -> Option<Question<'_>> {
    let is_answer = message.get(2)? & 0x80 != 0;
    if is_answer || u16::from_be_bytes([*message.get(4)?, *message.get(5)?]) == 0 {
        return None;
    }
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        if length > 63 {
            return None;
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]);
    let bytes = message.get(12..at + 4)?;
    Some(Question {
        name: labels.join("."),
        kind,
        bytes,
    })
}

/// The answer to a message; `None` is silence.
fn answer(message: &[u8], manner: Manner, addresses: &[IpAddr]) -> Option<Vec<u8>> {
    let asked = question(message)?;
    let own = asked.name == NAME;
    let found: Vec<&IpAddr> = addresses
        .iter()
        .filter(|address| own && manner == Manner::Addresses && record(address) == asked.kind)
        .collect();
    let (code, authority) = match manner {
        Manner::Silent => return None,
        Manner::Failure => (2, false),
        Manner::Refused => (5, false),
        Manner::Addresses | Manner::NoAddress if own || asked.name == ZONE => (0, found.is_empty()),
        Manner::Addresses | Manner::NoAddress | Manner::NoSuchName => (3, true),
    };
    let recursion = message[2] & 1;
    let mut out = vec![message[0], message[1], 0x84 | recursion, 0x80 | code];
    for count in [1, found.len(), usize::from(authority), 0] {
        out.extend(u16::try_from(count).unwrap_or(0).to_be_bytes());
    }
    out.extend(asked.bytes);
    for address in found {
        let data = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        out.extend([0xc0, 0x0c]);
        push_record(&mut out, record(address), &data);
    }
    if authority {
        push_name(&mut out, ZONE);
        push_record(&mut out, 6, &start_of_authority());
    }
    Some(out)
}

/// The type of record that holds this address.
fn record(address: &IpAddr) -> u16 {
    match address {
        IpAddr::V4(_) => 1,
        IpAddr::V6(_) => 28,
    }
}

/// Writes a record behind its name.
fn push_record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_be_bytes());
    out.extend([0, 1]);
    out.extend(TTL.to_be_bytes());
    out.extend(u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
    out.extend(data);
}

/// Writes a name.
fn push_name(out: &mut Vec<u8>, name: &str) {
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).unwrap_or(63));
        out.extend(label.as_bytes());
    }
    out.push(0);
}

/// The record that goes with "there is none".
fn start_of_authority() -> Vec<u8> {
    let mut data = Vec::new();
    push_name(&mut data, &format!("ns.{ZONE}"));
    push_name(&mut data, &format!("{USER}.{ZONE}"));
    for number in [1, 3600, 600, 86_400, TTL] {
        data.extend(number.to_be_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, kind: u16) -> Vec<u8> {
        let mut message = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        push_name(&mut message, name);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1]);
        message
    }

    #[test]
    fn the_name_has_the_address_of_the_family_asked_for() {
        let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
        let four = answer(&asked(NAME, 1), Manner::Addresses, &addresses).unwrap();
        assert_eq!((four[3] & 15, four[7]), (0, 1));
        assert_eq!(four[four.len() - 4..], [127, 0, 0, 1]);
        let six = answer(&asked(NAME, 28), Manner::Addresses, &addresses).unwrap();
        assert_eq!((six[3] & 15, six[7], six[9]), (0, 0, 1));
    }

    #[test]
    fn every_failure_has_its_own_code() {
        let code = |manner| answer(&asked(NAME, 1), manner, &[]).map(|message| message[3] & 15);
        let all = [
            Manner::NoAddress,
            Manner::Failure,
            Manner::NoSuchName,
            Manner::Refused,
            Manner::Silent,
        ];
        assert_eq!(all.map(code), [Some(0), Some(2), Some(3), Some(5), None]);
    }

    #[test]
    fn a_message_cut_anywhere_is_no_question() {
        let whole = asked(NAME, 1);
        for length in 0..whole.len() {
            assert!(question(&whole[..length]).is_none(), "{length}");
        }
    }
}
