//! What a driven program has executed so far.

use super::DrivenJob;
use crate::program::Submission;
use crate::{JobOutcome, JobSpec, ProgramSpec, Replay};
use std::collections::BTreeMap;
use std::time::Duration;
use weft_common::JobId;
use weft_control::JobStatus;

/// The jobs of one run of a program, in the order of their executes.
#[derive(Debug)]
pub(super) struct Record {
    program: ProgramSpec,
    jobs: Vec<DrivenJob>,
}

impl Record {
    pub(super) fn new(program: ProgramSpec) -> Self {
        Record { program, jobs: Vec::new() }
    }

    /// What is submitted for an `execute`.
    pub(super) fn job_spec(&self, job: JobId, submission: Submission) -> JobSpec {
        let Submission { execution, graph, configuration, once } = submission;
        let program = self.program.clone();
        JobSpec { job, program, execution, replay: self.replay(once), graph, configuration }
    }

    /// What a replay of `main` is told of the executes so far. Of a job that the program has not been told the outcome of there is only that it
    /// runs: the replay does not wait for it, either.
    fn replay(&self, once: BTreeMap<String, Vec<u8>>) -> Replay {
        Replay {
            outcomes: self.jobs.iter().map(|job| job.outcome.clone().unwrap_or_else(|| runs(job.id))).collect(),
            once,
        }
    }

    pub(super) fn accepted(&mut self, id: JobId, name: String) {
        self.jobs.push(DrivenJob { id, name, outcome: None });
    }

    pub(super) fn ended(&mut self, outcome: &JobOutcome) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == outcome.job) {
            job.outcome = Some(outcome.clone());
        }
    }

    pub(super) fn into_jobs(self) -> Vec<DrivenJob> {
        self.jobs
    }
}

fn runs(job: JobId) -> JobOutcome {
    JobOutcome {
        job,
        status: JobStatus::Running,
        failure: None,
        results: BTreeMap::new(),
        accumulators: Vec::new(),
        duration: Duration::ZERO,
    }
}
