//! HTTP CONNECT (RFC 9110, 9.3.6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Credentials, Failure};

/// The longest answer that is read.
const LONGEST: usize = 16 * 1024;

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
    let request = request(host, port, credentials);
    let sent = stream.write_all(&request).await;
    // A proxy that dislikes us early may have answered all the same.
    let answer = loop {
        let head = match (head(stream).await, &sent) {
            (Ok(head), _) => head,
            (Err(failure), Ok(())) => return Err(failure),
            (Err(_), Err(error)) => return Err(Failure::of(error)),
        };
        let answer = Answer::parse(&head).ok_or(Failure::NotAProxy)?;
        if !(100..200).contains(&answer.status) {
            break answer;
        }
    };
    answer.judge(credentials.is_some())
}

fn request(host: &str, port: u16, credentials: Option<&Credentials>) -> Vec<u8> {
    let authority = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(credentials) = credentials {
        request.push_str("Proxy-Authorization: ");
        request.push_str(&authorization(credentials));
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// What tells an HTTP proxy who asks: the value of `Proxy-Authorization`.
pub(super) fn authorization(credentials: &Credentials) -> String {
    let pair = [&credentials.user[..], b":", &credentials.password].concat();
    format!("Basic {}", STANDARD.encode(pair))
}

/// Reads up to the empty line and not a byte more: what follows is the target's.
async fn head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, Failure> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        let byte = stream.read_u8().await.map_err(|error| {
            let failure = Failure::of(&error);
            let garbled = failure == Failure::Closed && !head.is_empty();
            if garbled { Failure::NotAProxy } else { failure }
        })?;
        head.push(byte);
        let begins = &b"HTTP/"[..head.len().min(5)];
        if head.len() > LONGEST || !head.starts_with(begins) {
            return Err(Failure::NotAProxy);
        }
    }
    Ok(head)
}

/// A proxy's answer.
struct Answer {
    status: u16,
    schemes: Vec<String>,
}

impl Answer {
    fn parse(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.lines();
        let status = lines.next()?.split_ascii_whitespace().nth(1)?;
        let status = status
            .parse()
            .ok()
            .filter(|code| (100..600).contains(code))?;
        let schemes = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let asks = name.eq_ignore_ascii_case("proxy-authenticate");
            let scheme = value.split_ascii_whitespace().next()?;
            (asks && scheme.chars().all(is_token)).then(|| scheme.to_owned())
        });
        Some(Self {
            status,
            schemes: schemes.take(8).collect(),
        })
    }

    fn judge(self, told_who: bool) -> Result<(), Failure> {
        let schemes = self.schemes;
        Err(match self.status {
            200..300 => return Ok(()),
            // Some proxies answer wrong credentials with the code of servers, 401.
            407 | 401 if told_who => Failure::CredentialsRejected { schemes },
            407 | 401 => Failure::CredentialsNeeded { schemes },
            403 => Failure::Forbidden,
            502..=504 => Failure::TargetUnreachable { code: self.status },
            code => Failure::Declined { code },
        })
    }
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-'
}
