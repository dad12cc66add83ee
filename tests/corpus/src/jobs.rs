//! Programs with several jobs.

use crate::until::until;
use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("the-second-as-parallel-as-the-first-found", two, || {
        lines((1..=100).map(|n| n * 2)).into_iter().chain(["two jobs".into()]).collect()
    })
    .robust(),
    Case::new("a-job-that-is-waited-for-late-and-twice", waited_for_twice, || lines([1, 2, 3, 1, 2, 3, 6])),
    Case::new("a-value-that-is-found-once", once, || lines([true, true, true])).robust(),
    Case::new("a-result-as-the-next-source", chained, || lines((0..50).map(|n| n * n * 2))).robust(),
];

fn two(stage: &Stage) -> weft::Result<Vec<String>> {
    let counted = stage.slowly(stage.env.from_sequence(1, 3), 3).collect();
    let first = stage.env.execute("first")?;
    let parallelism = counted.of(&first)?.len() as u32;
    let numbers = stage.slowly(stage.env.from_sequence(1, 100), 100).rebalance().map(|n| n * 2);
    let numbers = numbers.set_parallelism(parallelism).collect();
    let second = stage.env.execute("second")?;
    let jobs = if first.job_id == second.job_id { "one job" } else { "two jobs" };
    Ok(lines(numbers.of(&second)?).into_iter().chain([jobs.to_owned()]).collect())
}

fn waited_for_twice(stage: &Stage) -> weft::Result<Vec<String>> {
    let records = stage.env.from_elements([3u8, 1, 2]).collect();
    let mut job = stage.env.execute_async("short")?;
    until("FINISHED", || (job.status() == "FINISHED").then_some(()));
    let (once, again) = (records.of(&job.wait()?)?, records.of(&job.wait()?)?);
    let sum: u8 = again.iter().sum();
    let next = stage.env.from_elements([sum]).collect();
    let result = stage.env.execute("next")?;
    Ok(lines(once.into_iter().chain(again).chain(next.of(&result)?)))
}

/// What a clock says, in functions of all tasks.
fn once(stage: &Stage) -> weft::Result<Vec<String>> {
    let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64);
    let begun = stage.env.once("begun", now)?;
    let said = stage.slowly(stage.env.from_sequence(1, 3), 3).rebalance().map(move |_| begun).collect();
    let result = stage.env.execute("once")?;
    Ok(lines(said.of(&result)?.into_iter().map(|said| said == begun && begun > 0)))
}

fn chained(stage: &Stage) -> weft::Result<Vec<String>> {
    let squares = stage.slowly(stage.env.from_sequence(0, 49), 50).map(|n| n * n).collect();
    let mut squares = squares.of(&stage.env.execute("squares")?)?;
    // The graph of the second job must be the same in every process.
    squares.sort_unstable();
    let doubled = stage.slowly(stage.env.from_collection(squares), 50).map(|n| n * 2).collect();
    let result = stage.env.execute("doubled")?;
    Ok(lines(doubled.of(&result)?))
}
