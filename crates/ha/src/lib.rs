//! High availability: what a JobManager leaves to its successor.
//!
//! A JobManager writes down every job it accepts before it says so, and the end of a job before that is told. Its successor, which leads
//! with a higher [`LeaderEpoch`], runs the jobs that have no end, and knows the ends of the others: a job that is over never runs again.
//!
//! * [`NoHighAvailability`] (`high-availability.type: none`) keeps nothing: what a JobManager ran ends with it.
//! * [`FileSystemHighAvailability`] (`high-availability.type: filesystem`) keeps everything in a directory under an exclusive lock: for one
//!   JobManager that may be restarted, beside any number that wait for its end.
//!
//! Where a cluster ends for good, as an application on YARN does, its last leader removes what it kept.

mod error;
mod file;
mod file_system;
mod lock;
mod none;
mod storage;

pub use error::HaError;
pub use file_system::FileSystemHighAvailability;
pub use none::NoHighAvailability;
pub use storage::Storage;

use std::path::Path;
use std::time::SystemTime;
use weft_common::{JobId, LeaderEpoch};

/// What is left to a successor. A value of this kind means leadership: whoever has it is the only one. Its calls wait for the file system.
pub trait HighAvailability: Send + Sync {
    /// Under which epoch its holder leads.
    fn epoch(&self) -> LeaderEpoch;
    /// A directory that a successor finds again, for programs; `None` where there is no such thing.
    fn directory(&self) -> Option<&Path>;
    /// Writes a job down. The bytes are the caller's.
    fn keep_job(&self, job: JobId, spec: &[u8]) -> Result<(), HaError>;
    /// The jobs that were written down and are not over.
    fn jobs(&self) -> Result<Vec<(JobId, Vec<u8>)>, HaError>;
    /// Writes the end of a job down, which from then on is over.
    fn job_over(&self, job: JobId, outcome: &[u8]) -> Result<(), HaError>;
    /// The ends that were written down, and when.
    fn outcomes(&self) -> Result<Vec<Kept>, HaError>;
    /// Forgets a job and its end: what was refused, or told long ago.
    fn forget(&self, job: JobId) -> Result<(), HaError>;
    /// Removes everything: whoever could start a successor knows that there will be none.
    fn remove(&self) -> Result<(), HaError>;
}

/// An end that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The job.
    pub job: JobId,
    /// When.
    pub at: SystemTime,
    /// What was written.
    pub outcome: Vec<u8>,
}
