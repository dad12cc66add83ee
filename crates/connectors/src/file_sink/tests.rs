use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use weft_fs::{Fault, FaultRule, FileSystem, FileSystems, MemoryFileSystem, Operation, Path};
use weft_record::Batch;
use weft_runtime::sink::{Committer, Sink, SinkWriter};
use weft_runtime::{JobInfo, TaskError};

use super::*;
use crate::test_context::{self, Driver, ManualClock};
use crate::wait::at_once;

type Row = (String, u64);

fn sink(memory: &MemoryFileSystem) -> FileSink<Row> {
    let systems = FileSystems::local().with("mem", Arc::new(memory.clone()));
    FileSink::text("mem:/out").file_systems(systems)
}

fn committer(sink: &FileSink<Row>) -> Result<FileCommitter, TaskError> {
    sink.committer(&test_context::coordinator(1, None))
}

fn writer(sink: &FileSink<Row>, subtask: u32, attempt: u32) -> FileWriter<Row> {
    sink.writer(&test_context::operator(4, subtask, attempt)).expect("a writer")
}

fn rows(words: &[&str]) -> Batch<Row> {
    Batch::of(words.iter().map(|word| ((*word).to_owned(), 1)).collect())
}

/// What one attempt of a subtask writes and tells, without an I/O runtime.
fn written(sink: &FileSink<Row>, subtask: u32, attempt: u32, words: &[&str]) -> Vec<PendingPart> {
    let mut writer = writer(sink, subtask, attempt);
    writer.write(rows(words)).expect("memory");
    writer.finish().expect("memory").expect("nothing to wait for")
}

/// Names and contents of the output directory; only the names of what is hidden.
fn output(memory: &MemoryFileSystem) -> Vec<(String, String)> {
    let read = async {
        let mut files = Vec::new();
        for entry in memory.list_all(&Path::parse("/out").expect("a path")).await? {
            let name = entry.path.file_name().expect("not the root").to_owned();
            let content = match name.starts_with('.') {
                true => Vec::new(),
                false => memory.open(&entry.path).await?.read_range(0..entry.length).await?.to_vec(),
            };
            files.push((name, String::from_utf8(content).expect("text")));
        }
        Ok(files)
    };
    at_once("a test", read).expect("memory")
}

fn expected(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
}

#[test]
fn parts_appear_when_they_are_committed() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let told = [written(&sink, 0, 0, &["to", "be"]), written(&sink, 3, 0, &["or"]), written(&sink, 1, 0, &[])].concat();
    assert_eq!(told.len(), 2, "a subtask without records writes no file");
    assert!(output(&memory).iter().all(|(name, _)| name.starts_with(".part-")), "{:?}", output(&memory));
    committer.commit(&told).expect("memory");
    committer.finished().expect("memory");
    assert_eq!(output(&memory), expected(&[("part-0-0", "(to,1)\n(be,1)\n"), ("part-3-0", "(or,1)\n")]));
}

#[test]
fn committing_again_changes_nothing() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut first = committer(&sink).expect("a free directory");
    let told = [written(&sink, 0, 0, &["a"]), written(&sink, 1, 0, &["b"])].concat();
    memory.faults().add(FaultRule::new(Operation::Rename, "/out/part-1-0", Fault::Fail(ErrorKind::TimedOut)));
    first.commit(&told).expect_err("the second rename fails");
    first.commit(&told).expect("what was renamed is taken for done");
    let whole = expected(&[("part-0-0", "(a,1)\n"), ("part-1-0", "(b,1)\n")]);
    assert_eq!(output(&memory), whole);
    // As after a coordinator that was lost between the commit and its answer.
    let directory = Path::parse("/out").expect("a path");
    let mut second = FileCommitter::resumed(Arc::new(memory.clone()), directory);
    second.commit(&told).expect("all done");
    assert_eq!(output(&memory), whole);
}

#[test]
fn half_a_commit_is_taken_back_and_nobody_elses_file() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let told = [written(&sink, 0, 0, &["a"]), written(&sink, 1, 0, &["b"])].concat();
    at_once("a test", put(&memory, "/out/part-1-0")).expect("memory");
    committer.commit(&told).expect_err("somebody else has written part-1-0 meanwhile");
    committer.aborted();
    assert_eq!(output(&memory), expected(&[("part-1-0", "theirs")]));
}

