//! Workers: one process for each job, as long as the job has slots here.
//!
//! ```text
//!             first slot, or a task           ready            no slot left          ended
//!   (absent) ────────────────────────► starting ────► running ─────────────► stopping ─────► (absent)
//!       ▲                                 │  │           │ │                    │ too slow
//!       └──────── could not start ────────┘  └──── kill ─┴─┼──────► killed ◄────┘
//!                                                          │           │ ended
//!                 started at once in its place ◄── died ───┴───────────┘ while the job has slots
//! ```
//!
//! The next worker of a job starts only when the former is known to have ended: they share the address of the data plane. One that dies
//! before it was given a task is not replaced until there is one, so that a program that cannot start is tried as often as the restart
//! strategy says, and no more.

use super::job::entry;
use super::memory::MemoryUse;
use super::{TaskManager, TaskManagerCommand, TaskManagerCommands, WorkerEnd};
use crate::Failure;
use weft_common::{ErrorKind, JobId, Mono};

/// A job's worker.
#[derive(Clone, Debug, Default)]
pub(super) enum Worker {
    #[default]
    Absent,
    Starting(u64),
    Running(u64),
    /// Told to end, and killed if it has not by then.
    Stopping {
        incarnation: u64,
        kill_at: Mono,
    },
    /// Killed; what its tasks fail with.
    Killed {
        incarnation: u64,
        failure: Failure,
    },
}

impl Worker {
    pub(super) fn incarnation(&self) -> Option<u64> {
        match self {
            Worker::Absent => None,
            Worker::Starting(incarnation)
            | Worker::Running(incarnation)
            | Worker::Stopping { incarnation, .. }
            | Worker::Killed { incarnation, .. } => Some(*incarnation),
        }
    }

    /// The worker that tasks can be given to.
    pub(super) fn running(&self) -> Option<u64> {
        match self {
            Worker::Running(incarnation) => Some(*incarnation),
            _ => None,
        }
    }

    pub(super) fn kill_at(&self) -> Option<Mono> {
        match self {
            Worker::Stopping { kill_at, .. } => Some(*kill_at),
            _ => None,
        }
    }

    /// One that was not told to end, whether it is ready or not.
    fn wanted(&self) -> Option<u64> {
        match self {
            Worker::Starting(incarnation) | Worker::Running(incarnation) => Some(*incarnation),
            _ => None,
        }
    }
}

impl TaskManager {
    pub(super) fn start_worker_if_absent(&mut self, id: JobId, out: &mut TaskManagerCommands) {
        let job = entry(&mut self.jobs, &mut self.former_jobs, id);
        if let Worker::Absent = job.worker {
            self.incarnation += 1;
            job.worker = Worker::Starting(self.incarnation);
            job.worker_used = false;
            job.memory = MemoryUse::default();
            out.push(TaskManagerCommand::StartWorker { job: id, incarnation: self.incarnation });
        }
    }

    pub(super) fn worker_ready(&mut self, id: JobId, incarnation: u64, out: &mut TaskManagerCommands) {
        if let Some(job) = self.jobs.get_mut(&id)
            && let Worker::Starting(starting) = job.worker
            && starting == incarnation
        {
            job.worker = Worker::Running(incarnation);
            self.hand_over(id, out);
        }
    }

