//! Questions to the other end whose answers come by the same stream.

use crate::RpcError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Questions of one kind that are not answered yet. `T`: what an answer is.
#[derive(Debug)]
pub(super) struct Questions<T> {
    /// How long an answer may take.
    deadline: Duration,
    open: Mutex<Open<T>>,
}

#[derive(Debug)]
struct Open<T> {
    asked: u64,
    /// `None` once the session is over.
    waiting: Option<HashMap<u64, oneshot::Sender<T>>>,
}

impl<T> Questions<T> {
    pub(super) fn new(deadline: Duration) -> Self {
        Questions { deadline, open: Mutex::new(Open { asked: 0, waiting: Some(HashMap::new()) }) }
    }

    /// Asks: `send` says the question with the number it is given.
    pub(super) async fn ask(
        &self,
        what: &'static str,
        send: impl FnOnce(u64) -> Result<(), RpcError>,
    ) -> Result<T, RpcError> {
        let peer = "the TaskManager";
        let (sender, answer) = oneshot::channel();
        let number = self.begin(sender).ok_or(RpcError::Closed { peer })?;
        let answered = match send(number) {
            Ok(()) => tokio::time::timeout(self.deadline, answer).await,
            Err(error) => {
                self.answer(number);
                return Err(error);
            }
        };
        match answered {
            Ok(answer) => answer.map_err(|_| RpcError::Closed { peer }),
            Err(_) => {
                self.answer(number);
                Err(RpcError::Deadline { peer: peer.to_owned(), what, deadline: self.deadline })
            }
        }
    }

    fn begin(&self, answer: oneshot::Sender<T>) -> Option<u64> {
        let mut open = self.lock();
        open.asked += 1;
        let number = open.asked;
        open.waiting.as_mut()?.insert(number, answer);
        Some(number)
    }

    /// Whoever asked this, if it still waits.
    pub(super) fn answer(&self, number: u64) -> Option<oneshot::Sender<T>> {
        self.lock().waiting.as_mut()?.remove(&number)
    }

    /// The session is over: no answer will come.
    pub(super) fn close(&self) {
        self.lock().waiting = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open<T>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
