//! What a program is: its operators, the streams between them and what its author said about both.

mod edge;
mod fingerprint;
mod graph;
mod node;
mod operator_id;
mod validate;

pub use edge::{EdgeCompression, EdgeExchange, Partition, StreamEdge};
pub use fingerprint::{Fingerprint, first_difference};
pub use graph::{BatchShuffleMode, JobSettings, NodeId, RuntimeMode, StreamGraph};
pub use node::{ChainingStrategy, OperatorKind, ProgramPlace, SideOutput, StreamNode};

#[cfg(test)]
#[path = "samples_test.rs"]
pub(crate) mod samples;
