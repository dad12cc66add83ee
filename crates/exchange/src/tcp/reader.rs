//! From the socket into the inboxes.

use super::arrivals::Arrivals;
use super::compression::decompress;
use super::error::ConnectionError;
use super::head::{HEAD_BYTES, Head, Kind};
use crate::slabs::Slabs;
use crate::{FRAME_HEADER_BYTES, Frame, MAX_FRAME_BYTES, Message};
use bytes::BufMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};
use weft_record::{Decoder, Record, StreamEvent};

/// Bytes read ahead. What is longer is read to where it stays.
const BUFFER_BYTES: usize = 64 << 10;

/// Reads until the peer's farewell, which it returns. `deliver` hands on what has arrived; once it says `false`, nobody wants
/// any more, and there is no farewell.
pub(super) async fn read_messages(
    stream: impl AsyncRead + Unpin,
    slabs: &Slabs,
    mut deliver: impl FnMut(&mut Arrivals) -> bool,
) -> Result<Option<String>, ConnectionError> {
    let mut input = Input { stream: BufReader::with_capacity(BUFFER_BYTES, stream), slabs };
    let mut arrivals = Arrivals::default();
    loop {
        if !input.has(HEAD_BYTES) && !arrivals.is_empty() && !deliver(&mut arrivals) {
            return Ok(None);
        }
        let head = Head::decode(&input.head().await?)?;
        let length = if head.kind == Kind::Credit { 0 } else { head.amount as usize };
        // What came before does not wait for what is still on its way.
        if !input.has(length) && !arrivals.is_empty() && !deliver(&mut arrivals) {
            return Ok(None);
        }
        let message = match head.kind {
            Kind::Records => Message::Data(input.frame(length).await?),
            Kind::Compressed => Message::Data(input.compressed_frame(length).await?),
            Kind::Event => Message::Event(input.event(length).await?),
            Kind::Credit => Message::Credit(head.amount),
            Kind::Farewell => {
                deliver(&mut arrivals);
                return input.text(length).await.map(Some);
            }
        };
        arrivals.push(head, message);
    }
}

struct Input<'a, R> {
    stream: BufReader<R>,
    slabs: &'a Slabs,
}

impl<R: AsyncRead + Unpin> Input<'_, R> {
    /// Whether so many bytes are here already.
    fn has(&self, bytes: usize) -> bool {
        self.stream.buffer().len() >= bytes
    }

    /// The next head. Only before one may the connection end, and not even there without a farewell.
    async fn head(&mut self) -> Result<[u8; HEAD_BYTES], ConnectionError> {
        self.exact().await
    }

    async fn exact<const N: usize>(&mut self) -> Result<[u8; N], ConnectionError> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).await.map_err(ended)?;
        Ok(bytes)
    }

    /// A frame of `length` bytes, header included. Its memory is at most what it is charged.
    async fn frame(&mut self, length: usize) -> Result<Frame, ConnectionError> {
        let header = self.exact::<FRAME_HEADER_BYTES>().await?;
        let body = length.saturating_sub(FRAME_HEADER_BYTES);
        let charge = Frame::charge_in(&header);
        let body = self.bytes(body, charge).await?;
        Ok(Frame::from_parts(&header, body)?)
    }

    async fn compressed_frame(&mut self, length: usize) -> Result<Frame, ConnectionError> {
        let header = self.exact::<FRAME_HEADER_BYTES>().await?;
        let size = Frame::body_len(&header);
        if size > MAX_FRAME_BYTES {
            return Err(ConnectionError::Head("length"));
        }
        let length = length.saturating_sub(FRAME_HEADER_BYTES);
        let block = self.bytes(length, length).await?;
        let mut body = self.slabs.take(size, Frame::charge_in(&header).max(size));
        decompress(&block, size, &mut body)?;
        self.slabs.give(block);
        Ok(Frame::from_parts(&header, body)?)
    }

    async fn event(&mut self, length: usize) -> Result<StreamEvent, ConnectionError> {
        let bytes = self.bytes(length, length).await?;
        let mut decoder = Decoder::new(&bytes);
        let event = StreamEvent::decode(&mut decoder)?;
        let whole = decoder.is_empty();
        self.slabs.give(bytes);
        if whole { Ok(event) } else { Err(ConnectionError::Head("length")) }
    }

    async fn text(&mut self, length: usize) -> Result<String, ConnectionError> {
        let bytes = self.bytes(length, length).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The next `length` bytes, in a slab of at most `most` bytes, or of just so many.
    async fn bytes(&mut self, length: usize, most: usize) -> Result<Vec<u8>, ConnectionError> {
        let mut bytes = self.slabs.take(length, most.max(length));
        while bytes.len() < length {
            let missing = length - bytes.len();
            if self.stream.read_buf(&mut (&mut bytes).limit(missing)).await? == 0 {
                return Err(ConnectionError::Closed);
            }
        }
        Ok(bytes)
    }
}

fn ended(error: io::Error) -> ConnectionError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ConnectionError::Closed,
        _ => ConnectionError::Io(error),
    }
}
