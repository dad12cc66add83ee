//! What a program can do wrong while it builds its graph.

use weft_common::ErrorKind;
use weft_graph::{OperatorLabel, ProgramPlace};

/// A call that makes no sense where it stands. Kept, and reported by `execute`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mistake {
    #[error("{call} at {place} follows {origin}: call it on each of them, before union")]
    SettingOfUnion { call: &'static str, place: ProgramPlace, origin: String },
    #[error(
        "{call} at {place} follows a side output of operator {operator}: call it on what process returned, before \
         side_output"
    )]
    SettingOfSideOutput { call: &'static str, place: ProgramPlace, operator: OperatorLabel },
    #[error(
        "side_output(\"{tag}\") at {place} is asked of {origin}, which has no side outputs: ask the stream that \
         process returned"
    )]
    NoSideOutputs { tag: String, place: ProgramPlace, origin: String },
    #[error(
        "side_output(\"{tag}\") at {place} is asked of operator {operator} for records of another type than before: \
         use one OutputTag for it everywhere"
    )]
    SideOutputOfTwoTypes { tag: String, place: ProgramPlace, operator: OperatorLabel },
    #[error(
        "operator {reader} reads a stream of another environment or of a job that was executed before: make the stream \
         from a source of this environment, after the last execute"
    )]
    ForeignStream { reader: OperatorLabel },
    #[error(
        "{call} at {place} is about an operator of another environment or of a job that was executed before: call it \
         before execute"
    )]
    ForeignOperator { call: &'static str, place: ProgramPlace },
}

impl Mistake {
    /// The program's author made it.
    pub(crate) fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}
