use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, os::unix::fs::PermissionsExt, sync::Arc};

use bytes::Bytes;
use tempfile::TempDir;
use weft_common::ErrorKind;

use super::*;
use crate::Permission;

fn fixture() -> (Arc<dyn FileSystem>, Path, TempDir) {
    let directory = TempDir::new().unwrap();
    let root = Path::from_local(directory.path()).unwrap();
    (Arc::new(LocalFileSystem::new()), root, directory)
}

mod contract {
    crate::file_system_contract!(super::fixture());
}

/// Writes until an operation fails, and gives that error.
async fn fill(fs: &LocalFileSystem, path: &Path, chunk: usize) -> FsError {
    let mut writer = fs.create(path, CreateOptions::OVERWRITE).await.unwrap();
    let written = writer.write(vec![0; chunk].into()).await;
    match written {
        Err(error) => {
            let again = writer.write(Bytes::from_static(b"x")).await.unwrap_err();
            assert!(matches!(again, FsError::WriterBroken { .. }), "{again:?}");
            error
        }
        Ok(()) => writer.close().await.unwrap_err(),
    }
}

#[tokio::test]
async fn a_full_disk_is_named_by_the_write_or_the_close() {
    let (fs, path) = (LocalFileSystem::new(), Path::parse("/dev/full").unwrap());
    for (chunk, operation) in [(1 << 20, "write"), (10, "close")] {
        let error = fill(&fs, &path, chunk).await;
        assert!(matches!(error, FsError::NoSpace { .. }), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Fatal);
        let start = format!("cannot {operation} /dev/full: no space left where it lies: free space");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
    assert!(fs.exists(&path).await.unwrap(), "a device is not discarded with its writer");
}

#[tokio::test]
async fn renames_by_hard_link_never_replace_either() {
    let (_, root, _directory) = fixture();
    let fs: Arc<dyn FileSystem> = Arc::new(LocalFileSystem::with_hard_links());
    crate::contract::naming::lets_one_of_two_racing_renames_win(Arc::clone(&fs), root.join("")).await.unwrap();
    crate::contract::naming::names_what_a_rename_misses(Arc::clone(&fs), {
        let root = root.join("misses");
        fs.mkdirs(&root).await.unwrap();
        root
    })
    .await
    .unwrap();
    let error = fs.rename_no_replace(&root.join("misses"), &root.join("moved")).await.unwrap_err();
    assert!(matches!(error, FsError::Unsupported { .. }), "{error:?}");
    assert!(fs.exists(&root.join("misses")).await.unwrap());
}

#[tokio::test]
async fn another_host_and_another_scheme_are_refused_by_name() {
    let fs = LocalFileSystem::new();
    let error = fs.status(&Path::parse("file://data/in.txt").unwrap()).await.unwrap_err().to_string();
    let hint = "a local path has no host: write file:/// with three slashes";
    assert_eq!(error, format!("\"file://data/in.txt\" cannot be used as a path: {hint}"));
    assert!(fs.status(&Path::parse("hdfs://nn/").unwrap()).await.is_err());
    assert!(fs.status(&Path::parse("file://localhost/").unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let error = LocalFileSystem::new().open(&Path::parse("file:///no/such.txt").unwrap()).await.err().unwrap();
    assert_eq!(error.to_string(), "cannot open file:///no/such.txt: no such file or directory: check the path");
    assert_eq!(error.kind(), ErrorKind::User);
}

#[tokio::test]
async fn permissions_are_those_asked_for() {
    let (fs, root, directory) = fixture();
    let options = CreateOptions::NEW.with_permission(Permission::OWNER_ONLY);
    fs.create(&root.join("secret"), options).await.unwrap().close().await.unwrap();
    let mode = fs::metadata(directory.path().join("secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_listing_names_an_entry_that_is_not_utf8() {
    let (fs, root, directory) = fixture();
    fs::write(directory.path().join(OsStr::from_bytes(b"caf\xe9")), "").unwrap();
    let error = fs.list_all(&root).await.unwrap_err();
    assert!(
        error.to_string().contains("caf\u{fffd}\" cannot be used as a path: its name is not valid UTF-8"),
        "{error}"
    );
}

#[tokio::test]
async fn links_are_followed_but_only_the_link_is_deleted() {
    let (fs, root, directory) = fixture();
    let disk = |name: &str| directory.path().join(name);
    fs::create_dir(disk("target")).unwrap();
    fs::write(disk("target/file"), "content").unwrap();
    std::os::unix::fs::symlink(disk("target"), disk("link")).unwrap();
    std::os::unix::fs::symlink(disk("nothing"), disk("dangling")).unwrap();
    let listed = fs.list_all(&root).await.unwrap();
    assert_eq!(listed.iter().map(|entry| entry.path.file_name().unwrap()).collect::<Vec<_>>(), ["link", "target"]);
    assert!(listed.iter().all(FileStatus::is_directory));
    assert!(fs.delete(&root.join("link"), Recursive::Yes).await.unwrap());
    assert!(fs.exists(&root.join("target/file")).await.unwrap());
}

#[tokio::test]
async fn small_writes_keep_their_order_among_large_ones() {
    let (fs, root, _directory) = fixture();
    let mut writer = fs.create(&root.join("file"), CreateOptions::NEW).await.unwrap();
    let mut expected = Vec::new();
    for i in 0..300_usize {
        let chunk = vec![i as u8; (i * 7919) % 5000 + if i % 50 == 0 { 200_000 } else { 0 }];
        expected.extend_from_slice(&chunk);
        writer.write(chunk.into()).await.unwrap();
    }
    assert_eq!(writer.position(), expected.len() as u64);
    writer.close().await.unwrap();
    let reader = fs.open(&root.join("file")).await.unwrap();
    assert_eq!(reader.read_range(0..reader.length()).await.unwrap(), expected);
}

#[test]
fn a_write_that_was_given_up_breaks_the_writer() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let (fs, root, _directory) = fixture();
        let mut writer = fs.create(&root.join("file"), CreateOptions::NEW).await.unwrap();
        // The only blocking thread is busy, so the write cannot be over before it is given up.
        let (release, released) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || released.recv());
        assert!(writer.write(vec![0; 1 << 20].into()).now_or_never().is_none());
        let error = writer.sync().await.unwrap_err();
        assert!(matches!(error, FsError::WriterBroken { .. }), "{error:?}");
        drop(writer);
        release.send(()).unwrap();
        busy.await.unwrap().unwrap();
        assert!(!fs.exists(&root.join("file")).await.unwrap());
    });
}
