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
use tonic::transport::server::Connected;

/// Handshakes at a time. When one more begins, the oldest ends.
pub(super) const HANDSHAKES: usize = 64;
/// Connections past their handshake, waiting to be served.
const READY: usize = 16;
/// Before the next try when the operating system gives no connection: mostly for want of descriptors, which takes a moment to change.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection whose other end is known.
#[derive(Debug)]
pub(super) struct Known {
    stream: TcpStream,
    peer: SocketAddr,
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
                tokio::time::sleep(ACCEPT_PAUSE).await;
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
        Ok(()) => drop(ready.send(Known { stream, peer }).await),
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
        Pin::new(&mut self.stream).poll_read(cx, buf)
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
