//! What can go wrong when a program is driven.

use crate::RpcError;
use crate::program::ProgramExit;
use weft_common::ErrorKind;
use weft_graph::GraphError;

/// Why a program could not be driven to its end.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// It was not started, or said what cannot be read.
    #[error(transparent)]
    Program(#[from] RpcError),
    /// It cannot be a driven program.
    #[error("the program gave up: {0}")]
    GaveUp(String),
    /// It ended, and a plan was wanted.
    #[error("the program has no plan: it ended ({0}) before it executed a job")]
    NoExecute(ProgramExit),
    /// It built a graph that no job can be made of.
    #[error("the program's first job has no plan: {0}")]
    Graph(#[from] GraphError),
}

impl DriveError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            DriveError::Program(error) => error.kind(),
            DriveError::GaveUp(_) | DriveError::NoExecute(_) | DriveError::Graph(_) => ErrorKind::User,
        }
    }
}
