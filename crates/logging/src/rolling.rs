//! A file that is moved away when it becomes large.
//!
//! The lock on the current file is what makes its name, and those of the earlier files, one process's own. Between opening and
//! locking a file its owner may have moved it away and let it go; whoever has locked a file therefore looks whether its name
//! still means it, and starts again if not. After a failure the file is closed and opened again by its name when there is
//! something to write: a disk may have been mounted, or somebody may have removed the file to make room.

use crate::LogError;
use crate::limits::Limits;
use crate::reaper;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use weft_common::rolled_file::{is_at, move_away};

/// How many names are tried.
const NAMES: u32 = 1000;
/// How often a file is opened that is moved away before it is locked.
const TRIES: u32 = 100;

/// The log file of this process.
#[derive(Debug)]
pub(crate) struct RollingFile {
    path: PathBuf,
    /// None after a failure.
    file: Option<File>,
    length: u64,
    /// The last thing written was not a whole line.
    torn: bool,
}

impl RollingFile {
    /// Opens `<name>.log`, or the first of `<name>-2.log`, `<name>-3.log`, … that no other process writes. What was in it is moved away.
    pub(crate) fn open(directory: &Path, name: &str, limits: Limits) -> Result<Self, LogError> {
        let opened = |path: &Path, source| LogError::Open { path: path.to_owned(), source };
        fs::create_dir_all(directory).map_err(|source| opened(directory, source))?;
        for number in 1..=NAMES {
            let file_name = if number == 1 { format!("{name}.log") } else { format!("{name}-{number}.log") };
            let path = directory.join(file_name);
            let Some(file) = lock(&path).map_err(|source| opened(&path, source))? else { continue };
            let mut rolling = RollingFile::of(path, file).map_err(|source| opened(directory, source))?;
            if rolling.length > 0 {
                rolling.roll(limits).map_err(|source| opened(&rolling.path, source))?;
            }
            reaper::tidy(directory, limits);
            return Ok(rolling);
        }
        Err(LogError::Taken { name: name.to_owned(), directory: directory.to_owned(), tried: NAMES })
    }

    fn of(path: PathBuf, file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(RollingFile { path, file: Some(file), length, torn: false })
    }

    /// Keeps the directory within its limits.
    pub(crate) fn tidy(&self, limits: Limits) {
        reaper::tidy(self.path.parent().unwrap_or(Path::new(".")), limits);
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes whole lines, in as many files as it takes. After an error some may be written.
    pub(crate) fn write(&mut self, mut lines: &[u8], limits: Limits) -> io::Result<()> {
        while !lines.is_empty() {
            self.reopen()?;
            let room = limits.file.saturating_sub(self.length);
            let fitting = fitting(lines, room);
            if fitting == 0 && self.length > 0 {
                self.roll(limits).inspect_err(|_| self.file = None)?;
                self.tidy(limits);
                continue;
            }
            // A line that is longer than a file has one of its own.
            let fitting = if fitting == 0 { line_length(lines) } else { fitting };
            let (now, later) = lines.split_at_checked(fitting).unwrap_or((lines, &[]));
            self.append(now)?;
            lines = later;
        }
        Ok(())
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let torn = std::mem::replace(&mut self.torn, true);
        let end = if torn { file.write_all(b"\n") } else { Ok(()) };
        let written = end.and_then(|()| file.write_all(lines));
        match written {
            Ok(()) => {
                self.length += lines.len() as u64 + u64::from(torn);
                self.torn = false;
            }
            Err(_) => self.file = None,
        }
        written
    }

    fn reopen(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        let taken = || io::Error::other("another process has taken its name");
        let file = lock(&self.path)?.ok_or_else(taken)?;
        let length = file.metadata()?.len();
        (self.file, self.length, self.torn) = (Some(file), length, self.torn && length > 0);
        Ok(())
    }

    /// Moves the file away and begins a new one.
    fn roll(&mut self, limits: Limits) -> io::Result<()> {
        move_away(&self.path, limits.files)?;
        // The old file stays locked until the new one is.
        let taken = || io::Error::other("another process has taken its name");
        let file = lock(&self.path)?.ok_or_else(taken)?;
        self.length = file.metadata()?.len();
        (self.file, self.torn) = (Some(file), false);
        Ok(())
    }
}

/// Opens and locks a file; `None` if another process has it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    for _ in 0..TRIES {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Not every file system has locks; there a name has to be given to one process only.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if is_at(&file, path)? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Bytes of the whole lines that fit.
fn fitting(lines: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    match lines.get(..room) {
        Some(fitting) => fitting.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1),
        None => lines.len(),
    }
}

fn line_length(lines: &[u8]) -> usize {
    lines.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |end| end + 1)
}
