//! What a whole process does: its memory, its threads, its time. Each test runs one of the [`scenarios`] in a process of its own:
//! this executable again, with the ignored test of that name.

mod scenarios;

use std::process::Command;

use crate::run::{Outcome, outcome};

/// Runs a scenario.
#[track_caller]
fn alone(scenario: &str) -> Outcome {
    let mut command = Command::new(std::env::current_exe().expect("the test is a file"));
    command.args(["--exact", &format!("child::scenarios::{scenario}"), "--ignored", "--nocapture", "--test-threads=1"]);
    let outcome = outcome(&mut command);
    assert_eq!(outcome.code, Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("1 passed"), "there is no scenario {scenario}");
    outcome
}

#[test]
fn ten_million_records_pushed_for_one_stay_within_the_pool() {
    alone("push_ten_million");
}

#[test]
fn ten_million_records_pulled_for_one_stay_within_the_pool_and_can_be_cancelled() {
    alone("pull_ten_million");
}

#[test]
fn many_jobs_leave_no_threads_and_no_files() {
    alone("many_jobs");
}

#[test]
fn an_idle_cluster_takes_no_time() {
    alone("idle_second");
}
