//! The thread that writes.

use crate::fields::Value;
use crate::limits::SharedLimits;
use crate::line::Line;
use crate::output::Output;
use crate::queue::{Queue, Taken};
use crate::rolling::RollingFile;
use crate::timestamp::Timestamp;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::Level;

/// What the writing thread has.
pub(crate) struct Writer {
    pub(crate) queue: Arc<Queue>,
    pub(crate) output: Arc<Output>,
    pub(crate) limits: Arc<SharedLimits>,
    pub(crate) file: RollingFile,
    /// Lines that are in no file, since the process began.
    pub(crate) lost: Arc<AtomicU64>,
    /// Of them, those that the log does not own up to yet.
    pub(crate) unsaid: u64,
    /// Standard error has been told.
    pub(crate) complained: bool,
}

impl Writer {
    /// Writes until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut lines = Vec::new();
        while let Taken::Lines { dropped, untidy } = self.queue.take(&mut lines) {
            if dropped > 0 {
                self.lose(dropped, &io::Error::other("lines come faster than they can be written"));
            }
            if !lines.is_empty() {
                self.write(&lines);
            }
            if untidy {
                self.file.tidy(self.limits.get());
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        let limits = self.limits.get();
        if self.unsaid > 0 && self.file.write(self.confession().as_bytes(), limits).is_ok() {
            self.unsaid = 0;
        }
        if let Err(error) = self.file.write(lines, limits) {
            self.lose(count(lines), &error);
        }
    }

    fn lose(&mut self, lines: u64, reason: &io::Error) {
        self.lost.fetch_add(lines, Ordering::Relaxed);
        self.unsaid += lines;
        if !std::mem::replace(&mut self.complained, true) {
            let path = self.file.path().display();
            let sentence = format!(
                "lines of the log {path} are lost until there is room and time for them: {reason}; this is said once\n"
            );
            // Nobody is left to hear that this failed, too.
            let _ = io::stderr().lock().write_all(sentence.as_bytes());
        }
    }

    fn confession(&self) -> String {
        let line = Line {
            time: Timestamp::now(),
            level: Level::WARN,
            target: module_path!(),
            labels: Vec::new(),
            message: "lines before this one are lost: the disk was full, unwritable or too slow".to_owned(),
            fields: vec![("lines", Value::Bare(self.unsaid.to_string()))],
        };
        line.format(self.output.format())
    }
}

fn count(lines: &[u8]) -> u64 {
    lines.iter().filter(|byte| **byte == b'\n').count() as u64
}
