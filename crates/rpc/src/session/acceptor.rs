//! Connections as they come in: those that pass the handshake go on, the others cost a line in the log.

use super::handshake::{self, HandshakeError, Side};
use super::places::{Place, Places};
use crate::RpcError;
use futures_util::stream::{Stream, unfold};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};
use tonic::transport::server::Connected;

/// Handshakes at a time. When one more begins, the oldest ends.
pub(super) const HANDSHAKES: usize = 64;
/// Connections past their handshake, waiting to be served.
const READY: usize = 16;
/// How long a connection past its handshake may say nothing.
const FIRST_WORD: Duration = Duration::from_secs(10);
/// Before the next try when the operating system gives no connection: mostly for want of descriptors, which takes a moment to change.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection whose other end is known.
#[derive(Debug)]
pub(super) struct Known {
    stream: TcpStream,
    peer: SocketAddr,
    /// When it ends unless it has said something by then. A client speaks at once.
    speechless: Option<Pin<Box<Sleep>>>,
}

impl Known {
    fn new(stream: TcpStream, peer: SocketAddr) -> Self {
        Known { stream, peer, speechless: Some(Box::pin(sleep(FIRST_WORD))) }
    }
}

/// Where a connection comes from; every request on it has this among its extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct PeerAddress(pub(super) SocketAddr);

/// A listener for tokio, and where it listens.
pub(super) fn asynchronous(listener: std::net::TcpListener) -> Result<(SocketAddr, TcpListener), RpcError> {
    let failed = "using a listener";
    listener.set_nonblocking(true).map_err(RpcError::io(failed))?;
    let address = listener.local_addr().map_err(RpcError::io(failed))?;
    Ok((address, TcpListener::from_std(listener).map_err(RpcError::io(failed))?))
}

/// The connections that pass the handshake. Accepting ends when this is dropped.
pub(super) fn accept(listener: TcpListener, side: Side) -> impl Stream<Item = io::Result<Known>> + Send {
    let (ready, known) = mpsc::channel(READY);
    tokio::spawn(run(listener, Arc::new(side), ready));
    unfold(known, |mut known| async move { known.recv().await.map(|connection| (Ok(connection), known)) })
}

async fn run(listener: TcpListener, side: Arc<Side>, ready: mpsc::Sender<Known>) {
    let mut places = Places::new(HANDSHAKES);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (side, ready, place) = (side.clone(), ready.clone(), places.take());
                tokio::spawn(async move { greet(stream, peer, &side, place, ready).await });
            }
            Err(error) => {
                tracing::warn!("accepting a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn greet(mut stream: TcpStream, peer: SocketAddr, side: &Side, place: Place, ready: mpsc::Sender<Known>) {
    // What is sent in one piece is to go at once.
    let greeted = match stream.set_nodelay(true) {
        Ok(()) => tokio::select! {
            greeted = handshake::answer(&mut stream, side) => greeted,
            _ = place => Err(HandshakeError::GaveWay { others: HANDSHAKES }),
        },
        Err(error) => Err(error.into()),
    };
    match greeted {
        // When nobody takes it any more, the server is ending.
        Ok(()) => drop(ready.send(Known::new(stream, peer)).await),
        Err(error) => tracing::warn!("refused the connection from {peer}: {error}"),
    }
}

impl Connected for Known {
    type ConnectInfo = PeerAddress;

    fn connect_info(&self) -> PeerAddress {
        PeerAddress(self.peer)
    }
}

impl AsyncRead for Known {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.speechless = None;
        }
        let Known { peer, speechless, .. } = &mut *self;
        if let Some(end) = speechless
            && read.is_pending()
            && end.as_mut().poll(cx).is_ready()
        {
            tracing::warn!("refused the connection from {peer}: it said nothing in {} s", FIRST_WORD.as_secs());
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Known {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn pair() -> (TcpStream, Known) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        (client, Known::new(stream, peer))
    }

    /// Time passes by itself while nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_not_waited_for() {
        let (_client, mut known) = pair().await;
        let error = known.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_spoken_may_be_silent() {
        let (mut client, mut known) = pair().await;
        client.write_all(b"x").await.unwrap();
        assert_eq!(known.read_u8().await.unwrap(), b'x');
        let silence = tokio::time::timeout(FIRST_WORD * 10, known.read_u8()).await;
        assert!(silence.is_err(), "{silence:?}");
        client.write_all(b"y").await.unwrap();
        assert_eq!(known.read_u8().await.unwrap(), b'y');
    }
}
