//! Messages in frames; the bytes are in the module's essay.

use crate::wire::Wire;
use crate::{RpcError, WireError};
use prost::Message;
use std::io::{ErrorKind, Read};

/// What callers give as the longest message: 64 MiB. That is as long as the longest record (`exchange.max-record-size`), so whatever a job
/// may hand to its client one by one can be told, and little enough that a parent can hold a message of each of its children.
pub const FRAME_LIMIT: u32 = 64 << 20;

/// Bytes of a frame before its message.
pub(super) const HEAD: usize = 4;

/// The frame of a message.
pub(super) fn encode<T>(peer: &'static str, message: T, limit: u32) -> Result<Vec<u8>, RpcError>
where
    T: Wire<Message: Message>,
{
    let message = message.into_wire();
    let length = message.encoded_len();
    let head = u32::try_from(length).ok().filter(|length| *length <= limit);
    let head = head.ok_or(RpcError::FrameTooLarge { peer, length: length as u64, limit })?;
    let mut frame = Vec::with_capacity(HEAD + length);
    frame.extend_from_slice(&head.to_le_bytes());
    message.encode(&mut frame).expect("invariant: a vector has room");
    Ok(frame)
}

/// The length that a frame's head announces.
pub(super) fn announced(peer: &'static str, head: [u8; HEAD], limit: u32) -> Result<usize, RpcError> {
    let length = u32::from_le_bytes(head);
    if length > limit {
        return Err(RpcError::FrameTooLarge { peer, length: length.into(), limit });
    }
    Ok(length as usize)
}

/// The message of a frame whose bytes have all arrived.
pub(super) fn decode<T>(peer: &'static str, bytes: &[u8]) -> Result<T, RpcError>
where
    T: Wire<Message: Message + Default>,
{
    let message = T::Message::decode(bytes).map_err(WireError::from);
    message.and_then(T::from_wire).map_err(|source| RpcError::Wire { peer, source })
}

/// Reads the head of the next frame, waiting for it. `None` when the connection has ended between two frames.
pub(super) fn read_head(peer: &'static str, from: &mut impl Read) -> Result<Option<[u8; HEAD]>, RpcError> {
    let mut head = [0; HEAD];
    match read_up_to(from, &mut head)? {
        HEAD => Ok(Some(head)),
        0 => Ok(None),
        found => Err(RpcError::Truncated { peer, wanted: HEAD as u64, found: found as u64 }),
    }
}

/// Reads a message of `length` bytes, waiting for it.
pub(super) fn read_body(peer: &'static str, from: &mut impl Read, length: usize) -> Result<Vec<u8>, RpcError> {
    let mut body = Vec::new();
    from.take(length as u64).read_to_end(&mut body).map_err(RpcError::io("reading a message"))?;
    if body.len() < length {
        return Err(RpcError::Truncated { peer, wanted: length as u64, found: body.len() as u64 });
    }
    Ok(body)
}

fn read_up_to(from: &mut impl Read, buffer: &mut [u8]) -> Result<usize, RpcError> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(RpcError::Io { doing: "reading a message", source }),
        }
    }
    Ok(filled)
}
