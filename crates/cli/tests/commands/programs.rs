//! Programs. Run by somebody who runs ignored tests they do nothing.

use weft::prelude::*;

/// Set by tests for what they start.
pub(crate) const STARTED: &str = "WEFT_TEST_STARTED";
/// Where a program leaves a mark when it is run.
pub(crate) const MARK: &str = "WEFT_TEST_MARK";

fn environment() -> Option<StreamExecutionEnvironment> {
    std::env::var_os(STARTED)?;
    if let Some(mark) = std::env::var_os(MARK) {
        std::fs::write(mark, "run").unwrap();
    }
    Some(StreamExecutionEnvironment::new(&weft::Arguments::default()).unwrap())
}

/// Executes a job; the exit code for it, with the reason on standard error.
fn execute(environment: &StreamExecutionEnvironment, name: &str) -> i32 {
    environment.from_elements([1u64, 2, 3]).map(|n| n * 2).print();
    match environment.execute(name) {
        Ok(_) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    }
}

#[test]
#[ignore = "a program for other tests"]
fn one_job() {
    let Some(environment) = environment() else { return };
    std::process::exit(execute(&environment, "one job"));
}

#[test]
#[ignore = "a program for other tests"]
fn two_jobs() {
    let Some(environment) = environment() else { return };
    let first = execute(&environment, "first");
    std::process::exit(first.max(execute(&environment, "second")));
}

#[test]
#[ignore = "a program for other tests"]
fn code_of_its_own() {
    let Some(environment) = environment() else { return };
    execute(&environment, "job");
    std::process::exit(5);
}

#[test]
#[ignore = "a program for other tests"]
fn does_not_mind() {
    let Some(environment) = environment() else { return };
    execute(&environment, "job");
    std::process::exit(0);
}
