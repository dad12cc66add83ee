//! Weft on a real YARN on loopback: how long until a session answers, until its job runs in a TaskManager that was not there before, until
//! twenty of them run; what its processes hold; how large the command is.
//!
//! What YARN takes by itself is measured beside it, in turn with it: an *empty* application and *empty* containers, which bring the same
//! files to their nodes, with the same sizes and environments, and whose process is a shell that notes when it was started. The empty
//! application has an ApplicationMaster that does nothing; the empty containers are asked for by this program, which plays an
//! ApplicationMaster for them. The difference is Weft's.
//!
//! Containers are given out when a node sends its heartbeat, so what takes one wait for a heartbeat takes anything from nothing to an
//! interval. Runs therefore begin at moments that are spread evenly over an interval, the same ones for both. Where the time goes is told
//! by the logs of ResourceManager and NodeManagers, which read the same clock as this program.

mod binary;
mod deploy;
mod empty;
mod jobs;
mod logs;
mod master;
mod memory;
mod session;
mod start;
mod testbed;

use crate::args::Plan;
use crate::cluster::interrupt;
use crate::figure::{self, Figure};
use anyhow::{Context, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;
use testbed::Testbed;

/// What is measured, and on what.
#[derive(Debug, clap::Args)]
#[command(after_long_help = NOTES)]
pub(crate) struct YarnArgs {
    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().iter().copied())]
    parts: Vec<Part>,
    /// Milliseconds between two heartbeats of a NodeManager; 1000 is what Hadoop has
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    heartbeat: u64,
    /// Leave all other timers at Hadoop's own, too
    #[arg(long)]
    stock: bool,
    /// TaskManagers of the part deploy, half of them on each of two nodes
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=100))]
    task_managers: u32,
}

const NOTES: &str = "\
Starts HDFS (a NameNode and a DataNode) and YARN (a ResourceManager and two NodeManagers) on this machine with integration/hadoop/up.sh, and \
takes them down at the end, with all that ran on them. scripts/setup.sh installs what they need; as root they run as users of their own. \
The weft command and the program weft-bench-idle-job are those beside this program, without their symbols (objcopy, of binutils): \
cargo build --release -p weft-cli -p weft-bench.

Of every figure the median of --runs is printed, with the lowest and the highest. A figure without a floor explains another one. `an empty …` \
is what YARN takes for a container that brings the same files to its node and starts a shell: what a figure exceeds it by is Weft's.

WEFT_RIG_KEEP=1 leaves the logs of daemons and containers behind; HADOOP_VERSION chooses another version.";

/// Figures that are found together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Part {
    /// How large the command is
    Size,
    /// From yarn-session to the first answer of REST, with the command in HDFS and without
    Start,
    /// From the submission of a job to a session without TaskManagers to RUNNING
    Jobs,
    /// Many TaskManagers at once
    Deploy,
    /// What the processes of an idle job hold
    Memory,
}

/// What all parts are measured with.
struct Bench {
    testbed: Testbed,
    runs: u32,
    heartbeat: Duration,
    task_managers: u32,
    progress: ProgressBar,
}

/// Starts YARN, measures what is asked for and writes it as soon as it is known.
pub(crate) fn measure(out: &mut impl Write, args: &YarnArgs, plan: &Plan) -> Result<()> {
    interrupt::listen()?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({elapsed})")?;
    let progress = ProgressBar::new(args.parts.len() as u64).with_style(style);
    say(&progress, "starting HDFS and YARN");
    let testbed = Testbed::up(args).context("starting what is measured on")?;
    let heartbeat = Duration::from_millis(args.heartbeat);
    let bench = Bench { testbed, runs: plan.runs, heartbeat, task_managers: args.task_managers, progress };
    if !plan.json {
        writeln!(out, "{}", figure::HEADER)?;
    }
    for part in &args.parts {
        let figures = part.measure(&bench).with_context(|| format!("measuring the part {part:?} of YARN"))?;
        bench.progress.inc(1);
        for figure in figures {
            let line = figure.line("yarn", plan.json)?;
            bench.progress.suspend(|| writeln!(out, "{line}"))?;
        }
    }
    bench.progress.finish_and_clear();
    bench.testbed.nothing_is_left()
}

impl Part {
    fn measure(self, bench: &Bench) -> Result<Vec<Figure>> {
        match self {
            Part::Size => binary::measure(&bench.testbed),
            Part::Start => start::measure(bench),
            Part::Jobs => jobs::measure(bench),
            Part::Deploy => deploy::measure(bench),
            Part::Memory => memory::measure(bench),
        }
    }
}

impl Bench {
    /// Tells whoever watches what is done now.
    fn say(&self, what: impl Into<String>) {
        say(&self.progress, what);
    }

    /// Waits for a part of a heartbeat: another one in every run, so that any number of runs in a row is spread evenly over an interval.
    fn spread(&self, run: u32) {
        /// The fraction of the golden ratio.
        const STEP: f64 = 0.618_033_988_75;
        std::thread::sleep(self.heartbeat.mul_f64((f64::from(run) * STEP).fract()));
    }
}

fn say(progress: &ProgressBar, what: impl Into<String>) {
    progress.set_message(what.into());
    progress.tick();
}
