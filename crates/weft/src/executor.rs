//! Runs a program's jobs in a cluster of the program's own, started with the first job.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::EmbeddedCluster;
use weft_api::{Error, Executor, Job, JobClient};

/// An embedded cluster that starts when it is needed.
pub(crate) struct EmbeddedExecutor {
    cluster: OnceCell<Arc<EmbeddedCluster>>,
}

impl EmbeddedExecutor {
    pub(crate) fn new() -> Self {
        EmbeddedExecutor { cluster: OnceCell::new() }
    }
}

impl Executor for EmbeddedExecutor {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        let cluster = match self.cluster.get() {
            Some(cluster) => cluster,
            None => {
                let started = EmbeddedCluster::start(&job.configuration)?;
                crate::interrupt::cancel_on_interrupt(&started);
                self.cluster.get_or_init(|| started)
            }
        };
        cluster.submit(job)
    }
}
