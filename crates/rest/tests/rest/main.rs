//! The real server on loopback, before a cluster that is made up.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here is a failed test")]

mod artifacts;
mod client;
mod errors;
mod fake_cluster;
mod fake_jobs;
mod golden;
mod limits;
mod logs;
mod metrics;
mod openapi;
mod programs;
mod rubbish;
mod served;
mod shape;
mod submission;
mod templates;
