//! The jobs that a cluster is measured with: this program, as a job's program.

use crate::engine;
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use weft::prelude::*;
use weft::record::Batch;
use weft::runtime::coordinator::CoordinatorContext;
use weft::runtime::sink::{Committer, Sink, SinkWriter};
use weft::runtime::{OperatorContext, TaskError};

/// One record a day: whoever is given it has nothing to do.
const IDLE: f64 = 1.0 / 86_400.0;

/// The program's arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct JobArgs {
    job: Job,
    /// The text whose words are counted, or the file that orders a failure
    #[arg(long, required_if_eq_any([("job", "failing"), ("job", "words")]))]
    file: Option<PathBuf>,
    #[command(flatten)]
    weft: weft::Arguments,
}

/// Which job.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Job {
    /// Ten records to nowhere
    Trivial,
    /// Waits
    Idle,
    /// Fails as often as a file appears, which it removes
    Failing,
    /// Four operators that wait, each a vertex of its own
    Unchained,
    /// Counts words
    Words,
}

impl JobArgs {
    pub(crate) fn run(&self) -> Result<()> {
        let env = StreamExecutionEnvironment::new(&self.weft)?;
        let file = self.file.clone().unwrap_or_default();
        match self.job {
            Job::Trivial => env.from_sequence(1, 10).discard(),
            Job::Idle => env.generate_at_rate(IDLE, |n| n).discard(),
            Job::Failing => {
                let numbers = env.generate_at_rate(1000.0, |n| n).key_by_value(|n| n % 100).sum(|n| n);
                numbers.sink_to(FailingSink { order: file })
            }
            Job::Unchained => {
                env.disable_operator_chaining();
                env.generate_at_rate(IDLE, |n| n).map(|n| n + 1).map(|n| n * 2).discard()
            }
            Job::Words => return words(&env, &file),
        };
        env.execute("measured")?;
        Ok(())
    }
}

/// Says how many there were.
fn words(env: &StreamExecutionEnvironment, text: &Path) -> Result<()> {
    let words = engine::word_count(env, text)?;
    writeln!(io::stdout(), "words {words}").context("saying how many words there are")
}

/// Drops its records, and fails when it is told to. An error, not a panic, so that its worker stays what it is.
#[derive(Clone)]
struct FailingSink {
    order: PathBuf,
}

impl Sink for FailingSink {
    type Item = u64;
    type Committable = u64;
    type Writer = FailingSink;
    type Committer = FailingSink;

    fn writer(&self, _context: &OperatorContext) -> Result<FailingSink, TaskError> {
        Ok(self.clone())
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<FailingSink, TaskError> {
        Ok(self.clone())
    }
}

impl SinkWriter for FailingSink {
    type Item = u64;
    type Committable = u64;

    fn write(&mut self, _batch: Batch<u64>) -> Result<(), TaskError> {
        // Whoever removes the file is the one that was meant.
        match std::fs::remove_file(&self.order) {
            Ok(()) => Err(TaskError::user("failing, as was ordered")),
            Err(_) => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<Option<Vec<u64>>, TaskError> {
        Ok(None)
    }
}

impl Committer for FailingSink {
    type Committable = u64;

    fn commit(&mut self, _committables: &[u64]) -> Result<(), TaskError> {
        Ok(())
    }

    fn discard(&mut self, _subtask: u32, _told: &[u64]) {}

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        Ok(None)
    }
}
