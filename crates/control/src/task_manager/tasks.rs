//! Tasks: given to workers, stopped, and failed with their workers.

use super::job::{Cancellation, Task, entry};
use super::{TaskManager, TaskManagerCommand, TaskManagerCommands};
use crate::{ControlError, ExecutionState, Failure, TaskStatus};
use weft_common::{ErrorKind, ExecutionAttemptId, JobId, Mono};

impl TaskManager {
    pub(super) fn deploy(
        &mut self,
        id: JobId,
        tasks: Vec<(ExecutionAttemptId, u32)>,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        for (attempt, index) in tasks {
            self.take_deployment(id, attempt, index, out)?;
        }
        self.hand_over(id, out);
        Ok(())
    }

    fn take_deployment(
        &mut self,
        id: JobId,
        attempt: ExecutionAttemptId,
        index: u32,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        let job = entry(&mut self.jobs, &mut self.former_jobs, id);
        if let Some(known) = job.tasks.get(&attempt) {
            let status = known.status.clone();
            if !job.queue.contains(&attempt) {
                out.push(TaskManagerCommand::Discard { job: id, attempt });
            }
            self.tell_status(id, status, out);
            return Ok(());
        }
        // Of an attempt that has ended, or that a newer one has followed, nobody wants to hear.
        if !job.hear_of(attempt) {
            out.push(TaskManagerCommand::Discard { job: id, attempt });
            return Ok(());
        }
        let task = match self.slots.usable(index, id) {
            Some(allocation) => {
                self.slots.activate(allocation)?;
                job.queue.push(attempt);
                Task::queued(attempt, allocation)
            }
            None => {
                out.push(TaskManagerCommand::Discard { job: id, attempt });
                let message = format!("deployed to slot {index} of {}, which the job does not hold", self.id);
                Task::ended(attempt, ExecutionState::Failed, Some(Failure::retryable(message)))
            }
        };
        let status = task.status.clone();
        job.tasks.insert(attempt, task);
        self.tell_status(id, status, out);
        Ok(())
    }

    pub(super) fn cancel(&mut self, now: Mono, id: JobId, attempt: ExecutionAttemptId, out: &mut TaskManagerCommands) {
        let job = entry(&mut self.jobs, &mut self.former_jobs, id);
        match job.tasks.get(&attempt) {
            Some(task) if task.is_live() => self.stop_task(now, id, attempt, out),
            Some(ended) => {
                let status = ended.status.clone();
                self.tell_status(id, status, out);
            }
            None => {
                job.hear_of(attempt);
                let task = Task::ended(attempt, ExecutionState::Canceled, None);
                let status = task.status.clone();
                job.tasks.insert(attempt, task);
                self.tell_status(id, status, out);
            }
        }
    }

    /// Stops a live task: one that no worker has is stopped already.
    pub(super) fn stop_task(
        &mut self,
        now: Mono,
        id: JobId,
        attempt: ExecutionAttemptId,
        out: &mut TaskManagerCommands,
    ) {
        let (interval, timeout) = (self.settings.cancellation_interval, self.settings.cancellation_timeout);
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let Some(task) = job.tasks.get_mut(&attempt).filter(|task| task.is_live()) else { return };
        if !task.in_worker {
            task.status.state = ExecutionState::Canceled;
            let status = task.status.clone();
            job.queue.retain(|queued| *queued != attempt);
            out.push(TaskManagerCommand::Discard { job: id, attempt });
            return self.tell_status(id, status, out);
        }
        if task.status.state != ExecutionState::Canceling {
            task.status.state = ExecutionState::Canceling;
            // One whose worker was killed ends with it.
            if let Some(incarnation) = job.worker.running() {
                task.cancellation = Some(Cancellation::new(now, interval, timeout));
                out.push(TaskManagerCommand::CancelTask { job: id, incarnation, attempt });
            }
        }
    }

    pub(super) fn task_status(
        &mut self,
        id: JobId,
        incarnation: u64,
        status: TaskStatus,
        out: &mut TaskManagerCommands,
    ) {
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.worker.incarnation() == Some(incarnation)) else {
            return;
        };
        if let Some(task) = job.tasks.get_mut(&status.attempt).filter(|task| task.in_worker)
            && task.follow(status)
        {
            let status = task.status.clone();
            self.tell_status(id, status, out);
        }
    }

    /// Fails the tasks that the job's worker had, and those that waited for it if `waiting_too`.
    pub(super) fn fail_tasks(&mut self, id: JobId, failure: Failure, waiting_too: bool, out: &mut TaskManagerCommands) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let mut failed = Vec::new();
        for task in job.tasks.values_mut().filter(|task| task.is_live() && (task.in_worker || waiting_too)) {
            if !task.in_worker {
                out.push(TaskManagerCommand::Discard { job: id, attempt: task.status.attempt });
            }
            task.fail(failure.clone());
            failed.push(task.status.clone());
        }
        job.queue.retain(|queued| job.tasks.get(queued).is_some_and(Task::is_live));
        failed.into_iter().for_each(|status| self.tell_status(id, status, out));
    }

    /// Kills the worker of tasks that the JobMaster does not want to wait for any longer.
    pub(super) fn give_up(&mut self, id: JobId, attempts: &[ExecutionAttemptId], out: &mut TaskManagerCommands) {
        let Some(job) = self.jobs.get(&id) else { return };
        let in_worker = |attempt| job.tasks.get(attempt).is_some_and(|task| task.is_live() && task.in_worker);
        if attempts.iter().any(in_worker) {
            let message = "the job's worker was killed: a task in it did not stop within task.cancellation.timeout; a user \
                           function does not return";
            self.kill_worker(id, Failure::new(ErrorKind::User, message), out);
        }
    }

    /// Tells of tasks that do not stop, and kills the worker of one that has not for too long.
    pub(super) fn watch_cancellations(&mut self, now: Mono, id: JobId, out: &mut TaskManagerCommands) {
        let interval = self.settings.cancellation_interval;
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let mut stuck = false;
        for (attempt, task) in &mut job.tasks {
            let Some(cancellation) = &mut task.cancellation else { continue };
            stuck |= cancellation.give_up.is_some_and(|give_up| give_up <= now);
            if cancellation.next_warning <= now {
                cancellation.next_warning = now + interval;
                let since = now.since(cancellation.since);
                out.push(TaskManagerCommand::ReportStuckTask { job: id, attempt: *attempt, since });
            }
        }
        if stuck {
            let timeout = self.settings.cancellation_timeout.unwrap_or_default().as_secs_f64();
            let message = format!(
                "the job's worker was killed: a task in it had not stopped {timeout} s after it was cancelled \
                 (task.cancellation.timeout); a user function does not return"
            );
            self.kill_worker(id, Failure::new(ErrorKind::User, message), out);
        }
    }
}
