//! What a request comes to when it comes to nothing.

use crate::cluster::Address;
use hyper::StatusCode;
use std::time::Duration;
use weft_rpc::view::Refusal;

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestError {
    /// Nobody is there.
    #[error(
        "no JobManager answers at {address} ({reason}): check that the cluster runs there, or say where it is with -m HOST:PORT, or with \
         rest.address and rest.port in the configuration"
    )]
    Unreachable {
        /// What was tried.
        address: Address,
        /// What the operating system said.
        reason: String,
    },
    /// Somebody is there and says nothing.
    #[error("the JobManager at {address} has not answered {request} within {} ms (client.timeout)", waited.as_millis())]
    Silent {
        /// Who.
        address: Address,
        /// What was asked.
        request: String,
        /// How long.
        waited: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection to the JobManager at {address} broke during {request}: {reason}")]
    Broken {
        /// Who.
        address: Address,
        /// What was asked.
        request: String,
        /// What is known.
        reason: String,
    },
    /// The answer is no.
    #[error("{sentence}")]
    Refused {
        /// Of which sort.
        status: StatusCode,
        /// What the JobManager said.
        sentence: String,
    },
    /// The answer is that only those with a token are answered.
    #[error(
        "the JobManager at {address} wants to be shown a token, and {}: name the file with the cluster's token with rest.token-file in the \
         configuration or with -D",
        if *shown { "the one that was shown is another" } else { "none was" }
    )]
    Unauthorized {
        /// Who.
        address: Address,
        /// Whether it was shown one.
        shown: bool,
    },
    /// The answer is none of a JobManager's.
    #[error("what answers at {address} is not a JobManager of this version: {request} gave {found}")]
    Strange {
        /// Who.
        address: Address,
        /// What was asked.
        request: String,
        /// What came.
        found: String,
    },
}

impl RestError {
    /// Whether the JobManager says that there is no such thing.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, RestError::Refused { status: StatusCode::NOT_FOUND, .. })
    }

    /// The same for whoever waits for jobs: what may be asked again is a failure.
    pub(crate) fn into_refusal(self) -> Refusal {
        let sentence = self.to_string();
        match self {
            RestError::Refused { status: StatusCode::NOT_FOUND, .. } => Refusal::NotFound(sentence),
            RestError::Refused { status, .. } if !status.is_server_error() => Refusal::Wrong(sentence),
            RestError::Strange { .. } | RestError::Unauthorized { .. } => Refusal::Wrong(sentence),
            _ => Refusal::Failed(sentence),
        }
    }
}
