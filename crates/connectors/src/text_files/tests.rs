use std::sync::Arc;

use proptest::prelude::*;
use weft_common::Configuration;
use weft_common::configuration::Origin;
use weft_fs::{CreateOptions, FileSystem, FileSystems, MemoryFileSystem, Path};
use weft_runtime::JobInfo;
use weft_runtime::source::{NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};

use super::*;
use crate::test_context::{self, Driver};
use crate::wait::at_once;
use crate::{ConnectorError, TextRules};

/// A file system in memory that holds these files.
fn memory(files: &[(&str, &[u8])]) -> MemoryFileSystem {
    let memory = MemoryFileSystem::new();
    for (path, content) in files {
        let path = Path::parse(path).expect("an absolute path");
        let written = async {
            memory.mkdirs(&path.parent().expect("not the root")).await?;
            let mut file = memory.create(&path, CreateOptions::NEW).await?;
            file.write(content.to_vec().into()).await?;
            file.close().await?;
            Ok::<_, ConnectorError>(())
        };
        at_once("a test", written).expect("memory");
    }
    memory
}

fn source(memory: &MemoryFileSystem, path: &str) -> TextFileSource {
    let systems = FileSystems::local().with("mem", Arc::new(memory.clone()));
    TextFileSource::new(format!("mem:{path}")).file_systems(systems)
}

fn lines(source: &TextFileSource, parallelism: u32) -> Vec<String> {
    test_context::read_all(source, parallelism).into_iter().map(|line| line.as_str().to_owned()).collect()
}

/// What is wrong with reading a source, from its enumerator or its reader.
fn failure(source: &TextFileSource) -> String {
    let context = test_context::coordinator(1, None);
    let mut enumerator = match source.enumerator(&context) {
        Ok(enumerator) => enumerator,
        Err(error) => return error.to_string(),
    };
    let mut reader = source.reader(&test_context::operator(1, 0, 0)).expect("a reader");
    while let NextSplit::Split(split) = enumerator.next_split(0).expect("a split") {
        reader.add_split(split).expect("a split");
    }
    loop {
        match reader.poll() {
            Ok(SourcePoll::Batch(_)) => {}
            Ok(other) => panic!("it was read to its end: {other:?}"),
            Err(error) => return error.to_string(),
        }
    }
}

#[test]
fn a_file_is_read_line_by_line() {
    let memory = memory(&[("/book", b"to be\r\nor not\n\nto be")]);
    assert_eq!(lines(&source(&memory, "/book"), 1), ["to be", "or not", "", "to be"]);
    assert_eq!(lines(&source(&memory, "/book").split_size(1), 4), ["to be", "or not", "", "to be"]);
}

#[test]
fn an_empty_file_has_no_lines() {
    assert!(lines(&source(&memory(&[("/book", b"")]), "/book"), 3).is_empty());
}

#[test]
fn directories_are_read_by_name_without_what_is_hidden() {
    let memory = memory(&[
        ("/in/b", b"2\n"),
        ("/in/a", b"1"),
        ("/in/c/d", b"3\n"),
        ("/in/.part-0-0.inprogress.0.0", b"hidden"),
        ("/in/_SUCCESS", b"hidden"),
        ("/in/_tmp/e", b"hidden"),
    ]);
    assert_eq!(lines(&source(&memory, "/in"), 2), ["1", "2", "3"]);
    // Named by the user, a hidden file is read.
    assert_eq!(lines(&source(&memory, "/in/_SUCCESS"), 2), ["hidden"]);
}

#[test]
fn a_file_is_one_split_when_it_is_small_and_at_least_one_per_subtask_when_it_is_not() {
    let memory = memory(&[("/small", b"x\n"), ("/big", &vec![b'\n'; 6 << 20])]);
    for (path, parallelism, expected) in [("/small", 4, 1..=1), ("/big", 1, 1..=1), ("/big", 4, 4..=16)] {
        let context = test_context::coordinator(parallelism, None);
        let splits = test_context::splits(&source(&memory, path), &context);
        assert!(expected.contains(&splits.len()), "{path} at {parallelism}: {}", splits.len());
    }
}

#[test]
fn a_missing_file_is_found_before_any_record_is_read() {
    let error = failure(&source(&memory(&[]), "/nowhere/book"));
    assert!(error.contains("mem:///nowhere/book: no such file"), "{error}");
    let relative = TextFileSource::new("no/such/book");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let context = test_context::coordinator(1, Some(runtime.handle().clone()));
    let error = relative.enumerator(&context).map(drop).expect_err("no such file").to_string();
    let absolute = std::env::current_dir().expect("a directory").join("no/such/book");
    assert!(error.contains(&format!("file://{}", absolute.display())), "{error}");
}

