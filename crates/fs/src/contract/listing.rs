//! Listing and making directories.

use std::sync::Arc;

use super::{names, write};
use crate::{FileSystem, FsError, Path};

/// Files and directories appear with their status, what lies deeper does not.
pub async fn lists_what_was_created(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    assert_eq!(fs.list_all(&root).await?, []);
    fs.mkdirs(&root.join("directory/deep")).await?;
    write(&*fs, &root.join("directory/hidden"), "1").await?;
    write(&*fs, &root.join("file"), "four").await?;
    write(&*fs, &root.join(".dot é"), "").await?;
    assert_eq!(names(&*fs, &root).await?, [".dot é", "directory", "file"]);
    for entry in fs.list_all(&root).await? {
        assert_eq!(entry, fs.status(&entry.path).await?);
        assert_eq!(entry.is_directory(), entry.path == root.join("directory"));
    }
    assert_eq!(names(&*fs, &root.join("directory")).await?, ["deep", "hidden"]);
    Ok(())
}

/// A long directory is listed whole, each entry once.
pub async fn lists_more_than_a_page(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let expected = (0..1100).map(|i| format!("entry-{i:04}")).collect::<Vec<_>>();
    for name in &expected {
        fs.create(&root.join(name), crate::CreateOptions::NEW).await?.close().await?;
    }
    assert_eq!(names(&*fs, &root).await?, expected);
    Ok(())
}

/// Only directories have entries.
pub async fn refuses_to_list_what_is_no_directory(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    write(&*fs, &root.join("file"), "").await?;
    let error = fs.list_all(&root.join("file")).await.err();
    assert!(matches!(error, Some(FsError::NotADirectory { .. })), "{error:?}");
    let error = fs.list_all(&root.join("missing")).await.err();
    assert!(matches!(error, Some(FsError::NotFound { .. })), "{error:?}");
    Ok(())
}

/// All levels are made at once; making them again does nothing.
pub async fn makes_directories_deeply_and_again(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let deep = root.join("a/b/c/d");
    fs.mkdirs(&deep).await?;
    write(&*fs, &deep.join("file"), "").await?;
    fs.mkdirs(&deep).await?;
    assert!(fs.status(&root.join("a/b")).await?.is_directory());
    assert_eq!(names(&*fs, &deep).await?, ["file"]);
    Ok(())
}

/// A file is not made a directory, nor given entries.
pub async fn refuses_to_make_a_directory_over_a_file(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    write(&*fs, &root.join("file"), "").await?;
    for path in [root.join("file"), root.join("file/below/deep")] {
        let error = fs.mkdirs(&path).await.err();
        assert!(matches!(error, Some(FsError::NotADirectory { .. })), "{path}: {error:?}");
    }
    Ok(())
}
