//! The lines of one split.

use bytes::{Bytes, BytesMut};
use memchr::memchr;
use weft_fs::FileReader;
use weft_record::SlabPool;

use super::FileSplit;
use crate::ConnectorError;
use crate::text::{Delimiter, LineAssembler, Lines, TextRules};

/// Bytes of one read: large enough that reading costs little beside its overhead, small enough to stay in a core's cache.
pub(crate) const BLOCK: u64 = 256 << 10;
/// First read behind the end of a split, where one line is all that is wanted.
const FIRST_TAIL: u64 = 4 << 10;

/// Reads blocks of a split and makes lines of them.
pub(crate) struct SplitLines {
    file: Box<dyn FileReader>,
    split: FileSplit,
    assembler: LineAssembler,
    pool: SlabPool,
    /// Where the next block begins.
    position: u64,
    tail: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// In a line that belongs to the split before.
    Before,
    Inside,
    Done,
}

impl SplitLines {
    /// The lines of `split`, which is of this file.
    pub(crate) fn new(file: Box<dyn FileReader>, split: FileSplit, rules: TextRules, pool: SlabPool) -> Self {
        let (stage, position) = match split.start {
            0 => (Stage::Inside, 0),
            start => (Stage::Before, start - 1),
        };
        let name = split.path.clone();
        let assembler = LineAssembler::new(rules, Delimiter::Newline, name, position, pool.clone());
        SplitLines { file, split, assembler, pool, position, tail: FIRST_TAIL, stage }
    }

    /// The file.
    pub(crate) fn path(&self) -> &str {
        &self.split.path
    }

    /// Lines left out so far because they are not UTF-8.
    pub(crate) fn skipped(&self) -> u64 {
        self.assembler.skipped()
    }

    /// The next lines, none if a block completed none; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Lines>>, ConnectorError> {
        if self.stage == Stage::Done {
            return Ok(None);
        }
        let at = self.position;
        let mut block = self.read().await?;
        self.position = at + block.len() as u64;
        let mut lines = Vec::new();
        if block.is_empty() {
            self.at_end_of_file()?;
            self.assembler.finish(&mut lines)?;
            return Ok(Some(lines));
        }
        if let Some(from) = self.own_lines(at, &mut block) {
            self.assembler.push(block, from, &mut lines)?;
        }
        Ok(Some(lines))
    }

    /// Where in the block the split's lines begin, if they do; what is behind their end is cut off.
    fn own_lines(&mut self, at: u64, block: &mut Vec<u8>) -> Option<usize> {
        let mut from = 0;
        if self.stage == Stage::Before {
            let Some(end) = memchr(b'\n', block) else {
                self.assembler.skip(block.len());
                self.stop_behind_split();
                return None;
            };
            from = end + 1;
            self.assembler.skip(from);
            self.stage = Stage::Inside;
            if at + from as u64 >= self.split.end {
                self.stage = Stage::Done;
                return None;
            }
        }
        // The last line is the one that has the split's last byte.
        let last = usize::try_from(self.split.end.saturating_sub(1).saturating_sub(at)).unwrap_or(usize::MAX);
        let last = last.max(from);
        if let Some(end) = block.get(last..).and_then(|rest| memchr(b'\n', rest)) {
            block.truncate(last + end + 1);
            self.stage = Stage::Done;
        }
        Some(from)
    }

    fn stop_behind_split(&mut self) {
        if self.position >= self.split.end {
            self.stage = Stage::Done;
        }
    }

    fn at_end_of_file(&mut self) -> Result<(), ConnectorError> {
        self.stage = Stage::Done;
        if self.position >= self.split.end {
            return Ok(());
        }
        let path = self.file.path().clone();
        Err(ConnectorError::FileShrank { path, expected: self.split.end, found: self.position })
    }

    async fn read(&mut self) -> Result<Vec<u8>, ConnectorError> {
        let inside = self.split.end.saturating_sub(self.position);
        let wanted = if inside > 0 { inside.min(BLOCK) } else { self.next_tail() } as usize;
        let mut buffer = self.pool.take(wanted);
        buffer.resize(wanted, 0);
        // A whole vector passes through both types without a copy.
        let read = self.file.read_at(self.position, BytesMut::from(Bytes::from(buffer))).await?;
        Ok(Vec::from(read))
    }

    /// Lines are short as a rule, and reads behind the split grow only when one is not.
    fn next_tail(&mut self) -> u64 {
        let tail = self.tail;
        self.tail = (tail * 2).min(BLOCK);
        tail
    }
}
