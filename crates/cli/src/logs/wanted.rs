//! What of the logs is to be printed, and how.

use crate::arguments::LogsArguments;
use crate::output;
use serde_json::{Value, json};
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
    json: bool,
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

/// A file of logs.
pub(crate) struct Title<'a> {
    /// The process that it is of: a container's by the container's id.
    pub(crate) process: &'a str,
    /// The node that the process ran on, if that is not told by the process.
    pub(crate) node: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) length: u64,
    /// When something was written last, if that is known.
    pub(crate) modified_ms: Option<i64>,
}

/// Standard output, for files one after the other, or for a list of them as JSON.
pub(crate) struct Printer {
    /// Whether what was printed last ends a line.
    ends_line: bool,
    /// Whether no file was begun.
    is_new: bool,
    /// What was listed, if it is to be JSON.
    listed: Option<Vec<Value>>,
}

impl Printer {
    pub(crate) fn of(wanted: &Wanted) -> Self {
        Printer { ends_line: true, is_new: true, listed: wanted.json.then(Vec::new) }
    }

    /// Whether no file was begun.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Begins a file; says whether whoever reads wants more.
    pub(crate) fn title(&mut self, title: &Title<'_>) -> bool {
        let before = if self.ends_line { "" } else { "\n" };
        (self.ends_line, self.is_new) = (true, false);
        if let Some(listed) = &mut self.listed {
            listed.push(title.as_json());
            return true;
        }
        let Title { process, node, name, length, .. } = title;
        let on = node.map_or_else(String::new, |node| format!(" on {node}"));
        writeln!(io::stdout().lock(), "{before}==> {process}{on} {name} ({length} bytes) <==").is_ok()
    }

    /// Prints a part of a file; says whether whoever reads wants more.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> bool {
        if let Some(last) = bytes.last() {
            self.ends_line = *last == b'\n';
        }
        io::stdout().lock().write_all(bytes).is_ok()
    }

    /// Ends the last file, or prints the list.
    pub(crate) fn end(self) {
        if let Some(listed) = self.listed {
            return output::say(json!({ "logs": listed }));
        }
        let mut stdout = io::stdout().lock();
        // Who has closed the output wants no more.
        let _ = stdout.write_all(if self.ends_line { b"" } else { b"\n" });
        let _ = stdout.flush();
    }
}

impl Title<'_> {
    /// As REST shows it, and which process's it is.
    fn as_json(&self) -> Value {
        let Title { process, node, name, length, modified_ms } = self;
        match node {
            None => json!({ "process": process, "name": name, "size": length, "mtime": modified_ms }),
            Some(_) => {
                json!({ "process": process, "node": node, "name": name, "size": length, "mtime": modified_ms })
            }
        }
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
