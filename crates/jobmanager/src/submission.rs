//! What a client hands in.

use std::sync::Arc;

use weft_common::JobId;
use weft_control::JobMasterSettings;
use weft_graph::{ExchangePool, ExecutionGraph, GraphError, StreamGraph};
use weft_runtime::{JobInfo, Program};

use crate::deployment::Deployer;

/// A job to run.
pub struct Submission {
    /// Its id.
    pub job: JobId,
    /// What its operators may know of it.
    pub info: Arc<JobInfo>,
    /// What the program is.
    pub graph: StreamGraph,
    /// The code of its coordinators.
    pub program: Arc<Program>,
    /// How it is run.
    pub settings: JobMasterSettings,
    /// Bytes of exchange pool that a slot has.
    pub exchange_pool: u64,
    /// Seed of restart jitter.
    pub seed: u64,
}

/// A job whose graphs are made and whose channels fit.
pub(crate) struct PlannedJob {
    pub(crate) job: JobId,
    pub(crate) info: Arc<JobInfo>,
    pub(crate) deployer: Deployer,
    pub(crate) program: Arc<Program>,
    pub(crate) settings: JobMasterSettings,
    pub(crate) seed: u64,
}

impl Submission {
    pub(crate) fn plan(self) -> Result<PlannedJob, GraphError> {
        let graph = self.graph.to_job_graph()?;
        let execution = ExecutionGraph::new(&graph);
        let channels = ExchangePool { bytes: self.exchange_pool }.check(&execution)?;
        let deployer = Deployer::new(self.job, graph, execution, &channels);
        Ok(PlannedJob {
            job: self.job,
            info: self.info,
            deployer,
            program: self.program,
            settings: self.settings,
            seed: self.seed,
        })
    }
}
