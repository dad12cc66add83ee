//! How a job ends: finished, failed, cancelled or suspended.

use super::phase::{AwaitedCommit, End, Phase, Stopping};
use super::scheduling::release;
use super::{Command, Commands, FinalFailure, Handled, Ignored, JobMaster, JobResult};
use crate::{ControlError, ExecutionState, JobStatus, TaskIndex};
use std::collections::{BTreeMap, BTreeSet};
use weft_common::{ExecutionAttemptId, Mono, Now, TaskManagerId};

impl AwaitedCommit {
    /// When waiting ends.
    pub(super) fn deadline(self) -> Option<Mono> {
        match self {
            AwaitedCommit::None => None,
            AwaitedCommit::Until(deadline) => deadline,
        }
    }
}

impl JobMaster {
    pub(super) fn cancel(&mut self, now: Now, out: &mut Commands) -> Result<Handled, ControlError> {
        if self.status == JobStatus::Cancelling {
            return Ok(Handled::Ignored(Ignored::Repeated));
        }
        self.enter(now, JobStatus::Cancelling, out)?;
        self.begin_stopping(now, End::Canceled, out)?;
        Ok(Handled::Applied)
    }

    pub(super) fn begin_failing(
        &mut self,
        now: Now,
        failure: FinalFailure,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        self.enter(now, JobStatus::Failing, out)?;
        self.begin_stopping(now, End::Failed(failure), out)
    }

    fn begin_stopping(&mut self, now: Now, end: End, out: &mut Commands) -> Result<(), ControlError> {
        let commit = self.commit_to_await(now, &end);
        self.phase = Phase::Stopping(Stopping { end, commit });
        self.declare(0, out);
        if commit != AwaitedCommit::None {
            self.stop_coordinators(out);
        }
        let all: BTreeSet<_> = self.topology.tasks().collect();
        self.cancel_tasks(now, &all, out)
    }

    /// A commit under way is awaited when the job is cancelled; one that failed, or lost its coordinators, is over.
    fn commit_to_await(&self, now: Now, end: &End) -> AwaitedCommit {
        match (&self.phase, end) {
            (Phase::Active(active), End::Canceled) if active.committing => {
                AwaitedCommit::Until(self.settings.cancellation_timeout.map(|timeout| now.mono + timeout))
            }
            (Phase::Stopping(stopping), _) => stopping.commit,
            _ => AwaitedCommit::None,
        }
    }

    pub(super) fn stop_awaiting_commit(&mut self, now: Now) {
        if let Phase::Stopping(stopping) = &mut self.phase
            && stopping.commit.deadline().is_some_and(|deadline| deadline <= now.mono)
        {
            stopping.commit = AwaitedCommit::None;
        }
    }

    /// Stops tasks: those that a TaskManager may have are told, the others are done at once.
    pub(super) fn cancel_tasks(
        &mut self,
        now: Now,
        tasks: &BTreeSet<TaskIndex>,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        use ExecutionState::*;
        for &task in tasks {
            let deadline = self.settings.cancellation_timeout.map(|timeout| now.mono + timeout);
            let execution = self.tasks.current_mut(task);
            match execution.state() {
                Created | Scheduled => execution.enter(now, Canceled)?,
                Deploying | Initializing | Running => {
                    execution.enter(now, Canceling)?;
                    execution.cancel_deadline = deadline;
                    self.send_cancel(task, out);
                }
                Canceling | Reconciling | Canceled | Finished | Failed => {}
            }
        }
        Ok(())
    }

    pub(super) fn send_cancel(&self, task: TaskIndex, out: &mut Commands) {
        let execution = self.tasks.current(task);
        if let Some(place) = execution.place() {
            let attempt = self.topology.id(task).attempt(execution.attempt());
            out.push(Command::CancelTask { attempt, task_manager: place.slot.task_manager.clone() });
        }
    }

    /// Has the workers killed whose tasks do not stop; again each time the time-out passes.
    pub(super) fn give_up_on_stuck_tasks(&mut self, now: Now, out: &mut Commands) {
        let mut stuck: BTreeMap<TaskManagerId, Vec<ExecutionAttemptId>> = BTreeMap::new();
        for task in self.topology.tasks() {
            let next = self.settings.cancellation_timeout.map(|timeout| now.mono + timeout);
            let execution = self.tasks.current_mut(task);
            if execution.cancel_deadline.is_some_and(|deadline| deadline <= now.mono) {
                execution.cancel_deadline = next;
                let attempt = self.topology.id(task).attempt(execution.attempt());
                if let Some(place) = execution.place() {
                    stuck.entry(place.slot.task_manager.clone()).or_default().push(attempt);
                }
            }
        }
        let give_up = |(task_manager, attempts)| Command::GiveUpOnWorker { task_manager, attempts };
        out.extend(stuck.into_iter().map(give_up));
    }

    pub(super) fn commit_when_finished(&mut self, out: &mut Commands) {
        let finished = self.tasks.all(|state| state == ExecutionState::Finished);
        if let Some(active) = self.phase.active_mut()
            && finished
            && !active.committing
            && active.restarts.is_empty()
        {
            active.committing = true;
            out.push(Command::CommitSinks { attempt: self.coordinators.attempt });
        }
    }

    pub(super) fn commit_finished(&mut self, now: Now, out: &mut Commands) -> Result<Handled, ControlError> {
        match &mut self.phase {
            Phase::Active(active) if active.committing => {
                self.end(now, JobStatus::Finished, None, out)?;
                Ok(Handled::Applied)
            }
            Phase::Stopping(stopping) => {
                stopping.commit = AwaitedCommit::None;
                Ok(Handled::Applied)
            }
            _ => Ok(Handled::Ignored(Ignored::Repeated)),
        }
    }

    pub(super) fn end_when_stopped(&mut self, now: Now, out: &mut Commands) -> Result<(), ControlError> {
        let Phase::Stopping(stopping) = &self.phase else { return Ok(()) };
        if stopping.commit != AwaitedCommit::None || !self.tasks.all(ExecutionState::is_terminal) {
            return Ok(());
        }
        match stopping.end.clone() {
            End::Failed(failure) => self.end(now, JobStatus::Failed, Some(failure), out),
            End::Canceled => self.end(now, JobStatus::Canceled, None, out),
        }
    }

    /// Leaves the job to the next leader.
    pub(super) fn suspend(&mut self, now: Now, out: &mut Commands) -> Result<Handled, ControlError> {
        let all: BTreeSet<_> = self.topology.tasks().collect();
        self.cancel_tasks(now, &all, out)?;
        self.end(now, JobStatus::Suspended, None, out)?;
        Ok(Handled::Applied)
    }

    fn end(
        &mut self,
        now: Now,
        status: JobStatus,
        failure: Option<FinalFailure>,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        self.phase = Phase::Over;
        self.stop_coordinators(out);
        self.declare(0, out);
        release(self.slots.close_all(), out);
        self.enter(now, status, out)?;
        out.push(Command::Finished(JobResult { status, failure }));
        Ok(())
    }

    fn stop_coordinators(&mut self, out: &mut Commands) {
        if std::mem::take(&mut self.coordinators.running) {
            out.push(Command::StopCoordinators { attempt: self.coordinators.attempt });
        }
    }
}
