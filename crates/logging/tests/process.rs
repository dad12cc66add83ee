//! Real processes: this program starts itself again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use weft_common::Configuration;
use weft_logging::{LogError, LogSettings, Logging, set_process_job};

const DIRECTORY: &str = "WEFT_LOGGING_TEST_DIRECTORY";

/// Starts one of the tests below as a process of its own.
fn start(test: &str, directory: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program has a file"));
    command.args(["--exact", test, "--nocapture", "--ignored", "--test-threads", "1"]).env(DIRECTORY, directory);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs again")
}

fn end(child: Child) -> Output {
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn settings() -> LogSettings {
    LogSettings::from_configuration(&Configuration::new()).expect("the defaults are right")
}

#[test]
#[ignore = "a process of another test"]
fn writes_a_file() {
    let directory = std::env::var_os(DIRECTORY).unwrap();
    let handle = Logging::start(settings(), Path::new(&directory), "weft-both").unwrap();
    assert!(matches!(Logging::to_standard_error(&settings()), Err(LogError::AlreadyStarted)));
    tracing::info!(pid = std::process::id(), "is here");
    assert!(handle.flush(std::time::Duration::from_secs(10)));
    println!("ready");
    // Until the parent has let go.
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    drop(handle);
}

#[test]
#[ignore = "a process of another test"]
fn writes_standard_error() {
    set_process_job("4f0c");
    let _handle = Logging::to_standard_error(&settings()).unwrap();
    tracing::warn!(target: "program", "said");
    tracing::debug!(target: "program", "not said");
}

#[test]
fn two_processes_of_one_name_write_two_files() {
    let directory = tempfile::tempdir().unwrap();
    let mut children = [0, 1].map(|_| start("writes_a_file", directory.path()));
    // Kept open: the children say more at their end.
    let mut outputs = children.each_mut().map(|child| BufReader::new(child.stdout.take().unwrap()).lines());
    for lines in &mut outputs {
        assert!(lines.any(|line| line.unwrap().contains("ready")));
    }
    let pids = children.each_ref().map(Child::id);
    for mut child in children {
        let _ = child.stdin.take().unwrap().write_all(b"\n");
        end(child);
    }
    let mut texts =
        ["weft-both.log", "weft-both-2.log"].map(|name| fs::read_to_string(directory.path().join(name)).unwrap());
    texts.iter().for_each(|text| assert_eq!(text.lines().count(), 1, "{text}"));
    let said = |pid: u32| texts.iter().filter(|text| text.ends_with(&format!("is here pid={pid}\n"))).count();
    assert_eq!(pids.map(said), [1, 1], "{texts:?}");
    texts.sort();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn a_worker_writes_lines_to_standard_error() {
    let directory = tempfile::tempdir().unwrap();
    let output = end(start("writes_standard_error", directory.path()));
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("said")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].ends_with(" WARN  program [job=4f0c] - said"), "{text}");
}
