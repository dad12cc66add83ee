//! What fails, and runs again.

use super::figure::{Figure, Floor};
use super::submission::{Submission, now_ms};
use super::tasks;
use super::testbed::Testbed;
use super::{Bench, SHORT};
use anyhow::{Context, Result};
use std::fs::File;

/// `restart-strategy` as it is measured; every other key of it has its default.
const RESTART: [&str; 4] = ["-D", "restart-strategy.type=fixed-delay", "-D", "restart-strategy.fixed-delay.delay=0 s"];

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    Ok(vec![task(bench)?, task_manager(bench)?])
}

/// A task that fails with an error, in a worker that stays: from the failure to all tasks of its region RUNNING again.
fn task(bench: &Bench) -> Result<Figure> {
    let testbed = Testbed::start(&bench.programs, 1, 1, &[])?;
    testbed.run(&bench.programs, &["trivial"])?;
    let directory = tempfile::tempdir().context("making a directory for orders")?;
    let order = directory.path().join("fail");
    let file = order.to_str().context("the temporary directory's name is not UTF-8")?;
    let often = ["-D", "restart-strategy.fixed-delay.attempts=1000000"];
    let job = [&["failing", "--file", file][..], &RESTART, &often].concat();
    let rest = testbed.rest();
    let job = Submission::of(&bench.programs, &job)?.submit(rest)?.job;
    tasks::await_running(rest, &job, 0)?;
    let mut found = Vec::new();
    for run in 1..=bench.runs * SHORT {
        bench.say(format!("a task fails, {run}"));
        File::create(&order).context("ordering a failure")?;
        let running = tasks::await_running(rest, &job, run as u64)?;
        found.push((running - tasks::failed_at(rest, &job)?) as f64);
    }
    tasks::cancel(rest, &job)?;
    Figure::median("failed task to RUNNING again, in place", found, "ms", Floor::AtMost(20.0))
}

/// From the kill of the TaskManager that runs a job to the job's tasks RUNNING on the spare one, which has the program already.
fn task_manager(bench: &Bench) -> Result<Figure> {
    let mut testbed = Testbed::start(&bench.programs, 2, 1, &[])?;
    let submission = Submission::of(&bench.programs, &[&["idle"][..], &RESTART].concat())?;
    let mut found = Vec::new();
    for run in 0..bench.runs {
        bench.say(format!("a TaskManager is killed, {run}"));
        testbed.await_free_slots()?;
        // Brings the program to both.
        testbed.run(&bench.programs, &["trivial", "-p", "2"])?;
        testbed.await_free_slots()?;
        let job = submission.submit(testbed.rest())?.job;
        tasks::await_running(testbed.rest(), &job, 0)?;
        let process = testbed.take_task_manager(&tasks::task_manager(testbed.rest(), &job)?)?;
        let killed = now_ms()?;
        process.kill()?;
        found.push((tasks::await_running(testbed.rest(), &job, 1)? - killed) as f64 / 1e3);
        tasks::cancel(testbed.rest(), &job)?;
        testbed.add_task_manager()?;
    }
    Figure::median("kill -9 of a TaskManager to RUNNING on a spare", found, "s", Floor::AtMost(1.0))
}
