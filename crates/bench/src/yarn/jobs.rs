//! A job submitted to a session that has no TaskManager.

use super::Bench;
use super::master::Master;
use super::session::{Job, Session};
use crate::cluster::submission::Submission;
use crate::cluster::tasks;
use crate::figure::{Figure, Floor};
use anyhow::{Context, Result};

/// How much more often this is done: it takes seconds, and waits for a heartbeat.
const MORE: u32 = 4;

/// What a run took, in seconds.
struct Run {
    /// From the submission to all tasks RUNNING.
    job: f64,
    /// From the submission until YARN has handed over the container.
    waiting: f64,
    /// From there to the start of its process.
    launching: f64,
    /// From the start of the process to RUNNING.
    running: f64,
    /// From the ask for an empty container to its process.
    empty: f64,
    /// From the ask until YARN has handed it over.
    empty_waiting: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    bench.say("starting a session");
    let testbed = &bench.testbed;
    let mut master = Master::new(testbed)?;
    let session = Session::start(testbed, &testbed.weft)?;
    Submission::provide(&session.rest, &testbed.job)?;
    let submission = Submission::of_program(&testbed.job, &[])?;
    let mut runs = Vec::new();
    for run in 0..bench.runs * MORE {
        bench.say(format!("a job with one new TaskManager, {run}"));
        bench.spread(run);
        let job = session.run(&submission)?;
        bench.spread(run);
        let found = once(bench, &session, &job, &mut master)?;
        session.end(&job)?;
        runs.push(found);
    }
    session.stop()?;
    master.finish()?;
    figures(&runs)
}

/// The empty container beside a job that runs.
fn once(bench: &Bench, session: &Session<'_>, job: &Job, master: &mut Master<'_>) -> Result<Run> {
    let logs = bench.testbed.logs();
    let task_manager = tasks::task_manager(&session.rest, &job.id)?;
    let (given, started) = (logs.handed_over(&task_manager)?, logs.started(&task_manager)?);
    let empty = master.run(1)?;
    let container = *empty.containers.first().context("a container was asked for")?;
    let (of_empty, empty_given) = (master.started(container)?, logs.handed_over(&container.to_string())?);
    let seconds = |from: i64, to: i64| (to - from) as f64 / 1e3;
    let run = Run {
        job: seconds(job.submitted, job.running),
        waiting: seconds(job.submitted, given),
        launching: seconds(given, started),
        running: seconds(started, job.running),
        empty: seconds(empty.asked, of_empty),
        empty_waiting: seconds(empty.asked, empty_given),
    };
    master.end(empty)?;
    Ok(run)
}

fn figures(runs: &[Run]) -> Result<Vec<Figure>> {
    let median = |name, of: fn(&Run) -> f64| Figure::median(name, runs.iter().map(of).collect(), "s", Floor::None);
    let job = median("POST of a job to RUNNING in one new TaskManager", |run| run.job)?;
    let empty = median("an empty container, ask to process", |run| run.empty)?;
    let above = job.value() - empty.value();
    Ok(vec![
        job,
        empty,
        Figure::new("a job with one new TaskManager above an empty container", above, "s", Floor::AtMost(0.4)),
        median("  of it: POST until the container is handed over", |run| run.waiting)?,
        median("  of it: from there to the start of its process", |run| run.launching)?,
        median("  of it: start of the process to RUNNING", |run| run.running)?,
        median("  of the empty container: ask until it is handed over", |run| run.empty_waiting)?,
    ])
}
