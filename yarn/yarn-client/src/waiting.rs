//! Asking until it is so.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::YarnError;

/// One answer to the question.
pub(crate) enum Answer<T> {
    /// It is so.
    Yes(T),
    /// Not yet; how things stand.
    NotYet(String),
}

/// Asks every `interval` until the answer is yes, for `limit` at most.
pub(crate) async fn until<T>(
    what: impl FnOnce() -> String,
    interval: Duration,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Result<Answer<T>, YarnError>,
) -> Result<T, YarnError> {
    let began = Instant::now();
    loop {
        let last = match ask().await? {
            Answer::Yes(answer) => return Ok(answer),
            Answer::NotYet(last) => last,
        };
        if began.elapsed() + interval > limit {
            return Err(YarnError::TimedOut { what: what(), waited: began.elapsed(), last });
        }
        sleep(interval).await;
    }
}
