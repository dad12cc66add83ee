//! Between a program and what runs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Error;
use weft_common::configuration::Configuration;
use weft_common::{JobId, OperatorId};
use weft_graph::StreamGraph;
use weft_runtime::Program;

/// One `execute` of a program: the graph to submit and the code behind it.
#[derive(Clone)]
pub struct Job {
    /// What the program is.
    pub graph: StreamGraph,
    /// The code its operators are bound to.
    pub program: Arc<Program>,
    /// The program's configuration over the cluster's.
    pub configuration: Configuration,
}

/// Runs jobs: an embedded cluster, or a client of a real one.
pub trait Executor {
    /// Submits a job; returns once it is accepted.
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error>;

    /// The encoded value of `env.once`: what `evaluate` gives where the program runs for its own sake, what it gave there where it is
    /// replayed.
    fn once(&self, _name: &str, evaluate: &mut dyn FnMut() -> Vec<u8>) -> Result<Vec<u8>, Error> {
        Ok(evaluate())
    }

    /// Whether the program is replayed, to become a worker or to host coordinators.
    fn is_replay(&self) -> bool {
        false
    }
}

/// A submitted job.
pub trait JobClient: Send {
    /// Its id.
    fn job_id(&self) -> JobId;
    /// The job's status, by its name in the REST API (`RUNNING`, `FINISHED`, …).
    fn status(&self) -> String;
    /// Asks for its end; [`wait`](Self::wait) tells when it is there.
    fn cancel(&self);
    /// Waits for its end. A job that failed or was cancelled is an error that says why.
    fn wait(&mut self) -> Result<JobResult, Error>;
}

/// What a finished job leaves.
#[derive(Clone, Debug)]
pub struct JobResult {
    /// The job.
    pub job_id: JobId,
    /// From its start to its end.
    pub duration: std::time::Duration,
    /// What its sinks' committers had to say to the client, encoded by them.
    pub results: BTreeMap<OperatorId, Vec<u8>>,
    /// Whether nobody waited for the job (`run -d`): it was accepted, and there is no result yet.
    pub detached: bool,
}
