//! The entries of a directory, a page at a time, as the NameNode cuts them.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use weft_hadoop_rpc::proto::hdfs::FileStatus as Found;

use super::{client::HdfsClient, connect::Connector, failure, namespace::status_of};
use crate::{FileStatus, FileStatusStream, FsError, Operation, Path};

/// How far the listing has come.
enum Cursor {
    Begin,
    /// Behind this name.
    After(Arc<HdfsClient>, Bytes),
    End,
}

pub(super) fn list<'a>(connector: &'a Connector, directory: &'a Path) -> FileStatusStream<'a> {
    stream::try_unfold(Cursor::Begin, move |cursor| async move {
        let (client, after) = match cursor {
            Cursor::End => return Ok(None),
            Cursor::Begin => (connector.client(Operation::List, directory).await?, Bytes::new()),
            Cursor::After(client, name) => (client, name),
        };
        next_page(client, directory, after).await.map(Some)
    })
    .map_ok(|page: Vec<FileStatus>| stream::iter(page).map(Ok))
    .try_flatten()
    .boxed()
}

async fn next_page(
    client: Arc<HdfsClient>,
    directory: &Path,
    after: Bytes,
) -> Result<(Vec<FileStatus>, Cursor), FsError> {
    let (operation, path) = (Operation::List, directory.clone());
    let listing = client.name_node.listing(directory.path(), after, false).await;
    let listing = listing.map_err(|error| failure::of_call(operation, directory, error))?;
    let Some(listing) = listing else { return Err(FsError::NotFound { operation, path }) };
    let last = listing.entries.last().map(|entry| entry.path.clone());
    let page = listing.entries.iter().map(|entry| entry_status(directory, entry)).collect::<Result<_, _>>()?;
    let cursor = match last {
        Some(name) if listing.remaining > 0 => Cursor::After(client, name),
        _ => Cursor::End,
    };
    Ok((page, cursor))
}

fn entry_status(directory: &Path, entry: &Found) -> Result<FileStatus, FsError> {
    match str::from_utf8(&entry.path) {
        // A file is listed as itself.
        Ok("") => Err(FsError::NotADirectory { operation: Operation::List, path: directory.clone() }),
        Ok(name) => Ok(status_of(directory.join(name), entry)),
        Err(_) => {
            let text = format!("{directory}/{}", String::from_utf8_lossy(&entry.path));
            Err(FsError::InvalidPath { text, reason: "its name is not valid UTF-8: rename it" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_utf8_is_refused_by_name() {
        let directory = Path::parse("hdfs://ns/in").unwrap();
        let entry = |name: &'static [u8]| Found { path: Bytes::from_static(name), ..Found::default() };
        let error = entry_status(&directory, &entry(b"caf\xe9")).unwrap_err().to_string();
        assert_eq!(
            error,
            "\"hdfs://ns/in/caf\u{fffd}\" cannot be used as a path: its name is not valid UTF-8: rename it"
        );
        let status = entry_status(&directory, &entry("café".as_bytes())).unwrap();
        assert_eq!(status.path, Path::parse("hdfs://ns/in/café").unwrap());
        assert!(matches!(entry_status(&directory, &entry(b"")), Err(FsError::NotADirectory { .. })));
    }
}
