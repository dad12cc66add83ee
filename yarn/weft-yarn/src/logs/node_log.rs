//! What one node has collected of an application, container by container and file by file.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use weft_fs::{FileReader, FileSystem, Path};

use super::block::{Block, Compression, Region};
use super::input::Input;
use super::tfile;
use crate::DeployError;

/// Keys of records that are about the file itself.
const RESERVED: [&str; 3] = ["VERSION", "APPLICATION_ACL", "APPLICATION_OWNER"];
/// A key is no longer than this, which is the format's own bound.
const MAX_KEY: u64 = 64 << 10;

/// A log file of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its name in the container's log directory.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// A file of collected logs being read, from its beginning to its end. Whatever is not asked for is passed over.
pub struct NodeLog {
    reader: Arc<dyn FileReader>,
    compression: Compression,
    /// The blocks that were not begun yet.
    blocks: VecDeque<Region>,
    /// The block being read.
    input: Option<Input>,
    value: Value,
    /// How much of the file being read is left.
    file_left: u64,
}

/// How far a record's value is read. One that was read has nothing left.
struct Value {
    /// How much is left of the chunk.
    chunk_left: u64,
    /// Whether no chunk follows.
    is_last: bool,
}

/// Nothing to read.
const READ: Value = Value { chunk_left: 0, is_last: true };

impl NodeLog {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// Those of the file system; [`DeployError::BadLog`] when it is not such a file, or is compressed as is not known here.
    pub async fn open(fs: &dyn FileSystem, path: &Path) -> Result<Self, DeployError> {
        Self::of(Arc::from(fs.open(path).await?)).await
    }

    async fn of(reader: Arc<dyn FileReader>) -> Result<Self, DeployError> {
        let blocks = tfile::data_blocks(&reader).await?;
        let (compression, blocks) = (blocks.compression, blocks.regions.into());
        Ok(NodeLog { reader, compression, blocks, input: None, value: READ, file_left: 0 })
    }

    /// The next container's id; `None` at the end.
    ///
    /// # Errors
    /// Those of reading; [`DeployError::BadLog`].
    pub async fn next_container(&mut self) -> Result<Option<String>, DeployError> {
        loop {
            while !self.value_part(u64::MAX).await?.is_empty() {}
            self.file_left = 0;
            if !self.reaches_a_record().await? {
                return Ok(None);
            }
            let Some(input) = &mut self.input else { return Ok(None) };
            let length = input.size("a key", MAX_KEY).await?;
            let key = input.exactly(usize::try_from(length).unwrap_or_default()).await?;
            self.value = Value { chunk_left: 0, is_last: false };
            match key.split_first_chunk::<2>() {
                Some((length, name)) if usize::from(u16::from_be_bytes(*length)) == name.len() => {
                    let name = String::from_utf8_lossy(name);
                    if !RESERVED.contains(&name.as_ref()) {
                        return Ok(Some(name.into_owned()));
                    }
                }
                _ => return Err(input.bad("a key that is no text")),
            }
        }
    }

    /// The next file of the container; `None` after the last.
    ///
    /// # Errors
    /// Those of reading; [`DeployError::BadLog`].
    pub async fn next_file(&mut self) -> Result<Option<LogFile>, DeployError> {
        while self.next_bytes().await?.is_some() {}
        let Some(name) = self.text().await? else { return Ok(None) };
        let length = self.text().await?.and_then(|text| text.parse().ok());
        let Some(length) = length else { return Err(self.bad(format_args!("no length of the file {name:?}"))) };
        self.file_left = length;
        Ok(Some(LogFile { name, length }))
    }

    /// The next bytes of the file; `None` at its end.
    ///
    /// # Errors
    /// Those of reading; [`DeployError::BadLog`] when there are fewer than the file's length says.
    pub async fn next_bytes(&mut self) -> Result<Option<Bytes>, DeployError> {
        if self.file_left == 0 {
            return Ok(None);
        }
        let bytes = self.value_part(self.file_left).await?;
        if bytes.is_empty() {
            let missing = std::mem::take(&mut self.file_left);
            return Err(self.bad(format_args!("a file without its last {missing} bytes")));
        }
        self.file_left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// Passes over the next bytes of the file: at most so many.
    ///
    /// # Errors
    /// As [`next_bytes`](Self::next_bytes).
    pub async fn skip(&mut self, mut bytes: u64) -> Result<(), DeployError> {
        bytes = bytes.min(self.file_left);
        while bytes > 0 {
            let passed = self.value_part(bytes).await?.len() as u64;
            if passed == 0 {
                // Said by whoever reads on.
                return Ok(());
            }
            bytes -= passed;
            self.file_left -= passed;
        }
        Ok(())
    }

    /// Goes on to a block that has a record; says whether there is one.
    async fn reaches_a_record(&mut self) -> Result<bool, DeployError> {
        loop {
            if let Some(input) = &mut self.input
                && !input.is_at_end().await?
            {
                return Ok(true);
            }
            let Some(region) = self.blocks.pop_front() else { return Ok(false) };
            self.input = Some(Input::new(Block::new(self.reader.clone(), region, self.compression)?));
        }
    }

    /// The next bytes of the value; none at its end.
    async fn value_part(&mut self, most: u64) -> Result<Bytes, DeployError> {
        let Some(input) = &mut self.input else { return Ok(Bytes::new()) };
        while self.value.chunk_left == 0 {
            if self.value.is_last {
                return Ok(Bytes::new());
            }
            let length = input.vlong().await?;
            self.value = Value { chunk_left: length.unsigned_abs(), is_last: length >= 0 };
        }
        let bytes = input.some(most.min(self.value.chunk_left)).await?;
        self.value.chunk_left -= bytes.len() as u64;
        Ok(bytes)
    }

    /// A text with its length before it; `None` at the end of the value.
    async fn text(&mut self) -> Result<Option<String>, DeployError> {
        let mut bytes = Vec::new();
        let mut wanted = 2;
        while bytes.len() < wanted {
            let part = self.value_part((wanted - bytes.len()) as u64).await?;
            match (part.is_empty(), bytes.is_empty()) {
                (true, true) => return Ok(None),
                (true, false) => return Err(self.bad("a text that breaks off")),
                (false, _) => bytes.extend_from_slice(&part),
            }
            if let Some((length, _)) = bytes.split_first_chunk::<2>() {
                wanted = 2 + usize::from(u16::from_be_bytes(*length));
            }
        }
        Ok(Some(String::from_utf8_lossy(bytes.get(2..).unwrap_or_default()).into_owned()))
    }

    fn bad(&self, what: impl std::fmt::Display) -> DeployError {
        match &self.input {
            Some(input) => input.bad(what),
            None => super::block::bad(&*self.reader, what),
        }
    }
}
