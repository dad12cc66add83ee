//! Benchmarks that report the engine beside a hand-written single-threaded program for the same work.
//!
//! A benchmark is a [`Workload`](workload::Workload). It is measured in rows: once by hand, once by the engine at
//! parallelism 1, once at the parallelism of the machine's cores. Every row runs in a child process of its own (this
//! binary again, with a hidden subcommand), so that its CPU time and peak memory are nobody else's; the rows take
//! turns, so that a machine that slows down slows all of them; what is reported is the median of the runs.
//!
//! `kernels` is the other half: instruction counts of small fixed pieces of work under callgrind, compared with the
//! counts kept in the repository. They move by parts of a percent where times move by tens.
//!
//! `cluster` measures processes: how long a cluster takes for what people and failures ask of it. This program is then a job's program, too.
//!
//! `hdfs` measures the client of HDFS, beside another one and beside Java's.
//!
//! `yarn` measures clusters on YARN, beside containers with nothing in them.

mod args;
mod cluster;
mod counting_sink;
mod engine;
mod figure;
mod hand;
mod hdfs;
mod inputs;
mod instructions;
mod kernels;
mod probe;
mod report;
mod row;
mod runs;
mod text;
mod usage;
mod workload;
mod yarn;

use anyhow::Result;
use args::{Cli, Command};
use row::Row;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let start = Instant::now();
    match run(weft::parse(), start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even the message cannot be written.
            let _ = writeln!(io::stderr(), "weft-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, start: Instant) -> Result<()> {
    match cli.command {
        Command::Measure(benchmark) => {
            let prepared = benchmark.prepare()?;
            let rows = runs::measure(&prepared.workload, &cli.plan)?;
            Ok(report::write(&mut io::stdout().lock(), &prepared.workload, &rows, &cli.plan)?)
        }
        Command::Text { bytes, file } => text::generate(bytes, &file),
        Command::Cluster(args) => cluster::measure(&mut io::stdout().lock(), &args, &cli.plan),
        Command::Hdfs(args) => hdfs::measure(&mut io::stdout().lock(), &args, &cli.plan),
        Command::Yarn(args) => yarn::measure(&mut io::stdout().lock(), &args, &cli.plan),
        Command::HdfsTask { task } => Ok(writeln!(io::stdout(), "{}", task.measure()?)?),
        Command::Probe { probe } => Ok(writeln!(io::stdout(), "{}", probe.measure(start)?)?),
        Command::Kernels { counts, bless } => instructions::check(&mut io::stdout().lock(), &counts, bless),
        Command::Row { spec } => Ok(writeln!(io::stdout(), "{}", serde_json::to_string(&Row::measure(&spec)?)?)?),
        Command::Kernel { name } => name.run(),
        Command::Job(job) => job.run(),
    }
}
