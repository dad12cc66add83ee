//! What a task has going on outside its slot.
//!
//! An operator may hand work with effects to the I/O runtime: a file being written, a request being sent. Whoever hears that the task is
//! over takes it that nothing of it moves any more, and cleans up after it. So a task whose operators are gone counts as over only when
//! every [`BackgroundWork`] begun for it has been dropped, or when that takes longer than anybody should wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

/// The work begun for one task; clones share it.
#[derive(Clone)]
pub struct Background {
    begun: Arc<AtomicUsize>,
    waker: Waker,
}

impl Background {
    /// Nothing is going on. `waker` wakes the task's slot when the last work has ended.
    pub fn new(waker: Waker) -> Self {
        Background { begun: Arc::default(), waker }
    }

    /// Begins work: move what this returns into it, to be dropped when it has no effects any more.
    #[must_use = "the work counts as ended when this is dropped"]
    pub fn begin(&self) -> BackgroundWork {
        self.begun.fetch_add(1, Ordering::Relaxed);
        BackgroundWork(self.clone())
    }

    /// Whether all work that was begun has ended; its effects are then visible here.
    pub fn is_over(&self) -> bool {
        self.begun.load(Ordering::Acquire) == 0
    }
}

/// Work that has begun; dropping it ends it.
pub struct BackgroundWork(Background);

impl Drop for BackgroundWork {
    fn drop(&mut self) {
        if self.0.begun.fetch_sub(1, Ordering::Release) == 1 {
            self.0.waker.wake_by_ref();
        }
    }
}
