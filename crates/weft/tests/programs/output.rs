//! Output that cannot be written, and what is left of it.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::process::Running;
use crate::run::{file, outcome, word_count};
use crate::until::until;

/// The names in a directory, sorted; none when there is no directory.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| name_of(&entry.expect("a directory can be read"))).collect();
    names.sort();
    names
}

/// The name of a file, which is text.
fn name_of(entry: &std::fs::DirEntry) -> String {
    entry.file_name().into_string().expect("parts have plain names")
}

/// Names that a reader of results would take for one.
fn results(dir: &Path) -> Vec<String> {
    names(dir).into_iter().filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn a_directory_with_a_result_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "in.txt", "to be\n");
    let output = dir.path().join("out");
    outcome(word_count(&input).arg("--output").arg(&output)).succeeded();
    assert_eq!(results(&output), ["part-0-0"]);
    outcome(word_count(&input).arg("--output").arg(&output)).failed_with(&[
        output.to_str().unwrap(),
        "already holds `part-0-0`",
        "choose another directory",
    ]);
    assert_eq!(std::fs::read_to_string(output.join("part-0-0")).unwrap(), "(to,1)\n(be,1)\n");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "in.txt", "to be\n");
    let occupied = file(dir.path(), "file", "");
    outcome(word_count(&input).arg("--output").arg(occupied.join("out"))).failed_with(&[occupied.to_str().unwrap()]);
}

#[test]
fn a_full_disk_fails_the_job_and_leaves_nothing_that_looks_finished() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "in.txt", "to be or not to be\n".repeat(100_000));
    let output = dir.path().join("out");
    let mut command = word_count(&input);
    command.arg("--output").arg(&output);
    // A limit of the process stands for the disk: it works without rights and says EFBIG where a disk says ENOSPC.
    let limited = limited_to(1 << 20, &command);
    outcome(&mut { limited }).failed_with(&["job `word count` failed", output.to_str().unwrap(), "cannot write"]);
    assert_eq!(names(&output), [""; 0]);
}

/// The command in a shell that lets it write files of so many bytes, and ignores the signal that the limit sends.
fn limited_to(bytes: u64, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", bytes / 512), "sh"]);
    shell.arg(command.get_program()).args(command.get_args()).env_remove("WEFT_CONF_DIR");
    shell
}

#[test]
fn a_device_that_is_full_is_told_when_printing() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "in.txt", "to be\n");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = word_count(&input).stdout(full).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot print to standard output: No space left on device"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_reader_that_has_enough_ends_the_job_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "in.txt", "to be or not to be\n".repeat(50_000));
    let mut command = word_count(&input);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("its reader has closed it"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_killed_program_leaves_nothing_that_looks_finished_and_can_be_run_again() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "big.txt", "to be or not to be\n".repeat(2_000_000));
    let output = dir.path().join("out");
    let running = Running::start(word_count(&input).arg("--output").arg(&output));
    until("the first part", || names(&output).iter().any(|name| name.starts_with('.')).then_some(()));
    running.signal(Signal::KILL);
    assert_eq!(running.wait().code, None);
    assert_eq!(results(&output), [""; 0], "{:?}", names(&output));
    let small = file(dir.path(), "small.txt", "to be\n");
    outcome(word_count(&small).arg("--output").arg(&output)).succeeded();
    assert_eq!(names(&output), ["part-0-0"]);
}