    /// Gives a worker that is ready the tasks that wait for it.
    pub(super) fn hand_over(&mut self, id: JobId, out: &mut TaskManagerCommands) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let Some(incarnation) = job.worker.running() else { return };
        let attempts = std::mem::take(&mut job.queue);
        job.worker_used |= !attempts.is_empty();
        for attempt in &attempts {
            if let Some(task) = job.tasks.get_mut(attempt) {
                task.in_worker = true;
            }
        }
        if !attempts.is_empty() {
            out.push(TaskManagerCommand::Deploy { job: id, incarnation, attempts });
        }
    }

    pub(super) fn worker_ended(
        &mut self,
        id: JobId,
        incarnation: u64,
        end: WorkerEnd,
        last_words: Option<String>,
        out: &mut TaskManagerCommands,
    ) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.worker.incarnation() != Some(incarnation) {
            return;
        }
        let worker_used = job.worker_used;
        // What came while the worker was ending waits for the next one.
        let (failure, waiting_too) = match std::mem::take(&mut job.worker) {
            Worker::Killed { failure, .. } => (failure, false),
            Worker::Starting(_) => (failure_of(end, last_words), true),
            _ => (failure_of(end, last_words), false),
        };
        self.fail_tasks(id, failure, waiting_too, out);
        if worker_used && self.slots.held(id).next().is_some() {
            self.start_worker_if_absent(id, out);
        }
    }

    /// Kills a worker, whose tasks will have failed for this reason once it has ended.
    pub(super) fn kill_worker(&mut self, id: JobId, failure: Failure, out: &mut TaskManagerCommands) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let (Some(incarnation), false) = (job.worker.incarnation(), matches!(job.worker, Worker::Killed { .. })) else {
            return;
        };
        job.tasks.values_mut().for_each(|task| task.cancellation = None);
        let was_starting = matches!(job.worker, Worker::Starting(_));
        job.worker = Worker::Killed { incarnation, failure: failure.clone() };
        let cause = failure.message.clone();
        out.push(TaskManagerCommand::KillWorker { job: id, incarnation, cause });
        if was_starting {
            self.fail_tasks(id, failure, true, out);
        }
    }

    pub(super) fn kill_slow_worker(&mut self, now: Mono, id: JobId, out: &mut TaskManagerCommands) {
        let overdue = self.jobs.get(&id).and_then(|job| job.worker.kill_at()).is_some_and(|kill_at| kill_at <= now);
        if overdue {
            let timeout = self.settings.worker_stop_timeout.as_secs_f64();
            let message = format!("the worker was told to end, and had not after {timeout} s");
            self.kill_worker(id, Failure::retryable(message), out);
        }
    }

    pub(super) fn stop_worker(&mut self, now: Mono, id: JobId, out: &mut TaskManagerCommands) {
        let kill_at = now + self.settings.worker_stop_timeout;
        if let Some(job) = self.jobs.get_mut(&id)
            && let Some(incarnation) = job.worker.wanted()
        {
            job.worker = Worker::Stopping { incarnation, kill_at };
            out.push(TaskManagerCommand::StopWorker { job: id, incarnation });
        }
    }

    /// A worker is there as long as the job has slots, and from when there is something for it to do.
    pub(super) fn settle_worker(&mut self, now: Mono, id: JobId, out: &mut TaskManagerCommands) {
        let Some(job) = self.jobs.get(&id) else { return };
        if !self.slots.any_of(id) {
            self.stop_worker(now, id, out);
        } else if !job.queue.is_empty() {
            self.start_worker_if_absent(id, out);
        }
    }
}

fn failure_of(end: WorkerEnd, last_words: Option<String>) -> Failure {
    let how = match end {
        WorkerEnd::CannotStart(failure) => return failure,
        WorkerEnd::Exited(0) => "ended with exit code 0, though its job was not over".to_owned(),
        WorkerEnd::Exited(code) => format!("ended with exit code {code}"),
        WorkerEnd::Unknown => "ended, and nobody knows how".to_owned(),
        WorkerEnd::Signalled(signal) => format!("was ended by signal {signal}{}", meaning(signal)),
    };
    let last_words = last_words.map(|words| format!("; the last it wrote to standard error: {words}"));
    let message = format!("the job's worker {how}{}", last_words.unwrap_or_default());
    Failure::new(ErrorKind::Retryable, message)
}

/// What signals mean that end processes on their own account (Linux numbers).
fn meaning(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL, an instruction that this processor does not have)",
        6 => " (SIGABRT, the process gave itself up)",
        7 => " (SIGBUS, memory that is not there)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL; the kernel sends it when memory runs out)",
        11 => " (SIGSEGV, memory it may not touch, or a stack too small)",
        15 => " (SIGTERM)",
        _ => "",
    }
}
