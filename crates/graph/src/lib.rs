//! StreamGraph, JobGraph and ExecutionGraph: what a program is, how it is chained, what runs.
//!
//! ```text
//! StreamGraph      one node per operator, one edge per stream      what the program says; shipped as it is
//!   │ to_job_graph: parallelism, slot-sharing groups, chaining
//!   ▼
//! JobGraph         one vertex per chain, one edge per exchange     what is deployed; `JobPlan` shows it
//!   │ ExecutionGraph::new: parallelism unrolled
//!   ▼
//! ExecutionGraph   one execution vertex per subtask                what is scheduled: regions, slots, channels
//! ```
//!
//! All three are plain data without closures: a StreamGraph travels from the program to the JobMaster, which
//! translates it, and may do so again with another parallelism. Everything here is a function of its arguments:
//! two runs of one program build equal graphs, with equal [`OperatorId`](weft_common::OperatorId)s and equal
//! [fingerprints](StreamGraph::fingerprint).
//!
//! ```
//! use weft_graph::*;
//!
//! let text = SchemaRef::new("Str", 1);
//! let mut graph = StreamGraph::new(JobSettings { default_parallelism: 2, ..JobSettings::new("word count") });
//! let lines = graph.add_node(StreamNode::new(OperatorKind::Source { bounded: true }, "lines", text.clone()));
//! let words = graph.add_node(StreamNode::new(OperatorKind::OneInput, "words", text.clone()));
//! let counts = graph.add_node(StreamNode::new(OperatorKind::OneInput, "counts", text));
//! graph.add_edge(StreamEdge::new(lines, words))?;
//! graph.add_edge(StreamEdge::new(words, counts).with_partition(Partition::Key))?;
//! graph.node_mut(counts)?.uid = Some("counts".to_owned());
//!
//! let job = graph.to_job_graph()?;
//! let chains: Vec<_> = job.vertices.iter().map(|vertex| vertex.name.as_str()).collect();
//! assert_eq!(chains, ["Source: lines -> words", "counts"]);
//!
//! let slots = ExecutionGraph::new(&job).needed_slots();
//! assert_eq!(slots, 2);
//! # Ok::<(), GraphError>(())
//! ```
//!
//! Invariants: an edge leads from an earlier node to a later one, so a StreamGraph has no cycles and the order of its
//! nodes is a topological order, as are the orders of vertices in the other two; a translated graph has been
//! validated, so what follows needs no further checks.

mod digest;
mod distribution;
mod error;
mod exchange_pool;
mod execution;
mod job;
mod parallelism;
mod plan;
mod schema;
mod stream;

pub use distribution::DistributionPattern;
pub use error::{GraphError, OperatorLabel};
pub use exchange_pool::{ExchangePool, MAX_CHANNEL_SHARE, MIN_CHANNEL_SHARE, SlotChannels};
pub use execution::{
    ExecutionGraph, ExecutionJobVertex, ExecutionVertex, ExecutionVertexId, IntermediateResult, PipelinedRegion,
    SlotSharingSlice, slot_sharing_group_id,
};
pub use job::{ChainInput, ChainedOperator, ExchangeMode, JobEdge, JobGraph, JobVertex, ShipStrategy};
pub use parallelism::resolve_parallelism;
pub use plan::{JobPlan, PlanInput, PlanNode};
pub use schema::SchemaRef;
pub use stream::{
    BatchShuffleMode, ChainingStrategy, EdgeCompression, EdgeExchange, Fingerprint, JobSettings, NodeId, OperatorKind,
    Partition, ProgramPlace, RuntimeMode, SideOutput, StreamEdge, StreamGraph, StreamNode, first_difference,
};
