//! What of the logs is to be printed, and how.

use crate::arguments::LogsArguments;
use std::fmt::Display;
use std::io::{self, Write as _};

/// Which files, and how much of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Of this container alone.
    container: Option<String>,
    /// Only files with one of these in their names.
    parts: Vec<String>,
    /// Only files that are named after this job.
    job: Option<String>,
    /// The last bytes of a file, no more.
    last: Option<u64>,
    /// Names and sizes, no more.
    pub(crate) list: bool,
    /// These as JSON.
    pub(super) json: bool,
}

impl Wanted {
    pub(super) fn of(arguments: &LogsArguments) -> Self {
        Wanted {
            container: arguments.container.clone(),
            parts: arguments.file.clone(),
            job: None,
            last: arguments.last.map(weft_common::MemorySize::bytes),
            list: arguments.list,
            json: arguments.json,
        }
    }

    /// The same of one job.
    #[cfg(feature = "hadoop")]
    pub(crate) fn of_job(&self, job: weft_common::JobId) -> Self {
        Wanted { job: Some(job.to_string()), ..self.clone() }
    }

    /// Whether files of a process are printed at all; one in a container goes by its id.
    pub(crate) fn takes_process(&self, process: &str) -> bool {
        self.container.as_deref().is_none_or(|container| container == process)
    }

    /// Whether a file is printed, if its process's are.
    pub(crate) fn takes_file(&self, name: &str) -> bool {
        self.job.as_ref().is_none_or(|job| name.contains(job.as_str()))
            && (self.parts.is_empty() || self.parts.iter().any(|part| name.contains(part.as_str())))
    }

    /// How many bytes at the beginning of a file of this length are passed over.
    pub(crate) fn passed_over(&self, length: u64) -> u64 {
        self.last.map_or(0, |last| length.saturating_sub(last))
    }
}

/// Standard output, for files one after the other.
pub(crate) struct Printer {
    /// Whether what was printed last ends a line.
    ends_line: bool,
    /// Whether nothing was printed yet.
    is_new: bool,
}

impl Printer {
    pub(crate) fn new() -> Self {
        Printer { ends_line: true, is_new: true }
    }

    /// Whether no file was begun.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Begins a file; says whether whoever reads wants more.
    pub(crate) fn title(&mut self, process: impl Display, name: &str, length: u64) -> bool {
        let before = if self.ends_line { "" } else { "\n" };
        (self.ends_line, self.is_new) = (true, false);
        writeln!(io::stdout().lock(), "{before}==> {process} {name} ({length} bytes) <==").is_ok()
    }

    /// Prints a part of a file; says whether whoever reads wants more.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> bool {
        if let Some(last) = bytes.last() {
            self.ends_line = *last == b'\n';
        }
        io::stdout().lock().write_all(bytes).is_ok()
    }

    /// Ends the last file.
    pub(crate) fn end(self) {
        let mut stdout = io::stdout().lock();
        // Who has closed the output wants no more.
        let _ = stdout.write_all(if self.ends_line { b"" } else { b"\n" });
        let _ = stdout.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_taken() {
        let all = Wanted::default();
        assert!(all.takes_process("jobmanager") && all.takes_file("x") && all.passed_over(9) == 0);
        let wanted = Wanted {
            container: Some("container_1_0001_01_000002".to_owned()),
            parts: vec!["stderr".to_owned(), "taskmanager.log".to_owned()],
            job: None,
            last: Some(10),
            list: false,
            json: false,
        };
        assert!(wanted.takes_process("container_1_0001_01_000002") && !wanted.takes_process("jobmanager"));
        assert!(wanted.takes_file("taskmanager.stderr") && wanted.takes_file("taskmanager.log.1"));
        assert!(!wanted.takes_file("taskmanager.stdout"));
        assert_eq!([9, 10, 25].map(|length| wanted.passed_over(length)), [0, 0, 15]);
    }
}
