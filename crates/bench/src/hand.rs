//! The work done by hand: straightforward single-threaded programs. They are the yardstick, neither toys nor tricks.
//!
//! `black_box` stands where the engine's row has its sink: the value must be made, and nothing is done with it.

use crate::inputs::{self, KeyedStrings, splitmix64};
use crate::workload::Workload;
use anyhow::{Context, Result};
use hashbrown::HashMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// Does the work; returns how many records it took in.
pub(crate) fn run(workload: &Workload) -> Result<u64> {
    match workload {
        Workload::WordCount { input } => {
            return word_count(input).with_context(|| format!("reading {}", input.display()));
        }
        Workload::KeyedSum { records, keys } => keyed_sum(*records, *keys),
        Workload::Chain { records } => chain(*records),
        Workload::Rebalance { records } => rebalance(*records),
        Workload::KeyedStrings { records, keys } => keyed_strings(*records, *keys),
    }
    workload.records().context("invariant: only a text's records must be counted")
}

fn word_count(path: &Path) -> io::Result<u64> {
    let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut counts: HashMap<String, u64> = HashMap::new();
    let (mut line, mut words) = (String::new(), 0);
    while input.read_line(&mut line)? > 0 {
        for word in line.split_whitespace() {
            words += 1;
            let count = match counts.get_mut(word) {
                Some(count) => {
                    *count += 1;
                    *count
                }
                None => {
                    counts.insert(word.to_owned(), 1);
                    1
                }
            };
            black_box((word, count));
        }
        line.clear();
    }
    Ok(words)
}

fn keyed_sum(records: u64, keys: u64) {
    let mut sums: HashMap<u64, u64> = HashMap::new();
    for i in 0..records {
        let (key, add) = inputs::keyed_sum(i, keys);
        let sum = sums.entry(key).or_insert(0);
        *sum += add;
        black_box((key, *sum));
    }
}

fn chain(records: u64) {
    let survivors =
        (0..records).map(|x| x * 3 + 1).filter(|x| x % 2 == 0).map(|x| x ^ 0x5555).filter(|x| x % 3 != 0).count();
    black_box(survivors);
}

fn rebalance(records: u64) {
    for i in 0..records {
        black_box((i, splitmix64(i)));
    }
}

/// The sum of a key keeps the other fields of the key's first record, as a keyed sum in the engine does.
fn keyed_strings(records: u64, keys: u64) {
    let mut sums: HashMap<String, (String, String, u64)> = HashMap::new();
    let (mut key, mut a, mut b) = (String::new(), String::new(), String::new());
    for i in 0..records {
        let record = KeyedStrings::new(i, keys);
        KeyedStrings::write(&mut key, 'k', record.key);
        KeyedStrings::write(&mut a, 'a', record.a);
        KeyedStrings::write(&mut b, 'b', record.b);
        match sums.get_mut(&key) {
            Some((a, b, sum)) => {
                *sum += record.add;
                black_box((&key, a, b, *sum));
            }
            None => {
                black_box((&key, &a, &b, record.add));
                sums.insert(key.clone(), (a.clone(), b.clone(), record.add));
            }
        }
    }
}
