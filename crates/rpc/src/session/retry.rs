//! Trying again what can be repeated without harm.

use crate::RpcError;
use std::time::Duration;
use weft_common::ErrorKind;

/// How often a call is made in all.
const TRIES: u32 = 5;
/// Before the second try; doubled for every further one: 1.5 s in all.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The tries of one call.
#[derive(Debug)]
pub(super) struct Retry {
    left: u32,
    pause: Duration,
}

impl Retry {
    /// Before the first try.
    pub(super) fn new() -> Self {
        Retry { left: TRIES - 1, pause: FIRST_PAUSE }
    }

    /// After a try that failed: waits for the time of the next, or gives the error back when there is none.
    pub(super) async fn again(&mut self, error: RpcError) -> Result<(), RpcError> {
        if self.left == 0 || error.kind() != ErrorKind::Retryable {
            return Err(error);
        }
        tracing::debug!("trying again in {} ms: {error}", self.pause.as_millis());
        tokio::time::sleep(self.pause).await;
        self.left -= 1;
        self.pause *= 2;
        Ok(())
    }
}
