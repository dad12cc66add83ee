//! What nobody should send, from a seed, to every port of a cluster at work: it costs its connection and a line in a log.
//!
//! `WEFT_RUBBISH=10000` sends so many inputs, `WEFT_RUBBISH_SEED=N` those of a run before.

use crate::cluster::{Cluster, Setup, outcome};
use crate::ports::{Port, ports};
use crate::processes::{children_of, lives, resident, until};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How many inputs warm a process up before its memory is looked at: what it makes room for once, it keeps.
const WARM_UP: u64 = 200;
/// How long a connection may be kept though its other half is closed: longer than any time-out of a port.
const CLOSED_WITHIN: Duration = Duration::from_secs(40);
const GROWTH_MIB: u64 = 5;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn rubbish_on_every_port_costs_nothing_but_its_connection() {
    let count = number("WEFT_RUBBISH").unwrap_or(600);
    let seed = number("WEFT_RUBBISH_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    eprintln!("WEFT_RUBBISH={count} WEFT_RUBBISH_SEED={seed}");
    let cluster = Cluster::start(Setup::new(2, 1));
    outcome(&mut cluster.run(&["-d", "-p", "2"], &["endless", "--rate", "2000"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    let mut processes = vec![cluster.job_manager.id()];
    cluster.task_managers.iter().for_each(|process| processes.push(process.id()));
    processes.extend(processes.clone().into_iter().flat_map(children_of));
    assert_eq!(processes.len(), 6, "a worker or the coordinators are missing");
    let ports = ports(&cluster);

    pour(&ports, seed, WARM_UP.min(count));
    let before: Vec<u64> = processes.iter().map(|process| resident(*process)).collect();
    let (records, begun) = (read(&cluster, &job), Instant::now());
    pour(&ports, seed + WARM_UP, count);
    eprintln!("{count} inputs took {:?}", begun.elapsed());

    until("the job goes on", || (read(&cluster, &job) > records).then_some(()));
    let now: Vec<u64> = processes.iter().map(|process| resident(*process)).collect();
    eprintln!("resident KiB before {:?}, after {:?}", kib(&before), kib(&now));
    for ((process, before), now) in processes.iter().zip(before).zip(now) {
        assert!(lives(*process), "process {process} has died");
        assert!(now.saturating_sub(before) >> 20 < GROWTH_MIB, "process {process} grew from {before} to {now} bytes");
    }
    let exceptions = cluster.get(&format!("/jobs/{job}/exceptions"));
    assert_eq!(exceptions["exceptionHistory"]["entries"].as_array().map(Vec::len), Some(0), "{exceptions}");
    for said in ["panicked", "PANIC", "panic:"] {
        assert!(!cluster.logs().contains(said), "something panicked");
    }
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.await_slots(2);
    cluster.stop();
}

fn kib(bytes: &[u64]) -> Vec<u64> {
    bytes.iter().map(|bytes| bytes >> 10).collect()
}

/// Records that the job's tasks have read.
fn read(cluster: &Cluster, job: &str) -> u64 {
    let view = cluster.get(&format!("/jobs/{job}"));
    let vertices = view["vertices"].as_array().cloned().unwrap_or_default();
    vertices.iter().filter_map(|vertex| vertex["metrics"]["read-records"].as_u64()).sum()
}

/// Sends as many inputs as told, one port after the other.
fn pour(ports: &[Port], seed: u64, count: u64) {
    for (seed, port) in (seed..seed + count).zip(ports.iter().cycle()) {
        let input = input(&mut SmallRng::seed_from_u64(seed), port);
        let mut stream = TcpStream::connect(("127.0.0.1", port.number)).unwrap_or_else(|error| {
            panic!("seed {seed}: nobody listens at the port of {} any more: {error}", port.name)
        });
        stream.set_read_timeout(Some(CLOSED_WITHIN)).expect("a socket");
        stream.set_write_timeout(Some(CLOSED_WITHIN)).expect("a socket");
        // It may be closed before all is written, or with an error, which is what should come of it.
        let _ = stream.write_all(&input).and_then(|()| stream.shutdown(Shutdown::Write));
        if let Err(error) = stream.read_to_end(&mut Vec::new()) {
            let kept = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
            assert!(!kept, "seed {seed}: {} keeps the connection of {}", port.name, input.escape_ascii());
        }
    }
}

fn input(dice: &mut SmallRng, port: &Port) -> Vec<u8> {
    let openings = &port.openings;
    let mut bytes = openings[dice.random_range(0..openings.len())].clone();
    match dice.random_range(0..8) {
        0 => bytes = random(dice, 5000),
        1 => bytes.truncate(dice.random_range(0..bytes.len())),
        2 | 3 => flip(dice, &mut bytes),
        // All ones where a length may be.
        4 => {
            let at = dice.random_range(0..bytes.len());
            let length = dice.random_range(1..=8);
            bytes.iter_mut().skip(at).take(length).for_each(|byte| *byte = 0xff);
            bytes.extend(random(dice, 2000));
        }
        5 => {
            let at = dice.random_range(0..bytes.len());
            let more = dice.random_range(1..40_000);
            bytes.splice(at..at, (0..more).map(|n| b"\r\n:aA/%0\x00\xff"[n % 10]));
        }
        // A good beginning, and then whatever.
        6 => bytes.extend(random(dice, 20_000)),
        _ => {
            let other = &openings[dice.random_range(0..openings.len())];
            bytes.extend(other);
            flip(dice, &mut bytes);
        }
    }
    bytes
}

fn random(dice: &mut SmallRng, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; dice.random_range(0..most)];
    dice.fill_bytes(&mut bytes);
    bytes
}

fn flip(dice: &mut SmallRng, bytes: &mut [u8]) {
    for _ in 0..dice.random_range(1..6) {
        let at = dice.random_range(0..bytes.len());
        bytes[at] ^= 1 << dice.random_range(0..8);
    }
}
