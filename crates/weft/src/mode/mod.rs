//! What a program is run as.
//!
//! ```text
//! nobody's child ─► alone: jobs run in an embedded cluster
//! child of ─► Drive:      every execute is a question to the parent, the client or, in application mode, the JobManager
//!             Work:       main is replayed up to one execute, which becomes the worker and does not return
//!             Coordinate: the same, and it becomes the host of that job's coordinators
//! ```
//!
//! It is found out once, before anything reads standard input: by [`parse`](crate::parse), or when the first environment is made.

mod coordinate;
mod drive;
mod replay;
mod work;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use weft_api::{Error, Executor};
use weft_common::ErrorKind;
use weft_common::configuration::{Configuration, Origin};
use weft_rpc::JobOutcome;
use weft_rpc::program::{Control, FRAME_LIMIT, Started};

use drive::{DriveExecutor, Driver};
use replay::Replayed;

/// What this process is.
pub(crate) enum Mode {
    /// A program that somebody started by itself.
    Alone,
    /// A program whose jobs its parent runs.
    Drive(Arc<Driver>),
    /// A program that is to become part of a job.
    Replay(Arc<Replayed>),
}

/// What this process is. Finds it out when it is called first.
pub(crate) fn mode() -> Result<&'static Mode, Error> {
    static MODE: OnceLock<Result<Mode, Error>> = OnceLock::new();
    MODE.get_or_init(find_out).as_ref().map_err(Clone::clone)
}

fn find_out() -> Result<Mode, Error> {
    let control = Control::take(FRAME_LIMIT).map_err(|e| Error::of(ErrorKind::Fatal, e))?;
    let Some(Control { started, reader, writer }) = control else { return Ok(Mode::Alone) };
    Ok(match started {
        Started::Drive(spec) => Mode::Drive(Driver::start(spec, reader, writer)?),
        Started::Work { spec, listener } => Mode::Replay(Replayed::worker(*spec, listener, reader, writer)),
        Started::Coordinate(spec) => Mode::Replay(Replayed::coordinators(*spec, reader, writer)),
    })
}

impl Mode {
    /// What the program's own arguments are laid over; `None` where they, and the files they name, decide.
    ///
    /// A replayed program sees the very configuration that it was driven with: the files of the client's machine are not here.
    pub(crate) fn configuration(&self) -> Option<Base> {
        match self {
            Mode::Alone => None,
            Mode::Drive(driver) => Some(Base::Under(configuration_of(driver.configuration()))),
            Mode::Replay(replayed) => Some(Base::Whole(configuration_of(&replayed.job().configuration))),
        }
    }

    /// What runs the program's jobs; `None` where it is to run them itself.
    pub(crate) fn executor(&self) -> Option<Rc<dyn Executor>> {
        match self {
            Mode::Alone => None,
            Mode::Drive(driver) => Some(Rc::new(DriveExecutor(driver.clone()))),
            Mode::Replay(replayed) => Some(Rc::new(replay::ReplayExecutor::new(replayed.clone()))),
        }
    }
}

/// A configuration from outside the program.
pub(crate) enum Base {
    /// The program's arguments go over it.
    Under(Configuration),
    /// It holds the program's arguments already.
    Whole(Configuration),
}

fn configuration_of(values: &BTreeMap<String, String>) -> Configuration {
    let mut configuration = Configuration::new();
    for (key, value) in values {
        configuration.set_raw(key.as_str(), value.as_str(), Origin::Cluster);
    }
    configuration
}

/// What begins keys that say where things are on a machine.
const OF_MACHINE: [&str; 2] = ["env.", "io.tmp."];

/// What a job goes by in a process that this one's parent has started: what its program set over what the parent is configured with. Where things are
/// on this machine the parent knows, and a program that was called on another one does not.
fn configuration_here(parents: &BTreeMap<String, String>, job: &Configuration) -> Configuration {
    let of_machine = parents.iter().filter(|(key, _)| OF_MACHINE.iter().any(|of| key.starts_with(of)));
    let of_machine = of_machine.map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut configuration = configuration_of(parents);
    configuration.overlay(job.clone());
    configuration.overlay(configuration_of(&of_machine));
    configuration
}

/// The end of a job as the program that waits for it sees it.
pub(crate) fn result_of(name: &str, outcome: JobOutcome) -> Result<weft_api::JobResult, Error> {
    use weft_control::JobStatus;
    match (outcome.status, outcome.failure) {
        (JobStatus::Finished, _) => Ok(weft_api::JobResult {
            job_id: outcome.job,
            duration: outcome.duration,
            results: outcome.results,
            accumulators: weft_api::JobAccumulators::of_reports(&outcome.accumulators),
            detached: false,
        }),
        (_, Some(failure)) => Err(Error::of(failure.kind, format!("job `{name}` failed: {}", failure.message))),
        (JobStatus::Canceled, None) => Err(Error::user(format!("job `{name}` was cancelled"))),
        (status, None) => Err(Error::of(ErrorKind::Retryable, format!("job `{name}` ended as {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_things_are_the_parent_knows_and_all_else_the_job_says() {
        let parents =
            [("env.hadoop.conf.dir", "/here/conf"), ("io.tmp.dirs", "/here/1,/here/2"), ("parallelism.default", "1")];
        let parents = parents.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let mut job = Configuration::new();
        job.apply_dynamic(["env.hadoop.conf.dir=/there", "io.tmp.dirs=/there", "parallelism.default=7", "env.other=x"])
            .unwrap();
        let configuration = configuration_here(&parents, &job);
        let text = |key: &str| configuration.raw(key).map(|(value, _)| value.to_text());
        assert_eq!(text("env.hadoop.conf.dir").as_deref(), Some("/here/conf"));
        assert_eq!(text("io.tmp.dirs").as_deref(), Some("/here/1,/here/2"));
        assert_eq!(text("parallelism.default").as_deref(), Some("7"));
        assert_eq!(text("env.other").as_deref(), Some("x"));
    }
}
