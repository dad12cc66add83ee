//! A connection to a DataNode. Every wait ends in time and says what it waited for.

use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};

use super::{Checksum, PacketHead, Peer, PipelineAck, TransferError, delimited, messages::BlockOpResponse, status};

/// Bytes read at a time where it is not known how many will come: a head with its sums, and a little of the data.
const READ: usize = 4096;

/// A connection that an operation was sent over.
pub(crate) struct Connection {
    peer: Peer,
    stream: TcpStream,
    /// Bytes that came and are not used yet.
    inbox: BytesMut,
    patience: Duration,
}

impl Connection {
    /// Connects and sends an operation. `patience` is the longest silence, now and later.
    pub(crate) async fn open(peer: Peer, operation: &Bytes, patience: Duration) -> Result<Self, TransferError> {
        let stream = peer.connect(patience).await?;
        let mut connection = Connection { peer, stream, inbox: BytesMut::new(), patience };
        connection.send(operation).await?;
        Ok(connection)
    }

    /// The DataNode.
    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The longest silence from now on.
    pub(crate) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        let written = timeout(self.patience, self.stream.write_all(bytes)).await;
        written.map_err(|_| self.late("take what was sent"))?.map_err(|source| self.broken(source))
    }

    /// The answer to the operation, whatever it says.
    pub(crate) async fn response(&mut self) -> Result<BlockOpResponse, TransferError> {
        loop {
            if let Some(response) = delimited::take("answer", &mut self.inbox)? {
                return Ok(response);
            }
            self.receive("answer").await?;
        }
    }

    /// The answer, if it is a good one.
    pub(crate) async fn success(&mut self) -> Result<BlockOpResponse, TransferError> {
        let response = self.response().await?;
        match response.status {
            status::SUCCESS => Ok(response),
            refused => Err(TransferError::Refused {
                node: self.peer.to_string(),
                status: status::name(refused),
                message: response.message.unwrap_or_default(),
            }),
        }
    }

    /// The head of the next packet.
    pub(crate) async fn packet_head(&mut self, checksum: Checksum) -> Result<PacketHead, TransferError> {
        loop {
            if let Some(head) = PacketHead::take(&mut self.inbox, checksum)? {
                return Ok(head);
            }
            self.receive("send the next packet").await?;
        }
    }

    /// Fills `into` with the bytes that come next.
    pub(crate) async fn fill(&mut self, into: &mut [u8]) -> Result<(), TransferError> {
        let ready = into.len().min(self.inbox.len());
        let (front, rest) = into.split_at_mut(ready);
        front.copy_from_slice(&self.inbox.split_to(ready));
        if rest.is_empty() {
            return Ok(());
        }
        let read = timeout(self.patience, self.stream.read_exact(rest)).await;
        read.map_err(|_| self.late("send the rest of a packet"))?.map_err(|source| self.broken(source))?;
        Ok(())
    }

    /// Both directions, each on its own.
    pub(crate) fn split(self) -> (AckReader, OwnedWriteHalf) {
        let (reader, writer) = self.stream.into_split();
        (AckReader { peer: self.peer, reader, inbox: self.inbox }, writer)
    }

    async fn receive(&mut self, expected: &'static str) -> Result<(), TransferError> {
        self.inbox.reserve(READ);
        let read = timeout(self.patience, self.stream.read_buf(&mut self.inbox)).await;
        match read.map_err(|_| self.late(expected))?.map_err(|source| self.broken(source))? {
            0 => Err(self.broken(io::ErrorKind::UnexpectedEof.into())),
            _ => Ok(()),
        }
    }

    fn late(&self, expected: &'static str) -> TransferError {
        TransferError::TimedOut { node: self.peer.to_string(), expected, waited: self.patience }
    }

    fn broken(&self, source: io::Error) -> TransferError {
        TransferError::Connection { node: self.peer.to_string(), source }
    }
}

/// The direction of a pipeline that acknowledgements come from. Its waits are limited by whoever sends.
pub(crate) struct AckReader {
    peer: Peer,
    reader: OwnedReadHalf,
    inbox: BytesMut,
}

impl AckReader {
    /// The next acknowledgement. May be dropped and called again without losing any.
    pub(crate) async fn next(&mut self) -> Result<PipelineAck, TransferError> {
        let broken = |peer: &Peer, source| TransferError::Connection { node: peer.to_string(), source };
        loop {
            if let Some(ack) = delimited::take("acknowledgement", &mut self.inbox)? {
                return Ok(ack);
            }
            self.inbox.reserve(READ);
            let read = self.reader.read_buf(&mut self.inbox).await;
            if read.map_err(|source| broken(&self.peer, source))? == 0 {
                return Err(broken(&self.peer, io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}
