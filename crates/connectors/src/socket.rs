//! Text from a TCP peer.

use std::io;
use std::task::Waker;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender, error::TryRecvError};
use weft_common::Configuration;
use weft_record::{Record, SlabPool, Str};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{Boundedness, NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};
use weft_runtime::{OperatorContext, TaskError};

use crate::ConnectorError;
use crate::text::{Delimiter, LineAssembler, LineCutter, Lines, TextRules};
use crate::wake_on_drop::WakeOnDrop;

/// Bytes of one read.
const BLOCK: usize = 64 << 10;
/// Reads that may wait for the slot; after that the peer is no longer read, and TCP holds it back.
const AHEAD: usize = 4;

/// The lines that a TCP peer sends, until it closes the connection. One subtask connects; the others have nothing to do.
///
/// What was received before a failure cannot be received again: a restarted job goes on with what comes then.
#[derive(Clone, Debug)]
pub struct SocketTextSource {
    host: String,
    port: u16,
    delimiter: Delimiter,
    /// Those of the job's configuration, if none were given.
    rules: Option<TextRules>,
}

impl SocketTextSource {
    /// Lines ended by `\n` or `\r\n`.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        SocketTextSource { host: host.into(), port, delimiter: Delimiter::Newline, rules: None }
    }

    /// Lines ended by this text instead.
    #[must_use]
    pub fn delimiter(self, delimiter: &str) -> Self {
        SocketTextSource { delimiter: Delimiter::new(delimiter), ..self }
    }

    /// Read by these rules; by default by those of the job's configuration.
    #[must_use]
    pub fn rules(self, rules: TextRules) -> Self {
        SocketTextSource { rules: Some(rules), ..self }
    }
}

impl SocketTextSource {
    fn rules_in(&self, configuration: &Configuration) -> Result<TextRules, ConnectorError> {
        Ok(self.rules.map_or_else(|| TextRules::from_configuration(configuration), Ok)?)
    }
}

impl Source for SocketTextSource {
    type Item = Str;
    type Split = SocketSplit;
    type Enumerator = SocketEnumerator;
    type Reader = SocketTextReader;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Unbounded
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<SocketEnumerator, TaskError> {
        // Read here to find what is wrong with them before a connection is made.
        self.rules_in(&context.info.configuration)?;
        Ok(SocketEnumerator { connection: Some(SocketSplit { host: self.host.clone(), port: self.port }) })
    }

    fn reader(&self, context: &OperatorContext) -> Result<SocketTextReader, TaskError> {
        let (delimiter, rules) = (self.delimiter.clone(), self.rules_in(&context.job.configuration)?);
        Ok(SocketTextReader { delimiter, rules, io: context.io.clone(), waker: context.waker.clone(), current: None })
    }
}

/// The one connection.
#[derive(Clone, Debug, PartialEq, Eq, Record)]
pub struct SocketSplit {
    /// Where to connect to.
    pub host: String,
    /// On which port.
    pub port: u16,
}

impl SocketSplit {
    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Gives the connection to the subtask that asks first.
#[derive(Debug)]
pub struct SocketEnumerator {
    connection: Option<SocketSplit>,
}

impl SplitEnumerator for SocketEnumerator {
    type Split = SocketSplit;

    fn next_split(&mut self, _subtask: u32) -> Result<NextSplit<SocketSplit>, TaskError> {
        Ok(self.connection.take().map_or(NextSplit::NoMore, NextSplit::Split))
    }

    fn add_back(&mut self, splits: Vec<SocketSplit>) {
        self.connection = splits.into_iter().next().or(self.connection.take());
    }
}

/// What the connection's task has to say.
enum Received {
    Lines(Vec<Lines>),
    Failed(ConnectorError),
    Closed,
}

/// Cuts what the connection's task receives.
pub struct SocketTextReader {
    delimiter: Delimiter,
    rules: TextRules,
    io: Option<Handle>,
    waker: Waker,
    current: Option<Connection>,
}

struct Connection {
    receiver: Receiver<Received>,
    cutter: LineCutter,
    waiting: std::collections::VecDeque<Lines>,
}

impl SourceReader for SocketTextReader {
    type Item = Str;
    type Split = SocketSplit;

