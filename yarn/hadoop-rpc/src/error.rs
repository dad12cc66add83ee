//! What can go wrong with a call, and who can do something about it.

use std::fmt;
use std::time::Duration;

use weft_common::ErrorKind;

use crate::{Address, ExceptionKind, RemoteException};

/// A call that gave no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RpcError {
    /// The server answered with an exception.
    #[error("cannot call {method} at {address}: {exception}")]
    Remote {
        /// The method.
        method: &'static str,
        /// The server that answered.
        address: Address,
        /// What it said.
        exception: Box<RemoteException>,
    },
    /// The server would not talk to this user, or not in this way.
    #[error("cannot log in to {address} as {user}: {exception}: {advice}")]
    Rejected {
        /// The server.
        address: Address,
        /// Who asked, and with what.
        user: String,
        /// What it said.
        exception: Box<RemoteException>,
        /// What to look at.
        advice: &'static str,
    },
    /// No server could be asked, or none answered, until the time was up.
    #[error("cannot call {method} of {service} within {} s: {failures}", seconds(.waited))]
    Unavailable {
        /// The method.
        method: &'static str,
        /// What was asked for, in the user's terms.
        service: String,
        /// How long it was tried.
        waited: Duration,
        /// The last failure at each address.
        failures: Failures,
        /// Whether some server may have carried the call out although its answer never came.
        may_have_happened: bool,
    },
    /// The server and this client cannot agree how to authenticate.
    #[error("cannot log in to {address}: {reason}")]
    Login {
        /// The server.
        address: Address,
        /// What was found and what to do.
        reason: String,
    },
    /// What came back is not Hadoop RPC, or not the message it should be.
    #[error("cannot understand the answer of {address}: {reason}: check that a Hadoop server listens there")]
    Malformed {
        /// The server.
        address: Address,
        /// What was found.
        reason: String,
    },
    /// The request is larger than servers take.
    #[error("cannot call {method} of {service}: the request has {length} bytes and servers take at most {limit}")]
    RequestTooLarge {
        /// The method.
        method: &'static str,
        /// What was asked for, in the user's terms.
        service: String,
        /// The frame's length in bytes.
        length: usize,
        /// The longest frame that is sent.
        limit: usize,
    },
}

impl RpcError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            RpcError::Unavailable { .. } => ErrorKind::Retryable,
            RpcError::Remote { exception, .. } => kind_of(exception.kind),
            RpcError::Rejected { .. } | RpcError::Login { .. } => ErrorKind::User,
            RpcError::Malformed { .. } | RpcError::RequestTooLarge { .. } => ErrorKind::Fatal,
        }
    }

    /// The server's exception, where there is one.
    pub fn exception(&self) -> Option<&RemoteException> {
        match self {
            RpcError::Remote { exception, .. } | RpcError::Rejected { exception, .. } => Some(exception),
            _ => None,
        }
    }

    /// Whether the server answered this call with such an exception.
    pub fn is(&self, kind: ExceptionKind) -> bool {
        self.exception().is_some_and(|exception| exception.kind == kind)
    }
}

fn kind_of(exception: ExceptionKind) -> ErrorKind {
    match exception {
        ExceptionKind::Standby
        | ExceptionKind::Retriable
        | ExceptionKind::SafeMode
        | ExceptionKind::AlreadyBeingCreated
        | ExceptionKind::RecoveryInProgress
        | ExceptionKind::NotReplicatedYet
        | ExceptionKind::ApplicationMasterNotRegistered
        | ExceptionKind::NodeManagerNotReady
        | ExceptionKind::Other
        | ExceptionKind::OtherYarn => ErrorKind::Retryable,
        ExceptionKind::LeaseExpired | ExceptionKind::ApplicationAttemptNotFound => ErrorKind::Fenced,
        ExceptionKind::NoSuchMethod
        | ExceptionKind::QuotaExceeded
        | ExceptionKind::Unsupported
        | ExceptionKind::InvalidApplicationMasterRequest => ErrorKind::Fatal,
        _ => ErrorKind::User,
    }
}

fn seconds(duration: &Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}

/// What went wrong last at each address that was tried, in the order of the addresses.
#[derive(Clone, Debug, Default)]
pub struct Failures(pub Vec<(Address, String)>);

impl Failures {
    /// What went wrong last at an address.
    pub(crate) fn of(&self, address: &Address) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == address).map(|(_, reason)| reason.as_str())
    }

    /// Remembers why `address` did not do, instead of what was known of it before.
    pub(crate) fn record(&mut self, address: &Address, reason: String) {
        match self.0.iter_mut().find(|(known, _)| known == address) {
            Some((_, last)) => *last = reason,
            None => self.0.push((address.clone(), reason)),
        }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no address was tried: configure one");
        }
        for (nth, (address, reason)) in self.0.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            write!(f, "{separator}{address}: {reason}")?;
        }
        Ok(())
    }
}
