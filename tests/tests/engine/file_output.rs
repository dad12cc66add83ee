//! Part files, across failures and cancellation.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::support::{assert_says, environment, failure_of, signal, sorted};
use super::until::until;
use weft::prelude::*;

/// The name of a file, which is text.
fn name_of(entry: &std::fs::DirEntry) -> String {
    entry.file_name().into_string().expect("parts have plain names")
}

/// The names in a directory; none when there is no directory.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    sorted(entries.map(|entry| name_of(&entry.expect("a directory can be read"))))
}

/// The numbers in all files that look finished.
fn numbers(dir: &Path) -> Vec<i64> {
    let parts = names(dir).into_iter().filter(|name| !name.starts_with('.'));
    let text: String =
        parts.map(|part| std::fs::read_to_string(dir.join(part)).expect("a finished part stays")).collect();
    sorted(text.lines().map(|line| line.parse().expect("numbers were written")))
}

#[test]
fn what_earlier_attempts_wrote_is_discarded() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("out");
    let env = environment(&[
        ("parallelism.default", "2"),
        ("restart-strategy.type", "fixed-delay"),
        ("restart-strategy.fixed-delay.attempts", "2"),
        ("restart-strategy.fixed-delay.delay", "10 ms"),
    ]);
    let (failed, look) = (Arc::new(AtomicBool::new(false)), output.clone());
    env.from_sequence(0, 99_999)
        .rebalance()
        .map(move |n: i64| {
            // Only when something was written is there anything to discard.
            if n > 90_000 && !failed.load(Ordering::SeqCst) {
                let written = || names(&look).iter().any(|name| name.starts_with('.')).then_some(());
                until("an unfinished part", written);
                assert!(failed.swap(true, Ordering::SeqCst), "the first attempt fails");
            }
            // Wide enough that what is written does not wait in memory.
            format!("{n:0200}")
        })
        .sink_to(FileSink::text(&output));
    env.execute("written twice").unwrap();
    assert!(numbers(&output).into_iter().eq(0..100_000));
    assert_eq!(names(&output), ["part-0-0", "part-1-0"]);
}

#[test]
fn a_job_that_fails_leaves_no_files() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("out");
    let env = environment(&[("parallelism.default", "2")]);
    env.from_sequence(0, 99_999).map(|n| 1 / (99_998 - n)).sink_to(FileSink::text(&output));
    assert_says(&failure_of(&env, "half written"), &["divide by zero"]);
    assert_eq!(names(&output), [""; 0]);
}

#[test]
fn a_job_that_is_cancelled_leaves_no_files() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("out");
    let env = environment(&[]);
    env.generate(u64::MAX, |n| n).sink_to(FileSink::text(&output));
    let mut job = env.execute_async("endless").unwrap();
    until("an unfinished part", || (!names(&output).is_empty()).then_some(()));
    assert!(names(&output).iter().all(|name| name.starts_with('.')), "{:?}", names(&output));
    job.cancel();
    assert!(job.wait().is_err());
    assert_eq!(names(&output), [""; 0]);
}

#[test]
fn files_roll_while_an_unbounded_job_runs() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("out");
    let env = environment(&[]);
    env.generate_at_rate(10_000.0, |n| n as i64)
        .sink_to(FileSink::text(&output).rolling_every(Duration::from_millis(50)));
    let mut job = env.execute_async("rolling").unwrap();
    until("three finished parts", || {
        (names(&output).iter().filter(|n| n.starts_with("part-")).count() >= 3).then_some(())
    });
    job.cancel();
    assert!(job.wait().is_err());
    let numbers = numbers(&output);
    assert!(numbers.iter().copied().eq(0..numbers.len() as i64), "a prefix of what was generated");
    assert!(names(&output).iter().all(|name| name.starts_with("part-")), "{:?}", names(&output));
}

#[test]
fn two_sinks_of_one_job_may_not_share_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("out");
    let env = environment(&[]);
    let (seen, _sees) = signal();
    let numbers = env.from_sequence(0, 9).map(move |n| {
        let _ = seen.send(n);
        n
    });
    numbers.clone().sink_to(FileSink::text(&output)).name("first");
    env.execute("first").unwrap();
    env.from_sequence(0, 9).sink_to(FileSink::text(&output)).name("second");
    assert_says(&failure_of(&env, "second"), &["operator `", "second", "already holds `part-0-0`"]);
}