async fn put(memory: &MemoryFileSystem, path: &str) -> Result<(), crate::ConnectorError> {
    let path = Path::parse(path).expect("a path");
    let mut file = memory.create(&path, weft_fs::CreateOptions::NEW).await?;
    file.write(bytes::Bytes::from_static(b"theirs")).await?;
    Ok(file.close().await?)
}

#[test]
fn a_lost_answer_is_looked_up() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let told = written(&sink, 0, 0, &["a"]);
    memory.faults().add(FaultRule::new(Operation::Rename, "/out/part-0-0", Fault::AnswerLost));
    committer.commit(&told).expect("it did happen");
    assert_eq!(output(&memory), expected(&[("part-0-0", "(a,1)\n")]));
}

#[test]
fn a_part_that_is_gone_is_an_error() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let told = written(&sink, 0, 0, &["a"]);
    committer.aborted();
    let error = committer.commit(&told).expect_err("nothing to rename").to_string();
    assert!(error.contains(&told[0].name) && error.contains("its records are lost"), "{error}");
}

#[test]
fn a_restart_discards_older_attempts_and_no_newer_one() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let stale = written(&sink, 0, 0, &["stale"]);
    let other = written(&sink, 1, 0, &["other"]);
    let fresh = written(&sink, 0, 1, &["fresh"]);
    committer.discard(0, &stale);
    committer.commit(&[fresh, other].concat()).expect("both are there");
    committer.finished().expect("memory");
    assert_eq!(output(&memory), expected(&[("part-0-0", "(fresh,1)\n"), ("part-1-0", "(other,1)\n")]));
}

#[test]
fn what_nobody_was_told_of_is_removed_when_the_job_is_over() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut committer = committer(&sink).expect("a free directory");
    let _untold = written(&sink, 0, 0, &["lost"]);
    let kept = written(&sink, 1, 0, &["kept"]);
    committer.commit(&kept).expect("memory");
    committer.finished().expect("memory");
    assert_eq!(output(&memory), expected(&[("part-1-0", "(kept,1)\n")]));
    let _untold = written(&sink, 0, 1, &["lost"]);
    committer.aborted();
    assert_eq!(output(&memory).len(), 1);
}

#[test]
fn a_directory_with_a_result_is_refused_before_the_job_runs() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    let mut first = committer(&sink).expect("a free directory");
    first.commit(&written(&sink, 0, 0, &["a"])).expect("memory");
    let error = committer(&sink).map(drop).expect_err("there is a result").to_string();
    assert!(error.contains("mem:///out: it already holds `part-0-0`"), "{error}");
}

#[test]
fn what_a_killed_run_left_does_not_stand_in_the_way() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    committer(&sink).expect("a free directory");
    written(&sink, 0, 0, &["lost"]);
    let mut second = committer(&sink).expect("nothing but hidden files");
    let told = written(&sink, 0, 1, &["found"]);
    second.commit(&told).expect("memory");
    second.finished().expect("memory");
    assert_eq!(output(&memory), expected(&[("part-0-0", "(found,1)\n")]));
}

#[test]
fn a_full_disk_fails_the_job_and_leaves_nothing() {
    for io in [false, true] {
        let memory = MemoryFileSystem::new();
        let sink = sink(&memory);
        let driver = Driver::new();
        let mut committer = committer(&sink).expect("a free directory");
        memory.faults().limit_space(Some(600_000));
        let context = if io { driver.operator(1, 0, 0) } else { test_context::operator(1, 0, 0) };
        let mut writer = sink.writer(&context).expect("a writer");
        let error = fill(&driver, &mut writer, &"x".repeat(100));
        assert!(error.contains("no space left") && error.contains("mem:///out/.part-0-0.inprogress"), "{error}");
        drop(writer);
        committer.aborted();
        assert!(output(&memory).is_empty());
    }
}

