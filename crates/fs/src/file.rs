//! Files that are open.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::{FsError, FsFuture, Path};

/// A file being read. Reads are positioned and independent of each other, so one reader can serve several at a time.
///
/// A reader sees the file it has opened, also after that is renamed. After it is deleted or overwritten, reads may
/// fail.
pub trait FileReader: Send + Sync {
    /// The file.
    fn path(&self) -> &Path;

    /// Its length in bytes when it was opened.
    fn length(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on and gives it back, shortened to what there was: it is shorter
    /// than asked for only at the end of the file, and empty behind it. The buffer travels by value because the read
    /// may happen on another thread; handed back in, its memory is used again. It is lost with an error.
    ///
    /// # Errors
    /// [`FsError::Io`] and its named forms.
    fn read_at(&self, offset: u64, buffer: BytesMut) -> FsFuture<'_, BytesMut>;

    /// Exactly the bytes of `range`.
    ///
    /// # Errors
    /// [`FsError::UnexpectedEnd`] when the file ends before; otherwise as `read_at`.
    fn read_range(&self, range: Range<u64>) -> FsFuture<'_, Bytes> {
        Box::pin(async move {
            let past_end = |length| FsError::UnexpectedEnd { path: self.path().clone(), wanted: range.end, length };
            if range.end > self.length() {
                // Checked first: a length out of a damaged file must not decide how much memory is taken.
                return Err(past_end(self.length()));
            }
            let wanted = usize::try_from(range.end.saturating_sub(range.start)).map_err(|_| past_end(self.length()))?;
            let read = self.read_at(range.start, BytesMut::zeroed(wanted)).await?;
            match read.len() == wanted {
                true => Ok(read.freeze()),
                false => Err(past_end(range.start + read.len() as u64)),
            }
        })
    }
}

/// A file being written, by this writer alone, from beginning to end.
///
/// After an error, or when the future of an operation was dropped before it was ready, every further operation except
/// `abort` gives [`FsError::WriterBroken`]: what the file holds is no longer known.
///
/// **Dropping a writer that is not closed discards the file**, as well as it can: whoever needs to know awaits
/// [`abort`](FileWriter::abort). A process that dies leaves the part it has written under the file's name, and a file
/// system may later take it for finished; this is why whatever others pick up by name is written under an in-progress
/// name and renamed.
pub trait FileWriter: Send {
    /// The file.
    fn path(&self) -> &Path;

    /// The bytes accepted by `write` so far.
    fn position(&self) -> u64;

    /// Appends `bytes`. They may stay in a buffer, so an error can come from a later `write`, `sync` or `close`.
    ///
    /// # Errors
    /// [`FsError::NoSpace`], [`FsError::Io`] and its named forms.
    fn write(&mut self, bytes: Bytes) -> FsFuture<'_, ()>;

    /// When it returns, all that was written, and the file's name, survive a crash of the process and of the machine
    /// (on HDFS: of the DataNodes), and new readers see it at least once the file is closed.
    ///
    /// # Errors
    /// As `write`.
    fn sync(&mut self) -> FsFuture<'_, ()>;

    /// Finishes the file: from now on whoever opens it sees all of it. Not durable by itself: `sync` first. A close
    /// that fails, leaves the file as a dropped writer does; one that is dropped half-way may still happen.
    ///
    /// # Errors
    /// As `write`.
    fn close(self: Box<Self>) -> FsFuture<'static, ()>;

    /// Discards the file. If it has been renamed or replaced since it was created, nothing is removed.
    ///
    /// # Errors
    /// Those of [`delete`](crate::FileSystem::delete), after which the part that was written may remain.
    fn abort(self: Box<Self>) -> FsFuture<'static, ()>;
}
