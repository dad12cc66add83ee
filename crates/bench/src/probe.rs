//! Single figures that are no race against a hand-written program: what an idle cluster burns, how long a program takes to
//! its first record, what a million keys occupy.

use crate::counting_sink::CountingSink;
use crate::engine;
use crate::inputs::splitmix64;
use crate::usage::Usage;
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use weft::configuration::Configuration;
use weft::prelude::*;

/// How long idleness is watched.
const WATCHED: Duration = Duration::from_secs(10);
const KEYS: u64 = 1_000_000;

/// Which figure.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Probe {
    /// CPU time of an embedded cluster without a job
    IdleCluster,
    /// CPU time of an embedded cluster with a job whose source has nothing to give
    IdleJob,
    /// From the beginning of `main` to a program's first record
    Startup,
    /// Memory of running sums by a million keys of 40 bytes
    Keys,
}

/// A figure as it is reported.
#[derive(Debug, Serialize)]
struct Figure {
    probe: &'static str,
    value: f64,
    unit: &'static str,
    limit: f64,
}

impl Probe {
    /// Measures in this process, which has done nothing else since `start`; answers a JSON object.
    pub(crate) fn measure(self, start: Instant) -> Result<String> {
        let figure = match self {
            Probe::IdleCluster => idle("idle-cluster", |_| Ok(()))?,
            Probe::IdleJob => idle("idle-job", wait_for_ever)?,
            Probe::Startup => startup(start)?,
            Probe::Keys => keys()?,
        };
        Ok(serde_json::to_string(&figure)?)
    }
}

fn idle(probe: &'static str, prepare: impl FnOnce(&StreamExecutionEnvironment) -> Result<()>) -> Result<Figure> {
    let cluster = EmbeddedCluster::start(&Configuration::new())?;
    prepare(&StreamExecutionEnvironment::new(&cluster)?)?;
    // What was started has settled by then.
    thread::sleep(Duration::from_secs(1));
    let before = Usage::of_this_process()?.cpu;
    thread::sleep(WATCHED);
    let burnt = Usage::of_this_process()?.cpu - before;
    cluster.cancel_all();
    let value = burnt.as_secs_f64() * 1e3 / WATCHED.as_secs_f64();
    Ok(Figure { probe, value, unit: "ms of CPU a second", limit: 1.0 })
}

/// A job that gives its first record in a day.
fn wait_for_ever(env: &StreamExecutionEnvironment) -> Result<()> {
    let numbers = env.generate_at_rate(1.0 / 86_400.0, |i| (i, i));
    numbers.key_by(|(key, _)| key).sum(|(_, n)| n).sink_to(CountingSink::new());
    env.execute_async("idle")?;
    Ok(())
}

fn startup(start: Instant) -> Result<Figure> {
    static FIRST: OnceLock<Duration> = OnceLock::new();
    let env = engine::environment(1)?;
    env.generate(1, |i| i)
        .map(move |i| {
            FIRST.get_or_init(|| start.elapsed());
            i
        })
        .sink_to(CountingSink::new());
    env.execute("startup")?;
    let first = FIRST.get().context("no record came through")?;
    Ok(Figure { probe: "startup", value: first.as_secs_f64() * 1e3, unit: "ms to the first record", limit: 20.0 })
}

fn keys() -> Result<Figure> {
    let env = engine::environment(1)?;
    let key = |i: u64| Str::from(format!("customer-{:031}", splitmix64(i) % KEYS).as_str());
    let sums = env.generate(20 * KEYS, move |i| (key(i), 1u64)).key_by(|(key, _)| key).sum(|(_, n)| n);
    let updates = engine::count(&env, sums, "keys")?;
    ensure!(updates == 20 * KEYS, "{updates} of {} records came through", 20 * KEYS);
    let value = Usage::of_this_process()?.peak_rss_bytes as f64 / 1e6;
    Ok(Figure { probe: "keys", value, unit: "MB resident at most", limit: 200.0 })
}
