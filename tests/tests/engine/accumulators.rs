//! What user functions count under a name.

use super::support::{assert_says, cluster, environment, program_in, signal};
use super::until::until;
use weft::prelude::*;

#[test]
fn one_name_of_two_kinds_in_two_tasks_has_no_value() {
    let env = environment(&[("parallelism.default", "2")]);
    env.from_sequence(1, 100)
        .map_with(|ctx| {
            let long = ctx.accumulator::<LongCounter>("both");
            move |n: i64| {
                long.add(1);
                n
            }
        })
        .rebalance()
        .map_with(|ctx| {
            let (double, all) = (ctx.accumulator::<DoubleCounter>("both"), ctx.accumulator::<LongCounter>("all"));
            move |n: i64| {
                double.add(1.0);
                all.add(1);
                n
            }
        })
        .discard();
    let result = env.execute("two tasks").unwrap();
    assert_eq!(result.accumulator("all").unwrap().as_i64(), Some(100));
    assert_says(&result.accumulator("both").unwrap_err().to_string(), &["`both`", "LongCounter", "DoubleCounter"]);
}

#[test]
fn counts_are_seen_while_the_job_runs() {
    let cluster = cluster(&[]);
    let env = program_in(&cluster);
    let (told, tells) = signal();
    env.generate_at_rate(1000.0, |n| n)
        .map_with(move |ctx| {
            let (numbers, told) = (ctx.accumulator::<LongCounter>("numbers"), told.clone());
            move |n: u64| {
                numbers.add(1);
                let _ = told.send(());
                n
            }
        })
        .discard();
    let mut job = env.execute_async("for ever").unwrap();
    (0..10).for_each(|_| tells.wait());
    let counted = || {
        let reports = cluster.metrics(job.job_id()).into_values().flat_map(|metrics| metrics.accumulators.report());
        reports.filter_map(|(_, bytes)| Accumulator::decode(&bytes)?.as_i64()).sum::<i64>()
    };
    until("ten numbers are counted", || (counted() >= 10).then_some(()));
    job.cancel();
    assert!(job.wait().is_err());
}
