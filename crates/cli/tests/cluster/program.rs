//! The jobs that the tests of a cluster run: a program like any other, one job for each subcommand.

use std::path::PathBuf;
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
    /// Does not return from its first record.
    Stuck,
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
    /// Prints what a worker finds around it.
    Surroundings,
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
        Job::Surroundings => {
            let found = env.from_sequence(1, 1).map(|_| surroundings()).collect();
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

fn crash(n: i64) -> i64 {
    assert!(n < 0, "record {n} is more than this program can bear");
    n
}

fn stuck(n: i64) -> i64 {
    loop {
        std::thread::sleep(Duration::from_millis(50 + n as u64));
    }
}

fn surroundings() -> String {
    let variables: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    let directory = std::env::current_dir().unwrap_or_default();
    format!("variables {variables:?} directory {} pid {}", directory.display(), std::process::id())
}
