//! A stream whose answers come later, without waiting for one another.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How many bytes may be on the way.
const WINDOW: usize = 1 << 20;

/// The same stream, with everything written to it on the way for this long.
pub(super) fn delayed(stream: TcpStream, delay: Duration) -> DuplexStream {
    let (near, far) = tokio::io::duplex(WINDOW);
    tokio::spawn(carry(stream, far, delay));
    near
}

/// Carries both directions until both have ended.
async fn carry(stream: TcpStream, far: DuplexStream, delay: Duration) -> io::Result<()> {
    let (mut from_client, mut to_client) = stream.into_split();
    let (from_server, mut to_server) = tokio::io::split(far);
    let (send, mut receive) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let inward = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let outward = async {
        while let Some((at, bytes)) = receive.recv().await {
            sleep_until(at).await;
            to_client.write_all(&bytes).await?;
        }
        to_client.shutdown().await
    };
    let (inward, outward, ()) = tokio::join!(inward, outward, stamp(from_server, send, delay));
    inward.and(outward)
}

/// Marks what the server writes with the time at which it may arrive.
async fn stamp(
    mut from_server: ReadHalf<DuplexStream>,
    send: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
    delay: Duration,
) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        if send
            .send((Instant::now() + delay, buffer[..length].to_vec()))
            .is_err()
        {
            return;
        }
    }
}
