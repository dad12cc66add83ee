//! Runs an example program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::Running;

/// What a program left.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The lines it printed, without the prefix that names a subtask, sorted.
    pub(crate) fn sorted_lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.stdout.lines().map(without_prefix).map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// It succeeded and had nothing to complain of.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    /// It failed with exit code 1 and this one sentence, which is all that standard error says.
    #[track_caller]
    pub(crate) fn failed_with(self, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "one sentence:\n{}", self.stderr);
        assert!(self.stderr.starts_with("Error: "), "{}", self.stderr);
        let missing = parts.iter().find(|part| !self.stderr.contains(**part));
        assert_eq!(missing, None, "{}", self.stderr);
        self
    }
}

/// A line as it would be at parallelism 1.
pub(crate) fn without_prefix(line: &str) -> &str {
    match line.split_once("> ") {
        Some((subtask, rest)) if subtask.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// An example, beside the test's executable: `cargo test` builds them together.
pub(crate) fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("the test is a file");
    let profile = test.ancestors().nth(2).expect("the test is in <profile>/deps");
    let mut command = Command::new(profile.join("examples").join(name));
    command.env_remove("WEFT_CONF_DIR").stdin(Stdio::null());
    command
}

/// `word_count --input <input>`
pub(crate) fn word_count(input: &Path) -> Command {
    let mut command = example("word_count");
    command.arg("--input").arg(input);
    command
}

/// Runs a program to its end.
pub(crate) fn outcome(command: &mut Command) -> Outcome {
    Running::start(command).wait()
}

/// A file with this content.
pub(crate) fn file(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).expect("a temporary directory can be written");
    path
}
