//! The work done by the engine: one function a benchmark, each a program as a user would write it, running in an
//! embedded cluster of this process with a discarding sink.

use crate::workload::Workload;
use anyhow::{Result, bail};
use std::path::Path;

/// Does the work at `parallelism`; returns how many records it took in.
pub(crate) fn run(workload: &Workload, parallelism: usize) -> Result<u64> {
    match workload {
        Workload::WordCount { input } => word_count(input, parallelism),
        Workload::KeyedSum { records, keys } => keyed_sum(*records, *keys, parallelism),
        Workload::Chain { records } => chain(*records, parallelism),
        Workload::Rebalance { records } => rebalance(*records, parallelism),
        Workload::KeyedStrings { records, keys } => keyed_strings(*records, *keys, parallelism),
    }
}

/// Returns the words counted.
fn word_count(_input: &Path, _parallelism: usize) -> Result<u64> {
    not_yet("word-count")
}

fn keyed_sum(_records: u64, _keys: u64, _parallelism: usize) -> Result<u64> {
    not_yet("keyed-sum")
}

fn chain(_records: u64, _parallelism: usize) -> Result<u64> {
    not_yet("chain")
}

fn rebalance(_records: u64, _parallelism: usize) -> Result<u64> {
    not_yet("rebalance")
}

fn keyed_strings(_records: u64, _keys: u64, _parallelism: usize) -> Result<u64> {
    not_yet("keyed-strings")
}

fn not_yet(bench: &str) -> Result<u64> {
    bail!("running {bench} by the engine: this build has no engine program for it, run it with --who hand")
}
