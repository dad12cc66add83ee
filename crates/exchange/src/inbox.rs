//! Where a slot finds what others sent it.

use crate::Envelope;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Called when an empty inbox receives something.
pub type Waker = Box<dyn Fn() + Send + Sync>;

/// The messages for one slot, in order of arrival.
///
/// Senders append a whole step's messages under one lock, the slot takes everything there is under one. The waker runs
/// outside the lock, and only when the inbox was empty: a slot that drains before it parks misses nothing.
#[derive(Default)]
pub struct Inbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: Vec<Envelope>,
    waker: Option<Arc<Waker>>,
}

impl Inbox {
    /// An empty inbox that wakes nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who is woken, and wakes it at once when something is waiting already.
    pub fn set_waker(&self, waker: Waker) {
        let waker = Arc::new(waker);
        let mut state = self.lock();
        state.waker = Some(Arc::clone(&waker));
        let waiting = !state.messages.is_empty();
        drop(state);
        if waiting {
            waker();
        }
    }

    /// Appends `messages`.
    pub fn push(&self, mut messages: Vec<Envelope>) {
        if messages.is_empty() {
            return;
        }
        let mut state = self.lock();
        let wake = state.messages.is_empty().then(|| state.waker.clone()).flatten();
        state.messages.append(&mut messages);
        drop(state);
        if let Some(waker) = wake {
            waker();
        }
    }

    /// Moves everything there is to the end of `into`.
    pub fn drain(&self, into: &mut Vec<Envelope>) {
        let mut state = self.lock();
        if into.is_empty() {
            std::mem::swap(into, &mut state.messages);
        } else {
            into.append(&mut state.messages);
        }
    }

    /// Whether nothing is waiting.
    pub fn is_empty(&self) -> bool {
        self.lock().messages.is_empty()
    }

    /// A sender that panicked inside the lock can only have left whole messages behind.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("waiting", &self.lock().messages.len()).finish()
    }
}
