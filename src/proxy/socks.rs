//! SOCKS5 (RFC 1928), with user name and password (RFC 1929).

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Credentials, Failure};

const VERSION: u8 = 5;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_SUITS: u8 = 0xff;

/// Asks for the connection.
pub(super) async fn connect<S>(
    stream: &mut S,
    host: &str,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let method = agree(stream, credentials).await?;
    if let (USER_AND_PASSWORD, Some(credentials)) = (method, credentials) {
        tell_who(stream, credentials).await?;
    }
    send(stream, &request(host, port)?).await?;
    let [version, reply, _, kind] = read(stream).await?;
    if version != VERSION {
        return Err(Failure::NotAProxy);
    }
    judge(reply)?;
    pass_over_address(stream, kind).await
}

/// Agrees on how to tell who asks.
async fn agree<S>(stream: &mut S, credentials: Option<&Credentials>) -> Result<u8, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let offer: &[u8] = match credentials {
        Some(_) => &[VERSION, 2, NO_CREDENTIALS, USER_AND_PASSWORD],
        None => &[VERSION, 1, NO_CREDENTIALS],
    };
    send(stream, offer).await?;
    let [version, method] = read(stream).await?;
    match (version, method) {
        (VERSION, NO_CREDENTIALS) => Ok(method),
        (VERSION, USER_AND_PASSWORD) if credentials.is_some() => Ok(method),
        (VERSION, NONE_SUITS) => {
            let schemes = Vec::new();
            Err(Failure::CredentialsNeeded { schemes })
        }
        _ => Err(Failure::NotAProxy),
    }
}

/// Tells the user name and the password.
async fn tell_who<S>(stream: &mut S, credentials: &Credentials) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut message = vec![1];
    for part in [&credentials.user, &credentials.password] {
        let rejected = |_| Failure::CredentialsRejected {
            schemes: Vec::new(),
        };
        // The protocol has one byte for the length; what does not fit cannot be right.
        message.push(u8::try_from(part.len()).map_err(rejected)?);
        message.extend(part);
    }
    send(stream, &message).await?;
    let [_, status] = read(stream).await?;
    if status == 0 {
        return Ok(());
    }
    Err(Failure::CredentialsRejected {
        schemes: Vec::new(),
    })
}

fn request(host: &str, port: u16) -> Result<Vec<u8>, Failure> {
    let mut request = vec![VERSION, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        Err(_) => {
            let too_long = |_| Failure::Declined { code: 1 };
            request.push(3);
            request.push(u8::try_from(host.len()).map_err(too_long)?);
            request.extend(host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

fn judge(reply: u8) -> Result<(), Failure> {
    let code = u16::from(reply);
    Err(match reply {
        0 => return Ok(()),
        2 => Failure::Forbidden,
        3 | 4 | 6 => Failure::TargetUnreachable { code },
        5 => Failure::TargetRefused,
        _ => Failure::Declined { code },
    })
}

/// Reads the address from which the proxy connects.
async fn pass_over_address<S: AsyncRead + Unpin>(stream: &mut S, kind: u8) -> Result<(), Failure> {
    let length = match kind {
        1 => 4,
        3 => {
            let [length] = read(stream).await?;
            usize::from(length)
        }
        4 => 16,
        _ => return Err(Failure::NotAProxy),
    };
    let mut rest = vec![0; length + 2];
    let read = stream.read_exact(&mut rest).await;
    read.map(|_| ()).map_err(|error| Failure::of(&error))
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> Result<(), Failure> {
    let sent = stream.write_all(bytes).await;
    sent.map_err(|error| Failure::of(&error))
}

async fn read<S: AsyncRead + Unpin, const N: usize>(stream: &mut S) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    let read = stream.read_exact(&mut bytes).await;
    read.map_err(|error| Failure::of(&error))?;
    Ok(bytes)
}