/// Writes until that fails.
fn fill(driver: &Driver, writer: &mut FileWriter<Row>, word: &str) -> String {
    driver.until(|| {
        loop {
            match writer.write(rows(&[word; 100])).and_then(|()| writer.is_ready()) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(error.to_string()),
            }
        }
    })
}

#[test]
fn writing_behind_writes_all_and_holds_back_the_slot() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("some/out");
    let sink = FileSink::<Row>::text(&out);
    let driver = Driver::new();
    let mut committer = sink.committer(&driver.coordinator(1)).expect("a free directory");
    let mut writer = sink.writer(&driver.operator(1, 0, 0)).expect("a writer");
    let mut expected = String::new();
    for i in 0..300 {
        let batch: Vec<Row> = (0..500).map(|j| (format!("word-{i}-{j}"), j)).collect();
        expected.extend(batch.iter().map(|(word, n)| format!("({word},{n})\n")));
        writer.write(Batch::of(batch)).expect("room");
        driver.until(|| writer.is_ready().expect("a disk").then_some(()));
    }
    let told = driver.until(|| writer.finish().expect("a disk"));
    assert!(!out.join("part-0-0").exists());
    committer.commit(&told).expect("a disk");
    committer.finished().expect("a disk");
    assert_eq!(std::fs::read_to_string(out.join("part-0-0")).expect("a part"), expected);
    assert_eq!(std::fs::read_dir(&out).expect("a directory").count(), 1);
}

#[test]
fn a_rolling_sink_shows_parts_as_time_passes() {
    for io in [false, true] {
        let memory = MemoryFileSystem::new();
        let sink = sink(&memory).rolling_every(Duration::from_secs(60));
        let driver = Driver::new();
        let clock = ManualClock::default();
        let mut context = if io { driver.operator(1, 0, 0) } else { test_context::operator(1, 0, 0) };
        context.clock = Arc::new(clock.clone());
        let mut committer = committer(&sink).expect("a free directory");
        let mut writer = sink.writer(&context).expect("a writer");
        for (minute, word) in ["a", "b"].into_iter().enumerate() {
            writer.write(rows(&[word])).expect("memory");
            assert_eq!(writer.next_roll(), Some((minute as i64 + 1) * 60_000));
            clock.advance_ms(60_000);
            let now = (minute as i64 + 1) * 60_000;
            let told = driver.until(|| {
                assert!(writer.next_roll().is_some());
                Some(writer.roll(now).expect("memory")).filter(|told| !told.is_empty())
            });
            committer.commit(&told).expect("memory");
        }
        let shown = expected(&[("part-0-0", "(a,1)\n"), ("part-0-1", "(b,1)\n")]);
        assert_eq!(output(&memory), shown);
        assert!(writer.roll(180_000).expect("memory").is_empty(), "no records, no part");
        // The next attempt goes on with the next number.
        committer.commit(&written(&sink, 0, 1, &["c"])).expect("memory");
        assert_eq!(output(&memory).len(), 3);
        assert_eq!(output(&memory)[2], ("part-0-2".to_owned(), "(c,1)\n".to_owned()));
    }
}

#[test]
fn a_cancelled_writer_removes_what_it_was_writing() {
    let driver = Driver::new();
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    committer(&sink).expect("a free directory");
    let mut writer = sink.writer(&driver.operator(1, 0, 0)).expect("a writer");
    let word = "x".repeat(300_000);
    writer.write(rows(&[&word])).expect("room");
    driver.until(|| (!output(&memory).is_empty()).then_some(()));
    let before = driver.wakes();
    drop(writer);
    driver.until(|| (driver.wakes() > before && output(&memory).is_empty()).then_some(()));
}

#[test]
fn a_job_without_end_rolls_by_itself() {
    let memory = MemoryFileSystem::new();
    let sink = sink(&memory);
    committer(&sink).expect("a free directory");
    let unbounded = Arc::new(JobInfo { bounded: false, ..JobInfo::default() });
    for (job, expected) in [(Arc::default(), None), (unbounded, Some(60_000))] {
        let context = weft_runtime::OperatorContext { job, ..test_context::operator(1, 0, 0) };
        assert_eq!(sink.writer(&context).expect("a writer").next_roll(), expected);
    }
}