    fn add_split(&mut self, split: SocketSplit) -> Result<(), TaskError> {
        let io = self.io.as_ref().ok_or(ConnectorError::NoRuntime { work: "reading from a socket" })?;
        let address = split.address();
        let cutter = LineCutter::new(self.delimiter.clone(), self.rules.max_line_length, address.clone());
        let (delimiter, pool) = (self.delimiter.clone(), SlabPool::new(AHEAD * BLOCK));
        let assembler = LineAssembler::new(self.rules, delimiter, address, 0, pool.clone());
        let (sender, receiver) = mpsc::channel(AHEAD);
        let wake = WakeOnDrop::new(self.waker.clone());
        io.spawn(async move {
            let (wake, sender) = (wake, sender);
            let last = match receive(split, assembler, pool, &sender, &wake).await {
                Ok(()) => Received::Closed,
                Err(error) => Received::Failed(error),
            };
            // Nobody listens any more when the task was cancelled.
            let _ = sender.send(last).await;
        });
        self.current = Some(Connection { receiver, cutter, waiting: Default::default() });
        Ok(())
    }

    fn poll(&mut self) -> Result<SourcePoll<Str>, TaskError> {
        let Some(connection) = &mut self.current else { return Ok(SourcePoll::End) };
        loop {
            if let Some(batch) = connection.cutter.next_batch()? {
                return Ok(SourcePoll::Batch(batch));
            }
            if let Some(lines) = connection.waiting.pop_front() {
                connection.cutter.put(lines);
                continue;
            }
            match connection.receiver.try_recv() {
                Ok(Received::Lines(lines)) => connection.waiting.extend(lines),
                Ok(Received::Failed(error)) => return Err(error.into()),
                Ok(Received::Closed) => {
                    self.current = None;
                    return Ok(SourcePoll::End);
                }
                Err(TryRecvError::Empty) => return Ok(SourcePoll::Pending),
                Err(TryRecvError::Disconnected) => {
                    return Err(ConnectorError::BackgroundLost { work: "reading from a socket" }.into());
                }
            }
        }
    }
}

/// Connects and hands on whole lines until the peer closes, or until nobody takes them.
async fn receive(
    split: SocketSplit,
    mut assembler: LineAssembler,
    pool: SlabPool,
    sender: &Sender<Received>,
    wake: &WakeOnDrop,
) -> Result<(), ConnectorError> {
    let mut stream = connect(&split).await?;
    loop {
        let mut block = pool.take(BLOCK);
        // A slot that is gone is noticed while the peer is silent, too.
        let read = tokio::select! {
            read = stream.read_buf(&mut block) => read,
            () = sender.closed() => return Ok(()),
        };
        let mut lines = Vec::new();
        let ended = read.map_err(|source| ConnectorError::Socket { address: split.address(), source })? == 0;
        match ended {
            true => assembler.finish(&mut lines)?,
            false => assembler.push(fitting(block, &pool), 0, &mut lines)?,
        }
        if !lines.is_empty() && sender.send(Received::Lines(lines)).await.is_err() {
            return Ok(());
        }
        wake.wake();
        if ended {
            report_skipped(&split, &assembler);
            return Ok(());
        }
    }
}

/// Lines keep the block they lie in, so a few bytes should not lie in a big one.
fn fitting(block: Vec<u8>, pool: &SlabPool) -> Vec<u8> {
    if block.len() > BLOCK / 4 {
        return block;
    }
    let small = block.as_slice().to_vec();
    pool.put(block);
    small
}

async fn connect(split: &SocketSplit) -> Result<TcpStream, ConnectorError> {
    let address = split.address();
    TcpStream::connect((split.host.as_str(), split.port)).await.map_err(|source| match source.kind() {
        io::ErrorKind::ConnectionRefused => ConnectorError::NothingListens { address, port: split.port },
        _ => ConnectorError::Socket { address, source },
    })
}

fn report_skipped(split: &SocketSplit, assembler: &LineAssembler) {
    let skipped = assembler.skipped();
    if skipped > 0 {
        tracing::warn!(peer = split.address(), skipped, "left out {skipped} lines that are not valid UTF-8");
    }
}

#[cfg(test)]
#[path = "socket_test.rs"]
mod tests;
