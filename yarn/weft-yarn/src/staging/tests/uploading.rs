//! Artifacts are uploaded once, by whoever comes first.

use super::*;
use crate::DeployError;
use std::io::ErrorKind;
use weft_fs::{Fault, FaultRule, Gate, LocalFileSystem, Operation};

#[tokio::test]
async fn a_second_application_uploads_nothing() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    let first = home.staging.stage(name, &source).await.unwrap();
    assert_eq!((first.uploaded, first.file.length), (9, 9));
    let second = home.staging.stage(name, &source).await.unwrap();
    assert_eq!((second.uploaded, &second.file), (0, &first.file));
    assert_eq!(home.cached().await, [name.to_string()]);
}

#[tokio::test]
async fn a_name_is_the_sha256_and_the_length() {
    let home = Home::new().await;
    let (_, name) = home.source("abc", b"abc").await;
    assert_eq!(name.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad-3");
    let (_, empty) = home.source("empty", b"").await;
    assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855-0");
}

#[tokio::test]
async fn of_two_uploads_at_once_one_wins_and_both_use_it() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    // Both have uploaded, and neither has renamed.
    let gate = Gate::new();
    for nth in [1, 2] {
        home.fs.faults().add(FaultRule::new(Operation::Rename, "*/cache/*", Fault::Wait(gate.clone())).nth(nth));
    }
    let other = home.other_client();
    let let_through = async {
        gate.reached(2).await;
        assert_eq!(home.cached().await.len(), 2, "two uploads");
        gate.open();
    };
    let (one, two, ()) = tokio::join!(home.staging.stage(name, &source), other.stage(name, &source), let_through);
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.file, two.file);
    assert_eq!(one.uploaded + two.uploaded, 9, "one of them counts");
    assert_eq!(home.cached().await, [name.to_string()]);
}

#[tokio::test]
async fn a_rename_whose_answer_is_lost_is_looked_after() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    home.fs.faults().add(FaultRule::new(Operation::Rename, "*", Fault::AnswerLost));
    let staged = home.staging.stage(name, &source).await.unwrap();
    assert_eq!((staged.uploaded, home.fs.faults().waiting()), (9, 0));
    assert_eq!(home.cached().await, [name.to_string()]);
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing_and_the_next_succeeds() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    for operation in [Operation::Create, Operation::Rename] {
        home.fs.faults().add(FaultRule::new(operation, "*/cache/*", Fault::Fail(ErrorKind::ConnectionReset)));
        let failed = home.staging.stage(name, &source).await;
        assert!(matches!(failed, Err(DeployError::Fs(_))), "{operation}: {failed:?}");
        assert_eq!((home.fs.faults().waiting(), home.cached().await), (0, Vec::new()), "{operation}");
    }
    assert_eq!(home.staging.stage(name, &source).await.unwrap().uploaded, 9);
}

const WRITES: [Operation; 3] = [Operation::Write, Operation::Sync, Operation::Close];

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_is_written_again_under_another_name() {
    for operation in WRITES {
        let home = Home::new().await;
        let (source, name) = home.source("weft", b"a program").await;
        // The first name that is drawn, and no other.
        let first = format!("*/cache/upload-{:016x}", 1);
        for nth in 1..=2 {
            let fault = Fault::Fail(ErrorKind::ConnectionReset);
            home.fs.faults().add(FaultRule::new(operation, &first, fault).nth(nth));
        }
        assert_eq!(home.staging.stage(name, &source).await.unwrap().uploaded, 9, "{operation}");
        assert_eq!(home.fs.faults().waiting(), 1, "{operation}: the second is under another name");
        assert_eq!(home.cached().await, [name.to_string()], "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_five_times_fails_and_leaves_nothing() {
    for operation in WRITES {
        let home = Home::new().await;
        let (source, name) = home.source("weft", b"a program").await;
        for nth in 1..=5 {
            let fault = Fault::Fail(ErrorKind::ConnectionReset);
            home.fs.faults().add(FaultRule::new(operation, "*/cache/*", fault).nth(nth));
        }
        let failed = home.staging.stage(name, &source).await;
        assert!(matches!(failed, Err(DeployError::Fs(_))), "{operation}: {failed:?}");
        assert_eq!((home.fs.faults().waiting(), home.cached().await), (0, Vec::new()), "{operation}");
    }
}

#[tokio::test]
async fn a_source_that_changes_meanwhile_is_refused() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    write(&home.fs, &source.path, b"another one").await;
    let refused = home.staging.stage(name, &source).await.unwrap_err().to_string();
    assert!(refused.contains("/local/weft changed while it was uploaded"), "{refused}");
    assert_eq!(home.cached().await, [""; 0]);
}

#[tokio::test]
async fn a_file_that_is_not_what_its_name_says_is_refused() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"a program").await;
    home.fs.mkdirs(&path("/user/etl/.weft/cache")).await.unwrap();
    write(&home.fs, &path("/user/etl/.weft/cache").join(&name.to_string()), b"short").await;
    let refused = home.staging.stage(name, &source).await.unwrap_err();
    assert!(matches!(refused, DeployError::Damaged { found: 5, expected: 9, .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_disk() {
    let directory = tempfile::tempdir().unwrap();
    let root = Path::from_local(directory.path()).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(LocalFileSystem::new());
    // More than is read at a time.
    let content = vec![7u8; (3 << 20) + 5];
    std::fs::write(directory.path().join("program"), &content).unwrap();
    let source = Source { fs: fs.clone(), path: root.join("program") };
    let name = source.name().await.unwrap();
    assert_eq!(name.length, content.len() as u64);
    let staging = Staging::new(fs, &root, Some(2), entropy());
    let staged = staging.stage(name, &source).await.unwrap();
    assert_eq!(staged.uploaded, content.len() as u64);
    let file = directory.path().join(".weft/cache").join(name.to_string());
    assert_eq!(std::fs::read(file).unwrap(), content);
}

/// Nodes unpack by the suffix of the remote file.
#[tokio::test]
async fn an_archive_keeps_its_suffix() {
    let home = Home::new().await;
    let (source, name) = home.source("lib.tgz", b"packed").await;
    let archive = name.archive("lib.tgz");
    let staged = home.staging.stage(archive, &source).await.unwrap();
    assert_eq!(staged.uploaded, 6);
    assert_eq!(home.cached().await, [format!("{name}.tgz")]);
    assert_eq!(home.staging.stage(archive, &source).await.unwrap().uploaded, 0);
}
