//! Waits that grow and never fall into step with those of other clients.

use std::time::Duration;

use crate::entropy::{self, Entropy};

/// The waits between the rounds of one call.
pub(crate) struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    /// Starts at `first` and doubles up to `max`.
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Backoff { next: first.min(max), max }
    }

    /// The next wait: between half of the grown value and all of it.
    pub(crate) fn next(&mut self, entropy: &dyn Entropy) -> Duration {
        let grown = self.next;
        self.next = grown.saturating_mul(2).min(self.max);
        let fraction = (entropy::number(entropy) >> 11) as f64 / (1u64 << 53) as f64;
        grown.mul_f64(0.5 + fraction / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_never_exceed_it() {
        for byte in [0, 127, 255] {
            let entropy = move |bytes: &mut [u8]| bytes.fill(byte);
            let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(500));
            for grown in [100, 200, 400, 500, 500] {
                let wait = backoff.next(&entropy);
                assert!(wait >= Duration::from_millis(grown / 2) && wait <= Duration::from_millis(grown), "{wait:?}");
            }
        }
    }
}
