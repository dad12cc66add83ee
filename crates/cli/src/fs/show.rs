//! What is printed of files.

use super::Place;
use crate::error::CliError;
use crate::output;
use bytes::BytesMut;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::io::{self, Write as _};
use weft_fs::{FileReader, FileStatus, FsError};

/// Bytes that are read at a time.
pub(super) const PIECE: usize = 1 << 20;

/// Lists a directory, or shows a file.
pub(super) async fn list(place: &Place, as_json: bool) -> Result<(), CliError> {
    let status = place.system.status(&place.path).await?;
    let entries = if status.is_directory() { place.system.list_all(&place.path).await? } else { vec![status] };
    if as_json {
        output::say(json!({ "files": entries.iter().map(object).collect::<Vec<_>>() }));
        return Ok(());
    }
    let width = entries.iter().map(|entry| entry.length.to_string().len()).max().unwrap_or_default();
    entries.iter().map(|entry| line(entry, width, &TimeZone::system())).for_each(output::say);
    Ok(())
}

/// `-  3    1024 2026-11-20 11:46 hdfs://ns/in/book.txt`: kind, copies, bytes, time, path.
fn line(entry: &FileStatus, width: usize, zone: &TimeZone) -> String {
    let kind = if entry.is_directory() { 'd' } else { '-' };
    let copies = entry.replication.map_or_else(|| "-".to_owned(), |copies| copies.to_string());
    format!("{kind} {copies:>2} {:>width$} {} {}", entry.length, time(entry, zone), entry.path)
}

/// What a line tells, for programs: times in milliseconds since 1970, copies null where a file system counts none.
fn object(entry: &FileStatus) -> Value {
    json!({
        "path": entry.path.to_string(),
        "kind": kind(entry),
        "bytes": entry.length,
        "copies": entry.replication,
        "modified": entry.modified_ms,
    })
}

fn kind(entry: &FileStatus) -> &'static str {
    if entry.is_directory() { "directory" } else { "file" }
}

fn time(entry: &FileStatus, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(entry.modified_ms).map(|at| at.to_zoned(zone.clone()));
    at.map_or_else(|_| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Shows what lies at a path.
pub(super) async fn status(place: &Place) -> Result<(), CliError> {
    let status = place.system.status(&place.path).await?;
    output::say(format_args!("path:        {}", status.path));
    output::say(format_args!("kind:        {}", kind(&status)));
    output::say(format_args!("bytes:       {}", status.length));
    if let Some(copies) = status.replication.filter(|_| status.is_file()) {
        output::say(format_args!("copies:      {copies}"));
    }
    output::say(format_args!("modified:    {}", time(&status, &TimeZone::system())));
    Ok(())
}

/// Prints a file. Who has closed the output wants no more.
pub(super) async fn print(place: &Place) -> Result<(), CliError> {
    let reader = place.system.open(&place.path).await?;
    let mut stdout = io::stdout().lock();
    let mut read = Pieces::of(&*reader);
    while let Some(piece) = read.next().await? {
        if stdout.write_all(piece).is_err() {
            return Ok(());
        }
    }
    let _ = stdout.flush();
    Ok(())
}

/// A file, piece by piece in one buffer.
pub(super) struct Pieces<'a> {
    reader: &'a dyn FileReader,
    offset: u64,
    buffer: BytesMut,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(reader: &'a dyn FileReader) -> Self {
        Pieces { reader, offset: 0, buffer: BytesMut::new() }
    }

    /// The next one; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<&[u8]>, FsError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(PIECE, 0);
        self.buffer = self.reader.read_at(self.offset, buffer).await?;
        self.offset += self.buffer.len() as u64;
        Ok((!self.buffer.is_empty()).then_some(&self.buffer[..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_fs::{FileKind, Path};

    #[test]
    fn a_line_tells_all_there_is() {
        let path = Path::parse("hdfs://ns/in/book.txt").unwrap();
        let (kind, modified_ms) = (FileKind::File, 1_795_175_180_253);
        let entry = FileStatus { path, length: 1024, kind, modified_ms, replication: Some(3) };
        assert_eq!(line(&entry, 7, &TimeZone::UTC), "-  3    1024 2026-11-20 11:46 hdfs://ns/in/book.txt");
        let expected = json!({
            "path": "hdfs://ns/in/book.txt", "kind": "file", "bytes": 1024, "copies": 3, "modified": 1_795_175_180_253_i64
        });
        assert_eq!(object(&entry), expected);
    }
}
