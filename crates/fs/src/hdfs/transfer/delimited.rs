//! Messages behind their length: a varint of at most five bytes, then the message.

use bytes::{Buf, BytesMut};
use prost::Message;

use super::TransferError;

/// Acks and answers are below a kilobyte; a longer one is not what it should be.
const MAX_MESSAGE: usize = 1 << 20;
const MAX_VARINT: usize = 5;

/// Takes the message at the front of `buffer`, once all of it is there.
pub(crate) fn take<M: Message + Default>(
    what: &'static str,
    buffer: &mut BytesMut,
) -> Result<Option<M>, TransferError> {
    let Some((length, head)) = length(what, buffer)? else { return Ok(None) };
    if length > MAX_MESSAGE {
        return Err(TransferError::malformed(what, format!("it claims to have {length} bytes")));
    }
    if buffer.len() < head + length {
        return Ok(None);
    }
    buffer.advance(head);
    let message = M::decode(buffer.split_to(length).freeze());
    message.map(Some).map_err(|error| TransferError::malformed(what, error.to_string()))
}

/// The length at the front, and its own length.
fn length(what: &'static str, buffer: &[u8]) -> Result<Option<(usize, usize)>, TransferError> {
    let mut length = 0_u64;
    for (index, byte) in buffer.iter().take(MAX_VARINT).enumerate() {
        length |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            return Ok(Some((length, index + 1)));
        }
    }
    match buffer.len() < MAX_VARINT {
        true => Ok(None),
        false => Err(TransferError::malformed(what, "its length has no end")),
    }
}
