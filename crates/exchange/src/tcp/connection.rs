//! Sockets: opened, tuned, read and written.

use super::batch::WriteBatch;
use super::error::ConnectionError;
use super::greeting::Process;
use super::handshake::{draw_nonce, open};
use super::identity::TcpIdentity;
use super::location::WorkerLocation;
use super::peer::Peer;
use super::reader::read_messages;
use super::writer::write_messages;
use crate::Outbox;
use crate::slabs::Slabs;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;

/// A silent peer is asked after so long whether it is there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// And then so often.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// What is sent has to be acknowledged within so long; without, the system would try for a quarter of an hour.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);
/// Bytes that may wait in the kernel to be sent: little, so that credits overtake.
const NOT_SENT_BYTES: u32 = 512 << 10;
/// How long the reader may take to find out why the writer failed: the farewell may still be unread.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Connects to `to` and greets it.
pub(super) async fn connect(me: &TcpIdentity, to: &WorkerLocation) -> Result<TcpStream, ConnectionError> {
    let stream = TcpStream::connect((to.host.as_str(), to.port)).await;
    let mut stream = stream.map_err(ConnectionError::Connect)?;
    tune(&stream)?;
    let responder = Process { worker: to.worker, generation: to.generation };
    open(&mut stream, me, responder, draw_nonce()?).await?;
    Ok(stream)
}

/// Sets the socket's options.
pub(super) fn tune(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL))?;
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    socket.set_tcp_notsent_lowat(NOT_SENT_BYTES)
}

/// Reads and writes `stream` as line `serial` of `peer` until it ends.
pub(super) fn start(io: &Handle, peer: &Arc<Peer>, serial: u64, stream: TcpStream, batch: WriteBatch, slabs: Slabs) {
    let (input, mut output) = stream.into_split();
    let (reader, mut sorted) = (peer.clone(), Outbox::new());
    let reading = io.spawn(async move {
        match read_messages(input, &slabs, |arrivals| reader.deliver(serial, arrivals, &mut sorted)).await {
            Ok(Some(reason)) => reader.fail(serial, &reason),
            Ok(None) => {}
            Err(error) => reader.fail(serial, &error.to_string()),
        }
    });
    let writer = peer.clone();
    let writing = io.spawn(async move {
        if let Err(error) = write_messages(&writer, serial, &mut output, batch).await {
            tokio::time::sleep(LAST_WORDS).await;
            writer.fail(serial, &error.to_string());
        }
    });
    peer.started(serial, [reading.abort_handle(), writing.abort_handle()]);
}
