//! The last word of work on the I/O runtime.

use std::task::Waker;

/// Wakes a slot when it goes, so that work which ends in whatever way, a panic included, is noticed.
///
/// Declare it before the channel it speaks for: locals are dropped in reverse, and the slot must find the channel closed.
pub(crate) struct WakeOnDrop(Waker);

impl WakeOnDrop {
    pub(crate) fn new(waker: Waker) -> Self {
        WakeOnDrop(waker)
    }

    /// Wakes the slot now.
    pub(crate) fn wake(&self) {
        self.0.wake_by_ref();
    }
}

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.wake_by_ref();
    }
}
