//! Renaming and deleting.

use std::sync::Arc;

use super::{names, read, write};
use crate::{FileSystem, FsError, Path, Recursive};

/// A file, and a directory with all that is below it, are found under the new name and not under the old.
pub async fn renames_files_and_directories(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (a, b) = (root.join("a"), root.join("b"));
    fs.mkdirs(&a.join("deep")).await?;
    fs.mkdirs(&b).await?;
    write(&*fs, &a.join("deep/file"), "content").await?;
    fs.rename_no_replace(&a.join("deep/file"), &a.join("deep/renamed")).await?;
    fs.rename_no_replace(&a, &b.join("c")).await?;
    assert_eq!(read(&*fs, &b.join("c/deep/renamed")).await?, "content");
    assert_eq!(names(&*fs, &b.join("c/deep")).await?, ["renamed"]);
    assert_eq!(names(&*fs, &root).await?, ["b"]);
    Ok(())
}

/// Whatever has the destination's name stays, be it a file, an empty directory or the source itself.
pub async fn never_replaces_by_renaming(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (source, file, directory) = (root.join("source"), root.join("file"), root.join("directory"));
    write(&*fs, &source, "source").await?;
    write(&*fs, &file, "file").await?;
    fs.mkdirs(&directory).await?;
    fs.mkdirs(&root.join("moved")).await?;
    for (from, to) in [
        (&source, &file),
        (&source, &directory),
        (&source, &source),
        (&root.join("moved"), &directory),
        (&root.join("moved"), &file),
    ] {
        let error = fs.rename_no_replace(from, to).await.err();
        assert!(matches!(&error, Some(FsError::AlreadyExists { path, .. }) if path == to), "{from} → {to}: {error:?}");
    }
    assert_eq!(read(&*fs, &source).await?, "source");
    assert_eq!(read(&*fs, &file).await?, "file");
    assert_eq!(names(&*fs, &root).await?, ["directory", "file", "moved", "source"]);
    Ok(())
}

/// Two threads rename different files to one name: one succeeds, the other keeps its file.
pub async fn lets_one_of_two_racing_renames_win(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    for round in 0..50 {
        let directory = root.join(&format!("round-{round}"));
        fs.mkdirs(&directory).await?;
        for name in ["a", "b"] {
            write(&*fs, &directory.join(name), name).await?;
        }
        let racer = |name: &'static str| {
            let (fs, source, destination) = (Arc::clone(&fs), directory.join(name), directory.join("won"));
            tokio::spawn(async move { fs.rename_no_replace(&source, &destination).await })
        };
        let (a, b) = (racer("a"), racer("b"));
        let outcomes = [a.await.map_err(std::io::Error::other), b.await.map_err(std::io::Error::other)];
        let winner = if matches!(outcomes, [Ok(Ok(())), _]) { "a" } else { "b" };
        let lost = |outcome| matches!(outcome, &Ok(Err(FsError::AlreadyExists { .. })));
        assert_eq!(outcomes.iter().filter(|&outcome| lost(outcome)).count(), 1, "{outcomes:?}");
        assert_eq!(read(&*fs, &directory.join("won")).await?, winner);
        assert_eq!(names(&*fs, &directory).await?, [if winner == "a" { "b" } else { "a" }, "won"]);
    }
    Ok(())
}

/// The path that is missing is the one in the error.
pub async fn names_what_a_rename_misses(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (file, missing, orphan) = (root.join("file"), root.join("missing"), root.join("nowhere/file"));
    write(&*fs, &file, "content").await?;
    for (from, to, absent) in [(&missing, &root.join("to"), &missing), (&file, &orphan, &orphan)] {
        let error = fs.rename_no_replace(from, to).await.err();
        assert!(matches!(&error, Some(FsError::NotFound { path, .. }) if path == absent), "{error:?}");
    }
    assert_eq!(names(&*fs, &root).await?, ["file"]);
    Ok(())
}

/// No directory ends up below itself.
pub async fn refuses_to_move_a_directory_into_itself(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let directory = root.join("directory");
    fs.mkdirs(&directory).await?;
    let error = fs.rename_no_replace(&directory, &directory.join("below")).await.err();
    assert!(matches!(error, Some(FsError::InvalidPath { .. })), "{error:?}");
    assert_eq!(names(&*fs, &root).await?, ["directory"]);
    Ok(())
}

/// A delete says whether there was anything, so that it can be repeated.
pub async fn deletes_once(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    write(&*fs, &file, "content").await?;
    assert!(fs.delete(&file, Recursive::No).await?);
    assert!(!fs.exists(&file).await?);
    assert!(!fs.delete(&file, Recursive::No).await?);
    assert!(!fs.delete(&root.join("nowhere/file"), Recursive::Yes).await?);
    write(&*fs, &file, "again").await?;
    assert_eq!(read(&*fs, &file).await?, "again");
    Ok(())
}

/// A directory with entries is deleted only recursively, and the root not at all.
pub async fn deletes_directories_only_as_told(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let directory = root.join("directory");
    fs.mkdirs(&directory.join("deep/deeper")).await?;
    write(&*fs, &directory.join("deep/file"), "content").await?;
    write(&*fs, &root.join("directory-beside"), "content").await?;
    let error = fs.delete(&directory, Recursive::No).await.err();
    assert!(matches!(error, Some(FsError::DirectoryNotEmpty { .. })), "{error:?}");
    assert!(fs.delete(&directory.join("deep/deeper"), Recursive::No).await?);
    assert!(fs.delete(&directory, Recursive::Yes).await?);
    assert_eq!(names(&*fs, &root).await?, ["directory-beside"]);
    let error = fs.delete(&root.join(&"../".repeat(64)), Recursive::No).await.err();
    assert!(matches!(error, Some(FsError::Unsupported { .. })), "{error:?}");
    Ok(())
}
