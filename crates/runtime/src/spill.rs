//! A bounded local file for what a pushing function emits beyond its pool.
//!
//! The file is unlinked as soon as it is open, so no death of the process leaves it behind. It holds blocks in the order they
//! were pushed: `u32` length, `u8` flags (1 = with event times), `u32` rows, the times as `i64` each, then the records, all
//! little-endian. It is written and read by one process only and never kept, so it has no version.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::TaskError;
use weft_record::{Batch, Decoder, Record};

const HEADER: usize = 9;

pub(crate) struct SpillFile<T> {
    file: File,
    path: PathBuf,
    limit: u64,
    written: u64,
    read: u64,
    buffer: Vec<u8>,
    records: PhantomData<fn() -> T>,
}

impl<T: Record> SpillFile<T> {
    pub(crate) fn create(dir: &Path, limit: u64) -> Result<Self, TaskError> {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = dir.join(format!("weft-spill-{}-{number}", std::process::id()));
        let failed = |e: std::io::Error| {
            TaskError::retryable(format!(
                "cannot create the spill file {}: {e}: set io.tmp.dirs to a writable directory",
                path.display()
            ))
        };
        let file = File::options().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        std::fs::remove_file(&path).map_err(failed)?;
        Ok(SpillFile { file, path, limit, written: 0, read: 0, buffer: Vec::new(), records: PhantomData })
    }

    pub(crate) fn push(&mut self, batch: &Batch<T>) -> Result<(), TaskError> {
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0; HEADER]);
        for time in batch.times.iter().flatten() {
            self.buffer.extend_from_slice(&time.to_le_bytes());
        }
        for row in &batch.rows {
            row.encode(&mut self.buffer);
        }
        self.write_header(batch);
        let end = self.written + self.buffer.len() as u64;
        if end > self.limit {
            return Err(TaskError::user(format!(
                "one call emitted more than fits: its spill file {} reached exchange.spill.max-size = {} bytes: emit less per call, use flat_map_iter, which can be suspended, or raise the limit",
                self.path.display(),
                self.limit
            )));
        }
        let write =
            |file: &mut File, at: u64, bytes: &[u8]| file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(bytes));
        write(&mut self.file, self.written, &self.buffer).map_err(|e| self.failed("write", e))?;
        self.written = end;
        Ok(())
    }

    fn write_header(&mut self, batch: &Batch<T>) {
        let length = (self.buffer.len() - HEADER) as u32;
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&length.to_le_bytes());
        header[4] = u8::from(batch.times.is_some());
        header[5..].copy_from_slice(&(batch.len() as u32).to_le_bytes());
        if let Some(start) = self.buffer.get_mut(..HEADER) {
            start.copy_from_slice(&header);
        }
    }

    pub(crate) fn pop(&mut self) -> Result<Option<Batch<T>>, TaskError> {
        if self.read == self.written {
            return Ok(None);
        }
        let mut header = [0; HEADER];
        self.file
            .seek(SeekFrom::Start(self.read))
            .and_then(|_| self.file.read_exact(&mut header))
            .map_err(|e| self.failed("read", e))?;
        let [a, b, c, d, timed, e, f, g, h] = header;
        let (length, rows) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        self.buffer.resize(length as usize, 0);
        self.file.read_exact(&mut self.buffer).map_err(|e| self.failed("read", e))?;
        self.read += HEADER as u64 + u64::from(length);
        decode_block(&self.buffer, rows as usize, timed == 1).map(Some)
    }

    fn failed(&self, what: &str, error: std::io::Error) -> TaskError {
        TaskError::retryable(format!(
            "cannot {what} the spill file {} at {} bytes: {error}: free space there or set io.tmp.dirs",
            self.path.display(),
            self.written
        ))
    }
}

fn decode_block<T: Record>(bytes: &[u8], rows: usize, timed: bool) -> Result<Batch<T>, TaskError> {
    let mut decoder = Decoder::new(bytes);
    let times = match timed {
        true => Some((0..rows).map(|_| i64::decode(&mut decoder)).collect::<Result<_, _>>()?),
        false => None,
    };
    let rows = (0..rows).map(|_| T::decode(&mut decoder)).collect::<Result<_, _>>()?;
    Ok(Batch { rows, times, hashes: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_come_back_in_order_and_leave_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut spill = SpillFile::create(dir.path(), 1 << 20).unwrap();
        let first = Batch { rows: vec![1u64, 2], times: Some(vec![-5, 7]), hashes: None };
        spill.push(&first).unwrap();
        assert_eq!(spill.pop().unwrap(), Some(first));
        spill.push(&Batch::of(vec![3])).unwrap();
        spill.push(&Batch::of(vec![4, 5])).unwrap();
        assert_eq!(spill.pop().unwrap(), Some(Batch::of(vec![3])));
        assert_eq!(spill.pop().unwrap(), Some(Batch::of(vec![4, 5])));
        assert_eq!(spill.pop().unwrap(), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_limit_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let mut spill = SpillFile::create(dir.path(), 40).unwrap();
        spill.push(&Batch::of(vec![1u64])).unwrap();
        let error = spill.push(&Batch::of(vec![0u64; 8])).unwrap_err().to_string();
        assert!(error.contains("exchange.spill.max-size = 40"), "{error}");
    }
}
