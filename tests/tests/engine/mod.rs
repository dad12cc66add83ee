//! Whole jobs on the embedded cluster.

mod accumulators;
mod cancelling;
mod committing;
mod connecting;
mod failing;
mod file_output;
mod jobs;
mod mistakes;
mod partitioning;
mod process_functions;
mod slots;
mod spilling;
mod support;
#[path = "../../../crates/weft/tests/programs/until.rs"]
mod until;
mod word_count;
