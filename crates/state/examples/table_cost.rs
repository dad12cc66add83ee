//! What a keyed update costs, in time and memory.
//!
//! ```text
//! cargo run --release -p weft-state --example table_cost                    # all figures, each the best of three runs
//! cargo run --release -p weft-state --example table_cost -- sum 1000000     # one: key count
//! cargo run --release -p weft-state --example table_cost -- strings 1000000
//! ```
//! `sum`: record i is (splitmix64(i) mod KEYS, i mod 256), in batches of 1024; every row becomes the running sum of its
//! key. `strings`: the same with keys of 40 bytes. `timers`: a timer per record, moved at every record of its key.
//!
//! *all* is the CPU time of the whole loop: making the records, hashing, updating, growing the table from nothing.
//! *update* is `update_batch` alone, by the clock, after the first 2 × KEYS records: look at it on an idle machine. Peak
//! memory is that of the process.
#![allow(clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use weft_record::{Key, Record, Str};
use weft_state::{Table, TimerQueue};

const BATCH: u64 = 1024;
const RUNS: usize = 3;

fn splitmix64(i: u64) -> u64 {
    let mut z = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Time of the whole and of the measured part, and the records of each.
struct Cost {
    all: Duration,
    records: u64,
    update: Duration,
    updated: u64,
}

/// Sums by key, batch after batch; `record` makes record i.
fn keyed_sum<K: Key>(records: u64, warm_up: u64, record: impl Fn(u64) -> (K, u64)) -> (Cost, Table<K, u64>) {
    let mut table = Table::new();
    let mut cost = Cost { all: Duration::ZERO, records, update: Duration::ZERO, updated: 0 };
    let (mut rows, mut hashes) = (Vec::new(), Vec::new());
    let start = cpu();
    for first in (0..records).step_by(BATCH as usize) {
        rows.clear();
        rows.extend((first..records.min(first + BATCH)).map(&record));
        hashes.clear();
        hashes.extend(rows.iter().map(|row| row.0.key_hash()));
        let before = Instant::now();
        table.update_batch(
            &mut rows,
            &hashes,
            |row| &row.0,
            detached,
            |row, sum| {
                *sum += row.1;
                row.1 = *sum;
            },
        );
        if first >= warm_up {
            cost.update += before.elapsed();
            cost.updated += rows.len() as u64;
        }
        black_box(&mut rows);
    }
    cost.all = cpu() - start;
    (cost, table)
}

fn detached<K: Key>(row: &mut (K, u64)) -> (K, u64) {
    let mut kept = row.clone();
    kept.detach();
    kept
}

fn report<K: Key>(name: &str, keys: u64, (cost, table): (Cost, Table<K, u64>)) {
    let nanos = |time: Duration, records: u64| time.as_secs_f64() * 1e9 / records as f64;
    println!(
        "{name} {keys} keys={} all_ns={:.1} update_ns={:.1} heap_mb={:.1} peak_mb={:.1}",
        table.len(),
        nanos(cost.all, cost.records),
        nanos(cost.update, cost.updated),
        table.heap_bytes() as f64 / 1e6,
        peak_bytes() as f64 / 1e6,
    );
}

fn sum(keys: u64) {
    report("sum", keys, keyed_sum(50_000_000, 2 * keys, |i| (splitmix64(i) % keys, i % 256)));
}

fn strings(keys: u64) {
    let key = |i: u64| Str::from(format!("customer-{:031}", splitmix64(i) % keys).as_str());
    report("strings", keys, keyed_sum(8 * keys, 2 * keys, |i| (key(i), i % 256)));
}

fn timers(keys: u64) {
    let mut queue = TimerQueue::new();
    let mut due = vec![0; keys as usize];
    let start = cpu();
    let records = 4 * keys;
    for i in 0..records {
        let key = splitmix64(i) % keys;
        let hash = key.key_hash();
        if let Some(due) = due.get_mut(key as usize) {
            queue.delete(*due, hash, &key);
            *due = (i + keys) as i64;
            queue.register(*due, hash, &key);
        }
        while let Some(timer) = queue.pop_due(i as i64) {
            black_box(timer);
        }
    }
    let all = (cpu() - start).as_secs_f64() * 1e9 / records as f64;
    println!("timers {keys} left={} all_ns={all:.1} peak_mb={:.1}", queue.len(), peak_bytes() as f64 / 1e6);
}

/// CPU time of this thread so far (Linux; 0 elsewhere).
fn cpu() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Peak resident size of this process (Linux; 0 elsewhere).
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

/// Every figure in a process of its own, so that memory is its own too; the line with the smallest time counts.
fn all() -> std::io::Result<()> {
    let program = std::env::current_exe()?;
    let figures =
        [("sum", "1000"), ("sum", "1000000"), ("sum", "10000000"), ("strings", "1000000"), ("timers", "100000")];
    for figure in figures {
        let run = || Command::new(&program).args([figure.0, figure.1]).output();
        let lines = (0..RUNS).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
        let lines = lines.iter().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let all_ns = |line: &String| line.split("all_ns=").nth(1)?.split(' ').next()?.parse::<f64>().ok();
        let best = lines.min_by(|a, b| all_ns(a).unwrap_or(f64::MAX).total_cmp(&all_ns(b).unwrap_or(f64::MAX)));
        println!("{}", best.unwrap_or_default());
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let keys = args.get(1).and_then(|keys| keys.replace('_', "").parse().ok()).unwrap_or(1_000_000);
    match args.first().map(String::as_str) {
        Some("sum") => sum(keys),
        Some("strings") => strings(keys),
        Some("timers") => timers(keys),
        _ => return all(),
    }
    Ok(())
}
