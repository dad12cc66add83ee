//! Waiting for what happens elsewhere.

use std::time::{Duration, Instant};

/// Longest wait of any test: the machine may be busy with others.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer. Panics with `what` when there is none in time.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not happen within {PATIENCE:?}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
