//! Every case of the corpus on the embedded cluster, however records travel.

use super::support::environment;
use weft_corpus::{Case, Stage, cases};

/// Runs every case with these settings over its own; all that went wrong is told at once.
#[track_caller]
fn run_all(settings: &[(&str, &str)]) {
    let run = |case: &Case| Some(format!("{}: {}", case.name, run(case, settings).err()?));
    let wrong: Vec<String> = cases().filter_map(run).collect();
    assert!(wrong.is_empty(), "with {settings:?}\n{}", wrong.join("\n"));
}

fn run(case: &Case, settings: &[(&str, &str)]) -> Result<(), String> {
    let directory = tempfile::tempdir().expect("a directory");
    let settings: Vec<_> = case.settings.iter().chain(settings).copied().collect();
    let stage =
        Stage { env: environment(&settings), scratch: directory.path().to_owned(), lasting: std::time::Duration::ZERO };
    case.check((case.run)(&stage).map_err(|error| error.to_string()))
}

#[test]
fn with_one_subtask() {
    run_all(&[]);
}

#[test]
fn with_two_subtasks_and_batches_of_one_record() {
    run_all(&[("parallelism.default", "2"), ("exchange.batch.max-records", "1")]);
}

#[test]
fn with_three_subtasks_and_buffers_that_wait_for_nothing() {
    run_all(&[("parallelism.default", "3"), ("execution.buffer-timeout.interval", "0 ms")]);
}

#[test]
fn with_four_subtasks_and_every_operator_by_itself() {
    run_all(&[("parallelism.default", "4"), ("pipeline.operator-chaining.enabled", "false")]);
}

#[test]
fn names_are_told_apart() {
    let mut names: Vec<_> = cases().map(|case| case.name).collect();
    let many = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), many);
    assert!(cases().filter(|case| case.may_be_disturbed).count() >= 15);
}
