//! Asking until it is so.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::YarnError;

/// How long something is waited for, and how often is asked.
pub(crate) struct Patience {
    what: String,
    interval: Duration,
    began: Instant,
    limit: Duration,
}

impl Patience {
    /// Waits for `what` from now on.
    pub(crate) fn new(what: String, interval: Duration, limit: Duration) -> Self {
        Patience { what, interval, began: Instant::now(), limit }
    }

    /// The answer was no, and this is how things stand: waits until it is time to ask again.
    ///
    /// # Errors
    /// [`YarnError::TimedOut`] when there is no time for another question.
    pub(crate) async fn again(&self, last: impl FnOnce() -> String) -> Result<(), YarnError> {
        let waited = self.began.elapsed();
        if waited + self.interval > self.limit {
            return Err(YarnError::TimedOut { what: self.what.clone(), waited, last: last() });
        }
        sleep(self.interval).await;
        Ok(())
    }
}
