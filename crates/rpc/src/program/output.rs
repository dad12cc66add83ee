//! What programs write to their standard output and error, kept in files by whoever started them.
//!
//! A file that is full becomes `<name>.1`, what had that name `<name>.2`, and so on, up to the number of earlier files that is kept: what was
//! written last is what tells why a program ended. A file has a shared lock while somebody may write to it, so that whoever clears the
//! directory leaves it. That one locks a file for itself alone while he removes it; so a file that was opened, locked, and is still found by
//! its name will not be removed.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncReadExt};
use weft_common::rolled_file::{is_at, move_away};

use crate::LogDirectory;

/// Bytes of the last line that are kept: enough for a sentence.
const LAST_LINE: usize = 2 << 10;
/// How often a file is opened that is removed before it is locked.
const TRIES: u32 = 100;

/// Appends what a process writes to a [file](LogDirectory::file_of) of a directory, within its limits. Returns, at its end, the last line that
/// is not empty. The directory is told of the end, and when this future is dropped before.
pub async fn capture(mut output: impl AsyncRead + Unpin, logs: &LogDirectory, name: &str) -> Option<String> {
    // Most programs write nothing, and leave no file.
    let mut kept = None;
    let (mut last, mut buffer) = (LastLine::default(), vec![0; 8 << 10]);
    while let Ok(read) = output.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        last.add(bytes);
        kept.get_or_insert_with(|| Kept::begin(logs, name)).add(bytes, logs);
    }
    last.finish()
}

/// The file of an output that has one. What cannot be kept costs output, not the program.
struct Kept<'a> {
    file: Option<RollingOutput>,
    /// Says so when the file is closed, and unlocked.
    _end: End<'a>,
}

/// Tells a directory of the end of an output.
struct End<'a>(&'a LogDirectory);

impl<'a> Kept<'a> {
    fn begin(logs: &'a LogDirectory, name: &str) -> Self {
        let path = logs.file_of(name);
        let lost = |error: &io::Error| tracing::warn!(path = %path.display(), "what a program writes is lost: {error}");
        Kept { file: RollingOutput::open(path.clone()).inspect_err(lost).ok(), _end: End(logs) }
    }

    fn add(&mut self, bytes: &[u8], logs: &LogDirectory) {
        if let Some(file) = &mut self.file {
            let _ = file.add(bytes, logs);
        }
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.output_ended();
    }
}

struct RollingOutput {
    path: PathBuf,
    file: File,
    length: u64,
    /// Whether what was written last ends a line.
    ends_line: bool,
}

impl RollingOutput {
    /// Another process's output, a predecessor's, may still be on its way into the file; both append.
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        let length = file.metadata()?.len();
        Ok(RollingOutput { path, file, length, ends_line: true })
    }

    fn add(&mut self, bytes: &[u8], logs: &LogDirectory) -> io::Result<()> {
        let limits = logs.output_limits();
        if self.length == 0 || self.length + bytes.len() as u64 <= limits.file {
            return self.write(bytes);
        }
        // The line that is under way stays whole, unless it is a long one.
        let end = bytes.iter().position(|byte| *byte == b'\n').filter(|_| !self.ends_line).map_or(0, |end| end + 1);
        let (before, after) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        self.write(before)?;
        if after.is_empty() {
            return Ok(());
        }
        self.roll(limits.files)?;
        self.write(after)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        self.ends_line = bytes.last().map_or(self.ends_line, |last| *last == b'\n');
        Ok(())
    }

    /// Moves the file away and begins a new one.
    fn roll(&mut self, files: u32) -> io::Result<()> {
        move_away(&self.path, files)?;
        *self = RollingOutput::open(std::mem::take(&mut self.path))?;
        Ok(())
    }
}

