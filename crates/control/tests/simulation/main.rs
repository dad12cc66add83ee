//! The control plane under a hostile network, from a seed.
//!
//! A ResourceManager, one or two jobs, their coordinators and a few TaskManagers with their workers exchange messages through a network that
//! loses, delays, repeats and reorders them. Connections break; TaskManagers crash, freeze for longer than anybody waits for them, and are told
//! to go; workers crash, cannot start, leak, do not end; tasks fail or do not stop; jobs are cancelled at random moments. That is the *safety
//! phase*: whatever happens, the invariants hold after every event. Then the network heals, tasks no longer fail, and in the *liveness
//! phase* every job must reach its end, every slot become free again, and nothing of any job be left anywhere.
//!
//! What may be lost silently is what reports make up for. An order that is not (a deployment) is lost only together with its connection, as
//! over TCP; nothing that was sent over one connection arrives over the next, and nothing arrives before what a connection begins with.
//!
//! Time, order and chance come from one seed. `WEFT_SIM_SEED=n` plays that history alone and prints it; `WEFT_SIM_HISTORIES=n` plays so many,
//! from the seed on if there is one, `WEFT_SIM_SECONDS=n` for at most so long, with progress on standard error. Ten thousand of them:
//!
//! ```text
//! WEFT_SIM_HISTORIES=10000 WEFT_SIM_SECONDS=600 cargo test -p weft-control --test simulation -- --nocapture every_history
//! ```

#![allow(clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod bug;
mod coordinator;
mod job;
mod leader;
mod outcome;
mod process;
mod random;
mod rng;
mod task_manager;
mod world;

use bug::Bug;
use outcome::Outcome;
use std::time::{Duration, Instant};
use world::World;

const HISTORIES: u64 = 500;

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// What went wrong in a history, if anything did.
fn play(seed: u64, bug: Option<Bug>) -> Result<Outcome, String> {
    std::panic::catch_unwind(|| World::new(seed, false, bug).run()).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// Histories to play: those from `first` on that are in this lane.
#[derive(Clone, Copy)]
struct Lane {
    first: u64,
    histories: u64,
    limit: Option<Duration>,
    number: u64,
    lanes: u64,
}

impl Lane {
    /// Plays them until one goes wrong or the time is over; returns how many, and what happened in them.
    fn play(self) -> (u64, Outcome) {
        let (begun, mut played, mut total) = (Instant::now(), 0, Outcome::default());
        for number in (self.number..self.histories).step_by(self.lanes as usize) {
            if self.limit.is_some_and(|limit| begun.elapsed() > limit) {
                eprintln!("time is over before history {number} of {}", self.histories);
                break;
            }
            if self.number == 0 && played % 500 == 499 {
                eprintln!("{number} of {} histories, {} s", self.histories, begun.elapsed().as_secs());
            }
            let seed = self.first + number;
            match play(seed, None) {
                Ok(outcome) => total.add(&outcome),
                Err(trouble) => panic!("history {seed} went wrong; WEFT_SIM_SEED={seed} plays it alone: {trouble}"),
            }
            played += 1;
        }
        (played, total)
    }
}

/// Histories have nothing in common, so each processor takes every n-th.
fn play_all(first: u64, histories: u64, limit: Option<Duration>) -> (u64, Outcome) {
    let lanes = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let (mut played, mut total) = (0, Outcome::default());
    std::thread::scope(|scope| {
        let lane = |number| Lane { first, histories, limit, number, lanes };
        let running: Vec<_> = (0..lanes).map(|number| scope.spawn(move || lane(number).play())).collect();
        for lane in running {
            let (count, outcome) = lane.join().expect("a lane in which every history went well");
            played += count;
            total.add(&outcome);
        }
    });
    (played, total)
}

#[test]
fn every_history_is_safe_and_ends() {
    let (seed, histories) = (from_env("WEFT_SIM_SEED"), from_env("WEFT_SIM_HISTORIES"));
    if let (Some(seed), None) = (seed, histories) {
        println!("{:?}", World::new(seed, true, None).run());
        return;
    }
    let limit = from_env("WEFT_SIM_SECONDS").map(Duration::from_secs);
    let (played, total) = play_all(seed.unwrap_or(0), histories.unwrap_or(HISTORIES), limit);
    // A simulation in which nothing happens proves nothing.
    println!("{played} histories: {total:?}");
    for (what, times) in total.counts() {
        assert!(played < 500 || times > played / 100, "{what} happened only {times} times in {played} histories");
    }
}

#[test]
fn a_seed_reproduces_its_history() {
    for seed in [7, 1234] {
        assert_eq!(play(seed, None), play(seed, None));
    }
}

#[test]
fn planted_bugs_are_found() {
    for bug in Bug::ALL {
        let found = (0..4000).find_map(|seed| play(seed, Some(bug)).err());
        assert!(found.is_some(), "{bug:?} is not found in 4000 histories");
    }
}
