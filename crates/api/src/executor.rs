//! Between a program and what runs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Error;
use weft_common::accumulator::{self, Accumulator, AccumulatorError};
use weft_common::configuration::Configuration;
use weft_common::{ErrorKind, JobId, OperatorId};
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
    /// What its user functions counted.
    pub accumulators: JobAccumulators,
    /// Whether nobody waited for the job (`run -d`): it was accepted, and there is no result yet.
    pub detached: bool,
}

impl JobResult {
    /// What the user functions of the job counted under a name, over all subtasks. An error if none counted anything so called, or if
    /// they counted different things.
    pub fn accumulator(&self, name: &str) -> Result<&Accumulator, Error> {
        self.accumulators.get(name)
    }
}

/// What the user functions of a finished job counted, by name.
#[derive(Clone, Debug, Default)]
pub struct JobAccumulators(BTreeMap<String, Result<Accumulator, AccumulatorError>>);

impl JobAccumulators {
    /// Merges what subtasks reported: names with encoded values.
    pub fn of_reports<'a>(reports: impl IntoIterator<Item = &'a (String, Vec<u8>)>) -> Self {
        JobAccumulators(accumulator::merge(reports.into_iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))))
    }

    /// The accumulator of this name. An error if there is none, or if it has no value.
    pub fn get(&self, name: &str) -> Result<&Accumulator, Error> {
        match self.0.get(name) {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(Error::of(error.kind(), error)),
            None => Err(Error::of(ErrorKind::User, self.no_such(name))),
        }
    }

    /// Those that have a value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Accumulator)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref().ok()?)))
    }

    fn no_such(&self, name: &str) -> String {
        let names: Vec<_> = self.0.keys().map(|name| format!("`{name}`")).collect();
        match names.is_empty() {
            true => format!("the job has no accumulator `{name}`, and no other: ask a function's context for it"),
            false => format!("the job has no accumulator `{name}`: it has {}", names.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accumulators_are_found_by_name_and_a_wrong_one_is_told_from_those_there_are() {
        let long = |n: i64| Accumulator::LongCounter(n).encode();
        let double = Accumulator::DoubleCounter(1.0).encode();
        let reports = [("lines", long(1)), ("words", long(2)), ("lines", long(3)), ("words", double)];
        let accumulators = JobAccumulators::of_reports(&reports.map(|(name, bytes)| (name.to_owned(), bytes)));
        assert_eq!(accumulators.get("lines").unwrap().as_i64(), Some(4));
        assert_eq!(accumulators.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["lines"]);
        let conflict = accumulators.get("words").unwrap_err();
        assert_eq!(conflict.kind(), ErrorKind::User);
        assert!(
            conflict.to_string().contains("`words` is a LongCounter in one place and a DoubleCounter"),
            "{conflict}"
        );
        let unknown = accumulators.get("line").unwrap_err().to_string();
        assert_eq!(unknown, "the job has no accumulator `line`: it has `lines`, `words`");
        let none = JobAccumulators::default().get("line").unwrap_err().to_string();
        assert!(none.contains("and no other"), "{none}");
    }
}