/// Opens a file, locked against its removal.
fn open(path: &Path) -> io::Result<File> {
    for _ in 0..TRIES {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        // Whoever removes it holds it for no longer than that takes. A file system without locks has nobody who removes what he cannot lock.
        let _ = file.lock_shared();
        if is_at(&file, path)? {
            return Ok(file);
        }
    }
    Err(io::Error::other("it is removed whenever it is made"))
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
    use crate::OutputLimits;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn logs(directory: &Path) -> LogDirectory {
        LogDirectory::new(directory, "t")
    }

    #[tokio::test]
    async fn output_is_appended_and_its_last_line_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let logs = logs(directory.path());
        assert_eq!(capture(&b"one\ntwo\n\n  \n"[..], &logs, "err").await, Some("two".to_owned()));
        assert_eq!(capture(&b"three\nfour"[..], &logs, "err").await, Some("four".to_owned()));
        assert_eq!(capture(&b""[..], &logs, "err").await, None);
        assert_eq!(capture(&b""[..], &logs, "out").await, None);
        assert_eq!(fs::read(logs.file_of("err")).unwrap(), b"one\ntwo\n\n  \nthree\nfour");
        assert!(!logs.file_of("out").exists(), "who writes nothing leaves nothing");
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut() {
        let directory = tempfile::tempdir().unwrap();
        let line = vec![b'x'; 100_000];
        let last = capture(&line[..], &logs(directory.path()), "out").await.unwrap();
        assert_eq!(last.len(), LAST_LINE);
    }

    #[test]
    fn files_roll_by_size_and_number() {
        let directory = tempfile::tempdir().unwrap();
        let logs = logs(directory.path()).kept_by(|| OutputLimits { file: 10, files: 2 }, || {});
        let mut file = RollingOutput::open(logs.file_of("out")).unwrap();
        // The line under way ends where it began.
        for bytes in ["1234", "567", "8901\n23", "45678\n", "901234", "5\n"] {
            file.add(bytes.as_bytes(), &logs).unwrap();
        }
        let read = || {
            ["out.3", "out.2", "out.1", "out"].map(|name| fs::read_to_string(logs.file_of(name)).unwrap_or_default())
        };
        assert_eq!(read(), ["", "12345678901\n", "2345678\n", "9012345\n"]);
        // Two earlier ones are kept.
        for bytes in ["678\n", "9012\n3456", "7\n"] {
            file.add(bytes.as_bytes(), &logs).unwrap();
        }
        assert_eq!(read(), ["", "9012345\n", "678\n", "9012\n34567\n"]);
    }

    #[test]
    fn of_a_file_that_is_full_nothing_is_kept_when_no_earlier_ones_are() {
        let directory = tempfile::tempdir().unwrap();
        let logs = logs(directory.path()).kept_by(|| OutputLimits { file: 3, files: 0 }, || {});
        let mut file = RollingOutput::open(logs.file_of("out")).unwrap();
        for bytes in ["12\n", "34\n", "56\n", "78\n"] {
            file.add(bytes.as_bytes(), &logs).unwrap();
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(fs::read(logs.file_of("out")).unwrap(), b"78\n");
    }

    #[tokio::test]
    async fn a_file_is_locked_while_somebody_writes_and_its_end_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let ends = Arc::new(AtomicUsize::new(0));
        let counted = ends.clone();
        let count = move || {
            counted.fetch_add(1, Ordering::SeqCst);
        };
        let logs = logs(directory.path()).kept_by(|| OutputLimits { file: 100, files: 2 }, count);
        let path = logs.file_of("err");
        // As when a worker is replaced while what its predecessor has written is still read.
        let ((mut first, one), (mut second, two)) = (tokio::io::duplex(64), tokio::io::duplex(64));
        let capturing = [one, two].map(|reader| {
            let logs = logs.clone();
            tokio::spawn(async move { capture(reader, &logs, "err").await })
        });
        for writer in [&mut first, &mut second] {
            tokio::io::AsyncWriteExt::write_all(writer, b"one\n").await.unwrap();
        }
        while fs::read(&path).unwrap_or_default() != b"one\none\n" {
            tokio::task::yield_now().await;
        }
        let other = OpenOptions::new().append(true).open(&path).unwrap();
        let [one, two] = capturing;
        drop(first);
        assert_eq!(one.await.unwrap(), Some("one".to_owned()));
        assert_eq!(ends.load(Ordering::SeqCst), 1);
        assert!(other.try_lock().is_err(), "the second may still write");
        two.abort();
        assert!(two.await.is_err());
        assert_eq!(ends.load(Ordering::SeqCst), 2, "who gives up reading has come to an end, too");
        assert!(other.try_lock().is_ok());
    }

    #[test]
    fn a_file_that_is_removed_while_it_is_opened_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        fs::write(&path, "old").unwrap();
        let remover = OpenOptions::new().append(true).open(&path).unwrap();
        remover.lock().unwrap();
        let opening = {
            let path = path.clone();
            std::thread::spawn(move || RollingOutput::open(path).unwrap())
        };
        fs::remove_file(&path).unwrap();
        drop(remover);
        let mut file = opening.join().unwrap();
        file.write(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[tokio::test]
    async fn output_that_cannot_be_kept_is_read_all_the_same() {
        let nowhere = logs(Path::new("/proc/no-such-directory"));
        assert_eq!(capture(&b"lost\n"[..], &nowhere, "out").await, Some("lost".to_owned()));
    }
}
