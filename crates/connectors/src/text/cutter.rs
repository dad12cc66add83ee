//! Cutting lines out of text.

use super::{Delimiter, Lines};
use crate::ConnectorError;
use weft_record::{Batch, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Str};

/// Cuts checked text into batches of lines.
pub(crate) struct LineCutter {
    delimiter: Delimiter,
    max_line_length: u64,
    source_name: String,
    lines: Option<Lines>,
    /// Lines of the batch before, to know how many to make room for.
    last: usize,
}

impl LineCutter {
    pub(crate) fn new(delimiter: Delimiter, max_line_length: u64, source_name: String) -> Self {
        LineCutter { delimiter, max_line_length, source_name, lines: None, last: 16 }
    }

    /// Gives it the next text, when it has none.
    pub(crate) fn put(&mut self, lines: Lines) {
        self.lines = Some(lines);
    }

    /// The next lines: at most as many as a batch should hold. `None` when there is no text.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch<Str>>, ConnectorError> {
        let Some(mut lines) = self.lines.take() else { return Ok(None) };
        let text = lines.text.as_str().get(lines.start..).unwrap_or_default();
        let mut rows = Vec::with_capacity(self.last.min(MAX_BATCH_RECORDS));
        let mut position = 0;
        while rows.len() < MAX_BATCH_RECORDS && position < MAX_BATCH_BYTES {
            let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) else { break };
            let end = self.delimiter.find(rest.as_bytes());
            let line = match end.and_then(|end| rest.get(..end)) {
                Some(line) => self.delimiter.strip(line),
                None => rest,
            };
            if line.len() as u64 > self.max_line_length {
                return Err(self.too_long(lines.offset + position as u64));
            }
            rows.push(lines.text.share(line));
            position += end.map_or(rest.len(), |end| end + self.delimiter.len());
        }
        self.last = rows.len();
        if position < text.len() {
            lines.start += position;
            lines.offset += position as u64;
            self.lines = Some(lines);
        }
        Ok(Some(Batch::of(rows)))
    }

    fn too_long(&self, offset: u64) -> ConnectorError {
        ConnectorError::LineTooLong { source_name: self.source_name.clone(), offset, limit: self.max_line_length }
    }
}
