//! How a REST server is set up.

use crate::{Authenticator, RestError};
use std::sync::Arc;
use std::time::Duration;

/// What a REST server says of itself, and what it allows.
#[derive(Clone, Debug)]
pub struct RestSettings {
    /// Which engine this is.
    pub version: VersionInfo,
    /// The host under which clients reach this server (`rest.address`); where the list of programs says where it is.
    pub advertised_host: String,
    /// Whether programs can be submitted (`web.submit.enable`). Where there are
    /// [authenticators](Self::authenticators), clients that one admits always can.
    pub submit_enabled: bool,
    /// Whether jobs can be cancelled (`web.cancel.enable`), and dashboards offer to. Where there are
    /// [authenticators](Self::authenticators), clients that one admits always can.
    pub cancel_enabled: bool,
    /// Whom none of them admits is answered 401; everybody is admitted where there are none.
    pub authenticators: Vec<Arc<dyn Authenticator>>,
    /// The most bytes of a program; 1 GiB unless set.
    pub upload_limit: u64,
    /// The most bytes of any other body; 10 MiB unless set.
    pub body_limit: u64,
    /// The most bytes of a request's head, at least 8,192; 16 KiB unless set. Who sends more is answered 431.
    pub head_limit: usize,
    /// How long a client may take to send a request's head, from the connection's start or its last answer; 30 s unless set.
    pub head_timeout: Duration,
    /// How long a client may pause within a body; 30 s unless set.
    pub body_timeout: Duration,
    /// How long a client may take nothing of an answer that is waiting for it; 60 s unless set.
    pub answer_timeout: Duration,
    /// The most connections at a time; 1,000 unless set. One more is answered 503 and closed.
    pub connections: usize,
    /// How long requests may still take when the server is to end; 5 s unless set.
    pub grace: Duration,
}

/// Which engine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionInfo {
    /// The version, `0.1.0`.
    pub version: String,
    /// The commit it was built of, in short.
    pub commit: String,
    /// When that was, as people read it; empty when not known.
    pub committed_at: String,
}

impl VersionInfo {
    /// As `/config` shows it.
    pub(crate) fn revision(&self) -> String {
        if self.committed_at.is_empty() {
            self.commit.clone()
        } else {
            format!("{} @ {}", self.commit, self.committed_at)
        }
    }
}

impl RestSettings {
    /// The least that a head may have: what the HTTP implementation needs for its buffer.
    const LEAST_HEAD: usize = 8192;

    /// Of this version, on loopback, with the limits that suit a cluster.
    pub fn new(version: VersionInfo) -> Self {
        RestSettings {
            version,
            advertised_host: "localhost".into(),
            submit_enabled: true,
            cancel_enabled: true,
            authenticators: Vec::new(),
            upload_limit: 1 << 30,
            body_limit: 10 << 20,
            head_limit: 16 << 10,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(60),
            connections: 1000,
            grace: Duration::from_secs(5),
        }
    }

    /// Whether not just anybody is answered.
    pub(crate) fn is_guarded(&self) -> bool {
        !self.authenticators.is_empty()
    }

    /// Refuses what no server can work with.
    pub(crate) fn check(&self) -> Result<(), RestError> {
        let least = |setting, found: usize, least: usize| {
            let error = RestError::Setting { setting, found: found as u64, least: least as u64 };
            if found < least { Err(error) } else { Ok(()) }
        };
        least("limit of a request's head", self.head_limit, Self::LEAST_HEAD)?;
        least("number of connections", self.connections, 1)
    }
}
