//! Asking again.

use crate::view::Refusal;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use weft_common::ConfigError;
use weft_common::configuration::{Configuration, options};

/// Before a request is made a second time; doubled with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long, and how often, a service that does not answer is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From the first failure to giving up (`client.timeout`).
    pub timeout: Duration,
    /// The longest pause between two tries (`client.retry-period`).
    pub retry_period: Duration,
}

impl Patience {
    /// What is configured.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        Ok(Patience {
            timeout: configuration.get(&options::CLIENT_TIMEOUT)?,
            retry_period: configuration.get(&options::CLIENT_RETRY_PERIOD)?,
        })
    }

    /// Makes a request until it is answered, refused for good, or the patience is at its end: then the last failure is the answer.
    pub(super) async fn ask<T, F>(self, mut request: impl FnMut() -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let mut failing: Option<Failing> = None;
        loop {
            let failed = match request().await {
                Err(refusal @ Refusal::Failed(_)) => refusal,
                answer => return answer,
            };
            let failing = failing
                .get_or_insert_with(|| Failing { since: Instant::now(), pause: FIRST_PAUSE.min(self.retry_period) });
            if failing.since.elapsed() + failing.pause > self.timeout {
                return Err(failed);
            }
            tokio::time::sleep(failing.pause).await;
            failing.pause = (failing.pause * 2).min(self.retry_period);
        }
    }
}

/// A request that has failed at least once.
struct Failing {
    since: Instant,
    pause: Duration,
}
