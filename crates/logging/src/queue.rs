//! Lines on their way to the thread that writes them.
//!
//! One buffer, behind a lock that is held for as long as it takes to copy a line. The writer takes the whole buffer and
//! leaves its own, empty one; both keep their room, unless a burst has made it large.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that may wait.
pub(crate) const ROOM: usize = 1 << 20;
/// Bytes of room that an empty buffer keeps.
const KEPT: usize = 64 << 10;

#[derive(Default)]
pub(crate) struct Queue {
    pending: Mutex<Pending>,
    arrived: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    /// Lines that found no room since the writer last came.
    dropped: u64,
    /// What the writer took is not written yet.
    writing: bool,
    /// The directory is to be looked at.
    untidy: bool,
    closed: bool,
}

/// What the writer gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Lines, and how many more there would have been.
    Lines {
        /// How many found no room.
        dropped: u64,
        /// Whether the directory is to be looked at.
        untidy: bool,
    },
    /// Nothing, and nothing will come.
    Closed,
}

impl Queue {
    /// Appends a line, or counts it.
    pub(crate) fn push(&self, line: &[u8]) {
        let mut pending = self.lock();
        if pending.closed || pending.bytes.len() + line.len() > ROOM {
            pending.dropped += 1;
            return;
        }
        pending.bytes.extend_from_slice(line);
        drop(pending);
        self.arrived.notify_one();
    }

    /// Has the writer look at the directory: once, however many ask before it comes to that.
    pub(crate) fn tidy(&self) {
        self.lock().untidy = true;
        self.arrived.notify_one();
    }

    /// Waits for lines and swaps them with `buffer`, whose own lines have been written.
    pub(crate) fn take(&self, buffer: &mut Vec<u8>) -> Taken {
        buffer.clear();
        buffer.shrink_to(KEPT);
        let mut pending = self.lock();
        pending.writing = false;
        self.written.notify_all();
        while pending.bytes.is_empty() && pending.dropped == 0 && !pending.untidy {
            if pending.closed {
                return Taken::Closed;
            }
            pending = self.arrived.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut pending.bytes, buffer);
        pending.writing = true;
        let (dropped, untidy) = (std::mem::take(&mut pending.dropped), std::mem::take(&mut pending.untidy));
        Taken::Lines { dropped, untidy }
    }

    /// Waits until everything that was pushed is written, and the directory tidy, but no longer than this. Whether it is.
    pub(crate) fn flush(&self, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        let mut pending = self.lock();
        while pending.writing || pending.untidy || !pending.bytes.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            pending = self.written.wait_timeout(pending, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Nothing is taken any more.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let queue = Queue::default();
        let line = vec![b'x'; ROOM / 2 + 1];
        queue.push(&line);
        queue.push(&line);
        queue.push(b"short\n");
        let mut buffer = Vec::new();
        assert_eq!(queue.take(&mut buffer), Taken::Lines { dropped: 1, untidy: false });
        assert_eq!(buffer.len(), line.len() + 6);
        assert!(!queue.flush(Duration::ZERO), "taken is not written");
        queue.tidy();
        queue.tidy();
        queue.close();
        assert_eq!(queue.take(&mut buffer), Taken::Lines { dropped: 0, untidy: true });
        assert_eq!(queue.take(&mut buffer), Taken::Closed);
        assert!(queue.flush(Duration::ZERO));
        assert!(buffer.capacity() <= KEPT);
    }
}
