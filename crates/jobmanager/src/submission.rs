//! What a client hands in.

use std::collections::BTreeMap;

use weft_common::{Configuration, JobId};
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
    /// What clients are shown of how it was configured.
    pub details: JobDetails,
    /// Seed of restart jitter.
    pub seed: u64,
}

/// What clients are shown of how a job was configured.
#[derive(Clone, Debug, Default)]
pub struct JobDetails {
    /// The max parallelism said for the job.
    pub max_parallelism: Option<u32>,
    /// The parallelism of operators that set none.
    pub parallelism: u32,
    /// The restart strategy, in words.
    pub restart_strategy: String,
    /// What its program and client set, secrets masked.
    pub configuration: BTreeMap<String, String>,
}

impl JobDetails {
    /// Of a job with this graph, these settings and this configuration.
    pub fn of(graph: &StreamGraph, settings: &JobMasterSettings, configuration: &Configuration) -> Self {
        JobDetails {
            max_parallelism: graph.settings.max_parallelism,
            parallelism: graph.settings.default_parallelism,
            restart_strategy: settings.restart.to_string(),
            configuration: configuration.iter_masked().map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }
}

/// A job whose graphs are made and whose channels fit.
pub(crate) struct PlannedJob {
    pub(crate) job: JobId,
    pub(crate) deployer: Deployer,
    pub(crate) source: JobSource,
    pub(crate) coordinators: Box<dyn CoordinatorStarter>,
    pub(crate) settings: JobMasterSettings,
    pub(crate) details: JobDetails,
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
            details: self.details,
            seed: self.seed,
        })
    }
}
