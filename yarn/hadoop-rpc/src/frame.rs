//! Frames: the bytes of Hadoop RPC v9.
//!
//! A client first sends seven bytes: `hrpc`, the version 9, a service class 0, and how it authenticates (0 not at all,
//! 0xDF by SASL). From then on both sides send frames: a length of four bytes, big-endian, and a body of that length. A
//! body is a chain of protobuf messages, each behind its own length as a varint:
//!
//! | frame | body |
//! |---|---|
//! | call | request header, call header, request |
//! | connection context | request header with call id -3, context |
//! | SASL | request header with call id -33 and no client id, SASL message |
//! | ping | request header with call id -4; never answered |
//! | result | response header, result |
//! | error | response header |
//!
//! A body is used up exactly. Requests carry the call id as zigzag, responses as a plain varint, so that -33 comes back as
//! 0xFFFFFFDF. Replies come in any order.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;

use crate::RemoteException;
use crate::proto::rpc::{
    CallHeader, ConnectionContext, Operation, RequestHeader, ResponseHeader, RpcKind, SaslMessage, SaslState, Status,
};
use crate::sasl::Sealer;

/// The call id of the connection context.
const CONTEXT_CALL: i32 = -3;
/// The call id of a ping.
const PING_CALL: i32 = -4;
/// The call id of SASL messages.
pub(crate) const SASL_CALL: i32 = -33;
/// How the first seven bytes end, per way of authenticating.
pub(crate) const AUTH_NONE: u8 = 0;
pub(crate) const AUTH_SASL: u8 = 0xdf;

/// 16 bytes that name a client, the same on all its connections.
pub(crate) type ClientId = [u8; 16];

/// The bytes before the first frame.
pub(crate) fn preamble(auth: u8) -> [u8; 7] {
    [b'h', b'r', b'p', b'c', 9, 0, auth]
}

fn header(call_id: i32, client_id: &[u8], retry_count: i32) -> RequestHeader {
    RequestHeader {
        kind: Some(RpcKind::ProtocolBuffer as i32),
        operation: Some(Operation::FinalPacket as i32),
        call_id,
        client_id: Bytes::copy_from_slice(client_id),
        retry_count: Some(retry_count),
    }
}

/// A length-delimited message fits any buffer that grows.
fn put(message: &impl Message, body: &mut BytesMut) {
    message.encode_length_delimited(body).expect("invariant: the buffer grows");
}

/// A frame of what `fill` writes. Bodies stay far below 4 GiB: requests are checked against `max_request_bytes`.
fn frame(fill: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut bytes = BytesMut::with_capacity(128);
    bytes.put_u32(0);
    fill(&mut bytes);
    let length = (bytes.len() - 4) as u32;
    let (prefix, _) = bytes.split_at_mut(4);
    prefix.copy_from_slice(&length.to_be_bytes());
    bytes.freeze()
}

/// A call, complete but for the request, which is encoded once however often the call is sent.
pub(crate) fn call(
    call_id: i32,
    client_id: &ClientId,
    retry_count: i32,
    header_of: &CallHeader,
    request: &[u8],
) -> Bytes {
    frame(|body| {
        put(&header(call_id, client_id, retry_count), body);
        put(header_of, body);
        body.put_slice(request);
    })
}

/// The connection context.
pub(crate) fn context(client_id: &ClientId, context: &ConnectionContext) -> Bytes {
    frame(|body| {
        put(&header(CONTEXT_CALL, client_id, -1), body);
        put(context, body);
    })
}

/// A message of an authentication, or one that carries protected frames.
pub(crate) fn sasl(message: &SaslMessage) -> Bytes {
    frame(|body| {
        put(&header(SASL_CALL, &[], -1), body);
        put(message, body);
    })
}

