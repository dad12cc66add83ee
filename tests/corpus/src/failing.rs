//! Tasks that fail and are run again.

use crate::stage::names;
use crate::until::until;
use crate::{Case, Stage, lines};
use weft::prelude::*;

/// More attempts than any case needs, so that it may be disturbed as well.
const RESTARTING: &[(&str, &str)] = &[
    ("restart-strategy.type", "fixed-delay"),
    ("restart-strategy.fixed-delay.attempts", "20"),
    ("restart-strategy.fixed-delay.delay", "10 ms"),
];

pub(crate) const CASES: &[Case] = &[
    Case::new("third-time-lucky", third_time_lucky, || lines((0..10i64).map(|key| (key, 990 + key))))
        .with(RESTARTING)
        .robust(),
    Case::new("panics-until-the-third-attempt", panics, || lines(1..=300)).with(RESTARTING).robust(),
    Case::new("one-region-of-three-fails", one_region_of_three, || {
        lines(0..300).into_iter().chain(opened(&[(0, 0), (1, 0), (1, 1), (1, 2), (2, 0)])).collect()
    })
    .with(RESTARTING),
    Case::new("a-job-that-is-one-region-fails", one_region, || {
        lines(0..300).into_iter().chain(opened(&[(0, 0), (0, 1), (1, 0), (1, 1)])).collect()
    })
    .with(RESTARTING),
    Case::new("a-good-job-after-a-bad-one", good_after_bad, || {
        ["divided by zero", "[1]", "divided by zero", "[1]"].map(str::to_owned).to_vec()
    })
    .bearing_failures(),
];

/// Batches of two thirds of what there is are on their way when it fails.
fn third_time_lucky(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_runtime_mode(RuntimeMode::Batch);
    let numbers = stage.slowly(stage.env.from_sequence(0, 999), 1000).rebalance();
    let failing = numbers.flat_map_with(|context| {
        let attempt = context.attempt.attempt;
        move |n: i64, out: &mut Collector<(i64, i64)>| {
            out.emit((n % 10, n));
            if n == 600 && attempt < 2 { Err(format!("attempt {attempt} fails")) } else { Ok(()) }
        }
    });
    let largest = failing.key_by(|(key, _)| key).reduce(|most, next| most.1 = most.1.max(next.1)).collect();
    let result = stage.env.execute("third time lucky")?;
    Ok(lines(largest.of(&result)?))
}

fn panics(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.slowly(stage.env.from_sequence(1, 300), 300).rebalance();
    let failing = numbers.map_with(|context| {
        let attempt = context.attempt.attempt;
        move |n| {
            assert!(n < 150 || attempt >= 2, "attempt {attempt} fails");
            n
        }
    });
    let numbers = failing.rebalance().map(|n| n).collect();
    let result = stage.env.execute("panics")?;
    Ok(lines(numbers.of(&result)?))
}

fn opening(subtask: u32, attempt: u32) -> String {
    format!("subtask {subtask} attempt {attempt}")
}

fn opened(openings: &[(u32, u32)]) -> Vec<String> {
    openings.iter().map(|(subtask, attempt)| opening(*subtask, *attempt)).collect()
}

/// A job whose subtasks leave word in files that they were opened, and one of which fails in its first attempts as soon as the others are there.
fn word_of_openings(
    stage: &Stage,
    numbers: DataStream<i64>,
    (failing, attempts): (u32, u32),
) -> weft::Result<Vec<String>> {
    let scratch = stage.scratch.clone();
    let numbers = numbers.map_with(move |context| {
        let (subtask, attempt) = (context.subtask(), context.attempt.attempt);
        std::fs::write(scratch.join(opening(subtask, attempt)), "").expect("the case's directory can be written to");
        if subtask == failing && attempt < attempts {
            let all = (0..context.parallelism).map(|subtask| scratch.join(opening(subtask, 0)));
            let all: Vec<_> = all.collect();
            until("all are open", || all.iter().all(|opened| opened.exists()).then_some(()));
            assert!(attempt >= attempts, "attempt {attempt} fails");
        }
        |n| n
    });
    let numbers = numbers.collect();
    let result = stage.env.execute("openings")?;
    Ok(lines(numbers.of(&result)?).into_iter().chain(names(&stage.scratch)).collect())
}

/// Three pipelines beside each other, of which the second fails twice.
fn one_region_of_three(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(3);
    word_of_openings(stage, stage.env.from_sequence(0, 299), (1, 2))
}

fn one_region(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(2);
    word_of_openings(stage, stage.env.from_sequence(0, 299).rebalance(), (0, 1))
}

fn good_after_bad(stage: &Stage) -> weft::Result<Vec<String>> {
    let mut lines = Vec::new();
    for _ in 0..2 {
        stage.env.from_elements([0u8]).map(|n| 1 / n).discard();
        lines.push(match stage.env.execute("bad") {
            Ok(_) => "it succeeded".to_owned(),
            Err(error) if error.to_string().contains("attempt to divide by zero") => "divided by zero".to_owned(),
            Err(error) => error.to_string(),
        });
        let good = stage.env.from_elements([1u8]).map(|n| 1 / n).collect();
        let result = stage.env.execute("good")?;
        lines.push(format!("{:?}", good.of(&result)?));
    }
    Ok(lines)
}
