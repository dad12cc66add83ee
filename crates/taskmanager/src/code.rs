//! The code of jobs, for workers that are threads of the program itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use weft_common::JobId;
use weft_exchange::InProcessTransport;
use weft_runtime::{JobInfo, Program};

/// What a worker needs of a job besides its deployments.
#[derive(Clone)]
pub struct JobCode {
    /// What the job is.
    pub info: Arc<JobInfo>,
    /// The closures and codecs.
    pub program: Arc<Program>,
    /// The way between the job's lanes.
    pub transport: Arc<InProcessTransport>,
}

/// The code of all jobs of the process, shared by its TaskManagers.
#[derive(Default)]
pub struct JobCodes {
    jobs: Mutex<HashMap<JobId, JobCode>>,
}

impl JobCodes {
    /// Makes a job's code known.
    pub fn add(&self, job: JobId, info: Arc<JobInfo>, program: Arc<Program>) {
        let code = JobCode { info, program, transport: Arc::new(InProcessTransport::new()) };
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).insert(job, code);
    }

    /// A job's code.
    pub fn get(&self, job: JobId) -> Option<JobCode> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).get(&job).cloned()
    }

    /// Forgets a job.
    pub fn remove(&self, job: JobId) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
    }
}
