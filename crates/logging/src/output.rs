//! Where lines go.

use crate::queue::Queue;
use crate::warnings::Warnings;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weft_common::configuration::options::LogFormat;

/// Where lines go, and what they look like.
pub(crate) struct Output {
    destination: Destination,
    pub(crate) warnings: Warnings,
    json: AtomicBool,
}

/// Where lines go.
pub(crate) enum Destination {
    /// To a thread that writes a file.
    Queue(Arc<Queue>),
    /// To standard error, at once.
    StandardError,
}

impl Output {
    pub(crate) fn new(destination: Destination, format: LogFormat) -> Self {
        Output { destination, warnings: Warnings::default(), json: AtomicBool::new(format == LogFormat::Json) }
    }

    pub(crate) fn format(&self) -> LogFormat {
        if self.json.load(Ordering::Relaxed) { LogFormat::Json } else { LogFormat::Text }
    }

    pub(crate) fn set_format(&self, format: LogFormat) {
        self.json.store(format == LogFormat::Json, Ordering::Relaxed);
    }

    pub(crate) fn write(&self, line: &str) {
        match &self.destination {
            Destination::Queue(queue) => queue.push(line.as_bytes()),
            // One call a line, so that lines of threads do not mix; nobody is left to hear that it failed.
            Destination::StandardError => drop(std::io::stderr().lock().write_all(line.as_bytes())),
        }
    }
}
