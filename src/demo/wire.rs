//! What happens on a connection before any HTTP: TLS, or what is there in its place.

use super::fault::Fault;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How a connection begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// With TLS.
    Tls,
    /// With HTTP, at once.
    Plain,
    /// It ends.
    Closed,
    /// With nothing, for ever.
    Silent,
    /// With the greeting of an SSH server.
    Ssh,
    /// With a TLS alert in answer to the ClientHello.
    Alert(u8),
    /// With a ServerHello of TLS 1.0.
    OldHello,
}

/// The alert "no cipher suite in common".
const HANDSHAKE_FAILURE: u8 = 40;
/// The alert "no site of this name".
const UNRECOGNIZED_NAME: u8 = 112;
/// The greeting of an SSH server.
const SSH: &[u8] = b"SSH-2.0-OpenSSH_9.6 orch-doctor-demo\r\n";
/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 22;

/// How connections begin with these faults.
pub(super) fn wire(faults: &[Fault]) -> Wire {
    let found = faults.iter().find_map(|fault| match fault {
        Fault::TlsPlainHttp => Some(Wire::Plain),
        Fault::TlsClosed => Some(Wire::Closed),
        Fault::TlsSilent => Some(Wire::Silent),
        Fault::TlsOtherProtocol => Some(Wire::Ssh),
        Fault::TlsTooOld => Some(Wire::OldHello),
        Fault::TlsNoSharedCipher => Some(Wire::Alert(HANDSHAKE_FAILURE)),
        Fault::TlsNameUnknown => Some(Wire::Alert(UNRECOGNIZED_NAME)),
        _ => None,
    });
    found.unwrap_or(Wire::Tls)
}

/// Whether the client begins a TLS handshake; waits for its first byte.
pub(super) async fn begins_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first[0] == HANDSHAKE
}

/// Plays what is not TLS, until the client has gone.
pub(super) async fn play(wire: Wire, mut stream: TcpStream) -> io::Result<()> {
    match wire {
        Wire::Tls | Wire::Plain => unreachable!("these are served as HTTP"),
        Wire::Closed => return Ok(()),
        Wire::Silent => {}
        Wire::Ssh => stream.write_all(SSH).await?,
        Wire::Alert(code) => {
            hello(&mut stream).await?;
            stream.write_all(&[21, 3, 3, 0, 2, 2, code]).await?;
            return stream.shutdown().await;
        }
        Wire::OldHello => {
            hello(&mut stream).await?;
            stream.write_all(&old_hello()).await?;
        }
    }
    swallow(&mut stream).await
}

/// Reads the record with the ClientHello.
async fn hello(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).await?;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut rest).await?;
    Ok(())
}

/// Reads whatever comes, and says nothing.
async fn swallow(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

/// A ServerHello of TLS 1.0, in one record, with a cipher suite of its time.
fn old_hello() -> Vec<u8> {
    let mut body = vec![3, 1];
    body.extend([0x5a; 32]);
    body.extend([0, 0x00, 0x2f, 0]);
    let mut message = vec![2, 0, 0];
    message.push(u8::try_from(body.len()).unwrap_or(0));
    message.extend(body);
    let mut record = vec![HANDSHAKE, 3, 1, 0];
    record.push(u8::try_from(message.len()).unwrap_or(0));
    record.extend(message);
    record
}

/// How long a lost client may keep its connection in the handshake.
pub(super) const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(30);
