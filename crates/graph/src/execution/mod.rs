//! What runs: the JobGraph with its parallelism unrolled.

mod graph;
mod region;
mod result;
mod slots;
mod vertex;

pub use graph::ExecutionGraph;
pub use region::PipelinedRegion;
pub use result::IntermediateResult;
pub use slots::{SlotSharingSlice, slot_sharing_group_id};
pub use vertex::{ExecutionJobVertex, ExecutionVertex, ExecutionVertexId};

#[cfg(test)]
mod tests;
