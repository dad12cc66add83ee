//! The work done by the engine: one function a benchmark, each a program as a user would write it, running in an
//! embedded cluster of this process. The sink drops what it gets and counts it.

use crate::counting_sink::CountingSink;
use crate::inputs::{self, KeyedStrings, splitmix64};
use crate::workload::Workload;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use weft::prelude::*;

/// Does the work at `parallelism`; returns how many records it took in.
pub(crate) fn run(workload: &Workload, parallelism: usize) -> Result<u64> {
    let env = environment(parallelism)?;
    let written = match workload {
        Workload::WordCount { input } => return word_count(&env, input),
        Workload::KeyedSum { records, keys } => keyed_sum(&env, *records, *keys)?,
        Workload::Chain { records } => return chain(&env, *records),
        Workload::Rebalance { records } => rebalance(&env, *records)?,
        Workload::KeyedStrings { records, keys } => keyed_strings(&env, *records, *keys)?,
    };
    let records = workload.records().context("invariant: only a text's records must be counted")?;
    ensure!(written == records, "{} records went in and {written} came out of {}", records, workload.name());
    Ok(written)
}

/// An environment as a program gets it, with nothing configured but the parallelism.
pub(crate) fn environment(parallelism: usize) -> Result<StreamExecutionEnvironment> {
    let arguments = Arguments { parallelism: Some(u32::try_from(parallelism)?), ..Arguments::default() };
    Ok(StreamExecutionEnvironment::new(&arguments)?)
}

/// Runs what was added to the environment; returns how many records reached the sink.
pub(crate) fn count<T: Record>(env: &StreamExecutionEnvironment, stream: DataStream<T>, name: &str) -> Result<u64> {
    let written = stream.sink_to(CountingSink::new()).collected::<u64>();
    let result = env.execute(name)?;
    Ok(written.of(&result)?.into_iter().sum())
}

/// Returns the words counted: each emits a count.
pub(crate) fn word_count(env: &StreamExecutionEnvironment, input: &Path) -> Result<u64> {
    let counts = env
        .read_text_file(input)
        .flat_map(|line, out| line.split_whitespace().for_each(|word| out.emit((line.share(word), 1u64))))
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n);
    count(env, counts, "word-count")
}

fn keyed_sum(env: &StreamExecutionEnvironment, records: u64, keys: u64) -> Result<u64> {
    let sums = env.generate(records, move |i| inputs::keyed_sum(i, keys)).key_by(|(key, _)| key).sum(|(_, n)| n);
    count(env, sums, "keyed-sum")
}

/// Returns the records taken in; few of them reach the sink.
fn chain(env: &StreamExecutionEnvironment, records: u64) -> Result<u64> {
    let survivors = env
        .generate(records, |i| i)
        .map(|x| x * 3 + 1)
        .filter(|x| x % 2 == 0)
        .map(|x| x ^ 0x5555)
        .filter(|x| x % 3 != 0);
    count(env, survivors, "chain")?;
    Ok(records)
}

fn rebalance(env: &StreamExecutionEnvironment, records: u64) -> Result<u64> {
    count(env, env.generate(records, |i| (i, splitmix64(i))).rebalance(), "rebalance")
}

fn keyed_strings(env: &StreamExecutionEnvironment, records: u64, keys: u64) -> Result<u64> {
    let mut text = String::new();
    let sums = env
        .generate(records, move |i| {
            let record = KeyedStrings::new(i, keys);
            let mut string = |letter, number| {
                KeyedStrings::write(&mut text, letter, number);
                Str::from(text.as_str())
            };
            (string('k', record.key), string('a', record.a), string('b', record.b), record.add)
        })
        .key_by(|(key, ..)| key)
        .sum(|(.., n)| n);
    count(env, sums, "keyed-strings")
}
