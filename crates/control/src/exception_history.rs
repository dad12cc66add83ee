//! The failures a job has had: each root cause with what failed alongside it.

use crate::Failure;
use std::collections::VecDeque;

/// A failure that came while an earlier one was being dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcurrentFailure {
    /// What failed.
    pub failure: Failure,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// A root cause and the failures that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// The root cause.
    pub failure: Failure,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// What else failed before the job ran again.
    pub concurrent: Vec<ConcurrentFailure>,
}

/// The newest failures of a job, at most `web.exception-history-size` of them.
#[derive(Clone, Debug)]
pub struct ExceptionHistory {
    /// Newest first.
    entries: VecDeque<ExceptionEntry>,
    capacity: usize,
    truncated: bool,
}

impl ExceptionHistory {
    /// As many failures kept beside one root cause; a job of ten thousand tasks may lose them all at once.
    const MAX_CONCURRENT: usize = 100;

    /// Keeps `capacity` root causes, at least one.
    pub fn new(capacity: usize) -> Self {
        ExceptionHistory { entries: VecDeque::new(), capacity: capacity.max(1), truncated: false }
    }

    /// Newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ExceptionEntry> {
        self.entries.iter()
    }

    /// The newest root cause.
    pub fn newest(&self) -> Option<&ExceptionEntry> {
        self.entries.front()
    }

    /// Whether older entries have been dropped.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    pub(crate) fn push_root(&mut self, failure: Failure, at_ms: i64) {
        self.entries.push_front(ExceptionEntry { failure, at_ms, concurrent: Vec::new() });
        if self.entries.len() > self.capacity {
            self.entries.pop_back();
            self.truncated = true;
        }
    }

    /// Files a failure under the newest root cause; it is itself the root where there is none.
    pub(crate) fn push_concurrent(&mut self, failure: Failure, at_ms: i64) {
        match self.entries.front_mut() {
            None => self.push_root(failure, at_ms),
            Some(newest) if newest.concurrent.len() < Self::MAX_CONCURRENT => {
                newest.concurrent.push(ConcurrentFailure { failure, at_ms });
            }
            Some(_) => self.truncated = true,
        }
    }
}
