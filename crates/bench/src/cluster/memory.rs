//! What processes hold that have nothing to do.

use super::Bench;
use super::figure::{Figure, Floor};
use super::process::{children_of, resident_megabytes};
use super::tasks;
use super::testbed::Testbed;
use anyhow::{Context, Result};
use std::time::Duration;

/// What was started has settled by then.
pub(crate) const SETTLED: Duration = Duration::from_secs(3);

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut resident = [const { Vec::new() }; 4];
    for run in 0..bench.runs {
        bench.say(format!("memory of idle processes, {run}"));
        let testbed = Testbed::start(&bench.programs, 1, 1, &[])?;
        testbed.run(&bench.programs, &["trivial"])?;
        let job = testbed.run_detached(&bench.programs, &bench.programs.idle)?;
        tasks::await_running(testbed.rest(), &job, 0)?;
        std::thread::sleep(SETTLED);
        let (job_manager, task_manager) = (testbed.job_manager(), testbed.task_managers().next());
        let task_manager = task_manager.context("a TaskManager was started")?;
        let only_child = |of: u32| children_of(of)?.first().copied().context("an idle job has lost its processes");
        let processes = [job_manager, task_manager, only_child(task_manager)?, only_child(job_manager)?];
        for (found, process) in resident.iter_mut().zip(processes) {
            found.push(resident_megabytes(process)?);
        }
        tasks::cancel(testbed.rest(), &job)?;
    }
    let [job_manager, task_manager, worker, coordinators] = resident;
    Ok(vec![
        Figure::median("idle JobManager, resident", job_manager, "MB", Floor::AtMost(40.0))?,
        Figure::median("idle TaskManager, resident", task_manager, "MB", Floor::AtMost(25.0))?,
        Figure::median("worker of an idle job, resident", worker, "MB", Floor::AtMost(12.0))?,
        Figure::median("coordinators of an idle job, resident", coordinators, "MB", Floor::None)?,
    ])
}
