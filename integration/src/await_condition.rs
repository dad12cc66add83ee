//! Waiting for a condition, with a deadline.

use crate::RigError;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
///
/// # Errors
/// [`RigError::Deadline`], with `what`, when there is none in time.
pub fn eventually<T>(what: &str, deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> Result<T, RigError> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if Instant::now() > end {
            return Err(RigError::Deadline { what: what.to_owned(), deadline });
        }
        std::thread::sleep(PAUSE);
    }
}
