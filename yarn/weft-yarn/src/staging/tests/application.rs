//! Directories of applications.

use super::*;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use weft_fs::{Fault, FaultRule, LocalFileSystem, Operation};

#[tokio::test]
async fn a_directory_holds_files_and_lists_and_goes_at_once() {
    let home = Home::new().await;
    let directory = home.staging.application(app(7));
    assert_eq!(directory.path().path(), "/user/etl/.weft/apps/application_1700000000000_0007");
    directory.create().await.unwrap();
    directory.create().await.unwrap();
    let (_, one) = home.source("one", b"1").await;
    let (_, two) = home.source("two", b"2").await;
    directory.list_artifacts(&[one]).await.unwrap();
    directory.list_artifacts(&[one, two]).await.unwrap();
    let file = directory.put("config.yaml", Bytes::from_static(b"a: b\n")).await.unwrap();
    assert_eq!((file.length, file.visibility), (5, crate::launch::Visibility::Application));
    assert!(directory.put("config.yaml", Bytes::new()).await.is_err(), "files are never replaced");
    assert_eq!(directory.read("config.yaml").await.unwrap(), "a: b\n");
    assert_eq!(directory.artifacts().await.unwrap(), Some(BTreeSet::from([one, two])));
    assert!(directory.remove().await.unwrap());
    assert!(!directory.remove().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_written_is_written_again() {
    let home = Home::new().await;
    let directory = home.staging.application(app(7));
    directory.create().await.unwrap();
    for operation in [Operation::Write, Operation::Close] {
        home.fs.faults().add(FaultRule::new(operation, "*/apps/*", Fault::Fail(ErrorKind::ConnectionReset)));
        let file = directory.put(&format!("{operation}.yaml"), Bytes::from_static(b"a: b\n")).await.unwrap();
        assert_eq!((file.length, home.fs.faults().waiting()), (5, 0), "{operation}");
    }
    let left = home.fs.list_all(directory.path()).await.unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_reads_what_is_in_it() {
    let root = tempfile::tempdir().unwrap();
    let home = Path::from_local(root.path()).unwrap();
    let staging = Staging::new(Arc::new(LocalFileSystem::new()), &home, None, entropy());
    let directory = staging.application(app(7));
    directory.create().await.unwrap();
    directory.put(BEARER_FILE, Bytes::from_static(b"word")).await.unwrap();
    let mode = |path: &str| std::fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
    let within = ".weft/apps/application_1700000000000_0007";
    assert_eq!(mode(within), 0o700);
    assert_eq!(mode(&format!("{within}/{BEARER_FILE}")), 0o600);
}

/// Nodes show a file under one name only, so the same bytes under two names are two files.
#[tokio::test]
async fn copies_belong_to_the_application() {
    let home = Home::new().await;
    let (source, _) = home.source("__init__.py", b"").await;
    let directory = home.staging.application(app(7));
    directory.create().await.unwrap();
    let (one, two) = (directory.copy(&source, "").await.unwrap(), directory.copy(&source, ".zip").await.unwrap());
    assert_ne!(one.path, two.path);
    assert!(one.path.starts_with(directory.path()) && one.length == 0);
    assert!(two.path.to_string().ends_with(".zip"));
}
