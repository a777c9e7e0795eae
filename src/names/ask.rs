//! Asks name servers: over UDP, over TCP where the answer does not fit, again where none comes.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hickory_resolver::proto::op::ResponseCode;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::dial::milliseconds;

use super::message::{Answer, Question, Read, shown};

/// One question to one server, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The server.
    pub server: SocketAddr,
    /// The name.
    pub name: String,
    /// The record type: A or AAAA.
    pub record: String,
    /// How the answer came.
    pub transport: Transport,
    /// How long it took.
    pub took_ms: u64,
    /// What came.
    pub answer: Answer,
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// In one packet.
    Udp,
    /// Over a connection, because it did not fit in a packet.
    Tcp,
}

/// Asks the servers until one gives an answer that counts; all of it is noted.
///
/// A server that fails is not asked again; one that is silent is, and may still answer the earlier question meanwhile.
pub(super) async fn ask(
    question: &Question,
    servers: &[SocketAddr],
    until: Instant,
) -> Vec<Exchange> {
    let began = Instant::now();
    let tries = (servers.len() * 2).clamp(3, 6);
    let slot = until.saturating_duration_since(began) / u32::try_from(tries).unwrap_or(3);
    let mut order = (0..tries)
        .map(|number| (number, servers[number % servers.len()]))
        .peekable();
    let mut under_way = FuturesUnordered::new();
    let mut heard: Vec<Exchange> = Vec::new();
    loop {
        let failed = |server: &SocketAddr| heard.iter().any(|exchange| exchange.server == *server);
        while order.next_if(|(_, server)| failed(server)).is_some() {}
        let next = order
            .peek()
            .map_or(until, |(number, _)| began + slot * to_u32(*number));
        let overdue = next <= Instant::now() || under_way.is_empty();
        match order.next_if(|_| overdue) {
            Some((number, server)) => {
                // The last time in the plainest form: a few old devices drop what they do not know.
                let plain = number + 1 == tries;
                let question = Question {
                    extended: question.extended && !plain,
                    ..question.clone()
                };
                under_way.push(ask_one(question, server, until));
                continue;
            }
            None if under_way.is_empty() => return heard,
            None => {}
        }
        tokio::select! {
            biased;
            Some(exchange) = under_way.next() => {
                let counts = counts(&exchange.answer);
                heard.push(exchange);
                if counts {
                    return heard;
                }
            }
            () = sleep_until(next.min(until)) => if Instant::now() >= until {
                break;
            },
        }
    }
    let silent = servers
        .iter()
        .filter(|server| !heard.iter().any(|e| e.server == **server));
    let silent: Vec<_> = silent
        .map(|server| silence(question, *server, began))
        .collect();
    heard.extend(silent);
    heard
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn silence(question: &Question, server: SocketAddr, began: Instant) -> Exchange {
    Exchange {
        server,
        name: shown(&question.name),
        record: question.kind.to_string(),
        transport: Transport::Udp,
        took_ms: milliseconds(began.elapsed()),
        answer: Answer::Silent,
    }
}

/// Whether another server would not be asked after this answer.
fn counts(answer: &Answer) -> bool {
    match answer {
        Answer::Addresses { .. }
        | Answer::Name { .. }
        | Answer::Alias { .. }
        | Answer::AliasLoop { .. }
        | Answer::NoSuchName { .. }
        | Answer::NoAddress { .. } => true,
        Answer::Error { .. }
        | Answer::Lame
        | Answer::Truncated
        | Answer::Malformed
        | Answer::PortClosed
        | Answer::Unsendable { .. }
        | Answer::Silent => false,
    }
}

/// One question to one server.
pub(super) async fn ask_one(question: Question, server: SocketAddr, until: Instant) -> Exchange {
    let began = Instant::now();
    let mut transport = Transport::Udp;
    let mut read = udp(&question, server, until).await;
    if question.extended && may_be_old(&read) {
        let plain = Question {
            extended: false,
            ..question.clone()
        };
        let simpler = udp(&plain, server, until).await;
        if simpler != Read::Whole(Answer::Silent) {
            read = simpler;
        }
    }
    let answer = match read {
        Read::Whole(answer) => answer,
        Read::CutShort => {
            transport = Transport::Tcp;
            let whole = timeout_at(until, tcp(&question, server)).await;
            whole.ok().and_then(Result::ok).unwrap_or(Answer::Truncated)
        }
    };
    Exchange {
        server,
        name: shown(&question.name),
        record: question.kind.to_string(),
        transport,
        took_ms: milliseconds(began.elapsed()),
        answer,
    }
}

/// Whether a server may merely not know the newer form of the question (RFC 6891, 7): old ones give one of several errors.
fn may_be_old(read: &Read) -> bool {
    let errors = [
        ResponseCode::FormErr,
        ResponseCode::NotImp,
        ResponseCode::ServFail,
    ];
    match read {
        Read::Whole(Answer::Error { code, extended }) => {
            extended.is_empty() && errors.map(u16::from).contains(code)
        }
        Read::Whole(_) | Read::CutShort => false,
    }
}

/// In packets. Answers to other questions are passed over, as forged ones must be.
async fn udp(question: &Question, server: SocketAddr, until: Instant) -> Read {
    let (number, bytes) = question.encode();
    let heard = async {
        let socket = UdpSocket::bind(any(server)).await?;
        socket.connect(server).await?;
        socket.send(&bytes).await?;
        let mut packet = vec![0; 65_535];
        let mut garbled = None;
        loop {
            let received = match garbled {
                None => socket.recv(&mut packet).await?,
                // A moment for the true answer behind something unreadable with its number.
                Some(since) => {
                    let Ok(received) = timeout_at(since, socket.recv(&mut packet)).await else {
                        return Ok(Read::Whole(Answer::Malformed));
                    };
                    received?
                }
            };
            match question.read(number, &packet[..received]) {
                Some(Read::Whole(Answer::Malformed)) => {
                    garbled = garbled.or(Some(Instant::now() + Duration::from_millis(200)));
                }
                Some(read) => return Ok::<_, io::Error>(read),
                None => {}
            }
        }
    };
    match timeout_at(until, heard).await {
        Ok(Ok(read)) => read,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Read::Whole(Answer::PortClosed)
        }
        // Windows' word for the same.
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => {
            Read::Whole(Answer::PortClosed)
        }
        Ok(Err(error)) => Read::Whole(Answer::Unsendable {
            error: error.kind().to_string(),
        }),
        Err(_) => Read::Whole(Answer::Silent),
    }
}

/// Over a connection.
async fn tcp(question: &Question, server: SocketAddr) -> io::Result<Answer> {
    let (number, bytes) = question.encode();
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    let framed = [&length.to_be_bytes()[..], &bytes].concat();
    stream.write_all(&framed).await?;
    loop {
        let length = stream.read_u16().await?;
        let mut packet = vec![0; usize::from(length)];
        stream.read_exact(&mut packet).await?;
        match question.read(number, &packet) {
            Some(Read::Whole(answer)) => return Ok(answer),
            Some(Read::CutShort) => return Ok(Answer::Truncated),
            None => {}
        }
    }
}

/// The local address to send from, of the server's family.
fn any(server: SocketAddr) -> SocketAddr {
    if server.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    }
}
