//! What user functions count under a name.

use std::collections::BTreeMap;

use super::support::{assert_says, cluster, environment, failure_of, program_in, signal};
use super::until::until;
use weft::prelude::*;

/// Counts what it is given, in a handle that it asks for when it is opened.
#[derive(Clone, Default)]
struct Measures {
    lengths: Histogram,
    mean: Average,
}

impl ProcessFunction<i64> for Measures {
    type Out = i64;

    fn open(&mut self, context: &RuntimeContext) -> Result<(), BoxError> {
        self.lengths = context.accumulator("lengths");
        self.mean = context.accumulator("mean");
        Ok(())
    }

    fn process(&mut self, n: i64, _: &mut ProcessContext<'_>, out: &mut Collector<i64>) -> Result<(), BoxError> {
        self.lengths.add(n.to_string().len() as i32);
        self.mean.add(n as f64);
        out.emit(n);
        Ok(())
    }
}

#[test]
fn what_all_subtasks_count_is_in_the_result() {
    let env = environment(&[("parallelism.default", "3")]);
    env.from_sequence(1, 1000)
        .rebalance()
        .map_with(|ctx| {
            let (numbers, odd) = (ctx.accumulator::<LongCounter>("numbers"), ctx.accumulator::<IntCounter>("odd"));
            let (least, greatest) =
                (ctx.accumulator::<LongMinimum>("least"), ctx.accumulator::<DoubleMaximum>("greatest"));
            move |n: i64| {
                numbers.add(1);
                odd.add((n % 2) as i32);
                least.add(n);
                greatest.add(n as f64 / 2.0);
                n
            }
        })
        .process(Measures::default())
        // In the same task, under the same name.
        .filter_with(|ctx| {
            let numbers = ctx.accumulator::<LongCounter>("numbers");
            move |_: &i64| {
                numbers.add(1);
                true
            }
        })
        .discard();
    let result = env.execute("counting").unwrap();
    let value = |name: &str| result.accumulator(name).unwrap().clone();
    assert_eq!(value("numbers"), Accumulator::LongCounter(2000));
    assert_eq!(value("odd"), Accumulator::IntCounter(500));
    assert_eq!(value("least"), Accumulator::LongMinimum(1));
    assert_eq!(value("greatest"), Accumulator::DoubleMaximum(500.0));
    assert_eq!(value("mean").as_f64(), Some(500.5));
    assert_eq!(value("lengths"), Accumulator::Histogram(BTreeMap::from([(1, 9), (2, 90), (3, 900), (4, 1)])));
    let unknown = result.accumulator("number").unwrap_err().to_string();
    assert_says(&unknown, &["no accumulator `number`", "`greatest`, `least`, `lengths`, `mean`, `numbers`, `odd`"]);
}

#[test]
fn only_the_attempt_that_counts_is_counted() {
    let env = environment(&[
        ("restart-strategy.type", "fixed-delay"),
        ("restart-strategy.fixed-delay.attempts", "2"),
        ("restart-strategy.fixed-delay.delay", "1 ms"),
    ]);
    env.from_sequence(1, 100)
        .map_with(|ctx| {
            let (numbers, attempt) = (ctx.accumulator::<LongCounter>("numbers"), ctx.attempt.attempt);
            move |n: i64| {
                numbers.add(1);
                assert!(n < 50 || attempt == 2, "attempt {attempt} fails");
                n
            }
        })
        .discard();
    assert_eq!(env.execute("thrice").unwrap().accumulator("numbers").unwrap().as_i64(), Some(100));
}

#[test]
fn one_name_is_of_one_kind_within_a_task() {
    let env = environment(&[]);
    env.from_sequence(1, 100)
        .map_with(|ctx| {
            let (long, double) = (ctx.accumulator::<LongCounter>("both"), ctx.accumulator::<DoubleCounter>("both"));
            move |n: i64| {
                long.add(n);
                double.add(0.5);
                n
            }
        })
        .discard();
    let kinds = "the accumulator `both` is a LongCounter in one place and a DoubleCounter in another";
    assert_says(&failure_of(&env, "two kinds"), &["job `two kinds` failed", kinds]);
}

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
