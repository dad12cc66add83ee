//! A cluster of real processes on loopback, and what it takes: how long until it answers, runs a job, recovers; what its processes hold.
//!
//! Everything is started by this program, in directories of its own: `weft jobmanager` and `weft taskmanager` from the `weft` beside this
//! binary, and this binary again as the job's program. Points in time are the cluster's own where REST tells them, and this program's
//! where it began something; both read the same clock. When this program is told to end, it takes what it started with it.

mod deploy;
pub(crate) mod interrupt;
mod jobs;
pub(crate) mod memory;
pub(crate) mod process;
mod program;
pub(crate) mod programs;
mod recovery;
pub(crate) mod rest;
mod start;
pub(crate) mod submission;
pub(crate) mod tasks;
mod testbed;
mod words;

pub(crate) use process::cpu_of_ended_children;
pub(crate) use program::JobArgs;

use crate::args::Plan;
use crate::figure::{self, Figure};
use anyhow::{Context, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use programs::Programs;
use std::io::Write;
use std::path::PathBuf;

/// What is measured, and with what.
#[derive(Debug, clap::Args)]
pub(crate) struct ClusterArgs {
    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().iter().copied())]
    parts: Vec<Part>,
    /// The directory with start-cluster.sh and stop-cluster.sh
    #[arg(long, default_value = "scripts")]
    scripts: PathBuf,
    /// Size of the text whose words are counted
    #[arg(long, default_value = "200_000_000", value_parser = crate::args::number)]
    bytes: u64,
}

/// Figures that are found together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Part {
    /// From start-cluster.sh to an answer
    Start,
    /// A trivial job: submission to RUNNING, and `weft run` from start to exit
    Jobs,
    /// A task that fails, and a TaskManager that is killed
    Recovery,
    /// What processes of an idle job hold
    Memory,
    /// A thousand subtasks
    Deploy,
    /// Word count over TCP
    Words,
}

/// What all parts are measured with.
struct Bench {
    programs: Programs,
    scripts: PathBuf,
    bytes: u64,
    /// How often what takes seconds is repeated.
    runs: usize,
    progress: ProgressBar,
}

/// How much more often what takes milliseconds is repeated.
const SHORT: usize = 4;

/// Measures what is asked for and writes it as soon as it is known.
pub(crate) fn measure(out: &mut impl Write, args: &ClusterArgs, plan: &Plan) -> Result<()> {
    interrupt::listen()?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({elapsed})")?;
    let bench = Bench {
        programs: Programs::find()?,
        scripts: args.scripts.clone(),
        bytes: args.bytes,
        runs: usize::try_from(plan.runs)?,
        progress: ProgressBar::new(args.parts.len() as u64).with_style(style),
    };
    if !plan.json {
        writeln!(out, "{}", figure::HEADER)?;
    }
    for part in &args.parts {
        let figures = part.measure(&bench).with_context(|| format!("measuring the part {part:?} of a cluster"))?;
        bench.progress.inc(1);
        for figure in figures {
            let line = figure.line("cluster", plan.json)?;
            bench.progress.suspend(|| writeln!(out, "{line}"))?;
        }
    }
    bench.progress.finish_and_clear();
    Ok(())
}

impl Part {
    fn measure(self, bench: &Bench) -> Result<Vec<Figure>> {
        match self {
            Part::Start => start::measure(bench),
            Part::Jobs => jobs::measure(bench),
            Part::Recovery => recovery::measure(bench),
            Part::Memory => memory::measure(bench),
            Part::Deploy => deploy::measure(bench),
            Part::Words => words::measure(bench),
        }
    }
}

impl Bench {
    /// Tells whoever watches what is done now.
    fn say(&self, what: impl Into<String>) {
        self.progress.set_message(what.into());
        self.progress.tick();
    }
}
