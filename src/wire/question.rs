//! Asks a server a question over a connection of its own: a hello made by hand, or a plain request.

use super::hello::{Offer, hello};
use super::reply::{self, Reply, Spoken};
use crate::world::AnyStream;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Sends a hello and tells what came back, within the time.
pub async fn ask(stream: AnyStream, offer: Offer, name: Option<&str>, time: Duration) -> Reply {
    let mut random = [0; 32];
    let provider = rustls::crypto::ring::default_provider();
    if provider.secure_random.fill(&mut random).is_err() {
        return Reply::Silent;
    }
    exchange(stream, &hello(offer, name, &random), time).await
}

/// Sends a plain request for the head of `/` and tells what came back, within the time.
pub async fn ask_plainly(stream: AnyStream, host: &str, time: Duration) -> Reply {
    let request = format!(
        "HEAD / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: orch-doctor\r\nConnection: close\r\n\r\n"
    );
    exchange(stream, request.as_bytes(), time).await
}

/// Sends the question and reads until the answer tells what it is.
async fn exchange(mut stream: AnyStream, question: &[u8], time: Duration) -> Reply {
    let mut first = Vec::new();
    let reading = async {
        // A server that closes at once may still have said why; what it said is read all the same.
        let _ = stream.write_all(question).await;
        let _ = stream.flush().await;
        let mut piece = [0; 2048];
        loop {
            let count = match stream.read(&mut piece).await {
                Ok(0) => return ended(&first),
                Ok(count) => count,
                Err(error) if is_closing(&error) => return ended(&first),
                Err(_) => return Reply::Closed,
            };
            first.extend_from_slice(&piece[..count]);
            if let Some(reply) = reply::reply(&first) {
                return reply;
            }
            if first.len() > reply::MOST {
                return Reply::Spoken {
                    protocol: Spoken::Unknown,
                };
            }
        }
    };
    tokio::time::timeout(time, reading)
        .await
        .unwrap_or(Reply::Silent)
}

fn is_closing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// What an answer is that ended before it told what it is; half a TLS record tells nothing.
fn ended(first: &[u8]) -> Reply {
    match reply::spoken(first) {
        None | Some(Spoken::Tls) if first.first().is_none_or(|byte| (20..=24).contains(byte)) => {
            Reply::Closed
        }
        protocol => Reply::Spoken {
            protocol: protocol.unwrap_or(Spoken::Unknown),
        },
    }
}
