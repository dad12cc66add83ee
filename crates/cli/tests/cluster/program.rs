//! The jobs that the tests of a cluster run: a program like any other, one job for each subcommand.

#![expect(clippy::print_stdout, reason = "programs print")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use weft::prelude::*;

#[derive(clap::Parser)]
#[command(about = "Jobs for tests of a cluster")]
struct Args {
    #[command(subcommand)]
    job: Job,
    #[command(flatten)]
    weft: weft::Arguments,
}

#[derive(clap::Subcommand)]
enum Job {
    /// Ten records to nowhere.
    Trivial,
    /// Counts the words of a text, some of them slowly.
    Words {
        #[arg(long)]
        input: String,
        #[arg(long)]
        output: String,
        /// Microseconds that every line takes.
        #[arg(long, default_value_t = 0)]
        delay: u64,
    },
    /// Records for ever, so many a second.
    Endless {
        #[arg(long, default_value_t = 1000.0)]
        rate: f64,
    },
    /// Panics as soon as there is a record.
    Crash,
    /// Keeps more and more memory.
    Leak,
    /// Maps memory that it does not touch.
    Map {
        #[arg(long)]
        gigabytes: usize,
    },
    /// Does not return from its first record.
    Stuck,
    /// Prints so many lines of a hundred bytes in a worker.
    Print {
        #[arg(long)]
        lines: i64,
    },
    /// Fails once, and runs for ever when it is run again.
    FailOnce {
        #[arg(long)]
        marker: PathBuf,
    },
    /// Two executes, the second as parallel as the first's result says.
    Two {
        #[arg(long)]
        output: String,
    },
    /// Counts numbers with a pause in the middle, and prints what was counted.
    Count {
        /// The pause ends when there is this file.
        #[arg(long)]
        until: PathBuf,
    },
    /// Prints what a worker finds around it.
    Surroundings {
        /// What it tries to read.
        #[arg(long)]
        forbidden: Option<PathBuf>,
    },
    /// Builds another graph where a variable of the client is not set.
    Differs,
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    match args.job {
        Job::Trivial => env.from_sequence(1, 10).discard(),
        Job::Words { input, output, delay } => env
            .read_text_file(&input)
            .flat_map(move |line, out| {
                if delay > 0 {
                    std::thread::sleep(Duration::from_micros(delay));
                }
                line.split_whitespace().for_each(|word| out.emit((line.share(word), 1u64)));
            })
            .key_by(|(word, _)| word)
            .sum(|(_, count)| count)
            .sink_to(FileSink::text(&output)),
        Job::Endless { rate } => endless(&env, rate).key_by_value(|n| n % 100).sum(|n| n).discard(),
        Job::Crash => env.from_sequence(1, 1_000_000).map(crash).discard(),
        Job::Leak => {
            let mut kept: Vec<Vec<u8>> = Vec::new();
            let leaking = move |n: u64| {
                kept.push(vec![n as u8 | 1; 1 << 20]);
                kept.len() as u64
            };
            endless(&env, 2000.0).map(leaking).discard()
        }
        Job::Map { gigabytes } => {
            let mut mapped: Vec<u8> = Vec::new();
            let mapping = move |n: u64| {
                mapped.reserve_exact(gigabytes << 30);
                n + mapped.capacity() as u64
            };
            endless(&env, 10.0).map(mapping).discard()
        }
        Job::Print { lines } => env
            .from_sequence(1, lines)
            .map(|n| {
                println!("{n:099}");
                n
            })
            .discard(),
        Job::Stuck => env.from_sequence(1, 10).map(stuck).discard(),
        Job::FailOnce { marker } => endless(&env, 1000.0)
            .map(move |n| {
                // Whoever makes the file is the first.
                let first = std::fs::File::create_new(&marker).is_ok();
                assert!(!first, "failing once, as was asked for");
                n
            })
            .discard(),
        Job::Two { output } => {
            let counted = env.from_sequence(1, 3).collect();
            let numbers = counted.of(&env.execute("first")?)?;
            env.from_sequence(1, 100)
                .rebalance()
                .map(|n| n * 2)
                .set_parallelism(numbers.len() as u32)
                .sink_to(FileSink::text(&output))
        }
        Job::Count { until } => {
            env.from_sequence(1, 1000)
                .rebalance()
                .map_with(move |context| {
                    let (numbers, odd) = (context.accumulator::<LongCounter>("numbers"), context.accumulator("odd"));
                    let (greatest, mean) = (context.accumulator("greatest"), context.accumulator("mean"));
                    count(until.clone(), (numbers, odd, greatest, mean))
                })
                .discard();
            let result = env.execute("counted")?;
            for name in ["numbers", "odd", "greatest", "mean"] {
                println!("{name} {}", result.accumulator(name)?);
            }
            return Ok(());
        }
        Job::Differs => {
            let numbers = env.from_sequence(1, 10);
            let numbers = match std::env::var_os("OF_THE_CLIENT") {
                Some(_) => numbers.map(|n| n),
                None => numbers.filter(|n| *n > 0),
            };
            numbers.name("depends").discard()
        }
        Job::Surroundings { forbidden } => {
            let found = env.from_sequence(1, 1).map(move |_| surroundings(forbidden.as_deref())).collect();
            for line in found.of(&env.execute("surroundings")?)? {
                println!("{line}");
            }
            return Ok(());
        }
    };
    env.execute("tested")?;
    Ok(())
}

fn endless(env: &StreamExecutionEnvironment, rate: f64) -> DataStream<u64> {
    env.generate_at_rate(rate, |n| n)
}

/// Counts what comes; after a hundred numbers of a subtask it waits for the file.
fn count(
    until: PathBuf,
    (numbers, odd, greatest, mean): (LongCounter, IntCounter, LongMaximum, Average),
) -> impl FnMut(i64) -> i64 {
    let mut before_the_pause = 100;
    move |n| {
        numbers.add(1);
        odd.add((n % 2) as i32);
        greatest.add(n);
        mean.add(n as f64);
        before_the_pause -= 1;
        while before_the_pause == 0 && !until.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        n
    }
}

fn crash(n: i64) -> i64 {
    assert!(n < 0, "record {n} is more than this program can bear");
    n
}

fn stuck(n: i64) -> i64 {
    loop {
        std::thread::sleep(Duration::from_millis(50 + n as u64));
    }
}

fn surroundings(forbidden: Option<&Path>) -> String {
    let variables: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    let directory = std::env::current_dir().unwrap_or_default();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = |name| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().replace('\t', " ");
    let read = forbidden.map(|path| std::fs::read_dir(path).err().map(|error| error.kind()));
    let (user, groups) = (ids("Uid:"), ids("Groups:"));
    let (directory, pid) = (directory.display(), std::process::id());
    format!("variables {variables:?} directory {directory} pid {pid} user{user} groups{groups} forbidden {read:?}")
}
