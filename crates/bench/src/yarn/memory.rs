//! What the processes of a session hold.

use super::Bench;
use super::session::Session;
use crate::cluster::memory::SETTLED;
use crate::cluster::process::{children_of, proportional_megabytes, resident_megabytes};
use crate::cluster::submission::Submission;
use crate::figure::{Figure, Floor};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Megabytes of a process.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) resident: f64,
    /// Of what it shares with others only its part.
    proportional: f64,
}

/// What the processes of an application hold.
pub(super) struct OfApplication {
    pub(super) job_manager: Held,
    coordinators: Vec<Held>,
    pub(super) task_managers: Vec<Held>,
    workers: Vec<Held>,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut runs = Vec::new();
    for run in 0..bench.runs {
        bench.say(format!("memory of an idle job's processes, {run}"));
        let session = Session::start(&bench.testbed, &bench.testbed.weft)?;
        Submission::provide(&session.rest, &bench.testbed.job)?;
        let job = session.run(&Submission::of_program(&bench.testbed.job, &[])?)?;
        std::thread::sleep(SETTLED);
        runs.push(of_application(&session.application.to_string())?);
        session.end(&job)?;
        session.stop()?;
    }
    let figure = |name, of: &dyn Fn(&OfApplication) -> Vec<f64>, floor| {
        Figure::median(name, runs.iter().flat_map(of).collect(), "MB", floor)
    };
    let resident = |held: &[Held]| held.iter().map(|held| held.resident).collect();
    Ok(vec![
        figure("ApplicationMaster, resident", &|run| vec![run.job_manager.resident], Floor::AtMost(60.0))?,
        figure("ApplicationMaster, proportional", &|run| vec![run.job_manager.proportional], Floor::None)?,
        figure("TaskManager above its workers, resident", &|run| resident(&run.task_managers), Floor::AtMost(30.0))?,
        figure("worker of an idle job, resident", &|run| resident(&run.workers), Floor::None)?,
        figure("coordinators of an idle job, resident", &|run| resident(&run.coordinators), Floor::None)?,
    ])
}

/// Looks at all processes that run in an application's containers.
pub(super) fn of_application(application: &str) -> Result<OfApplication> {
    let (mut job_managers, mut task_managers) = (Vec::new(), Vec::new());
    for entry in fs::read_dir("/proc").context("looking for processes in /proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if !is_in(&entry.path(), application) {
            continue;
        }
        // Its words end with zeros.
        let line = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        match line.split('\0').collect::<Vec<_>>()[..] {
            ["./weft", "yarn-jobmanager", ..] => job_managers.push(id),
            ["./weft", "yarn-taskmanager", ..] => task_managers.push(id),
            _ => {}
        }
    }
    let job_manager = *job_managers.first().context("no ApplicationMaster's process was found")?;
    let of_children = |of: &[u32]| -> Result<Vec<Held>> {
        let children: Result<Vec<_>> = of.iter().map(|id| children_of(*id)).collect();
        children?.into_iter().flatten().map(Held::by).collect()
    };
    Ok(OfApplication {
        job_manager: Held::by(job_manager)?,
        coordinators: of_children(&job_managers)?,
        workers: of_children(&task_managers)?,
        task_managers: task_managers.into_iter().map(Held::by).collect::<Result<_>>()?,
    })
}

/// Whether a process works in a container of an application. Of other people's processes that is not known.
fn is_in(process: &Path, application: &str) -> bool {
    fs::read_link(process.join("cwd")).is_ok_and(|directory| directory.to_string_lossy().contains(application))
}

impl Held {
    fn by(id: u32) -> Result<Self> {
        Ok(Held { resident: resident_megabytes(id)?, proportional: proportional_megabytes(id)? })
    }
}
