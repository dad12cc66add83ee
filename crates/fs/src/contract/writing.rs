//! Creating, writing, closing and discarding files.

use std::sync::Arc;

use bytes::Bytes;

use super::{names, read, write};
use crate::{CreateOptions, FileSystem, FsError, Operation, Path};

/// After `close`, everyone sees every byte, in order.
pub async fn shows_all_after_close(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    let mut writer = fs.create(&file, CreateOptions::NEW).await?;
    for part in ["to be ", "", "or not ", "to be"] {
        writer.write(Bytes::from_static(part.as_bytes())).await?;
    }
    assert_eq!(writer.position(), 18);
    assert_eq!(writer.path(), &file);
    writer.sync().await?;
    writer.write(Bytes::from_static(b".")).await?;
    writer.close().await?;
    assert_eq!(read(&*fs, &file).await?, "to be or not to be.");
    let status = fs.status(&file).await?;
    assert_eq!((status.length, status.is_file(), &status.path), (19, true, &file));
    Ok(())
}

/// Before `close`, the name is taken and readers see some prefix of what was written.
pub async fn shows_only_a_prefix_before_close(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    let mut writer = fs.create(&file, CreateOptions::NEW).await?;
    assert!(fs.exists(&file).await?);
    writer.write(Bytes::from_static(b"synced")).await?;
    writer.sync().await?;
    writer.write(Bytes::from_static(b", not synced")).await?;
    let seen = read(&*fs, &file).await?;
    assert!(b"synced, not synced".starts_with(&seen), "{seen:?} is no prefix");
    writer.close().await?;
    assert_eq!(read(&*fs, &file).await?, "synced, not synced");
    Ok(())
}

/// A file without bytes is a file.
pub async fn keeps_an_empty_file(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("empty");
    fs.create(&file, CreateOptions::NEW).await?.close().await?;
    assert_eq!(fs.status(&file).await?.length, 0);
    assert_eq!(read(&*fs, &file).await?, "");
    Ok(())
}

/// `New` refuses a name that a file or a directory has, and leaves that alone.
pub async fn creates_new_only_where_nothing_is(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (file, directory) = (root.join("file"), root.join("directory"));
    write(&*fs, &file, "first").await?;
    fs.mkdirs(&directory).await?;
    for taken in [&file, &directory] {
        let error = fs.create(taken, CreateOptions::NEW).await.err();
        assert!(matches!(&error, Some(FsError::AlreadyExists { path, .. }) if path == taken), "{error:?}");
    }
    assert_eq!(read(&*fs, &file).await?, "first");
    Ok(())
}

/// Of two that create the same name at the same time, one succeeds.
pub async fn lets_one_of_two_racing_creates_win(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    for round in 0..50 {
        let racer = |content: &'static str| {
            let (fs, file) = (Arc::clone(&fs), root.join(&format!("file-{round}")));
            tokio::spawn(async move { write(&*fs, &file, content).await.map(|()| content) })
        };
        let (a, b) = (racer("a"), racer("b"));
        let winner = match (a.await, b.await) {
            (Ok(Ok(winner)), Ok(Err(loser))) | (Ok(Err(loser)), Ok(Ok(winner))) if loser.is_already_exists() => winner,
            outcome => return Err(unexpected(&root, &outcome)),
        };
        assert_eq!(read(&*fs, &root.join(&format!("file-{round}"))).await?, winner);
    }
    Ok(())
}

/// `Overwrite` leaves nothing of the old content, and refuses a directory.
pub async fn overwrites_when_told(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    write(&*fs, &file, "a long old content").await?;
    let mut writer = fs.create(&file, CreateOptions::OVERWRITE).await?;
    writer.write(Bytes::from_static(b"new")).await?;
    writer.close().await?;
    assert_eq!(read(&*fs, &file).await?, "new");
    let error = fs.create(&root, CreateOptions::OVERWRITE).await.err();
    assert!(matches!(error, Some(FsError::IsADirectory { .. })), "{error:?}");
    Ok(())
}

/// A file needs its directory: otherwise a leader whose directory was moved away could go on writing.
pub async fn makes_no_parent_by_the_way(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let error = fs.create(&root.join("missing/file"), CreateOptions::OVERWRITE).await.err();
    assert!(matches!(error, Some(FsError::NotFound { .. })), "{error:?}");
    assert!(!fs.exists(&root.join("missing")).await?);
    write(&*fs, &root.join("file"), "").await?;
    let error = fs.create(&root.join("file/below"), CreateOptions::NEW).await.err();
    assert!(matches!(error, Some(FsError::NotADirectory { .. })), "{error:?}");
    Ok(())
}

/// After `abort` the file is gone, synced or not, new or overwritten.
pub async fn leaves_nothing_after_abort(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let mut writer = fs.create(&root.join("new"), CreateOptions::NEW).await?;
    writer.write(Bytes::from_static(b"half")).await?;
    writer.sync().await?;
    writer.abort().await?;
    write(&*fs, &root.join("old"), "old").await?;
    fs.create(&root.join("old"), CreateOptions::OVERWRITE).await?.abort().await?;
    assert_eq!(names(&*fs, &root).await?, [""; 0]);
    Ok(())
}

/// Dropping a writer is an abort that nobody awaits.
pub async fn leaves_nothing_when_dropped(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let mut writer = fs.create(&root.join("file"), CreateOptions::NEW).await?;
    writer.write(vec![7; 1 << 20].into()).await?;
    drop(writer);
    // An implementation that needs a round trip may take a moment; it has to let others run meanwhile.
    for _ in 0..1_000_000 {
        if names(&*fs, &root).await?.is_empty() {
            return Ok(());
        }
    }
    Err(unexpected(&root, &"the file is still there"))
}

/// An abort removes what this writer wrote, not what has its name since.
pub async fn spares_what_was_renamed_before_abort(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (old, new) = (root.join("old"), root.join("new"));
    let mut writer = fs.create(&old, CreateOptions::NEW).await?;
    writer.write(Bytes::from_static(b"a")).await?;
    writer.sync().await?;
    fs.rename_no_replace(&old, &new).await?;
    write(&*fs, &old, "another").await?;
    writer.abort().await?;
    assert_eq!(read(&*fs, &old).await?, "another");
    Ok(())
}

/// Fails the case with what was found.
fn unexpected(path: &Path, found: &dyn std::fmt::Debug) -> FsError {
    FsError::from_io(Operation::Create, path, std::io::Error::other(format!("{found:?}")))
}