#[test]
fn an_unreadable_file_is_found_before_any_record_is_read() {
    let memory = memory(&[("/in/a", b"1"), ("/in/b", b"2")]);
    let fault = weft_fs::Fault::Fail(std::io::ErrorKind::PermissionDenied);
    memory.faults().add(weft_fs::FaultRule::new(weft_fs::Operation::Open, "/in/b", fault));
    let source = source(&memory, "/in");
    let error = source.enumerator(&test_context::coordinator(1, None)).map(drop).expect_err("unreadable").to_string();
    assert!(error.contains("cannot open mem:///in/b: permission denied"), "{error}");
}

#[test]
fn text_that_is_not_utf8_is_named_by_file_and_offset_in_every_split() {
    let mut text = "good line\n".repeat(100).into_bytes();
    text.splice(505..506, [0xff]);
    let memory = memory(&[("/book", &text)]);
    for size in [7, 100, 10_000] {
        let error = failure(&source(&memory, "/book").split_size(size));
        assert!(error.contains("mem:///book") && error.contains("offset 505 "), "splits of {size}: {error}");
    }
}

#[test]
fn a_line_that_is_too_long_is_named_by_file_offset_and_key() {
    let text = ["short\n".as_bytes(), &vec![b'x'; 3 << 20], b"\nshort"].concat();
    let memory = memory(&[("/book", &text)]);
    let rules = TextRules { max_line_length: 1 << 20, ..TextRules::default() };
    for size in [1 << 20, 1 << 30] {
        let error = failure(&source(&memory, "/book").rules(rules).split_size(size));
        assert!(error.contains("offset 6 ") && error.contains("source.text.max-line-length"), "{error}");
    }
    let longest = lines(&source(&memory, "/book"), 1).iter().map(String::len).max();
    assert_eq!(longest, Some(3 << 20), "by default there is room for it");
}

#[test]
fn what_the_configuration_gets_wrong_is_said_before_any_record_is_read() {
    let mut configuration = Configuration::new();
    configuration.set_raw("source.text.invalid-utf8", "ignore", Origin::CommandLine);
    let mut context = test_context::coordinator(1, None);
    context.info = Arc::new(JobInfo { configuration, ..JobInfo::default() });
    let source = source(&memory(&[("/book", b"to be")]), "/book");
    let error = source.enumerator(&context).map(drop).expect_err("no such policy").to_string();
    assert!(error.contains("source.text.invalid-utf8") && error.contains("ignore"), "{error}");
}

#[test]
fn a_file_that_shrank_fails_the_job() {
    let memory = memory(&[("/book", b"to be\nor not\n")]);
    let source = source(&memory, "/book");
    let split = FileSplit { path: "mem:///book".into(), start: 0, end: 1000, hosts: Vec::new() };
    let mut reader = source.reader(&test_context::operator(1, 0, 0)).expect("a reader");
    reader.add_split(split).expect("a split");
    assert!(matches!(reader.poll(), Ok(SourcePoll::Batch(_))));
    let error = reader.poll().expect_err("it is shorter").to_string();
    assert!(error.contains("to byte 1000: it ends at 13"), "{error}");
}

#[test]
fn reading_ahead_gives_the_same_lines_and_wakes_the_slot() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("book");
    let text: String = (0..200_000).map(|i| format!("line {i} of a text that is longer than a block\n")).collect();
    std::fs::write(&path, &text).expect("a disk");
    let mut driver = Driver::new();
    let read = driver.read_all(&TextFileSource::new(&path), 3);
    assert!(read.iter().map(|line| line.as_str()).eq(text.lines()));
    assert!(driver.wakes() > 0);
}

#[test]
fn an_error_while_reading_ahead_reaches_the_slot() {
    let memory = memory(&[("/book", b"to be\n")]);
    let fault = weft_fs::Fault::Fail(std::io::ErrorKind::ConnectionReset);
    memory.faults().add(weft_fs::FaultRule::new(weft_fs::Operation::Read, "/book", fault));
    let mut driver = Driver::new();
    let error = driver.read_to_failure(&source(&memory, "/book"));
    assert!(error.contains("cannot read mem:///book"), "{error}");
}

proptest! {
    #[test]
    fn every_line_is_read_once_whatever_the_splits(
        text in "([ax€]{0,12}(\n|\r\n)){0,20}[ax€]{0,5}",
        size in 1u64..40,
        parallelism in 1u32..5,
    ) {
        let memory = memory(&[("/book", text.as_bytes())]);
        let read = lines(&source(&memory, "/book").split_size(size), parallelism);
        let expected: Vec<&str> = text.lines().collect();
        prop_assert_eq!(read, expected);
    }
}
