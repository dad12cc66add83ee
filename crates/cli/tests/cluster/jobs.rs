//! What jobs come to on a cluster is what they come to in one process.

use crate::cluster::{Cluster, Setup, outcome, program};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The lines of all files of a directory, sorted.
pub(crate) fn lines(directory: &Path) -> Vec<String> {
    let mut lines = lines_of(&crate::processes::files(directory));
    lines.sort_unstable();
    lines
}

/// The lines of files.
pub(crate) fn lines_of(files: &[PathBuf]) -> Vec<String> {
    let text = |file| fs::read_to_string(file).expect("text");
    files.iter().flat_map(|file| text(file).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A text of so many lines.
pub(crate) fn text(directory: &Path, count: usize) -> PathBuf {
    let path = directory.join("text");
    let words = ["to", "be", "or", "not", "that", "is", "the", "question"];
    let line = |i: usize| format!("{} {} {}\n", words[i % 8], words[i / 8 % 8], i % 100);
    fs::write(&path, (0..count).map(line).collect::<String>()).expect("a file");
    path
}

/// The output of the word count in this process alone.
pub(crate) fn alone(input: &Path, directory: &Path) -> Vec<String> {
    let output = directory.join("alone");
    let mut command = Command::new(program());
    command.arg("-p1").args(words(input, &output, 0));
    let (code, _, stderr) = outcome(&mut command);
    assert_eq!(code, Some(0), "{stderr}");
    lines(&output)
}

pub(crate) fn words(input: &Path, output: &Path, delay: u64) -> Vec<String> {
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    ["words".into(), "--input".into(), text(input), "--output".into(), text(output), format!("--delay={delay}")].into()
}

#[test]
fn words_are_counted_alike_on_two_task_managers() {
    let cluster = Cluster::start(Setup::new(2, 2));
    let input = text(cluster.path(), 20_000);
    let output = cluster.path().join("out");
    let arguments = words(&input, &output, 0);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-p", "4"], &arguments));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    assert_eq!(lines(&output), alone(&input, cluster.path()));
    cluster.stop();
}

#[test]
fn a_job_with_too_few_slots_fails_with_the_numbers() {
    let cluster = Cluster::start(Setup::new(2, 2).with("slot.request.timeout", "500 ms"));
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-p", "5"], &["endless"]));
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stderr.contains('5') && stderr.contains('4') && stderr.contains("slot"), "{stderr}");
    cluster.await_slots(4);
    cluster.stop();
}
