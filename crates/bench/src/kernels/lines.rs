//! A text in memory through the text source: blocks, the check for UTF-8, lines.

use super::{lane, measured};
use crate::text;
use anyhow::{Context, Result, ensure};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};
use weft_connectors::{FileSplit, TextFileSource};
use weft_fs::{CreateOptions, FileSystem, FileSystems, MemoryFileSystem, Path};
use weft_runtime::source::{Source, SourcePoll, SourceReader};

const BYTES: u64 = 1_000_000;
const FILE: &str = "mem:/text";

pub(super) fn run() -> Result<()> {
    let mut text = Vec::new();
    text::write_lines(&mut text, BYTES)?;
    let (bytes, lines) = (text.len() as u64, text.iter().filter(|byte| **byte == b'\n').count());
    let memory = MemoryFileSystem::new();
    at_once(write(&memory, text))??;
    let source = TextFileSource::new(FILE).file_systems(FileSystems::local().with("mem", Arc::new(memory)));
    let mut reader = source.reader(&lane::context())?;
    reader.add_split(FileSplit { path: FILE.to_owned(), start: 0, end: bytes, hosts: Vec::new() })?;
    let cut = measured(|| -> Result<_> {
        let mut cut = 0;
        while let SourcePoll::Batch(batch) = reader.poll()? {
            cut += batch.len();
        }
        Ok(cut)
    })?;
    ensure!(cut == lines, "{cut} lines were cut out of a text of {lines}");
    Ok(())
}

async fn write(memory: &MemoryFileSystem, text: Vec<u8>) -> Result<()> {
    let mut file = memory.create(&Path::parse(FILE)?, CreateOptions::NEW).await?;
    file.write(text.into()).await?;
    Ok(file.close().await?)
}

/// The file system in memory never waits.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T> {
    match pin!(future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => None.context("the file system in memory waits for something"),
    }
}
