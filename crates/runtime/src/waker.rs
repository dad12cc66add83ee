//! Waking a parked slot thread.
//!
//! A slot thread parks when none of its tasks can do anything. Whoever gives it something to do (a frame, a credit, mail, a
//! read-ahead that came in) first makes that visible and then calls [`LaneWaker::wake`]. The flag makes the order irrelevant:
//! a wake between the slot's last look and its parking leaves the flag set, and the slot does not park.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Wake;
use std::thread::Thread;
use std::time::Duration;

/// Wakes one slot thread; cheap when it is awake.
#[derive(Debug, Default)]
pub struct LaneWaker {
    notified: AtomicBool,
    thread: OnceLock<Thread>,
}

impl LaneWaker {
    /// Makes the slot look again.
    pub fn wake(&self) {
        if !self.notified.swap(true, Ordering::SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }

    /// Whether somebody called [`wake`](Self::wake) since it was cleared last.
    pub fn is_notified(&self) -> bool {
        self.notified.load(Ordering::SeqCst)
    }

    /// As [`is_notified`](Self::is_notified), and clears it.
    pub fn take_notified(&self) -> bool {
        self.notified.swap(false, Ordering::SeqCst)
    }

    /// Parks the calling thread, the slot's own, until woken or until `timeout` is over.
    pub(crate) fn park(&self, timeout: Option<Duration>) {
        self.thread.get_or_init(std::thread::current);
        if self.take_notified() {
            return;
        }
        match timeout {
            Some(timeout) => std::thread::park_timeout(timeout),
            None => std::thread::park(),
        }
        self.take_notified();
    }
}

impl Wake for LaneWaker {
    fn wake(self: Arc<Self>) {
        LaneWaker::wake(&self);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        LaneWaker::wake(self);
    }
}
