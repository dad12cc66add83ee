//! Whole jobs on the embedded cluster: those of the corpus, which processes run as well, and what only a cluster in one process shows.

mod accumulators;
mod cancelling;
mod corpus;
mod failing;
mod jobs;
mod mistakes;
mod partitioning;
mod slots;
mod spilling;
mod support;
#[path = "../../../crates/weft/tests/programs/until.rs"]
mod until;
mod word_count;
