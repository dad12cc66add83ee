//! The task that writes a file.
//!
//! A writer gives it orders over a channel; it cuts bytes into packets, has blocks opened and ended, and keeps the pipeline alive
//! while no orders come. It ends after `Close`, `Abort` or a failure, which it leaves where the writer finds it; when the channel
//! closes without a last order, the writer was dropped, and the file goes too.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc::Receiver, oneshot};
use weft_hadoop_rpc::proto::hdfs::ExtendedBlock;

use super::{allocate::allocate, block::BlockWriter, cutter::Cutter, file::OpenFile, window::Window};
use crate::FsError;

/// What a writer wants done.
pub(super) enum Order {
    /// Append these bytes.
    Append(Bytes),
    /// Have all that was appended on the disks of DataNodes.
    Sync(Answer),
    /// End the file.
    Close(Answer),
    /// Remove the file.
    Abort(Answer),
}

/// Where an order's outcome is told.
pub(super) type Answer = oneshot::Sender<Result<(), FsError>>;

/// Where the task leaves the error it ended with, when no answer could tell it.
pub(super) type LastWord = Arc<Mutex<Option<FsError>>>;

pub(super) struct Streamer {
    file: Arc<OpenFile>,
    cutter: Cutter,
    block: Option<BlockWriter>,
    /// The last block that was ended.
    previous: Option<ExtendedBlock>,
}

/// How the task goes on after an order.
enum Next {
    Order,
    /// Nothing of use can be done any more, but to discard the file.
    Broken,
    Done,
}

impl Streamer {
    pub(super) fn new(file: Arc<OpenFile>) -> Self {
        let cutter = Cutter::new(file.client.settings.block_size);
        Streamer { file, cutter, block: None, previous: None }
    }

    /// Carries out orders until the file is done with.
    pub(super) async fn run(mut self, mut orders: Receiver<Order>, last_word: LastWord) {
        loop {
            let done = match self.next_order(&mut orders).await {
                Ok(Some(order)) => self.carry_out(order).await,
                Ok(None) => {
                    // Nobody is left to be told.
                    let _ = self.discard().await;
                    Ok(Next::Done)
                }
                Err(error) => Err(error),
            };
            match done {
                Ok(Next::Order) => {}
                Ok(Next::Done) => return,
                Ok(Next::Broken) => return self.wait_for_the_end(orders).await,
                Err(error) => {
                    *last_word.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return self.wait_for_the_end(orders).await;
                }
            }
        }
    }

    /// After a failure nothing is of use but an abort; orders that wait for an answer find out by their closed channels.
    async fn wait_for_the_end(mut self, mut orders: Receiver<Order>) {
        self.block = None;
        loop {
            match orders.recv().await {
                Some(Order::Abort(answer)) => {
                    let _ = answer.send(self.file.discard().await);
                    return;
                }
                Some(Order::Append(_) | Order::Sync(_) | Order::Close(_)) => {}
                None => {
                    let _ = self.file.discard().await;
                    return;
                }
            }
        }
    }

    /// The next order. Meanwhile the block goes on.
    async fn next_order(&mut self, orders: &mut Receiver<Order>) -> Result<Option<Order>, FsError> {
        loop {
            let Some(block) = &mut self.block else { return Ok(orders.recv().await) };
            let event = tokio::select! {
                order = orders.recv() => return Ok(order),
                event = block.event() => event,
            };
            block.handle(event).await?;
        }
    }

    async fn carry_out(&mut self, order: Order) -> Result<Next, FsError> {
        match order {
            Order::Append(bytes) => {
                self.cutter.push(bytes);
                self.send_whole_packets().await?;
                Ok(Next::Order)
            }
            Order::Sync(answer) => Ok(tell(answer, self.sync().await, Next::Order)),
            Order::Close(answer) => Ok(tell(answer, self.close().await, Next::Done)),
            Order::Abort(answer) => {
                tell(answer, self.discard().await, Next::Done);
                Ok(Next::Done)
            }
        }
    }

    async fn close(&mut self) -> Result<(), FsError> {
        self.send_rest().await?;
        if self.block.is_some() {
            self.end_block(false).await?;
        }
        self.file.complete(self.previous.take()).await
    }

    async fn discard(&mut self) -> Result<(), FsError> {
        self.block = None;
        self.file.discard().await
    }

    /// Sends what fills packets, from block to block.
    async fn send_whole_packets(&mut self) -> Result<(), FsError> {
        while let Some(packet) = self.cutter.next() {
            let block = self.open_block().await?;
            block.drive(Window::has_room).await?;
            block.put(packet);
            if self.cutter.is_block_full() {
                // Whoever syncs the file later means this block too, and then it is too late to ask for it.
                self.end_block(true).await?;
            }
        }
        Ok(())
    }

    /// Sends what fills no packet.
    async fn send_rest(&mut self) -> Result<(), FsError> {
        if let Some(packet) = self.cutter.flush(false) {
            self.open_block().await?.put(packet);
            if self.cutter.is_block_full() {
                self.end_block(true).await?;
            }
        }
        Ok(())
    }

    /// Has the DataNodes force all to their disks, and the NameNode record the block.
    async fn sync(&mut self) -> Result<(), FsError> {
        if self.block.is_none() && !self.cutter.has_bytes() {
            return Ok(());
        }
        if let Some(packet) = self.cutter.flush(true) {
            self.open_block().await?.put(packet);
        }
        let length = self.cutter.cut_to();
        if let Some(block) = &mut self.block {
            block.drive(Window::is_settled).await?;
            block.note_sync();
        }
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let recorded = self.file.client.name_node.fsync(&self.file.progress, Some(length)).await;
        recorded.map_err(|error| self.file.refused_sync(error))?;
        if self.cutter.is_block_full() {
            self.end_block(true).await?;
        }
        Ok(())
    }

    async fn open_block(&mut self) -> Result<&mut BlockWriter, FsError> {
        let block = match self.block.take() {
            Some(block) => block,
            None => allocate(&self.file, self.previous.as_ref()).await?,
        };
        Ok(self.block.insert(block))
    }

    /// Ends the block once all of its data is acknowledged: a DataNode that is lost before could not be told from one that
    /// has finished.
    async fn end_block(&mut self, sync: bool) -> Result<(), FsError> {
        let Some(mut block) = self.block.take() else { return Ok(()) };
        block.drive(Window::is_settled).await?;
        block.put(self.cutter.end_block(sync));
        block.drive(Window::is_finished).await?;
        self.previous = Some(block.acknowledged_block());
        Ok(())
    }
}

/// Tells an outcome. A writer that does not wait for it any more is broken by its own account.
fn tell(answer: Answer, outcome: Result<(), FsError>, next: Next) -> Next {
    let next = if outcome.is_ok() { next } else { Next::Broken };
    let _ = answer.send(outcome);
    next
}
