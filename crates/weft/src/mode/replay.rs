//! A program that is run again to become part of a job.
//!
//! `main` runs as it did when the job was submitted. The executes before the job's are answered from the record, without running anything;
//! the job's own must ask for the very graph that was submitted, and turns the process into what it was started for.

use std::cell::Cell;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use super::{configuration_of, coordinate, work};
use weft_api::{Error, Executor, Job, JobClient, JobResult};
use weft_common::{Configuration, ErrorKind, JobId};
use weft_rpc::program::{ControlReader, ControlWriter, CoordinateSpec, FromProgram, WorkSpec};
use weft_rpc::{JobOutcome, JobSpec};

/// What this process is to become, and the way to its parent.
pub(crate) struct Replayed {
    job: JobSpec,
    /// That of the process that started this one.
    parent: Configuration,
    writer: ControlWriter,
    /// Taken by the execute that becomes it.
    role: Mutex<Option<Role>>,
}

enum Role {
    Worker { spec: WorkSpec, listener: TcpListener, reader: ControlReader },
    Coordinators { spec: CoordinateSpec, reader: ControlReader },
}

impl Replayed {
    pub(crate) fn worker(
        spec: WorkSpec,
        listener: TcpListener,
        reader: ControlReader,
        writer: ControlWriter,
    ) -> Arc<Self> {
        let (job, parent) = (spec.job.clone(), configuration_of(&spec.configuration));
        Arc::new(Replayed { job, parent, writer, role: Mutex::new(Some(Role::Worker { spec, listener, reader })) })
    }

    pub(crate) fn coordinators(spec: CoordinateSpec, reader: ControlReader, writer: ControlWriter) -> Arc<Self> {
        let (job, parent) = (spec.job.clone(), configuration_of(&spec.configuration));
        Arc::new(Replayed { job, parent, writer, role: Mutex::new(Some(Role::Coordinators { spec, reader })) })
    }

    pub(crate) fn job(&self) -> &JobSpec {
        &self.job
    }

    /// What this process goes by where its program says nothing: the configuration of whoever started it.
    pub(crate) fn under(&self, configuration: &Configuration) -> Configuration {
        let mut all = self.parent.clone();
        all.overlay(configuration.clone());
        all
    }

    /// The execute that the process was started for: it does not return.
    fn become_part(&self, job: Job) -> ! {
        if let Some(difference) = weft_graph::first_difference(&self.job.graph, &job.graph) {
            self.give_up(&format!(
                "the program builds another graph here than where it was submitted: {difference}. What main reads from clocks, random \
                 numbers, files or the environment must go through env.once"
            ));
        }
        let role = self.role.lock().unwrap_or_else(PoisonError::into_inner).take();
        let writer = self.writer.clone();
        let failed = match role {
            Some(Role::Worker { spec, listener, reader }) => work::run(spec, listener, job, reader, writer),
            Some(Role::Coordinators { spec, reader }) => coordinate::run(&spec, job, reader, writer),
            None => Err(Error::of(ErrorKind::Fatal, "the process has become part of its job before")),
        };
        match failed {
            Ok(()) => std::process::exit(0),
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Tells the parent why this process cannot be what it was started for, and ends it.
    fn give_up(&self, sentence: &str) -> ! {
        // A parent that is gone needs no telling.
        let _ = self.writer.send(FromProgram::Failed(sentence.to_owned()));
        std::process::exit(1);
    }
}

/// Answers the executes of a replayed program.
pub(crate) struct ReplayExecutor {
    replayed: Arc<Replayed>,
    executions: Cell<u32>,
}

impl ReplayExecutor {
    pub(crate) fn new(replayed: Arc<Replayed>) -> Self {
        ReplayExecutor { replayed, executions: Cell::new(0) }
    }
}

impl Executor for ReplayExecutor {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        let execution = self.executions.replace(self.executions.get() + 1);
        if execution == self.replayed.job.execution {
            self.replayed.become_part(job);
        }
        match self.replayed.job.replay.outcomes.get(execution as usize) {
            Some(outcome) => {
                let name = job.graph.settings.name;
                Ok(Box::new(RecordedJob { name, outcome: outcome.clone() }))
            }
            None => self.replayed.give_up(&format!(
                "the outcome of execute number {} is not on record: the program was submitted without waiting for it",
                execution + 1
            )),
        }
    }

    fn once(&self, name: &str, _evaluate: &mut dyn FnMut() -> Vec<u8>) -> Result<Vec<u8>, Error> {
        match self.replayed.job.replay.once.get(name) {
            Some(value) => Ok(value.clone()),
            None => self.replayed.give_up(&format!(
                "the program asks for once(\"{name}\") here and did not where it was submitted: main must take the same way everywhere"
            )),
        }
    }

    fn is_replay(&self) -> bool {
        true
    }
}

/// A job that ended before the process was started.
struct RecordedJob {
    name: String,
    outcome: JobOutcome,
}

impl JobClient for RecordedJob {
    fn job_id(&self) -> JobId {
        self.outcome.job
    }

    fn status(&self) -> String {
        self.outcome.status.to_string()
    }

    /// It is over.
    fn cancel(&self) {}

    fn wait(&mut self) -> Result<JobResult, Error> {
        super::result_of(&self.name, self.outcome.clone())
    }
}
