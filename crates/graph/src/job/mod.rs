//! What is deployed: chains of operators as vertices, exchanges between them as edges.

mod chaining;
mod co_location;
mod edge;
mod graph;
mod slot_sharing;
mod translate;
mod vertex;

pub use edge::{ExchangeMode, JobEdge, ShipStrategy};
pub use graph::JobGraph;
pub use vertex::{ChainInput, ChainedOperator, JobVertex};

#[cfg(test)]
mod tests;
