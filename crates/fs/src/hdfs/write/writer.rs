//! The writer of a file, as callers have it.

use std::sync::{Arc, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use tokio::sync::{
    mpsc::{self, Sender},
    oneshot,
};

use super::{
    cutter::PACKET,
    file::OpenFile,
    streamer::{Answer, LastWord, Order, Streamer},
};
use crate::{FileWriter, FsError, FsFuture, Operation, Path};

/// Orders that may wait for the task.
const ORDERS: usize = 4;
/// Writes below this are collected, up to a packet.
const SMALL: usize = 16 * 1024;

/// What may still be done with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// An operation has begun and not succeeded: it is under way, failed, or was dropped half-way.
    Broken,
}

/// Gives orders to the task that writes. Dropping it closes the channel, which is the order to discard the file.
pub(in crate::hdfs) struct HdfsFileWriter {
    path: Path,
    orders: Sender<Order>,
    last_word: LastWord,
    /// Small writes.
    buffer: BytesMut,
    position: u64,
    state: State,
}

impl HdfsFileWriter {
    /// The writer of a file that was just created.
    pub(in crate::hdfs) fn begin(file: OpenFile) -> Self {
        let (orders, receiver) = mpsc::channel(ORDERS);
        let last_word = LastWord::default();
        let path = file.path.clone();
        tokio::spawn(Streamer::new(Arc::new(file)).run(receiver, Arc::clone(&last_word)));
        HdfsFileWriter { path, orders, last_word, buffer: BytesMut::new(), position: 0, state: State::Open }
    }

    /// Broken until proven otherwise: this also covers a future that is dropped.
    fn begin_operation(&mut self, operation: Operation) -> Result<(), FsError> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Open => Ok(()),
            State::Broken => Err(FsError::WriterBroken { operation, path: self.path.clone() }),
        }
    }

    async fn append(&mut self, bytes: Bytes) -> Result<(), FsError> {
        self.begin_operation(Operation::Write)?;
        let length = bytes.len();
        if length < SMALL {
            self.buffer.extend_from_slice(&bytes);
            if self.buffer.len() >= PACKET {
                self.hand_over_buffer(Operation::Write).await?;
            }
        } else {
            self.hand_over_buffer(Operation::Write).await?;
            self.give(Operation::Write, Order::Append(bytes)).await?;
        }
        self.position += length as u64;
        self.state = State::Open;
        Ok(())
    }

    async fn finish(&mut self, operation: Operation, order: fn(Answer) -> Order) -> Result<(), FsError> {
        self.begin_operation(operation)?;
        self.hand_over_buffer(operation).await?;
        let (answer, done) = oneshot::channel();
        self.give(operation, order(answer)).await?;
        done.await.map_err(|_| self.error(operation))??;
        self.state = State::Open;
        Ok(())
    }

    async fn hand_over_buffer(&mut self, operation: Operation) -> Result<(), FsError> {
        match self.buffer.is_empty() {
            true => Ok(()),
            false => {
                let bytes = self.buffer.split().freeze();
                self.give(operation, Order::Append(bytes)).await
            }
        }
    }

    /// Gives an order. A task that has failed takes it and forgets it, so its last word is looked at first.
    async fn give(&self, operation: Operation, order: Order) -> Result<(), FsError> {
        if let Some(error) = self.take_last_word() {
            return Err(error);
        }
        self.orders.send(order).await.map_err(|_| self.error(operation))
    }

    fn take_last_word(&self) -> Option<FsError> {
        self.last_word.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the task ended with; if it left no word, the runtime it ran on is gone.
    fn error(&self, operation: Operation) -> FsError {
        let path = self.path.clone();
        self.take_last_word().unwrap_or(FsError::WriterBroken { operation, path })
    }
}

impl FileWriter for HdfsFileWriter {
    fn path(&self) -> &Path {
        &self.path
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn write(&mut self, bytes: Bytes) -> FsFuture<'_, ()> {
        self.append(bytes).boxed()
    }

    fn sync(&mut self) -> FsFuture<'_, ()> {
        self.finish(Operation::Sync, Order::Sync).boxed()
    }

    fn close(mut self: Box<Self>) -> FsFuture<'static, ()> {
        async move { self.finish(Operation::Close, Order::Close).await }.boxed()
    }

    fn abort(self: Box<Self>) -> FsFuture<'static, ()> {
        async move {
            let (answer, done) = oneshot::channel();
            // A task that is gone has discarded the file, or the runtime is going and nothing can be done.
            let gone = || FsError::WriterBroken { operation: Operation::Abort, path: self.path.clone() };
            self.orders.send(Order::Abort(answer)).await.map_err(|_| gone())?;
            done.await.map_err(|_| gone())?
        }
        .boxed()
    }
}
