//! Names of applications, attempts, containers and nodes as texts.
//!
//! | what | text |
//! |---|---|
//! | application | `application_<start of the ResourceManager in ms>_<number, at least 4 digits>` |
//! | attempt | `appattempt_<start>_<application, 4>_<number, 6>` |
//! | container | `container_e<epoch, 2>_<start>_<application, 4>_<attempt, 2>_<number, 6>`, without the epoch while it is 0 |
//! | node | `host:port` |
//!
//! Fewer digits than the number has never cut it off, and more are read.

use std::fmt;
use std::str::FromStr;

use crate::proto::{ApplicationAttemptId, ApplicationId, ContainerId, NodeId};

/// Bits of a container's id that count; those above tell how often the ResourceManager was restarted.
const COUNT_BITS: u32 = 40;

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not the id of {what}: expected something like {example}")]
pub struct NotAnId {
    /// The text as it was given.
    pub text: String,
    /// Of what it should be the id.
    pub what: &'static str,
    /// How such an id looks.
    pub example: &'static str,
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "application_{}_{:04}", self.cluster_timestamp, self.id)
    }
}

impl fmt::Display for ApplicationAttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ApplicationId { id, cluster_timestamp } = self.application;
        write!(f, "appattempt_{cluster_timestamp}_{id:04}_{:06}", self.attempt)
    }
}

impl ContainerId {
    /// How often the ResourceManager had been restarted when it gave the container out.
    pub fn epoch(&self) -> i64 {
        self.id >> COUNT_BITS
    }

    /// The container's number within its attempt and epoch. The first one is not always the ApplicationMaster's.
    pub fn number(&self) -> i64 {
        self.id & ((1 << COUNT_BITS) - 1)
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ApplicationAttemptId { application: ApplicationId { id, cluster_timestamp }, attempt } = self.attempt;
        f.write_str("container_")?;
        if self.epoch() > 0 {
            write!(f, "e{:02}_", self.epoch())?;
        }
        write!(f, "{cluster_timestamp}_{id:04}_{attempt:02}_{:06}", self.number())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A number in digits alone; Rust would take a sign.
fn number<N: FromStr>(text: &str) -> Option<N> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn application(text: &str) -> Option<ApplicationId> {
    let (timestamp, id) = text.strip_prefix("application_")?.split_once('_')?;
    Some(ApplicationId { id: number(id)?, cluster_timestamp: number(timestamp)? })
}

fn attempt(text: &str) -> Option<ApplicationAttemptId> {
    let mut parts = text.strip_prefix("appattempt_")?.split('_');
    let (timestamp, id, attempt) = (parts.next()?, parts.next()?, parts.next()?);
    let application = ApplicationId { id: number(id)?, cluster_timestamp: number(timestamp)? };
    parts.next().is_none().then_some(ApplicationAttemptId { application, attempt: number(attempt)? })
}

fn container(text: &str) -> Option<ContainerId> {
    let text = text.strip_prefix("container_")?;
    let (epoch, text) = match text.strip_prefix('e') {
        Some(rest) => rest.split_once('_').map(|(epoch, rest)| (number::<u32>(epoch), rest))?,
        None => (Some(0), text),
    };
    let mut parts = text.split('_');
    let (timestamp, id, attempt) = (parts.next()?, parts.next()?, parts.next()?);
    let count: i64 = number(parts.next()?)?;
    if parts.next().is_some() || count >> COUNT_BITS != 0 || epoch? >> (63 - COUNT_BITS) != 0 {
        return None;
    }
    let application = ApplicationId { id: number(id)?, cluster_timestamp: number(timestamp)? };
    let attempt = ApplicationAttemptId { application, attempt: number(attempt)? };
    Some(ContainerId { application: None, attempt, id: i64::from(epoch?) << COUNT_BITS | count })
}

macro_rules! from_text {
    ($id:ident, $parse:ident, $what:literal, $example:literal) => {
        impl FromStr for $id {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                $parse(text).ok_or_else(|| NotAnId { text: text.to_owned(), what: $what, example: $example })
            }
        }
    };
}

from_text!(ApplicationId, application, "an application", "application_1700000000000_0007");
from_text!(ApplicationAttemptId, attempt, "an attempt", "appattempt_1700000000000_0007_000001");
from_text!(ContainerId, container, "a container", "container_1700000000000_0007_01_000002");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both_ways<I: fmt::Display + FromStr<Err = NotAnId> + PartialEq + fmt::Debug>(id: &I, text: &str) {
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse().as_ref(), Ok(id));
    }

    #[test]
    fn ids_as_hadoop_writes_them() {
        let application = ApplicationId { id: 7, cluster_timestamp: 1_700_000_000_000 };
        both_ways(&application, "application_1700000000000_0007");
        both_ways(&ApplicationId { id: 123_456, ..application }, "application_1700000000000_123456");
        let attempt = ApplicationAttemptId { application, attempt: 1 };
        both_ways(&attempt, "appattempt_1700000000000_0007_000001");
        let container = |epoch: i64, count: i64| ContainerId { application: None, attempt, id: epoch << 40 | count };
        both_ways(&container(0, 2), "container_1700000000000_0007_01_000002");
        both_ways(&container(1, 1), "container_e01_1700000000000_0007_01_000001");
        both_ways(&container(123, 12_345_678), "container_e123_1700000000000_0007_01_12345678");
        assert_eq!(NodeId { host: "h".to_owned(), port: 8041 }.to_string(), "h:8041");
    }

    #[test]
    fn texts_that_are_no_ids() {
        for text in ["", "application_", "application_1", "application_x_1", "application_1_-1", "application_1_1_1"] {
            assert!(text.parse::<ApplicationId>().is_err(), "{text}");
        }
        for text in ["container_1_1_1", "container_e_1_1_1_1", "container_1_1_1_1099511627776", "container_e+1_1_1_1_1"]
        {
            assert!(text.parse::<ContainerId>().is_err(), "{text}");
        }
        let message = "job_1".parse::<ApplicationAttemptId>().unwrap_err().to_string();
        assert_eq!(
            message,
            "\"job_1\" is not the id of an attempt: expected something like appattempt_1700000000000_0007_000001"
        );
    }

    proptest! {
        #[test]
        fn ids_come_back(cluster_timestamp in 0i64.., id in 0i32.., attempt in 0i32.., number in 0i64..) {
            let application = ApplicationId { id, cluster_timestamp };
            let attempt = ApplicationAttemptId { application, attempt };
            let container = ContainerId { application: None, attempt, id: number };
            prop_assert_eq!(application.to_string().parse(), Ok(application));
            prop_assert_eq!(attempt.to_string().parse(), Ok(attempt));
            prop_assert_eq!(container.to_string().parse(), Ok(container));
        }

        #[test]
        fn no_text_is_too_strange(text in "(container|appattempt)_[e0-9_]{0,40}") {
            let _ = text.parse::<ContainerId>();
            let _ = text.parse::<ApplicationAttemptId>();
        }
    }
}
