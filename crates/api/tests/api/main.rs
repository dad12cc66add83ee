//! Programs against the graphs they make. Nothing is run: the executor keeps what is submitted to it.

// Also what is not itself a test serves tests only.
#![allow(clippy::unwrap_used, clippy::panic)]

mod configuration;
mod golden_job_graphs;
mod inference;
mod jobs;
mod mistakes;
mod pipeline;
mod readme;
mod settings;
mod shape;
mod support;
