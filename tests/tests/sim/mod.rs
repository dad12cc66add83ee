//! Whole jobs on simulated slots, stepped on one thread from a seed. See the README beside this file.

// What cannot be in a test ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod clock;
mod coordinators;
mod dice;
mod faults;
mod frames;
mod functions;
mod history;
mod launch;
mod network;
mod plan;
mod program;
mod row;
mod simulation;
mod sink;
mod slot;
mod source;

use history::History;
use network::NetworkBug;
use simulation::{Passed, Trouble};
use std::collections::BTreeMap;
use std::ops::Range;

const FIRST_SEED: u64 = 1;
const HISTORIES: u64 = 1000;

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// The histories to run: one that is to be reproduced, or as many as are asked for.
fn seeds() -> Range<u64> {
    match from_env("WEFT_SIM_SEED") {
        Some(seed) => seed..seed + from_env("WEFT_SIM_HISTORIES").unwrap_or(1),
        None => FIRST_SEED..FIRST_SEED + from_env("WEFT_SIM_HISTORIES").unwrap_or(HISTORIES),
    }
}

/// Runs a history on this thread; a panic of the engine itself is trouble, too.
fn check(seed: u64, bug: Option<NetworkBug>) -> Result<Passed, Trouble> {
    weft_runtime::catch_panics_on_this_thread();
    let history = History::of(seed);
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| history.check(bug)));
    checked.unwrap_or_else(|panic| Err(Trouble::Unplanned(weft_runtime::describe_panic(&*panic))))
}

/// Histories have nothing in common, so each processor takes every n-th.
fn check_all(seeds: Range<u64>) -> Vec<(u64, Result<Passed, Trouble>)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..threads)
            .map(|lane| {
                let mine = seeds.clone().skip(lane).step_by(threads);
                scope.spawn(move || mine.map(|seed| (seed, check(seed, None))).collect::<Vec<_>>())
            })
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    })
}

#[test]
fn every_history_gives_the_result_of_an_undisturbed_run() {
    let histories = check_all(seeds());
    let failed: BTreeMap<_, _> = histories.iter().filter_map(|(seed, end)| Some((seed, end.as_ref().err()?))).collect();
    if let Some((seed, trouble)) = failed.first_key_value() {
        let others: Vec<_> = failed.keys().skip(1).collect();
        let plan = History::of(**seed).plan;
        panic!("WEFT_SIM_SEED={seed}: {trouble}\n{plan:#?}\nother seeds that fail: {others:?}");
    }
    let restarts: u64 = histories.iter().filter_map(|(_, end)| end.as_ref().ok()).map(|passed| passed.restarts).sum();
    let many = histories.len() as u64;
    assert!(many < 100 || restarts > many / 4, "{many} histories restarted only {restarts} times: nothing goes wrong");
    let cuts: u64 = histories.iter().filter_map(|(_, end)| end.as_ref().ok()).map(|passed| passed.cuts).sum();
    assert!(many < 100 || cuts > many / 8, "{many} histories had only {cuts} connections cut");
}

#[test]
fn a_seed_reproduces_a_history_exactly() {
    for seed in 1..20 {
        assert_eq!(check(seed, None), check(seed, None), "seed {seed} ran differently the second time");
    }
}

/// The first history that notices `bug`.
fn first_trouble(bug: NetworkBug) -> Option<Trouble> {
    (1..100).find_map(|seed| check(seed, Some(bug)).err())
}

#[test]
fn credit_that_is_lost_leaves_a_history_stuck() {
    let trouble = first_trouble(NetworkBug::CreditLost(50));
    assert!(matches!(trouble, Some(Trouble::Stuck(_))), "{trouble:?}");
}

#[test]
fn credit_that_is_given_twice_is_noticed_by_the_gate() {
    let trouble = first_trouble(NetworkBug::CreditTwice(20));
    assert!(matches!(&trouble, Some(Trouble::Unplanned(what)) if what.contains("credit")), "{trouble:?}");
}

#[test]
fn a_cut_that_nobody_hears_of_leaves_a_history_stuck() {
    let trouble = first_trouble(NetworkBug::CutUnheard);
    assert!(matches!(trouble, Some(Trouble::Stuck(_))), "{trouble:?}");
}
