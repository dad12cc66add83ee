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
mod outputs;
mod ports;
mod processes;
mod rest;
mod rubbish;
mod scripts;
mod security;
#[path = "../../../rest/tests/rest/shape.rs"]
#[expect(clippy::unwrap_used, reason = "what fails here is a failed test")]
mod shape;
mod silence;
#[path = "../../../rest/tests/rest/templates.rs"]
#[expect(clippy::unwrap_used, reason = "what fails here is a failed test")]
mod templates;
mod two_jobs;
