//! Programs with several jobs, and clusters with several programs.

use super::support::{assert_says, cluster, environment, program_in, signal};
use super::until::until;
use weft::prelude::*;

#[test]
fn a_stream_of_an_executed_job_cannot_be_read_by_the_next() {
    let env = environment(&[]);
    let numbers = env.from_sequence(1, 3);
    numbers.clone().discard();
    env.execute("first").unwrap();
    numbers.map(|n| n + 1).discard();
    let refused = env.execute("second").unwrap_err().to_string();
    assert_says(&refused, &["Map", "jobs.rs:", "was executed before", "after the last execute"]);
}

#[test]
fn a_job_without_operators_is_refused() {
    let refused = environment(&[]).execute("nothing").unwrap_err().to_string();
    assert_says(&refused, &["job \"nothing\" has no operators", "before execute"]);
}

#[test]
fn a_job_that_runs_by_itself_tells_its_status_and_can_be_cancelled() {
    let env = environment(&[]);
    let (seen, sees) = signal();
    env.generate_at_rate(1000.0, |n| n)
        .map(move |n| {
            let _ = seen.send(n);
            n
        })
        .discard();
    let mut job = env.execute_async("endless").unwrap();
    sees.wait();
    until("RUNNING", || (job.status() == "RUNNING").then_some(()));
    job.cancel();
    assert_eq!(job.wait().unwrap_err().to_string(), "job `endless` was cancelled");
    assert_eq!(job.status(), "CANCELED");
    // Cancelling what is over changes nothing.
    job.cancel();
    assert_eq!(job.status(), "CANCELED");
}

#[test]
fn programs_share_a_cluster() {
    let cluster = cluster(&[]);
    let (seen, sees) = signal();
    let endless = program_in(&cluster);
    endless.generate_at_rate(1000.0, |n| n).map(move |n| seen.send(n).is_ok()).discard();
    let mut endless = endless.execute_async("endless").unwrap();
    sees.wait();
    let sums: Vec<i64> = std::thread::scope(|scope| {
        let programs = (1..=4i64).map(|k| {
            let cluster = &cluster;
            scope.spawn(move || {
                let env = program_in(cluster);
                env.set_parallelism(2);
                let numbers = env.from_sequence(1, 1000).map(move |n| n * k).rebalance().map(|n| n).collect();
                let result = env.execute("one of four").unwrap();
                numbers.of(&result).unwrap().iter().sum()
            })
        });
        let programs: Vec<_> = programs.collect();
        programs.into_iter().map(|program| program.join().unwrap()).collect()
    });
    assert_eq!(sums, [500_500, 1_001_000, 1_501_500, 2_002_000]);
    assert_eq!(endless.status(), "RUNNING");
    endless.cancel();
    assert!(endless.wait().is_err());
}

#[test]
fn a_cluster_that_is_dropped_takes_its_jobs_along() {
    let env = environment(&[]);
    let (seen, sees) = signal();
    env.generate_at_rate(1000.0, |n| n).map(move |n| seen.send(n).is_ok()).discard();
    let job = env.execute_async("left alone").unwrap();
    sees.wait();
    drop((job, env));
    // The function, and with it the sender, is gone.
    until("the end of the job", || {
        while sees.told().last().is_some() {}
        sees.is_over().then_some(())
    });
}
