//! The sink.

use std::marker::PhantomData;
use std::time::Duration;

use super::committer::FileCommitter;
use super::part_name::InProgress;
use super::part_writer::{PartWriter, PendingPart};
use super::writer::FileWriter;
use crate::TextFormat;
use crate::location::Location;
use weft_common::configuration::options;
use weft_fs::FileSystems;
use weft_record::Record;
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::sink::Sink;
use weft_runtime::{JobInfo, OperatorContext, TaskError};

/// Writes records as lines into files `part-<subtask>-<number>` of a directory, which appear when the job finishes.
///
/// In a job that does not come to an end, parts are finished and shown every `sink.rolling-interval` (default one minute), each
/// record at least once.
///
/// A directory that already holds files fails the job before it runs. What a failed or cancelled job wrote is removed.
pub struct FileSink<T> {
    location: Location,
    rolling: Option<Duration>,
    records: PhantomData<fn(T)>,
}

impl<T: TextFormat> FileSink<T> {
    /// Lines of [`TextFormat`] in the directory `path`, which is made when it is missing. A relative path is one below the
    /// working directory.
    pub fn text(path: impl AsRef<std::path::Path>) -> Self {
        FileSink { location: Location::new(path.as_ref()), rolling: None, records: PhantomData }
    }
}

impl<T> FileSink<T> {
    /// In one of these file systems; by default in those of the job's configuration.
    #[must_use]
    pub fn file_systems(self, file_systems: FileSystems) -> Self {
        FileSink { location: self.location.with_file_systems(file_systems), ..self }
    }

    /// Closes a part and shows it every so often, at least a millisecond, instead of when the job finishes: for jobs that do
    /// not. A record is then written *at least once*: after a restart, what was shown before may come again.
    #[must_use]
    pub fn rolling_every(self, interval: Duration) -> Self {
        FileSink { rolling: Some(interval), ..self }
    }
}

impl<T> Clone for FileSink<T> {
    fn clone(&self) -> Self {
        FileSink { location: self.location.clone(), rolling: self.rolling, records: PhantomData }
    }
}

impl<T: Record + TextFormat> Sink for FileSink<T> {
    type Item = T;
    type Committable = PendingPart;
    type Writer = FileWriter<T>;
    type Committer = FileCommitter;

    fn writer(&self, context: &OperatorContext) -> Result<FileWriter<T>, TaskError> {
        let (file_system, directory) = self.location.resolve(&context.job.configuration)?;
        let first = InProgress {
            subtask: context.subtask(),
            counter: 0,
            run: run_of(context),
            attempt: context.attempt.attempt,
        };
        let rolling = self.rolling_in(&context.job)?;
        Ok(FileWriter::new(PartWriter::new(file_system, directory, first), rolling, context))
    }

    fn committer(&self, context: &CoordinatorContext) -> Result<FileCommitter, TaskError> {
        let (file_system, directory) = self.location.resolve(&context.info.configuration)?;
        let rolling = self.rolling_in(&context.info)?;
        let committer = FileCommitter::begin(file_system, directory, context.io.clone(), rolling.is_some())?;
        if let Some(interval) = rolling {
            tracing::warn!(
                "files in {} are finished every {interval:?}, with every record at least once: after a restart some may \
                 come again",
                committer.directory()
            );
        }
        Ok(committer)
    }
}

impl<T> FileSink<T> {
    /// How often parts are finished: as the program says; else never in a job that comes to an end, and as the configuration says
    /// in one that does not.
    fn rolling_in(&self, job: &JobInfo) -> Result<Option<Duration>, TaskError> {
        if job.bounded || self.rolling.is_some() {
            return Ok(self.rolling);
        }
        let interval = job.configuration.get(&options::SINK_ROLLING_INTERVAL);
        interval.map(Some).map_err(|e| TaskError::of(e.kind(), e))
    }
}

/// A number that another run of the same program hardly ever has: in-progress names must not meet those that a killed run left.
fn run_of(context: &OperatorContext) -> u64 {
    context.seed.rotate_left(32) ^ context.clock.now().wall_ms.cast_unsigned()
}
