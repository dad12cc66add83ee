//! The reader of a file, as callers have it.

use std::{
    collections::HashSet,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use futures_util::FutureExt;
use tokio::time::sleep;
use weft_hadoop_rpc::proto::hdfs::{DatanodeInfo, LocatedBlock};

use super::{
    blocks::{self, Blocks},
    stream::BlockStream,
    visible,
};
use crate::{
    FileReader, FsError, FsFuture, Operation, Path,
    hdfs::{client::HdfsClient, failure, transfer::TransferError},
};

/// Blocks whose places are asked for at once.
const BLOCKS_AHEAD: u64 = 10;
/// Streams that wait for the read that goes on where they are.
const IDLE: usize = 2;
/// The longest silence of a DataNode, as long as there is another one to turn to.
const IMPATIENT: Duration = Duration::from_secs(4);
/// Times that all DataNodes of a block are tried, each time with what the NameNode says then.
const ROUNDS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Reads of a file that was opened once. Each goes to the nearest DataNode that does, and to another when that one fails.
///
/// A read that goes on where another ended gets its bytes from a stream that was kept open up to the end of the block, so that
/// reading a file from its beginning costs one request for each block; any other asks for exactly its bytes.
pub(in crate::hdfs) struct HdfsFileReader {
    client: Arc<HdfsClient>,
    path: Path,
    /// The file by its number, whatever its name may be by now.
    by_number: String,
    length: u64,
    blocks: Mutex<Blocks>,
    idle: Mutex<Vec<BlockStream>>,
    /// Where the last read ended.
    read_to: AtomicU64,
}

/// No read has been made.
const NOWHERE: u64 = u64::MAX;

impl HdfsFileReader {
    /// Opens the file with this number.
    pub(in crate::hdfs) async fn open(client: Arc<HdfsClient>, path: Path, number: u64) -> Result<Self, FsError> {
        let by_number = match number {
            0 => path.path().to_owned(),
            number => format!("/.reserved/.inodes/{number}"),
        };
        let ahead = client.settings.block_size.saturating_mul(BLOCKS_AHEAD);
        let located = client.name_node.block_locations(&by_number, 0, ahead).await;
        let located = located.map_err(|error| failure::of_call(Operation::Open, &path, error))?;
        let (mut length, mut blocks) = (located.file_length, Blocks::default());
        let open_block = visible::open_block(&client, &located).await;
        blocks.learn(located);
        if let Some(block) = open_block {
            length = blocks::range(&block).end;
            blocks.learn_one(block);
        }
        let (blocks, idle) = (Mutex::new(blocks), Mutex::default());
        Ok(HdfsFileReader { client, path, by_number, length, blocks, idle, read_to: AtomicU64::new(NOWHERE) })
    }

    async fn fill(&self, offset: u64, mut buffer: BytesMut) -> Result<BytesMut, FsError> {
        let there = self.length.saturating_sub(offset);
        buffer.truncate(usize::try_from(there).unwrap_or(usize::MAX));
        let mut at = offset;
        let mut missing = &mut buffer[..];
        while !missing.is_empty() {
            let block = self.block_at(at).await?;
            let in_block = usize::try_from(blocks::range(&block).end - at).unwrap_or(usize::MAX);
            let (now, later) = missing.split_at_mut(in_block.min(missing.len()));
            self.read_block(&block, at, now).await?;
            at += now.len() as u64;
            missing = later;
        }
        self.read_to.store(at, Ordering::Relaxed);
        Ok(buffer)
    }

    /// The block of a byte inside the file.
    async fn block_at(&self, offset: u64) -> Result<Arc<LocatedBlock>, FsError> {
        if let Some(block) = lock(&self.blocks).at(offset) {
            return Ok(block);
        }
        self.locate(offset).await?;
        let found = lock(&self.blocks).at(offset);
        found.ok_or_else(|| FsError::UnexpectedEnd { path: self.path.clone(), wanted: self.length, length: offset })
    }

    async fn locate(&self, offset: u64) -> Result<(), FsError> {
        let ahead = self.client.settings.block_size.saturating_mul(BLOCKS_AHEAD);
        let located = self.client.name_node.block_locations(&self.by_number, offset, ahead).await;
        lock(&self.blocks).learn(located.map_err(|error| failure::of_call(Operation::Read, &self.path, error))?);
        Ok(())
    }

    /// Reads bytes of one block, from one DataNode after the other until one gives them.
    async fn read_block(&self, block: &Arc<LocatedBlock>, at: u64, into: &mut [u8]) -> Result<(), FsError> {
        if let Some(mut stream) = self.take_idle(at, into.len())
            && stream.read(into).await.is_ok()
        {
            // A stream that was idle for long may have been closed, so that it fails says nothing of the DataNode.
            self.keep_idle(stream);
            return Ok(());
        }
        let (mut block, mut wait, mut failures) = (Arc::clone(block), FIRST_WAIT, Vec::new());
        for round in 0..ROUNDS {
            if self.try_each(&block, at, into, &mut failures).await {
                return Ok(());
            }
            if round + 1 < ROUNDS {
                // Replicas move, DataNodes come back, and rights to blocks run out.
                sleep(wait).await;
                wait *= 4;
                self.locate(at).await?;
                block = self.block_at(at).await?;
            }
        }
        let what = match failures.pop() {
            None => "the NameNode knows no DataNode that has it: wait for one to come back".to_owned(),
            Some(last) => format!("no DataNode gives it: {last}"),
        };
        let what = format!("block {} at byte {at}: {what}", block.block.block_id);
        Err(failure::described(Operation::Read, &self.path, what))
    }

    /// Tries each DataNode of the block once. Whether one gave the bytes.
    async fn try_each(
        &self,
        block: &LocatedBlock,
        at: u64,
        into: &mut [u8],
        failures: &mut Vec<TransferError>,
    ) -> bool {
        let mut nodes: Vec<&DatanodeInfo> = block.locations.iter().collect();
        nodes.sort_by_key(|node| self.client.dead_nodes.contains(node));
        let mut tried = HashSet::new();
        for (index, node) in nodes.iter().enumerate().filter(|(_, node)| tried.insert(&node.id.datanode_uuid)) {
            let others = index + 1 < nodes.len();
            let patience = self.client.settings.patience;
            let patience = if others { patience.min(IMPATIENT) } else { patience };
            match self.read_from(block, node, at, into, patience).await {
                Ok(()) => return true,
                Err(error) => {
                    if matches!(error, TransferError::Connection { .. } | TransferError::TimedOut { .. }) {
                        self.client.dead_nodes.avoid(node);
                    }
                    failures.push(error);
                }
            }
        }
        false
    }

    async fn read_from(
        &self,
        block: &LocatedBlock,
        node: &DatanodeInfo,
        at: u64,
        into: &mut [u8],
        patience: Duration,
    ) -> Result<(), TransferError> {
        let wanted = self.extent(block, at, into.len());
        let mut stream = BlockStream::open(&self.client, block, node, wanted, patience).await?;
        stream.read(into).await?;
        self.client.dead_nodes.trust(node);
        stream.set_patience(self.client.settings.patience.min(IMPATIENT));
        self.keep_idle(stream);
        Ok(())
    }

    /// What to ask for, in the block: all the rest of it when the file is being read on from where it was read to.
    fn extent(&self, block: &LocatedBlock, at: u64, length: usize) -> Range<u64> {
        let read_to = self.read_to.load(Ordering::Relaxed);
        let begin = at - block.offset;
        // A read that comes from the block before goes on at the beginning of this one.
        match read_to == NOWHERE || read_to == at || begin == 0 {
            true => begin..blocks::length(block),
            false => begin..begin + length as u64,
        }
    }

    fn take_idle(&self, at: u64, length: usize) -> Option<BlockStream> {
        let mut idle = lock(&self.idle);
        let fits = |stream: &BlockStream| stream.position() == at && stream.remaining() >= length as u64;
        let index = idle.iter().position(fits)?;
        Some(idle.swap_remove(index))
    }

    fn keep_idle(&self, stream: BlockStream) {
        if stream.remaining() == 0 {
            return;
        }
        let mut idle = lock(&self.idle);
        if idle.len() >= IDLE {
            idle.remove(0);
        }
        idle.push(stream);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FileReader for HdfsFileReader {
    fn path(&self) -> &Path {
        &self.path
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: BytesMut) -> FsFuture<'_, BytesMut> {
        self.fill(offset, buffer).boxed()
    }
}
