//! Reading ahead of the slot.

use std::sync::Arc;
use std::task::Waker;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, error::TryRecvError};
use weft_fs::{FileSystem, Path};
use weft_record::SlabPool;

use super::FileSplit;
use super::split_lines::SplitLines;
use crate::ConnectorError;
use crate::text::{Lines, TextRules};
use crate::wait::at_once;
use crate::wake_on_drop::WakeOnDrop;

/// Blocks that may wait for the slot. With the one being read and the one being cut, a reader holds two more.
const AHEAD: usize = 3;

/// The lines of one split as they come.
pub(crate) enum SplitInput {
    /// From a task of the I/O runtime.
    Ahead(Receiver<Result<Vec<Lines>, ConnectorError>>),
    /// Read in place.
    InPlace(Box<SplitLines>),
}

/// What a split has to give.
#[derive(Debug)]
pub(crate) enum Input {
    Lines(Vec<Lines>),
    /// Nothing yet; the slot will be woken.
    Pending,
    End,
}

/// What it takes to read splits.
#[derive(Clone)]
pub(crate) struct SplitOpener {
    pub(crate) file_system: Arc<dyn FileSystem>,
    pub(crate) rules: TextRules,
    pub(crate) pool: SlabPool,
}

impl SplitOpener {
    async fn open(self, path: Path, split: FileSplit) -> Result<SplitLines, ConnectorError> {
        let file = self.file_system.open(&path).await?;
        Ok(SplitLines::new(file, split, self.rules, self.pool))
    }
}

impl SplitInput {
    /// Begins to read a split.
    pub(crate) fn begin(
        opener: SplitOpener,
        split: FileSplit,
        io: Option<&Handle>,
        waker: Waker,
    ) -> Result<Self, ConnectorError> {
        let path = Path::parse(&split.path)?;
        let opening = opener.open(path, split);
        let Some(io) = io else {
            return Ok(SplitInput::InPlace(Box::new(at_once("opening a file", opening)?)));
        };
        let wake = WakeOnDrop::new(waker);
        let (sender, receiver) = mpsc::channel(AHEAD);
        io.spawn(async move {
            let (wake, sender) = (wake, sender);
            if let Err(error) = read_ahead(opening, &sender, &wake).await {
                // Nobody listens any more when the task was cancelled.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(SplitInput::Ahead(receiver))
    }

    /// What there is now.
    pub(crate) fn poll(&mut self) -> Result<Input, ConnectorError> {
        match self {
            SplitInput::InPlace(lines) => Ok(match at_once("reading a file", lines.next())? {
                Some(lines) => Input::Lines(lines),
                None => {
                    report_skipped(lines);
                    Input::End
                }
            }),
            SplitInput::Ahead(receiver) => match receiver.try_recv() {
                // An empty message is the end; a channel that closes without one belongs to a task that was lost.
                Ok(Ok(lines)) if lines.is_empty() => Ok(Input::End),
                Ok(Ok(lines)) => Ok(Input::Lines(lines)),
                Ok(Err(error)) => Err(error),
                Err(TryRecvError::Empty) => Ok(Input::Pending),
                Err(TryRecvError::Disconnected) => Err(ConnectorError::BackgroundLost { work: "reading a file" }),
            },
        }
    }
}

async fn read_ahead(
    opening: impl Future<Output = Result<SplitLines, ConnectorError>>,
    sender: &mpsc::Sender<Result<Vec<Lines>, ConnectorError>>,
    wake: &WakeOnDrop,
) -> Result<(), ConnectorError> {
    let mut split = opening.await?;
    while let Some(lines) = split.next().await? {
        if lines.is_empty() {
            continue;
        }
        if sender.send(Ok(lines)).await.is_err() {
            return Ok(());
        }
        wake.wake();
    }
    report_skipped(&split);
    let _ = sender.send(Ok(Vec::new())).await;
    Ok(())
}

fn report_skipped(split: &SplitLines) {
    let skipped = split.skipped();
    if skipped > 0 {
        tracing::warn!(file = split.path(), skipped, "left out {skipped} lines that are not valid UTF-8");
    }
}
