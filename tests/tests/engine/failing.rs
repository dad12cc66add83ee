//! User code that fails, and what restarts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::support::{assert_says, environment, failure_of, signal, sorted};
use weft::prelude::*;

const RESTARTING: [(&str, &str); 3] = [
    ("restart-strategy.type", "fixed-delay"),
    ("restart-strategy.fixed-delay.attempts", "3"),
    ("restart-strategy.fixed-delay.delay", "10 ms"),
];

#[test]
fn a_panic_names_operator_subtask_cause_and_place() {
    let env = environment(&[("parallelism.default", "2")]);
    let at = line!() + 3;
    let divide = env.from_sequence(0, 99).rebalance().map_with(|ctx| {
        let divisor = 1 - i64::from(ctx.subtask());
        move |n: i64| n / divisor
    });
    divide.name("divide").discard();
    let failure = failure_of(&env, "division");
    let place = format!("failing.rs:{at}:");
    let parts = ["job `division` failed: operator `divide`", "(2/2)#0", "attempt to divide by zero", &place];
    assert_says(&failure, &parts);
}

#[test]
fn an_error_names_operator_subtask_and_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("record {0} is not wanted")]
    struct Unwanted(i64, #[source] std::num::ParseIntError);

    let env = environment(&[]);
    env.from_sequence(0, 99)
        .flat_map(|n: i64, out: &mut Collector<i64>| match n {
            42 => Err(Unwanted(n, "x".parse::<u8>().expect_err("it is no number"))),
            _ => {
                out.emit(n);
                Ok(())
            }
        })
        .name("choosy")
        .discard();
    let failure = failure_of(&env, "errors");
    assert_says(&failure, &["operator `choosy`", "(1/1)#0", "record 42 is not wanted: invalid digit found in string"]);
}

#[test]
fn panics_everywhere_else_are_told_too() {
    #[derive(Clone)]
    struct NoOpen;
    impl ProcessFunction<i64> for NoOpen {
        type Out = i64;
        fn open(&mut self, _: &RuntimeContext) -> Result<(), BoxError> {
            Err("the table is missing".into())
        }
        fn process(&mut self, _: i64, _: &mut ProcessContext<'_>, _: &mut Collector<i64>) -> Result<(), BoxError> {
            Ok(())
        }
    }
    let env = environment(&[]);
    env.from_sequence(0, 9).process(NoOpen).name("opening").discard();
    assert_says(&failure_of(&env, "open"), &["operator `opening`", "the table is missing"]);
    env.from_sequence(0, 9).map_with(|_| -> fn(i64) -> i64 { panic!("no function today") }).name("making").discard();
    assert_says(&failure_of(&env, "make"), &["operator `making`", "panicked: no function today"]);
    env.from_sequence(0, 9).key_by_value(|n| 1 / (n - 5)).reduce(|_, _| ()).name("keyed").discard();
    assert_says(&failure_of(&env, "key"), &["job `key` failed", "attempt to divide by zero"]);
}

/// Fails the job until it has been run so often.
#[derive(Clone)]
struct Failures {
    left: Arc<AtomicU32>,
}

impl Failures {
    fn new(times: u32) -> Self {
        Failures { left: Arc::new(AtomicU32::new(times)) }
    }

    fn strike(&self) -> Result<(), String> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_or(Ok(()), |left| Err(format!("{left} to go")))
    }
}

#[test]
fn a_job_that_fails_twice_gives_the_result_of_one_that_does_not() {
    let env = environment(&RESTARTING);
    env.set_parallelism(2);
    let failures = Failures::new(2);
    let sums = env
        .from_sequence(1, 1000)
        .rebalance()
        .flat_map(move |n, out: &mut Collector<i64>| {
            out.emit(n);
            if n == 900 { failures.strike() } else { Ok(()) }
        })
        .key_by_value(|n| n % 10)
        .reduce(|sum, n| *sum += n)
        .collect();
    let result = env.execute("third time lucky").unwrap();
    let mut largest = BTreeMap::<i64, i64>::new();
    let updates = sums.of(&result).unwrap();
    updates.iter().for_each(|sum| {
        let of_key = largest.entry(sum % 10).or_default();
        *of_key = (*of_key).max(*sum);
    });
    assert_eq!(updates.len(), 1000);
}

#[test]
fn a_job_that_fails_for_ever_ends_after_the_attempts_with_the_reason() {
    let env = environment(&RESTARTING);
    let (tried, tries) = signal();
    env.from_sequence(1, 10)
        .flat_map(move |_: i64, _: &mut Collector<i64>| {
            let _ = tried.send(());
            Err("never")
        })
        .name("hopeless")
        .discard();
    let failure = failure_of(&env, "forever");
    assert_says(
        &failure,
        &["operator `hopeless`", "(1/1)#3", "never", "not restarted again", "maxNumberRestartAttempts=3"],
    );
    assert_eq!(tries.told().len(), 4);
}

#[test]
fn a_failure_in_one_region_leaves_the_others_running() {
    let env = environment(&RESTARTING);
    env.set_parallelism(3);
    let (opened, opens) = signal();
    let failures = Failures::new(2);
    let records = env
        .from_sequence(0, 299)
        .map_with(move |context| {
            let _ = opened.send(context.subtask());
            let (subtask, failures) = (context.subtask(), failures.clone());
            move |n| {
                if subtask == 1 {
                    failures.strike().unwrap();
                }
                (subtask, n)
            }
        })
        .collect();
    let result = env.execute("regions").unwrap();
    assert_eq!(sorted(opens.told()), [0, 1, 1, 1, 2]);
    let records = sorted(records.of(&result).unwrap().into_iter().map(|(_, n)| n));
    assert!(records.into_iter().eq(0..300));
}

#[test]
fn a_failure_in_a_job_that_is_one_region_restarts_it_all() {
    let env = environment(&RESTARTING);
    env.set_parallelism(2);
    let (opened, opens) = signal();
    let failures = Failures::new(1);
    let records = env
        .from_sequence(0, 299)
        .rebalance()
        .map_with(move |context| {
            let _ = opened.send(context.subtask());
            let failures = failures.clone();
            move |n| {
                failures.strike().unwrap();
                n
            }
        })
        .collect();
    let result = env.execute("one region").unwrap();
    assert_eq!(sorted(opens.told()), [0, 0, 1, 1]);
    assert!(sorted(records.of(&result).unwrap()).into_iter().eq(0..300));
}

#[test]
fn a_file_that_is_missing_is_not_looked_for_again() {
    let env = environment(&RESTARTING);
    let dir = tempfile::tempdir().unwrap();
    env.read_text_file(dir.path().join("missing")).discard();
    let failure = failure_of(&env, "missing");
    assert_says(&failure, &["missing: no such file", "not restarted: running again would not help"]);
}

#[test]
fn the_cluster_goes_on_after_a_job_that_failed() {
    let env = environment(&[("taskmanager.numberOfTaskSlots", "1")]);
    for _ in 0..3 {
        env.from_elements([0u8]).map(|n| 1 / n).discard();
        failure_of(&env, "bad");
        let good = env.from_elements([1u8]).map(|n| 1 / n).collect();
        let result = env.execute("good").unwrap();
        assert_eq!(good.of(&result).unwrap(), [1]);
    }
}
