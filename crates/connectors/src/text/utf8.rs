//! What to do with lines that are not UTF-8.

use super::{Delimiter, Lines};
use crate::ConnectorError;
use weft_common::configuration::options::InvalidUtf8;
use weft_record::{SharedText, Slab, TextError};

/// Checks text, and handles what is wrong with it as the policy says.
pub(crate) struct Utf8Check {
    policy: InvalidUtf8,
    delimiter: Delimiter,
    source_name: String,
    skipped: u64,
}

impl Utf8Check {
    pub(crate) fn new(policy: InvalidUtf8, delimiter: Delimiter, source_name: String) -> Self {
        Utf8Check { policy, delimiter, source_name, skipped: 0 }
    }

    /// Lines left out so far.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The lines in `slab` from `start` on, `offset` bytes into the input. The bytes before `start` are ASCII.
    pub(crate) fn check(&mut self, slab: Slab, start: usize, offset: u64) -> Result<Lines, ConnectorError> {
        match SharedText::new(slab.clone()) {
            Ok(text) => Ok(Lines { text, start, offset }),
            Err(TextError::NotUtf8 { at } | TextError::OutOfRange { start: at, .. }) => {
                let wrong = offset + at.saturating_sub(start) as u64;
                self.mend(slab.as_slice().get(start..).unwrap_or_default(), offset, wrong)
            }
        }
    }

    #[cold]
    fn mend(&mut self, bytes: &[u8], offset: u64, wrong: u64) -> Result<Lines, ConnectorError> {
        let mended = match self.policy {
            InvalidUtf8::Fail => {
                return Err(ConnectorError::InvalidUtf8 { source_name: self.source_name.clone(), offset: wrong });
            }
            InvalidUtf8::Replace => String::from_utf8_lossy(bytes).into_owned(),
            InvalidUtf8::Skip => self.without_wrong_lines(bytes),
        };
        let text = SharedText::new(mended.into_bytes()).expect("invariant: made from a string");
        Ok(Lines { text, start: 0, offset })
    }

    fn without_wrong_lines(&mut self, bytes: &[u8]) -> String {
        let mut kept = String::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = self.delimiter.find(rest).map_or(rest.len(), |end| end + self.delimiter.len());
            let (line, behind) = rest.split_at(end);
            match str::from_utf8(line) {
                Ok(line) => kept.push_str(line),
                Err(_) => self.skipped += 1,
            }
            rest = behind;
        }
        kept
    }
}
