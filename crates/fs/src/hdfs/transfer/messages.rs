//! The protocol's messages, with the fields this client uses. Numbers and kinds are those of Hadoop's `datatransfer.proto`.

use weft_hadoop_rpc::proto::{
    hdfs::{DatanodeInfo, ExtendedBlock},
    rpc::Token,
};

/// What is to be done with which block, and the right to do it.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BaseHeader {
    #[prost(message, required, tag = "1")]
    pub(crate) block: ExtendedBlock,
    #[prost(message, optional, tag = "2")]
    pub(crate) token: Option<Token>,
}

/// The same, and who asks.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ClientHeader {
    #[prost(message, required, tag = "1")]
    pub(crate) base: BaseHeader,
    #[prost(string, required, tag = "2")]
    pub(crate) client_name: String,
}

impl ClientHeader {
    pub(crate) fn new(block: ExtendedBlock, token: Token, client_name: &str) -> Self {
        let base = BaseHeader { block, token: Some(token) };
        Self { base, client_name: client_name.to_owned() }
    }
}

/// A kind of checksum and the bytes each covers.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ChecksumInfo {
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    #[prost(uint32, required, tag = "2")]
    pub(crate) bytes_per_checksum: u32,
}

/// `READ_BLOCK`: send these bytes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadBlock {
    #[prost(message, required, tag = "1")]
    pub(crate) header: ClientHeader,
    #[prost(uint64, required, tag = "2")]
    pub(crate) offset: u64,
    #[prost(uint64, required, tag = "3")]
    pub(crate) length: u64,
    #[prost(bool, optional, tag = "4")]
    pub(crate) send_checksums: Option<bool>,
}

/// What a pipeline is set up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Stage {
    /// Going on with a block after a DataNode was lost.
    StreamingRecovery = 3,
    /// Finishing a block, all of whose data is there, after a DataNode was lost.
    CloseRecovery = 5,
    /// A new block.
    Create = 6,
}

/// `WRITE_BLOCK`: take packets, and hand them on to the other targets.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WriteBlock {
    #[prost(message, required, tag = "1")]
    pub(crate) header: ClientHeader,
    /// The DataNodes behind the one that gets this.
    #[prost(message, repeated, tag = "2")]
    pub(crate) targets: Vec<DatanodeInfo>,
    #[prost(enumeration = "Stage", required, tag = "4")]
    pub(crate) stage: i32,
    /// The DataNodes in all.
    #[prost(uint32, required, tag = "5")]
    pub(crate) pipeline_size: u32,
    /// Bytes of the block that every DataNode has acknowledged.
    #[prost(uint64, required, tag = "6")]
    pub(crate) min_bytes_received: u64,
    /// Bytes that were sent.
    #[prost(uint64, required, tag = "7")]
    pub(crate) max_bytes_received: u64,
    #[prost(uint64, required, tag = "8")]
    pub(crate) latest_generation_stamp: u64,
    #[prost(message, required, tag = "9")]
    pub(crate) requested_checksum: ChecksumInfo,
    #[prost(int32, optional, tag = "11")]
    pub(crate) storage_type: Option<i32>,
    #[prost(int32, repeated, packed = "false", tag = "12")]
    pub(crate) target_storage_types: Vec<i32>,
    #[prost(string, optional, tag = "16")]
    pub(crate) storage_id: Option<String>,
    #[prost(string, repeated, tag = "17")]
    pub(crate) target_storage_ids: Vec<String>,
}

/// `TRANSFER_BLOCK`: copy what you have of a block that is being written to these DataNodes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TransferBlock {
    #[prost(message, required, tag = "1")]
    pub(crate) header: ClientHeader,
    #[prost(message, repeated, tag = "2")]
    pub(crate) targets: Vec<DatanodeInfo>,
    #[prost(int32, repeated, packed = "false", tag = "3")]
    pub(crate) target_storage_types: Vec<i32>,
    #[prost(string, repeated, tag = "4")]
    pub(crate) target_storage_ids: Vec<String>,
}

/// The checksums of the data that will be sent, and where it begins: at a chunk, so perhaps before what was asked for.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadChecksumInfo {
    #[prost(message, required, tag = "1")]
    pub(crate) checksum: ChecksumInfo,
    #[prost(uint64, required, tag = "2")]
    pub(crate) chunk_offset: u64,
}

/// The answer to an operation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BlockOpResponse {
    #[prost(int32, required, tag = "1")]
    pub(crate) status: i32,
    /// Of a pipeline that could not be set up, the address of the DataNode at fault.
    #[prost(string, optional, tag = "2")]
    pub(crate) first_bad_link: Option<String>,
    #[prost(message, optional, tag = "4")]
    pub(crate) read_checksum: Option<ReadChecksumInfo>,
    #[prost(string, optional, tag = "5")]
    pub(crate) message: Option<String>,
}

/// What the reader of a block says at its end, so that the DataNode keeps the connection.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ClientReadStatus {
    #[prost(int32, required, tag = "1")]
    pub(crate) status: i32,
}

/// Part of a packet. All fields have a fixed length.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PacketHeader {
    #[prost(sfixed64, required, tag = "1")]
    pub(crate) offset_in_block: i64,
    #[prost(sfixed64, required, tag = "2")]
    pub(crate) seqno: i64,
    #[prost(bool, required, tag = "3")]
    pub(crate) last_packet_in_block: bool,
    #[prost(sfixed32, required, tag = "4")]
    pub(crate) data_length: i32,
    #[prost(bool, optional, tag = "5")]
    pub(crate) sync_block: Option<bool>,
}

/// What the DataNodes of a pipeline say of a packet, the nearest first.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PipelineAck {
    #[prost(sint64, required, tag = "1")]
    pub(crate) seqno: i64,
    #[prost(int32, repeated, packed = "false", tag = "2")]
    pub(crate) replies: Vec<i32>,
}
