//! What can go wrong with an application, and who can do something about it.

use std::time::Duration;

use weft_common::ErrorKind;
use weft_hadoop_rpc::RpcError;

use crate::proto::{ApplicationId, ApplicationState, NodeId};

/// An error of YARN, beyond those of single calls.
#[derive(Clone, Debug, thiserror::Error)]
pub enum YarnError {
    /// A call failed.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The ResourceManager took the application and then refused it.
    #[error("{application} was not accepted: it is {}: {diagnostics}", state.as_str_name())]
    NotAccepted {
        /// The application.
        application: ApplicationId,
        /// What became of it.
        state: ApplicationState,
        /// What the ResourceManager says about it.
        diagnostics: String,
    },
    /// Something did not come to pass in time.
    #[error("waited {} s for {what}: {last}", waited.as_secs_f64())]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
        /// How things stood at the end.
        last: String,
    },
    /// No container was ever given out on the node, so there is no token to speak to it.
    #[error("there is no token for the NodeManager {node}: no container was allocated there")]
    NoNodeToken {
        /// The node.
        node: NodeId,
    },
}

impl YarnError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            YarnError::Rpc(error) => error.kind(),
            YarnError::NotAccepted { .. } => ErrorKind::User,
            YarnError::TimedOut { .. } => ErrorKind::Retryable,
            YarnError::NoNodeToken { .. } => ErrorKind::Fatal,
        }
    }
}
