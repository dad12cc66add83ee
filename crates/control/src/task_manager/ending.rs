//! The end of a TaskManager: asked for, or because it found no JobManager.

use super::worker::Worker;
use super::{Exit, TaskManager, TaskManagerCommand, TaskManagerCommands, TaskManagerEvent};
use crate::Failure;
use weft_common::Mono;

/// What a TaskManager is about.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    Serving,
    /// Its workers are ending, and are killed if they have not by then.
    Leaving {
        until: Mono,
        cause: String,
    },
    Over,
}

impl TaskManager {
    pub(super) fn leave(&mut self, now: Mono, cause: String, out: &mut TaskManagerCommands) {
        if self.registration.is_registered() {
            out.push(TaskManagerCommand::Leave { cause: cause.clone() });
        }
        self.registration.stop();
        self.phase = Phase::Leaving { until: now + self.settings.worker_stop_timeout, cause };
        let jobs: Vec<_> = self.jobs.keys().copied().collect();
        for id in jobs {
            if let Some(job) = self.jobs.get_mut(&id) {
                job.drop_tasks();
            }
            self.stop_worker(now, id, out);
        }
    }

    /// Nothing counts any more but the ends of workers.
    pub(super) fn while_leaving(&mut self, now: Mono, event: TaskManagerEvent, out: &mut TaskManagerCommands) {
        let Phase::Leaving { until, cause } = &self.phase else { return };
        match event {
            TaskManagerEvent::WorkerEnded { job, incarnation, .. } => {
                if let Some(job) = self.jobs.get_mut(&job).filter(|job| job.worker.incarnation() == Some(incarnation)) {
                    job.worker = Worker::Absent;
                }
            }
            _ if *until <= now => {
                let cause = cause.clone();
                self.exit_now(Exit::Wanted(cause), out);
            }
            _ => {}
        }
    }

    pub(super) fn exit_when_alone(&mut self, out: &mut TaskManagerCommands) {
        if let Phase::Leaving { cause, .. } = &self.phase
            && self.jobs.values().all(|job| job.worker.incarnation().is_none())
        {
            let cause = cause.clone();
            self.exit_now(Exit::Wanted(cause), out);
        }
    }

    /// Ends, whatever still runs.
    pub(super) fn exit_now(&mut self, exit: Exit, out: &mut TaskManagerCommands) {
        let jobs: Vec<_> = self.jobs.keys().copied().collect();
        for job in jobs {
            self.kill_worker(job, Failure::retryable("its TaskManager ends"), out);
        }
        self.phase = Phase::Over;
        out.push(TaskManagerCommand::Exit(exit));
    }
}
