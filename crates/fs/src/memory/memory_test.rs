use std::io;

use bytes::Bytes;
use futures_util::future::join;

use super::*;
use crate::Permission;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn fixture() -> (Arc<dyn FileSystem>, Path, ()) {
    let fs = MemoryFileSystem::new();
    let root = path("memory:///contract");
    fs.mkdirs(&root).now_or_never().unwrap().unwrap();
    (Arc::new(fs), root, ())
}

mod contract {
    crate::file_system_contract!(super::fixture());
}

fn with(rules: impl IntoIterator<Item = FaultRule>) -> MemoryFileSystem {
    let fs = MemoryFileSystem::new();
    rules.into_iter().for_each(|rule| fs.faults().add(rule));
    fs
}

async fn write(fs: &MemoryFileSystem, file: &str, content: &'static str) -> Result<(), FsError> {
    let mut writer = fs.create(&path(file), CreateOptions::NEW.with_permission(Permission::OWNER_ONLY)).await?;
    writer.write(Bytes::from_static(content.as_bytes())).await?;
    writer.close().await
}

async fn read(fs: &MemoryFileSystem, file: &str) -> Result<Bytes, FsError> {
    let reader = fs.open(&path(file)).await?;
    reader.read_range(0..reader.length()).await
}

#[test]
fn a_simulation_needs_no_runtime() {
    let fs = MemoryFileSystem::new();
    write(&fs, "/file", "content").now_or_never().unwrap().unwrap();
    assert_eq!(read(&fs, "/file").now_or_never().unwrap().unwrap(), "content");
}

#[tokio::test]
async fn what_is_not_synced_is_not_seen() {
    let fs = MemoryFileSystem::new();
    let mut writer = fs.create(&path("/file"), CreateOptions::NEW).await.unwrap();
    writer.write(Bytes::from_static(b"a")).await.unwrap();
    assert_eq!(read(&fs, "/file").await.unwrap(), "");
    writer.sync().await.unwrap();
    assert_eq!(read(&fs, "/file").await.unwrap(), "a");
}

#[tokio::test]
async fn fails_the_nth_operation_once() {
    let denied = Fault::Fail(io::ErrorKind::PermissionDenied);
    let fs = with([FaultRule::new(Operation::Create, "/b*", denied).nth(2)]);
    write(&fs, "/a", "").await.unwrap();
    write(&fs, "/b1", "").await.unwrap();
    let error = write(&fs, "/b2", "").await.unwrap_err();
    assert!(matches!(error, FsError::PermissionDenied { operation: Operation::Create, .. }), "{error:?}");
    assert!(!fs.exists(&path("/b2")).await.unwrap());
    write(&fs, "/b2", "").await.unwrap();
    assert_eq!(fs.faults().waiting(), 0);
}

#[tokio::test]
async fn a_rename_whose_answer_is_lost_has_happened() {
    let fs = with([FaultRule::new(Operation::Rename, "/to", Fault::AnswerLost)]);
    write(&fs, "/from", "content").await.unwrap();
    let error = fs.rename_no_replace(&path("/from"), &path("/to")).await.unwrap_err();
    assert!(matches!(error, FsError::OutcomeUnknown { operation: Operation::Rename, .. }), "{error:?}");
    assert!(!fs.exists(&path("/from")).await.unwrap());
    assert_eq!(read(&fs, "/to").await.unwrap(), "content");
}

#[tokio::test]
async fn a_close_whose_answer_is_lost_leaves_the_whole_file() {
    let fs = with([FaultRule::new(Operation::Close, "*", Fault::AnswerLost)]);
    let error = write(&fs, "/file", "content").await.unwrap_err();
    assert!(matches!(error, FsError::OutcomeUnknown { .. }), "{error:?}");
    assert_eq!(read(&fs, "/file").await.unwrap(), "content");
}

#[tokio::test]
async fn a_short_write_breaks_the_writer_and_leaves_no_file() {
    let fs = with([FaultRule::new(Operation::Write, "*", Fault::ShortWrite(3))]);
    let mut writer = fs.create(&path("/file"), CreateOptions::NEW).await.unwrap();
    let error = writer.write(Bytes::from_static(b"content")).await.unwrap_err();
    assert!(matches!(error, FsError::Io { .. }), "{error:?}");
    assert_eq!(writer.position(), 3);
    let error = writer.close().await.unwrap_err();
    assert!(matches!(error, FsError::WriterBroken { .. }), "{error:?}");
    assert!(!fs.exists(&path("/file")).await.unwrap());
}

#[tokio::test]
async fn space_runs_out_after_so_many_bytes() {
    let fs = MemoryFileSystem::new();
    fs.faults().limit_space(Some(10));
    write(&fs, "/a", "seven b").await.unwrap();
    let error = write(&fs, "/b", "four").await.unwrap_err();
    assert!(matches!(error, FsError::NoSpace { operation: Operation::Write, .. }), "{error:?}");
    fs.faults().limit_space(None);
    write(&fs, "/b", "four").await.unwrap();
}

#[tokio::test]
async fn an_operation_waits_at_a_gate() {
    let gate = Gate::new();
    let fs = with([FaultRule::new(Operation::Rename, "/to", Fault::Wait(gate.clone()))]);
    write(&fs, "/from", "content").await.unwrap();
    let (source, destination) = (path("/from"), path("/to"));
    let test = async {
        gate.reached(1).await;
        let before = fs.exists(&destination).await.unwrap();
        gate.open();
        before
    };
    let (renamed, before) = join(fs.rename_no_replace(&source, &destination), test).await;
    renamed.unwrap();
    assert!(!before);
    assert!(fs.exists(&destination).await.unwrap());
}

#[tokio::test]
async fn a_read_can_fail_and_be_repeated() {
    let fs = with([FaultRule::new(Operation::Read, "/file", Fault::Fail(io::ErrorKind::TimedOut)).nth(2)]);
    write(&fs, "/file", "content").await.unwrap();
    let reader = fs.open(&path("/file")).await.unwrap();
    assert_eq!(reader.read_range(0..3).await.unwrap(), "con");
    assert!(reader.read_range(3..7).await.is_err());
    assert_eq!(reader.read_range(3..7).await.unwrap(), "tent");
}

#[tokio::test]
async fn an_abort_that_fails_leaves_the_part_behind() {
    let fs = with([FaultRule::new(Operation::Abort, "*", Fault::Fail(io::ErrorKind::TimedOut))]);
    let writer = fs.create(&path("/file"), CreateOptions::NEW).await.unwrap();
    assert!(writer.abort().await.is_err());
    assert!(fs.exists(&path("/file")).await.unwrap());
}
