//! The control plane under a hostile network, from a seed.
//!
//! A ResourceManager, one or two jobs, their coordinators and a few TaskManagers exchange messages through a network that
//! loses, delays, repeats and reorders them; TaskManagers crash, are taken for dead while they live, and have tasks that fail or do
//! not stop; jobs are cancelled at random moments. That is the *safety phase*: whatever happens, the invariants hold after
//! every event. Then the network heals, tasks no longer fail, and in the *liveness phase* every job must reach
//! its end and every slot become free again.
//!
//! Time, order and chance come from one seed: `WEFT_SIM_SEED=n` plays that history alone and prints it.

#![allow(clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod coordinator;
mod rng;
mod task_manager;
mod world;

use world::World;

const HISTORIES: u64 = 2_000;

#[test]
fn every_history_is_safe_and_ends() {
    if let Ok(seed) = std::env::var("WEFT_SIM_SEED") {
        let outcome = World::new(seed.parse().expect("WEFT_SIM_SEED is a number"), true).run();
        println!("{outcome:?}");
        return;
    }
    let mut total = world::Outcome::default();
    for seed in 0..HISTORIES {
        let played = std::panic::catch_unwind(|| World::new(seed, false).run());
        match played {
            Ok(outcome) => total.add(&outcome),
            Err(panic) => {
                eprintln!("history {seed} went wrong; WEFT_SIM_SEED={seed} plays it alone");
                std::panic::resume_unwind(panic);
            }
        }
    }
    // A simulation in which nothing happens proves nothing.
    println!("{total:?}");
    for (what, times) in total.counts() {
        assert!(times > HISTORIES / 50, "{what} happened only {times} times in {HISTORIES} histories");
    }
}

#[test]
fn a_seed_reproduces_its_history() {
    for seed in [7, 1234] {
        assert_eq!(World::new(seed, false).run(), World::new(seed, false).run());
    }
}
