//! The calls of a connection that wait for their replies, and the end of the connection.
//!
//! A call is registered before its frame is queued and taken out by whatever comes first: its reply, the end of the
//! connection, or the caller giving up. After the end nothing can be registered, so no call waits for nobody.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::RemoteException;

/// Why a connection is over.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// The server said so.
    Fatal(RemoteException),
    /// What the server sent makes no sense.
    Malformed(String),
    /// The bytes stopped: the text says how.
    Broken(String),
    /// There was nothing to do.
    Idle,
}

/// What becomes of a call on one connection.
pub(crate) type Outcome = Result<Bytes, Failure>;

/// Why a call has no result from this connection.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server answered with an exception; the connection goes on.
    Refused(RemoteException),
    /// The connection ended first.
    Ended(Ended),
}

#[derive(Debug, Default)]
pub(crate) struct Calls {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<i32, oneshot::Sender<Outcome>>,
    /// Counts registrations: a reader of it sees whether the connection was used meanwhile.
    registered: u64,
    ended: Option<Ended>,
}

impl Calls {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way, so a poisoned lock holds a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the reply to `call_id`, unless the connection is over.
    pub(crate) fn register(&self, call_id: i32) -> Result<Waiting<'_>, Ended> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.lock();
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        state.waiting.insert(call_id, sender);
        state.registered += 1;
        Ok(Waiting { calls: self, call_id, receiver })
    }

    /// Hands a call its outcome. A call that was given up is nobody's any more.
    pub(crate) fn settle(&self, call_id: i32, outcome: Outcome) {
        if let Some(waiting) = self.lock().waiting.remove(&call_id) {
            // The receiver may have gone a moment ago.
            let _ = waiting.send(outcome);
        }
    }

    /// Whether any call waits.
    pub(crate) fn any(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// How many calls were ever registered.
    pub(crate) fn registered(&self) -> u64 {
        self.lock().registered
    }

    /// Why the connection is over, if it is.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.lock().ended.clone()
    }

    /// Ends the connection if it has had no call since `registered` was read. The check and the end are one step: a call
    /// is either registered before and prevents it, or finds the connection over and opens another.
    pub(crate) fn end_if_unused(&self, registered: u64) -> bool {
        let mut state = self.lock();
        let unused = state.waiting.is_empty() && state.registered == registered;
        if unused {
            state.ended.get_or_insert(Ended::Idle);
        }
        unused
    }

    /// Ends the connection: every waiting call is told why. The first reason stays.
    pub(crate) fn end(&self, why: Ended) {
        let waiting = {
            let mut state = self.lock();
            state.ended.get_or_insert_with(|| why.clone());
            std::mem::take(&mut state.waiting)
        };
        for sender in waiting.into_values() {
            let _ = sender.send(Err(Failure::Ended(why.clone())));
        }
    }
}

/// A registered call; dropping it gives the call up.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    calls: &'a Calls,
    call_id: i32,
    receiver: oneshot::Receiver<Outcome>,
}

impl Waiting<'_> {
    /// The outcome, when it is there. May be cancelled and asked again.
    pub(crate) async fn outcome(&mut self) -> Outcome {
        // A sender is only dropped unused when a second call took the same id, which a client prevents.
        let lost = || Err(Failure::Ended(Ended::Broken("the call was forgotten".to_owned())));
        (&mut self.receiver).await.unwrap_or_else(|_| lost())
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.calls.lock().waiting.remove(&self.call_id);
    }
}
