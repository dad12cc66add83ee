//! Clusters of real processes: `weft jobmanager`, `weft taskmanager`, `weft run`, and what becomes of them when some are killed.
//!
//! Each test has a cluster of its own on ports of its own, and kills what it started.

#![expect(clippy::panic, clippy::print_stderr, reason = "what fails here is a failed test, and says what it saw")]

mod accumulators;
mod application;
mod client;
mod cluster;
mod corpus;
mod failures;
mod jobs;
mod keys;
mod log_levels;
mod metrics;
mod misuse;
mod other_user;
mod ports;
mod processes;
mod rubbish;
mod security;
mod silence;
mod two_jobs;
