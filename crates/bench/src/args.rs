//! The command line.

use crate::cluster::{ClusterArgs, JobArgs};
use crate::hdfs::{HdfsArgs, Task};
use crate::kernels::Kernel;
use crate::probe::Probe;
use crate::row::{RowSpec, Who};
use crate::text;
use crate::workload::Workload;
use crate::yarn::YarnArgs;
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use tempfile::TempDir;

/// Benchmarks of Weft: the engine beside a hand-written program for the same work.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) plan: Plan,
}

/// How often, by whom, and how it is told.
#[derive(Clone, Debug, Args)]
pub(crate) struct Plan {
    /// Runs of every row; the median counts
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// One JSON object a line instead of a table
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Measure only these rows
    #[arg(long, global = true, value_enum, value_delimiter = ',', default_values_t = [Who::Hand, Who::Weft])]
    pub(crate) who: Vec<Who>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Measure(Benchmark),
    /// Write the text that word-count generates: words drawn from 100,000 by rank, 8 to 12 a line
    Text {
        /// Size of the text; it ends with the line that reaches it
        #[arg(value_parser = number)]
        bytes: u64,
        /// Where to write it
        file: PathBuf,
    },
    /// Start clusters of processes and measure them: time to the first answer, to RUNNING, to recover; memory; word count over TCP
    Cluster(ClusterArgs),
    /// Start HDFS and measure the client of files and of calls, beside hdfs-native and hdfs dfs
    Hdfs(HdfsArgs),
    /// Start YARN and measure sessions, their jobs' first TaskManagers and their memory, beside containers with nothing in them
    Yarn(YarnArgs),
    /// Measure a single figure in this process: idle CPU time, time to the first record, memory of a million keys
    Probe { probe: Probe },
    /// Count the instructions of the engine's kernels under callgrind and compare them with the counts kept
    Kernels {
        /// The file of counts
        #[arg(long, default_value = "crates/bench/kernels.json")]
        counts: PathBuf,
        /// Keep the counts found instead of comparing
        #[arg(long)]
        bless: bool,
    },
    /// Measure one row in this process and print it as JSON
    #[command(hide = true)]
    Row {
        #[arg(value_parser = RowSpec::parse)]
        spec: RowSpec,
    },
    /// Write or read a file in HDFS in this process and print what that took as JSON
    #[command(hide = true)]
    HdfsTask {
        #[arg(value_parser = Task::parse)]
        task: Task,
    },
    /// Run one kernel; what callgrind looks at
    #[command(hide = true)]
    Kernel { name: Kernel },
    /// Be the program of a job that a cluster is measured with
    #[command(hide = true)]
    Job(JobArgs),
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Benchmark {
    /// Running counts of the words of a text
    WordCount {
        /// The text; generated when absent
        #[arg(long)]
        input: Option<PathBuf>,
        /// Size of the generated text
        #[arg(long, default_value = "200_000_000", value_parser = number, conflicts_with = "input")]
        bytes: u64,
    },
    /// Running sums of integers by an integer key; 1_000, 1_000_000 and 10_000_000 keys are the sizes to report
    KeyedSum {
        #[arg(long, default_value = "50_000_000", value_parser = number)]
        records: u64,
        #[arg(long, default_value = "1_000_000", value_parser = keys)]
        keys: u64,
    },
    /// Four stateless operators on integers
    Chain {
        #[arg(long, default_value = "200_000_000", value_parser = number)]
        records: u64,
    },
    /// Pairs of integers dealt out in turn to all subtasks
    Rebalance {
        #[arg(long, default_value = "50_000_000", value_parser = number)]
        records: u64,
    },
    /// Running sums over records of three strings, by the first
    KeyedStrings {
        #[arg(long, default_value = "10_000_000", value_parser = number)]
        records: u64,
        #[arg(long, default_value = "1_000_000", value_parser = keys)]
        keys: u64,
    },
}

/// A workload whose input exists, and what must stay alive for that.
pub(crate) struct Prepared {
    pub(crate) workload: Workload,
    _generated: Option<TempDir>,
}

impl Benchmark {
    /// Checks the input, or generates it into a directory that goes away with the value returned.
    pub(crate) fn prepare(self) -> Result<Prepared> {
        let workload = match self {
            Benchmark::WordCount { input: None, bytes } => return generated(bytes),
            Benchmark::WordCount { input: Some(input), .. } => Workload::WordCount { input },
            Benchmark::KeyedSum { records, keys } => Workload::KeyedSum { records, keys },
            Benchmark::Chain { records } => Workload::Chain { records },
            Benchmark::Rebalance { records } => Workload::Rebalance { records },
            Benchmark::KeyedStrings { records, keys } => Workload::KeyedStrings { records, keys },
        };
        Ok(Prepared { workload, _generated: None })
    }
}

fn generated(bytes: u64) -> Result<Prepared> {
    let dir = tempfile::tempdir().context("making a directory for the generated text: set TMPDIR to one with space")?;
    let input = dir.path().join("text");
    text::generate(bytes, &input)?;
    Ok(Prepared { workload: Workload::WordCount { input }, _generated: Some(dir) })
}

/// A whole number; underscores may group its digits.
pub(crate) fn number(text: &str) -> Result<u64> {
    text.replace('_', "").parse().with_context(|| format!("{text:?} is not a whole number"))
}

fn keys(text: &str) -> Result<u64> {
    match number(text)? {
        0 => bail!("there must be at least one key"),
        keys => Ok(keys),
    }
}
