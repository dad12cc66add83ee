//! What is submitted, and what every process of a job is started with.

use std::collections::BTreeMap;

use crate::{BlobRef, JobOutcome};
use weft_common::JobId;
use weft_graph::StreamGraph;

/// A job as it was submitted: which `execute` of which program, and what the program found out before.
///
/// A worker or coordinator runs the program's `main` again up to that `execute`. For this replay to build the same graph it is given
/// what the first run saw: the results of the executes before, and the values of `env.once`.
#[derive(Clone, Debug, PartialEq)]
pub struct JobSpec {
    /// Its id, chosen by the client so that a submission sent twice is one job.
    pub job: JobId,
    /// The program, and how it was called.
    pub program: ProgramSpec,
    /// Which `execute` of the program this is, from 0.
    pub execution: u32,
    /// What earlier executes came to.
    pub replay: Replay,
    /// What is to run.
    pub graph: StreamGraph,
    /// The program's configuration: what its command line, and the client's, set.
    pub configuration: BTreeMap<String, String>,
}

/// A program as a client called it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSpec {
    /// The executable's name, without directories.
    pub name: String,
    /// The executable's bytes.
    pub artifact: BlobRef,
    /// Its arguments, without its own name.
    pub arguments: Vec<String>,
    /// The environment variables that travel; nothing else of the client's environment does.
    pub environment: BTreeMap<String, String>,
}

/// What a replayed `main` is given instead of what it would find out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The outcome of each earlier `execute`, in order. Of one that the program had not waited for there is only that it runs.
    pub outcomes: Vec<JobOutcome>,
    /// The values of `env.once`, by name, encoded by their own types.
    pub once: BTreeMap<String, Vec<u8>>,
}
