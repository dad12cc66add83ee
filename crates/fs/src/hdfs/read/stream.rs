//! The bytes of a block as one DataNode sends them.

use std::{ops::Range, time::Duration};

use weft_hadoop_rpc::proto::hdfs::{DatanodeInfo, LocatedBlock};

use crate::hdfs::{
    client::HdfsClient,
    transfer::{
        Checksum, Connection, Opcode, Peer, TransferError,
        messages::{ClientHeader, ClientReadStatus, ReadBlock},
        operation, status,
    },
};

/// What a DataNode is sending. Every byte that is handed out matches its checksum.
pub(super) struct BlockStream {
    connection: Connection,
    checksum: Checksum,
    block_id: u64,
    /// Where the block begins in its file.
    begin: u64,
    /// The next byte that is handed out, and the end of what was asked for, in the block.
    rest: Range<u64>,
    /// Bytes of a packet that did not fit into the reader's buffer, and those of them that are still to be handed out.
    kept: Vec<u8>,
    unread: Range<usize>,
}

impl BlockStream {
    /// Asks a DataNode for bytes of a block.
    pub(super) async fn open(
        client: &HdfsClient,
        block: &LocatedBlock,
        node: &DatanodeInfo,
        wanted: Range<u64>,
        patience: Duration,
    ) -> Result<Self, TransferError> {
        let header = ClientHeader::new(block.block.clone(), block.block_token.clone(), &client.name);
        let length = wanted.end.saturating_sub(wanted.start);
        let question = ReadBlock { header, offset: wanted.start, length, send_checksums: Some(true) };
        let peer = Peer::of(&node.id, client.settings.by_host_name);
        let mut connection = Connection::open(peer, &operation(Opcode::ReadBlock, &question), patience).await?;
        let Some(sums) = connection.success().await?.read_checksum else {
            return Err(TransferError::malformed("answer", "it does not say how the data is summed"));
        };
        Ok(BlockStream {
            connection,
            checksum: Checksum::from_wire(sums.checksum.kind, sums.checksum.bytes_per_checksum)?,
            block_id: block.block.block_id,
            begin: block.offset,
            rest: wanted,
            kept: Vec::new(),
            unread: 0..0,
        })
    }

    /// Where in the file the next byte lies.
    pub(super) fn position(&self) -> u64 {
        self.begin + self.rest.start
    }

    /// Bytes that will come.
    pub(super) fn remaining(&self) -> u64 {
        self.rest.end - self.rest.start
    }

    /// How long to wait for each next packet.
    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.connection.set_patience(patience);
    }

    /// Fills `into`, which is no longer than what will come.
    pub(super) async fn read(&mut self, into: &mut [u8]) -> Result<(), TransferError> {
        let mut missing = into;
        while !missing.is_empty() {
            let taken = match self.take_kept(missing) {
                0 => self.receive(missing).await?,
                taken => taken,
            };
            self.rest.start += taken as u64;
            missing = missing.get_mut(taken..).unwrap_or_default();
        }
        if self.rest.is_empty() {
            self.thank().await;
        }
        Ok(())
    }

    /// Hands out what was kept.
    fn take_kept(&mut self, into: &mut [u8]) -> usize {
        let kept = self.kept.get(self.unread.clone()).unwrap_or_default();
        let length = kept.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..length), kept.get(..length)) {
            to.copy_from_slice(from);
        }
        self.unread.start += length;
        length
    }

    /// Takes the next packet: straight into the reader's buffer where it fits. Gives the bytes handed out, which may be none.
    async fn receive(&mut self, into: &mut [u8]) -> Result<usize, TransferError> {
        let head = self.connection.packet_head(self.checksum).await?;
        if head.length == 0 {
            return Err(TransferError::malformed("packet", format!("the block ends at byte {}", self.rest.start)));
        }
        // The first packet begins at a chunk, before the byte that is wanted.
        let before = self.rest.start.checked_sub(head.offset).and_then(|before| usize::try_from(before).ok());
        let Some(before) = before.filter(|before| *before < head.length) else {
            let what = format!("it begins at byte {} instead of {}", head.offset, self.rest.start);
            return Err(TransferError::malformed("packet", what));
        };
        if before == 0
            && let Some(whole) = into.get_mut(..head.length)
        {
            self.connection.fill(whole).await?;
            self.verify(whole, &head.sums, head.offset)?;
            return Ok(head.length);
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.resize(head.length, 0);
        self.connection.fill(&mut kept).await?;
        self.verify(&kept, &head.sums, head.offset)?;
        (self.kept, self.unread) = (kept, before..head.length);
        Ok(0)
    }

    fn verify(&self, data: &[u8], sums: &[u8], offset: u64) -> Result<(), TransferError> {
        self.checksum.verify(data, sums).map_err(|bad| TransferError::Corrupt {
            node: self.connection.peer().to_string(),
            block: self.block_id,
            offset: offset + bad as u64,
        })
    }

    /// Tells the DataNode that all has come; it would log a reader that just goes away. What it makes of it does not matter.
    async fn thank(&mut self) {
        let thanks = ClientReadStatus { status: status::CHECKSUM_OK };
        if self.connection.packet_head(self.checksum).await.is_ok_and(|head| head.last) {
            let _ = self.connection.send(&prost::Message::encode_length_delimited_to_vec(&thanks)).await;
        }
    }
}

#[cfg(test)]
#[path = "stream_test.rs"]
mod tests;
