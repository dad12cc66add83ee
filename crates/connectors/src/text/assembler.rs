//! Whole lines out of blocks that end anywhere.

use std::mem;

use super::utf8::Utf8Check;
use super::{Delimiter, Lines, TextRules};
use crate::ConnectorError;
use weft_record::{Slab, SlabPool};

/// Puts blocks together at their borders; see the module's essay.
pub(crate) struct LineAssembler {
    delimiter: Delimiter,
    max_line_length: u64,
    source_name: String,
    check: Utf8Check,
    pool: SlabPool,
    /// The beginning of a line whose end has not been seen.
    begun: Vec<u8>,
    /// Bytes of the input before `begun`.
    offset: u64,
}

impl LineAssembler {
    /// For an input of this name that begins, for our purposes, at `offset`. Blocks go back to `pool`.
    pub(crate) fn new(
        rules: TextRules,
        delimiter: Delimiter,
        source_name: String,
        offset: u64,
        pool: SlabPool,
    ) -> Self {
        let check = Utf8Check::new(rules.invalid_utf8, delimiter.clone(), source_name.clone());
        let max_line_length = rules.max_line_length;
        LineAssembler { delimiter, max_line_length, source_name, check, pool, begun: Vec::new(), offset }
    }

    /// Lines left out so far because they are not UTF-8.
    pub(crate) fn skipped(&self) -> u64 {
        self.check.skipped()
    }

    /// Passes over bytes of the input that come before the first line.
    #[cfg(feature = "text-files")]
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.offset += bytes as u64;
    }

    /// Takes the next block, of which the bytes from `from` on belong to the input. Gives `lines` what it completes.
    pub(crate) fn push(
        &mut self,
        mut block: Vec<u8>,
        mut from: usize,
        lines: &mut Vec<Lines>,
    ) -> Result<(), ConnectorError> {
        if self.delimiter != Delimiter::Newline && !self.begun.is_empty() {
            // A delimiter may lie across the border: rare, so the whole block is copied.
            let mut joined = mem::take(&mut self.begun);
            joined.extend_from_slice(block.get(from..).unwrap_or_default());
            (block, from) = (joined, 0);
        }
        let fresh = block.get(from..).unwrap_or_default();
        let Some(behind_last) = self.delimiter.behind_last(fresh).map(|at| from + at) else {
            self.begun.extend_from_slice(fresh);
            self.pool.put(block);
            return self.check_begun();
        };
        if !self.begun.is_empty() {
            from += self.complete_begun(&block, from, lines)?;
        }
        block.iter_mut().take(from).for_each(|byte| *byte = b' ');
        let begun = block.get(behind_last..).unwrap_or_default().to_vec();
        block.truncate(behind_last);
        let offset = self.offset;
        self.offset += (behind_last - from) as u64;
        self.begun = begun;
        if from < behind_last {
            lines.push(self.check.check(self.pool.share(block), from, offset)?);
        }
        self.check_begun()
    }

    /// No more blocks come: what is left is the last line.
    pub(crate) fn finish(&mut self, lines: &mut Vec<Lines>) -> Result<(), ConnectorError> {
        if !self.begun.is_empty() {
            let last = mem::take(&mut self.begun);
            lines.push(self.check.check(Slab::new(last), 0, self.offset)?);
        }
        Ok(())
    }

    /// Completes the line that was begun with the first of the block. Returns how many of its bytes that took.
    fn complete_begun(&mut self, block: &[u8], from: usize, lines: &mut Vec<Lines>) -> Result<usize, ConnectorError> {
        let fresh = block.get(from..).unwrap_or_default();
        let end = self.delimiter.find(fresh).map_or(fresh.len(), |end| end + self.delimiter.len());
        let mut line = mem::take(&mut self.begun);
        line.extend_from_slice(fresh.get(..end).unwrap_or_default());
        let (offset, length) = (self.offset, line.len());
        self.offset += length as u64;
        lines.push(self.check.check(Slab::new(line), 0, offset)?);
        Ok(end)
    }

    /// A line without end is given up before it fills the memory. A carriage return may still turn out not to count.
    fn check_begun(&self) -> Result<(), ConnectorError> {
        let most = self.max_line_length.saturating_add(self.delimiter.len() as u64);
        if self.begun.len() as u64 <= most {
            return Ok(());
        }
        Err(ConnectorError::LineTooLong {
            source_name: self.source_name.clone(),
            offset: self.offset,
            limit: self.max_line_length,
        })
    }
}