/// A frame under protection: one piece, or several when it is long.
pub(crate) fn sealed(frame: &[u8], sealer: &mut Sealer) -> impl Iterator<Item = Bytes> {
    frame.chunks(sealer.max_plain).map(|piece| {
        let token = sealer.seal(piece).freeze();
        sasl(&SaslMessage { version: None, state: SaslState::Wrap as i32, token: Some(token), auths: Vec::new() })
    })
}

/// A ping.
pub(crate) fn ping(client_id: &ClientId) -> Bytes {
    frame(|body| put(&header(PING_CALL, client_id, -1), body))
}

/// What a server's frame says.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The call has a result, still encoded.
    Result { call_id: i32, body: Bytes },
    /// The call failed and the connection goes on.
    Error { call_id: i32, exception: RemoteException },
    /// The connection is over.
    Fatal { exception: RemoteException },
}

/// Why bytes are not what they should be.
pub(crate) type Defect = String;

/// Reads a server's frame. `client_id` is what replies repeat, unless they leave it out.
pub(crate) fn reply(mut body: Bytes, client_id: &ClientId) -> Result<Reply, Defect> {
    let header = ResponseHeader::decode_length_delimited(&mut body)
        .map_err(|error| format!("a frame has no response header ({error})"))?;
    if let Some(id) = &header.client_id
        && !id.is_empty()
        && **id != client_id[..]
    {
        return Err("a reply is for another client".to_owned());
    }
    // Negative ids are plain varints here.
    let call_id = header.call_id as i32;
    let exception = || RemoteException::new(header.exception_class(), header.message());
    match Status::try_from(header.status) {
        Ok(Status::Success) => Ok(Reply::Result { call_id, body }),
        Ok(Status::Error) => Ok(Reply::Error { call_id, exception: exception() }),
        Ok(Status::Fatal) => Ok(Reply::Fatal { exception: exception() }),
        Err(_) => Err(format!("a reply has the unknown status {}", header.status)),
    }
}

/// Reads a delimited message that is all of `body`.
pub(crate) fn message<M: Message + Default>(mut body: Bytes) -> Result<M, Defect> {
    let message = M::decode_length_delimited(&mut body).map_err(|error| error.to_string())?;
    if body.is_empty() { Ok(message) } else { Err(format!("{} bytes follow the message", body.len())) }
}

/// Cuts a stream of bytes into frame bodies. Memory grows with what has arrived, never with what a length announces.
#[derive(Debug)]
pub(crate) struct FrameDecoder {
    buffer: BytesMut,
    limit: usize,
}

/// What is read at once at least, and at most ahead of its arrival.
const READ_AHEAD: usize = 16 << 10;
const MOST_READ_AHEAD: usize = 256 << 10;

impl FrameDecoder {
    /// Accepts bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        FrameDecoder { buffer: BytesMut::new(), limit }
    }

    /// The same bytes, with another limit from now on.
    pub(crate) fn with_limit(self, limit: usize) -> Self {
        FrameDecoder { limit, ..self }
    }

    /// Where to put what arrives, with room for a useful amount of it.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        let missing = self.announced().map_or(0, |length| (length + 4).saturating_sub(self.buffer.len()));
        self.buffer.reserve(missing.clamp(READ_AHEAD, MOST_READ_AHEAD));
        &mut self.buffer
    }

    /// Adds what arrived by another way than [`buffer`](Self::buffer).
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether all that arrived has been taken out.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    fn announced(&self) -> Option<usize> {
        let prefix = self.buffer.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*prefix) as usize)
    }

    /// The next body that has arrived completely.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, Defect> {
        let Some(length) = self.announced() else { return Ok(None) };
        if length > self.limit {
            return Err(format!("it announces a reply of {length} bytes and {} are accepted", self.limit));
        }
        if self.buffer.len() < length + 4 {
            return Ok(None);
        }
        let mut body = self.buffer.split_to(length + 4);
        let _prefix = body.split_to(4);
        Ok(Some(body.freeze()))
    }
}

#[cfg(test)]
mod tests;
