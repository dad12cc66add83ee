//! The data transfer protocol: how a client reads and writes blocks on DataNodes.
//!
//! A client opens a TCP connection to a DataNode's transfer port and sends one operation:
//!
//! ```text
//! u16  version, 28
//! u8   what to do: 80 WRITE_BLOCK, 81 READ_BLOCK, 86 TRANSFER_BLOCK
//!      varint length and message: what exactly
//! ```
//!
//! The DataNode answers with a [`BlockOpResponse`](messages::BlockOpResponse) behind its length. After that
//!
//! * the DataNode of a `READ_BLOCK` sends [packets](packet) and the client, at the end, a status;
//! * the DataNode of a `TRANSFER_BLOCK` has nothing to add: its answer comes when the others have a copy of its replica;
//! * the client of a `WRITE_BLOCK` sends packets, and the DataNode an [`PipelineAck`] behind its length for each, in order, when
//!   it and all DataNodes behind it have the packet.
//!
//! What stands in this module knows bytes and messages; only [`connection`] knows sockets. Whatever a peer sends is checked
//! before memory is taken for it.

mod checksum;
mod connection;
mod delimited;
mod error;
pub(crate) mod messages;
mod packet;
mod peer;
pub(crate) mod status;

pub(crate) use checksum::Checksum;
pub(crate) use connection::{AckReader, Connection};
pub(crate) use error::TransferError;
pub(crate) use messages::PipelineAck;
pub(crate) use packet::{HEARTBEAT, Packet, PacketHead};
pub(crate) use peer::Peer;

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;

/// The version of the protocol since Hadoop 2.
const VERSION: u16 = 28;

/// What a DataNode can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "they are called so in the protocol")]
pub(crate) enum Opcode {
    WriteBlock = 80,
    ReadBlock = 81,
    TransferBlock = 86,
}

/// The bytes of an operation.
pub(crate) fn operation(opcode: Opcode, message: &impl Message) -> Bytes {
    let mut bytes = BytesMut::with_capacity(16 + message.encoded_len());
    bytes.put_u16(VERSION);
    bytes.put_u8(opcode as u8);
    bytes.extend_from_slice(&message.encode_length_delimited_to_vec());
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::{messages::BlockOpResponse, *};
    use proptest::prelude::*;

    #[test]
    fn an_operation_has_these_bytes() {
        let status = messages::ClientReadStatus { status: status::CHECKSUM_OK };
        assert_eq!(operation(Opcode::ReadBlock, &status)[..], [0, 28, 81, 2, 8, 6]);
    }

    #[test]
    fn a_message_is_taken_when_all_of_it_is_there() {
        let answer = BlockOpResponse { status: 5, message: Some("x".repeat(200)), ..BlockOpResponse::default() };
        let whole = answer.encode_length_delimited_to_vec();
        for arrived in 0..whole.len() {
            let mut buffer = BytesMut::from(&whole[..arrived]);
            assert_eq!(delimited::take::<BlockOpResponse>("answer", &mut buffer).unwrap(), None, "{arrived}");
        }
        let mut buffer = BytesMut::from(&[whole.as_slice(), b"rest"].concat()[..]);
        assert_eq!(delimited::take("answer", &mut buffer).unwrap(), Some(answer));
        assert_eq!(&buffer[..], b"rest");
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        for (bytes, reason) in [(&[0xFF; 5][..], "has no end"), (&[0xFF, 0xFF, 0xFF, 0x0F], "claims to have 33554431")]
        {
            let error = delimited::take::<BlockOpResponse>("answer", &mut BytesMut::from(bytes)).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_or_too_little(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = delimited::take::<BlockOpResponse>("answer", &mut BytesMut::from(&bytes[..]));
            let _ = delimited::take::<PipelineAck>("acknowledgement", &mut BytesMut::from(&bytes[..]));
        }
    }
}
