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
