//! Clusters of real processes: `weft jobmanager`, `weft taskmanager`, `weft run`, and what becomes of them when some are killed.
//!
//! Each test has a cluster of its own on ports of its own, and kills what it started.

mod client;
mod cluster;
mod failures;
mod jobs;
mod processes;
mod two_jobs;
