//! The parent's half that reads.

use super::{FromProgram, frame};
use crate::RpcError;
use bytes::{Buf, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;

const PEER: &str = "the program";

/// What a program says, message by message.
#[derive(Debug)]
pub struct ProgramReceiver {
    socket: OwnedReadHalf,
    arrived: BytesMut,
    limit: u32,
}

impl ProgramReceiver {
    pub(super) fn new(socket: OwnedReadHalf, limit: u32) -> Self {
        ProgramReceiver { socket, arrived: BytesMut::new(), limit }
    }

    /// The next message; `None` when the program has closed the connection, mostly by ending. A future that is dropped before it is ready loses
    /// nothing. After an error there is no next message.
    pub async fn receive(&mut self) -> Result<Option<FromProgram>, RpcError> {
        loop {
            if let Some(message) = self.take_message()? {
                return Ok(Some(message));
            }
            let read = self.socket.read_buf(&mut self.arrived).await;
            let read = read.map_err(RpcError::io("reading what a program says"))?;
            if read == 0 {
                return self.ended();
            }
        }
    }

    fn take_message(&mut self) -> Result<Option<FromProgram>, RpcError> {
        let Some(head) = self.arrived.first_chunk().copied() else { return Ok(None) };
        let length = frame::announced(PEER, head, self.limit)?;
        let Some(body) = self.arrived.get(frame::HEAD..frame::HEAD + length) else { return Ok(None) };
        let message = frame::decode(PEER, body)?;
        self.arrived.advance(frame::HEAD + length);
        Ok(Some(message))
    }

    fn ended(&self) -> Result<Option<FromProgram>, RpcError> {
        let found = self.arrived.len();
        let Some(head) = self.arrived.first_chunk().copied() else {
            let part = RpcError::Truncated { peer: PEER, wanted: frame::HEAD as u64, found: found as u64 };
            return if found == 0 { Ok(None) } else { Err(part) };
        };
        let length = frame::announced(PEER, head, self.limit)? as u64;
        Err(RpcError::Truncated { peer: PEER, wanted: length, found: (found - frame::HEAD) as u64 })
    }
}
