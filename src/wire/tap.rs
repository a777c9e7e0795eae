//! A stream that keeps the first bytes it receives, so that what was no TLS can be told apart.

use crate::world::AnyStream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How many of the first bytes received are kept: enough to tell the protocols apart.
const FIRST_BYTES: usize = 64;

/// A stream that tells the first bytes it receives.
pub struct Tap {
    inner: AnyStream,
    left: usize,
    told: UnboundedSender<Vec<u8>>,
}

impl Tap {
    pub(super) fn new(inner: AnyStream) -> (Self, UnboundedReceiver<Vec<u8>>) {
        let (told, received) = unbounded_channel();
        (
            Self {
                inner,
                left: FIRST_BYTES,
                told,
            },
            received,
        )
    }
}

/// Everything told so far, in order.
pub(super) fn first_bytes(mut received: UnboundedReceiver<Vec<u8>>) -> Vec<u8> {
    let mut first = Vec::new();
    while let Ok(piece) = received.try_recv() {
        first.extend(piece);
    }
    first
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        let fresh = &buf.filled()[before..];
        if self.left > 0 && !fresh.is_empty() {
            let piece = fresh[..fresh.len().min(self.left)].to_vec();
            self.left -= piece.len();
            // The handshake may be over, and nobody listening.
            let _ = self.told.send(piece);
        }
        outcome
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
