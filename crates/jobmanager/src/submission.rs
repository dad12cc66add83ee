//! What a client hands in.

use weft_common::JobId;
use weft_control::JobMasterSettings;
use weft_graph::{ExchangePool, ExecutionGraph, GraphError, StreamGraph};
use weft_rpc::JobSource;

use crate::CoordinatorStarter;
use crate::deployment::Deployer;

/// A job to run.
pub struct Submission {
    /// Its id.
    pub job: JobId,
    /// What the program is.
    pub graph: StreamGraph,
    /// Where TaskManagers find what it is.
    pub source: JobSource,
    /// Starts its coordinators.
    pub coordinators: Box<dyn CoordinatorStarter>,
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
    pub(crate) deployer: Deployer,
    pub(crate) source: JobSource,
    pub(crate) coordinators: Box<dyn CoordinatorStarter>,
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
            deployer,
            source: self.source,
            coordinators: self.coordinators,
            settings: self.settings,
            seed: self.seed,
        })
    }
}
