//! Files in a real HDFS on loopback: what a gigabyte costs to write and read, what the client holds meanwhile, and how many small calls go
//! over one connection in a second; beside the crate `hdfs-native` and beside `hdfs dfs -put` and `-get` of a plain JVM.
//!
//! Every transfer is a child process of its own, whose CPU time and memory are nobody else's. The three take turns, run after run, and what
//! is reported of them are medians of the relations within a turn: a machine that slows down slows all three.
//!
//! `hdfs-native` brings 120 crates, so the program that uses it is outside of the workspace:
//! `cargo build --release --manifest-path crates/bench/hdfs-native/Cargo.toml --target-dir target` puts it beside this one.

mod calls;
mod child;
mod figures;
mod task;
mod transfer;
mod turns;

pub(crate) use task::Task;

use crate::args::Plan;
use crate::figure;
use anyhow::{Context, Result};
use child::Limit;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use turns::Turns;
use weft_integration::Rig;

/// What is measured, and with what.
#[derive(Debug, clap::Args)]
pub(crate) struct HdfsArgs {
    /// Size of the file
    #[arg(long, default_value = "1_073_741_824", value_parser = crate::args::number)]
    bytes: u64,
    /// Replicas of its blocks, one series for each
    #[arg(long, value_delimiter = ',', default_values_t = [1, 3])]
    replication: Vec<u32>,
    /// The program that uses hdfs-native; the one beside this program when absent
    #[arg(long)]
    hdfs_native: Option<PathBuf>,
    /// Leave out hdfs dfs
    #[arg(long)]
    without_java: bool,
    /// Small calls in a round
    #[arg(long, default_value = "10_000", value_parser = crate::args::number)]
    calls: u64,
    /// Seconds for all of it
    #[arg(long, default_value = "1800", value_parser = crate::args::number)]
    limit: u64,
}

/// DataNodes of the rig.
const DATANODES: &str = "3";

/// Starts HDFS, measures, and writes what was found.
pub(crate) fn measure(out: &mut impl Write, args: &HdfsArgs, plan: &Plan) -> Result<()> {
    let limit = Limit::from_now(Duration::from_secs(args.limit));
    let native = child::hdfs_native(args.hdfs_native.as_deref())?;
    let progress = progress(args, plan)?;
    progress.set_message("starting HDFS");
    progress.tick();
    let rig = Rig::up(&["--hdfs-only", "--datanodes", DATANODES])?;
    let turns = Turns { rig: &rig, bytes: args.bytes, native, java: !args.without_java, limit, progress };
    turns.warm_up()?;
    if !plan.json {
        writeln!(out, "{}", figure::HEADER)?;
    }
    for replication in &args.replication {
        let series = turns.transfers(*replication, plan.runs).context("measuring transfers")?;
        for figure in figures::of_transfers(*replication, &series)? {
            turns
                .progress
                .suspend(|| writeln!(out, "{}", figure.line("hdfs", plan.json)?).map_err(anyhow::Error::from))?;
        }
    }
    let calls = turns.calls(args.calls, plan.runs).context("measuring small calls")?;
    for figure in figures::of_calls(args.calls, &calls)? {
        turns.progress.suspend(|| writeln!(out, "{}", figure.line("hdfs", plan.json)?).map_err(anyhow::Error::from))?;
    }
    turns.progress.finish_and_clear();
    Ok(())
}

/// On standard error, and only on a terminal.
fn progress(args: &HdfsArgs, plan: &Plan) -> Result<ProgressBar> {
    let turns = u64::from(plan.runs) * (args.replication.len() as u64 + 1);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({elapsed})")?;
    Ok(ProgressBar::new(turns).with_style(style))
}
