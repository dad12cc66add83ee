//! The entries of a directory, a page at a time.

use std::{fs, io};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{blocking::blocking, disk_path, operations::status_of};
use crate::{FileStatus, FileStatusStream, FsError, Operation, Path};

/// Entries fetched by one visit to a blocking thread.
const PAGE: usize = 256;

/// How far the listing has come.
enum Cursor {
    Begin,
    At(fs::ReadDir),
    End,
}

pub(super) fn list(directory: &Path) -> FileStatusStream<'_> {
    stream::try_unfold(Cursor::Begin, move |cursor| async move {
        match cursor {
            Cursor::End => Ok(None),
            cursor => blocking(Operation::List, directory, move |path| next_page(path, cursor)).await.map(Some),
        }
    })
    .map_ok(|page: Vec<FileStatus>| stream::iter(page).map(Ok))
    .try_flatten()
    .boxed()
}

fn next_page(directory: &Path, cursor: Cursor) -> Result<(Vec<FileStatus>, Cursor), FsError> {
    let failed = |error| FsError::from_io(Operation::List, directory, error);
    let mut entries = match cursor {
        Cursor::At(entries) => entries,
        Cursor::Begin | Cursor::End => fs::read_dir(disk_path(directory)?).map_err(failed)?,
    };
    let mut page = Vec::new();
    for entry in entries.by_ref().take(PAGE) {
        page.extend(entry_status(directory, &entry.map_err(failed)?)?);
    }
    let cursor = if page.is_empty() { Cursor::End } else { Cursor::At(entries) };
    Ok((page, cursor))
}

/// The entry's status; `None` when it has been deleted since, or is a link to nothing.
fn entry_status(directory: &Path, entry: &fs::DirEntry) -> Result<Option<FileStatus>, FsError> {
    let disk = entry.path();
    let Some(name) = disk.file_name().and_then(|name| name.to_str()) else {
        let text = disk.to_string_lossy().into_owned();
        return Err(FsError::InvalidPath { text, reason: "its name is not valid UTF-8: rename it" });
    };
    let path = directory.join(name);
    match fs::metadata(&disk) {
        Ok(metadata) => Ok(Some(status_of(path, &metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FsError::from_io(Operation::List, &path, error)),
    }
}
