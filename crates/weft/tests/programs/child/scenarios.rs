//! Each has a process to itself.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use weft::Configuration;
use weft::configuration::Origin;
use weft::prelude::*;

use crate::until::until;

const POOL: u64 = 32 << 20;
/// What a process may take beyond its pool.
const BASE: u64 = 16 << 20;
const MANY: u64 = 10_000_000;

fn environment(settings: &[(&str, &str)]) -> StreamExecutionEnvironment {
    let mut configuration = Configuration::new();
    for (key, value) in settings {
        configuration.set_raw(*key, *value, Origin::CommandLine);
    }
    let cluster = EmbeddedCluster::start(&configuration).expect("a cluster");
    // The environment keeps the cluster.
    StreamExecutionEnvironment::new(&cluster).expect("an environment")
}

/// The most memory this process ever had, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

fn assert_memory_within_pool() {
    let peak = peak_memory();
    assert!(peak <= POOL + BASE, "{} MiB for a pool of {} MiB", peak >> 20, POOL >> 20);
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn push_ten_million() {
    let tmp = tempfile::tempdir().unwrap();
    let env = environment(&[("taskmanager.memory.network.min", "32mb"), ("io.tmp.dirs", tmp.path().to_str().unwrap())]);
    let sum = env
        .from_elements([MANY])
        .flat_map(|n, out| (0..n).for_each(|i| out.emit((i, i % 7))))
        .key_by_value(|_| 0u8)
        .reduce(|all, one| *all = (all.0.max(one.0), all.1 + one.1));
    let last = sum.process(Last(None)).collect();
    let result = env.execute("push").unwrap();
    assert_eq!(last.of(&result).unwrap(), [(MANY - 1, (0..MANY).map(|i| i % 7).sum())]);
    assert_eq!(std::fs::read_dir(tmp.path()).unwrap().count(), 0);
    assert_memory_within_pool();
}

/// Emits the last record it was given.
#[derive(Clone)]
struct Last<T>(Option<T>);

impl<T: Record> ProcessFunction<T> for Last<T> {
    type Out = T;

    fn process(&mut self, record: T, _: &mut ProcessContext<'_>, _: &mut Collector<T>) -> Result<(), BoxError> {
        self.0 = Some(record);
        Ok(())
    }

    fn finish(&mut self, out: &mut Collector<T>) -> Result<(), BoxError> {
        self.0.take().into_iter().for_each(|record| out.emit(record));
        Ok(())
    }
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn pull_ten_million() {
    let env = environment(&[("taskmanager.memory.network.min", "32mb")]);
    env.from_elements([MANY]).flat_map_iter(|n| (0..n).map(|i| (i, i % 7))).process(Last(None)).discard();
    env.execute("pull").unwrap();
    assert_memory_within_pool();
    // As many again, of which each takes a millisecond: somebody will want to stop this.
    let (begun, has_begun) = std::sync::mpsc::channel();
    env.from_elements([MANY])
        .flat_map_iter(|n| (0..n).map(|i| (i, i % 7)))
        .map(move |record| {
            let _ = begun.send(());
            std::thread::park_timeout(Duration::from_millis(1));
            record
        })
        .discard();
    let mut job = env.execute_async("pull slowly").unwrap();
    has_begun.recv_timeout(crate::until::PATIENCE).unwrap();
    let asked = Instant::now();
    job.cancel();
    assert_eq!(job.wait().unwrap_err().to_string(), "job `pull slowly` was cancelled");
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert_memory_within_pool();
}

/// How many names a directory of `/proc/self` has.
fn count(dir: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{dir}")).expect("Linux").count()
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn many_jobs() {
    let tmp = tempfile::tempdir().unwrap();
    let run = |env: &StreamExecutionEnvironment| {
        let words = env.from_elements(["to", "be", "or", "not", "to", "be"].map(Str::from)).rebalance();
        let counts = words.map(|w| (w, 1u64)).set_parallelism(2).key_by(|(w, _)| w).sum(|(_, n)| n).set_parallelism(2);
        let counts = counts.collect();
        let result = env.execute("one of many").unwrap();
        assert_eq!(counts.of(&result).unwrap().len(), 6);
    };
    let settings = [("io.tmp.dirs", tmp.path().to_str().unwrap())];
    let env = environment(&settings);
    run(&env);
    let (threads, files) = until_steady(|| (count("task"), count("fd")));
    for _ in 0..50 {
        run(&env);
    }
    until("the threads of the jobs end", || (count("task") <= threads).then_some(()));
    until("the files of the jobs are closed", || (count("fd") <= files).then_some(()));
    drop(env);
    let alone = until_steady(|| (count("task"), count("fd")));
    for _ in 0..20 {
        run(&environment(&settings));
    }
    until("the threads of the clusters end", || (count("task") <= alone.0).then_some(()));
    until("the files of the clusters are closed", || (count("fd") <= alone.1).then_some(()));
    assert_eq!(std::fs::read_dir(tmp.path()).unwrap().count(), 0);
}

/// What `look` answers once it has answered the same for a while: ends of threads are not announced.
fn until_steady<T: PartialEq>(look: impl Fn() -> T) -> T {
    let mut seen = (look(), Instant::now());
    until("steadiness", || {
        let now = look();
        if now != seen.0 {
            seen = (now, Instant::now());
        }
        (seen.1.elapsed() > Duration::from_millis(200)).then_some(())
    });
    seen.0
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn idle_second() {
    let env = environment(&[]);
    let (begun, has_begun) = std::sync::mpsc::channel();
    env.generate_at_rate(1e-3, |n| n).discard();
    // One that has begun and now waits for a peer that says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    env.socket_text_stream("127.0.0.1", silent.local_addr().unwrap().port())
        .key_by(|line| line)
        .process(Waiting(begun))
        .set_parallelism(2)
        .discard();
    let mut job = env.execute_async("idle").unwrap();
    for _ in 0..2 {
        has_begun.recv_timeout(crate::until::PATIENCE).unwrap();
    }
    let _peer = silent.accept().unwrap();
    until("the job runs", || (job.status() == "RUNNING").then_some(()));
    // The least of several seconds: the machine's own business is not the cluster's.
    let least = (0..5).map(|_| cpu_of_a_second()).min().unwrap();
    assert!(least <= Duration::from_millis(1), "{least:?}");
    let asked = Instant::now();
    job.cancel();
    assert!(job.wait().is_err());
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
}

fn cpu_of_a_second() -> Duration {
    let (begin, cpu) = (Instant::now(), cpu_time());
    while let Some(rest) = Duration::from_secs(1).checked_sub(begin.elapsed()) {
        std::thread::park_timeout(rest);
    }
    cpu_time() - cpu
}

/// Tells when it is open.
#[derive(Clone)]
struct Waiting(std::sync::mpsc::Sender<()>);

impl KeyedProcessFunction<Str, Str> for Waiting {
    type Out = Str;

    fn open(&mut self, _: &mut KeyedState<Str>, _: &RuntimeContext) -> Result<(), BoxError> {
        Ok(self.0.send(())?)
    }

    fn process(&mut self, _: Str, _: &mut KeyedContext<'_, Str>, _: &mut Collector<Str>) -> Result<(), BoxError> {
        Ok(())
    }
}
