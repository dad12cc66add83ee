//! Cancelling takes at most a second, whatever the job does.

use std::time::{Duration, Instant};

use super::support::{environment, signal};
use weft::prelude::*;

/// Ends the job, and says how long that took.
fn time_to_cancel(mut job: Box<dyn JobClient>) -> Duration {
    let asked = Instant::now();
    job.cancel();
    let end = job.wait().expect_err("it was cancelled").to_string();
    assert!(end.ends_with("was cancelled"), "{end}");
    asked.elapsed()
}

#[track_caller]
fn assert_within_a_second(taken: Duration) {
    assert!(taken < Duration::from_secs(1), "{taken:?}");
}

/// Work that takes a while.
fn work(millis: u64) {
    let done = Instant::now() + Duration::from_millis(millis);
    while let Some(rest) = done.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(rest);
    }
}

#[test]
fn at_ten_milliseconds_a_record() {
    for parallelism in [1, 2] {
        let env = environment(&[]);
        env.set_parallelism(parallelism);
        let (seen, sees) = signal();
        env.from_sequence(1, 1_000_000)
            .rebalance()
            .map(move |n| {
                let _ = seen.send(n);
                work(10);
                n
            })
            .discard();
        let job = env.execute_async("slow").unwrap();
        for _ in 0..5 {
            sees.wait();
        }
        assert_within_a_second(time_to_cancel(job));
    }
}

#[test]
fn while_a_consumer_holds_everything_back() {
    let env = environment(&[("parallelism.default", "2")]);
    env.disable_operator_chaining();
    let (seen, sees) = signal();
    env.generate(u64::MAX, |n| "x".repeat(1 + n as usize % 1000))
        .rebalance()
        .map(|line| line)
        .rebalance()
        .map(move |line| {
            let _ = seen.send(());
            work(10);
            line
        })
        .discard();
    let job = env.execute_async("held back").unwrap();
    for _ in 0..5 {
        sees.wait();
    }
    assert_within_a_second(time_to_cancel(job));
}

#[test]
fn while_a_source_has_nothing() {
    let env = environment(&[("parallelism.default", "2")]);
    let (open, opens) = signal();
    env.generate_at_rate(1e-6, |n| n)
        .map_with(move |context| {
            let _ = open.send(context.subtask());
            |n| n
        })
        .discard();
    let job = env.execute_async("idle").unwrap();
    for _ in 0..2 {
        opens.wait();
    }
    assert_within_a_second(time_to_cancel(job));
}

#[test]
fn while_ten_million_records_are_pulled_out_of_one() {
    let env = environment(&[]);
    let (seen, sees) = signal();
    env.from_elements([10_000_000u64])
        .flat_map_iter(|n| 0..n)
        .map(move |n| {
            let _ = seen.send(n);
            work(1);
            n
        })
        .discard();
    let job = env.execute_async("pulled").unwrap();
    sees.wait();
    assert_within_a_second(time_to_cancel(job));
}

#[test]
fn when_a_call_that_pushes_returns() {
    let env = environment(&[]);
    let (seen, sees) = signal();
    let (go_on, may_go_on) = std::sync::mpsc::sync_channel(0);
    let gate = std::sync::Arc::new(std::sync::Mutex::new(may_go_on));
    env.from_elements([100_000u64])
        .flat_map(move |n, out| {
            let _ = seen.send(n);
            let _ = gate.lock().map(|gate| gate.recv());
            (0..n).for_each(|n| out.emit(n));
        })
        .map(|n| {
            work(1);
            n
        })
        .discard();
    let job = env.execute_async("pushed").unwrap();
    sees.wait();
    job.cancel();
    super::until::until("CANCELLING", || (job.status() == "CANCELLING").then_some(()));
    go_on.send(()).unwrap();
    assert_within_a_second(time_to_cancel(job));
}

#[test]
fn before_it_has_begun() {
    let env = environment(&[("taskmanager.numberOfTaskSlots", "1")]);
    env.from_sequence(1, 10).set_parallelism(2).discard();
    let job = env.execute_async("without slots").unwrap();
    assert_within_a_second(time_to_cancel(job));
}

#[test]
fn while_it_waits_to_restart() {
    let env = environment(&[("restart-strategy.type", "fixed-delay"), ("restart-strategy.fixed-delay.delay", "1 h")]);
    env.from_sequence(1, 10).flat_map(|_: i64, _: &mut Collector<i64>| Err("not now")).discard();
    let job = env.execute_async("to be restarted").unwrap();
    super::until::until("RESTARTING", || (job.status() == "RESTARTING").then_some(()));
    assert_within_a_second(time_to_cancel(job));
}
