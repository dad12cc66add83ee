//! What programs write to their standard output and error, kept in files by whoever started them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of a file of output. What comes after is read, so that the worker is not held up, and dropped.
const LIMIT: u64 = 64 << 20;
/// The last line of a file that is full.
const FULL: &[u8] = b"\n[this file is full: what comes after is dropped]\n";
/// Bytes of the last line that are kept: enough for a sentence.
const LAST_LINE: usize = 2 << 10;

/// Appends what a process writes to a file, up to 64 MiB, at which a line says so; what comes after is read and dropped. The file is locked while
/// the process may write, so that whoever clears a directory of logs leaves it. Returns, at its end, the last line that is not empty.
pub async fn capture(mut output: impl AsyncRead + Unpin, path: &Path) -> Option<String> {
    // Most programs write nothing, and leave no file.
    let mut file = None;
    let (mut last, mut buffer) = (LastLine::default(), vec![0; 8 << 10]);
    while let Ok(read) = output.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        last.add(bytes);
        if let Some(file) = file.get_or_insert_with(|| open(path)) {
            file.add(bytes);
        }
    }
    last.finish()
}

fn open(path: &Path) -> Option<CappedFile> {
    let opened = CappedFile::open(path);
    opened.inspect_err(|error| tracing::warn!(path = %path.display(), "what a program writes is lost: {error}")).ok()
}

struct CappedFile {
    file: File,
    room: u64,
}

impl CappedFile {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        // Another process's output may still be on its way into it; then that one holds the lock.
        let _ = file.try_lock();
        let room = LIMIT.saturating_sub(file.metadata()?.len());
        Ok(CappedFile { file, room })
    }

    /// A disk that is full costs output, not the worker.
    fn add(&mut self, bytes: &[u8]) {
        let fits = bytes.len().min(usize::try_from(self.room).unwrap_or(usize::MAX));
        if let Some(bytes) = bytes.get(..fits)
            && self.file.write_all(bytes).is_ok()
        {
            self.room -= fits as u64;
            if fits > 0 && self.room == 0 {
                let _ = self.file.write_all(FULL);
            }
        }
    }
}

/// The last line that was not empty.
#[derive(Default)]
struct LastLine {
    complete: Vec<u8>,
    current: Vec<u8>,
}

impl LastLine {
    fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = piece.strip_suffix(b"\n");
            let room = LAST_LINE.saturating_sub(self.current.len());
            let text = line.unwrap_or(piece);
            self.current.extend_from_slice(text.get(..room.min(text.len())).unwrap_or(text));
            if line.is_some() {
                let ended = std::mem::take(&mut self.current);
                if !ended.trim_ascii().is_empty() {
                    self.complete = ended;
                }
            }
        }
    }

    fn finish(self) -> Option<String> {
        let line = if self.current.trim_ascii().is_empty() { self.complete } else { self.current };
        let text = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn output_is_appended_and_its_last_line_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("worker.err");
        assert_eq!(capture(&b"one\ntwo\n\n  \n"[..], &path).await, Some("two".to_owned()));
        assert_eq!(capture(&b"three\nfour"[..], &path).await, Some("four".to_owned()));
        assert_eq!(capture(&b""[..], &path).await, None);
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\n\n  \nthree\nfour");
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut() {
        let directory = tempfile::tempdir().unwrap();
        let line = vec![b'x'; 100_000];
        let last = capture(&line[..], &directory.path().join("worker.out")).await.unwrap();
        assert_eq!(last.len(), LAST_LINE);
    }

    #[test]
    fn a_file_takes_no_more_than_its_limit() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = CappedFile::open(&directory.path().join("worker.out")).unwrap();
        file.room = 10;
        file.add(b"12345678");
        file.add(b"90abc");
        file.add(b"def");
        assert_eq!(std::fs::read(directory.path().join("worker.out")).unwrap(), [b"1234567890", FULL].concat());
    }

    #[tokio::test]
    async fn a_file_is_locked_while_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("worker.err");
        let (mut writer, reader) = tokio::io::duplex(64);
        let at = path.clone();
        let capturing = tokio::spawn(async move { capture(reader, &at).await });
        tokio::io::AsyncWriteExt::write_all(&mut writer, b"one\n").await.unwrap();
        while std::fs::read(&path).unwrap_or_default() != b"one\n" {
            tokio::task::yield_now().await;
        }
        let other = OpenOptions::new().append(true).open(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(writer);
        assert_eq!(capturing.await.unwrap(), Some("one".to_owned()));
        assert!(other.try_lock().is_ok());
    }

    #[tokio::test]
    async fn output_that_cannot_be_kept_is_read_all_the_same() {
        let nowhere = Path::new("/proc/no-such-directory/worker.out");
        assert_eq!(capture(&b"lost\n"[..], nowhere).await, Some("lost".to_owned()));
    }
}
