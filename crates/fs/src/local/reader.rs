//! Reading a local file.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path as DiskPath, sync::Arc};

use bytes::BytesMut;
use futures_util::FutureExt;

use super::blocking::blocking;
use crate::{FileReader, FsError, FsFuture, Operation, Path};

pub(super) struct LocalFileReader {
    file: Arc<File>,
    path: Path,
    length: u64,
}

impl LocalFileReader {
    pub(super) fn open(disk: &DiskPath, path: &Path) -> Result<Self, FsError> {
        let operation = Operation::Open;
        let failed = |error| FsError::from_io(operation, path, error);
        let file = File::open(disk).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(FsError::IsADirectory { operation, path: path.clone() });
        }
        Ok(Self { file: Arc::new(file), path: path.clone(), length: metadata.len() })
    }
}

impl FileReader for LocalFileReader {
    fn path(&self) -> &Path {
        &self.path
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, mut buffer: BytesMut) -> FsFuture<'_, BytesMut> {
        let file = Arc::clone(&self.file);
        let read = move |path: &Path| {
            let filled = fill(&file, offset, &mut buffer);
            buffer.truncate(filled.map_err(|error| FsError::from_io(Operation::Read, path, error))?);
            Ok(buffer)
        };
        blocking(Operation::Read, &self.path, read).boxed()
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
