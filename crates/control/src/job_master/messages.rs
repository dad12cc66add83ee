//! What comes from outside: fencing, task states, reports, coordinators.

use super::phase::{AwaitedCommit, Phase};
use super::scheduling::release;
use super::{Command, Commands, CoordinatorMessage, Event, Handled, Ignored, JobMaster, TaskStatus, WorkerMessage};
use crate::{ControlError, ExecutionState, Failure, Fenced, PooledSlot, TaskIndex};
use std::collections::BTreeSet;
use weft_common::{AllocationId, ErrorKind, ExecutionAttemptId, Now, TaskManagerId};
use weft_graph::ExecutionVertexId;

impl JobMaster {
    pub(super) fn check_epoch(&self, event: &Event) -> Result<(), Fenced> {
        match event {
            Event::Worker { epoch, .. } | Event::Coordinator { epoch, .. } => Fenced::check(self.epoch, *epoch),
            _ => Ok(()),
        }
    }

    pub(super) fn worker_message(
        &mut self,
        now: Now,
        from: TaskManagerId,
        sequence: u64,
        message: WorkerMessage,
        out: &mut Commands,
    ) -> Result<Handled, ControlError> {
        let heard = self.last_heard.entry(from.clone()).or_default();
        let overtaken = sequence < *heard;
        *heard = sequence.max(*heard);
        match message {
            WorkerMessage::SlotsOffered(slots) => Ok(self.slots_offered(now, slots, out)),
            WorkerMessage::TaskStateChanged(status) => self.task_state_changed(now, &from, status, out),
            WorkerMessage::Report { .. } if overtaken => Ok(Handled::Ignored(Ignored::Overtaken)),
            WorkerMessage::Report { tasks, allocations } => {
                self.report(now, &from, tasks, &allocations, out)?;
                let accepted = self.slots.held_from(&from).collect();
                out.push(Command::Acknowledge { task_manager: from, sequence, accepted });
                Ok(Handled::Applied)
            }
        }
    }

    fn task_state_changed(
        &mut self,
        now: Now,
        from: &TaskManagerId,
        status: TaskStatus,
        out: &mut Commands,
    ) -> Result<Handled, ControlError> {
        match self.take_status(now, from, status)? {
            Taken::Ignored(why) => Ok(Handled::Ignored(why)),
            Taken::Applied => Ok(Handled::Applied),
            Taken::Failed(task, failure) => {
                self.tasks_failed(now, vec![(task, failure)], out)?;
                Ok(Handled::Applied)
            }
        }
    }

    /// The task whose current attempt `attempt` is, while a TaskManager may have it.
    fn deployed_task(&self, attempt: ExecutionAttemptId) -> Result<TaskIndex, Ignored> {
        let id = ExecutionVertexId { vertex: attempt.vertex, subtask: attempt.subtask };
        let task = self.topology.task(id).ok_or(Ignored::UnknownTask)?;
        let execution = self.tasks.current(task);
        match execution.state() {
            _ if execution.attempt() != attempt.attempt => Err(Ignored::OtherAttempt),
            state if state.is_terminal() => Err(Ignored::AttemptOver),
            state if !state.is_deployed() => Err(Ignored::UnknownTask),
            _ => Ok(task),
        }
    }

    /// Moves a task to the state that its TaskManager says it is in. A failure is only recognised, not yet dealt with.
    fn take_status(&mut self, now: Now, from: &TaskManagerId, status: TaskStatus) -> Result<Taken, ControlError> {
        let task = match self.deployed_task(status.attempt) {
            Ok(task) => task,
            Err(why) => return Ok(Taken::Ignored(why)),
        };
        let execution = self.tasks.current_mut(task);
        if execution.place().is_none_or(|place| place.slot.task_manager != *from) {
            return Ok(Taken::Ignored(Ignored::UnknownTask));
        }
        let first_word = !std::mem::replace(&mut execution.acknowledged, true);
        use ExecutionState::*;
        Ok(match (execution.state(), status.state) {
            (_, Failed) => Taken::Failed(task, status.failure.unwrap_or_else(unexplained)),
            (Canceling, Canceled | Finished) => {
                execution.enter(now, Canceled)?;
                Taken::Applied
            }
            (_, Canceled) => Taken::Failed(task, cancelled_by_nobody()),
            (Canceling, _) => Taken::Ignored(Ignored::AttemptOver),
            (_, reached) if execution.advance(now, reached)? || first_word => Taken::Applied,
            _ => Taken::Ignored(Ignored::Repeated),
        })
    }

    fn report(
        &mut self,
        now: Now,
        from: &TaskManagerId,
        tasks: Vec<TaskStatus>,
        allocations: &[AllocationId],
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        let listed: BTreeSet<_> = tasks.iter().map(|status| status.attempt).collect();
        let mut failures = Vec::new();
        for status in tasks {
            let (attempt, state) = (status.attempt, status.state);
            match self.take_status(now, from, status)? {
                Taken::Failed(task, failure) => failures.push((task, failure)),
                Taken::Ignored(Ignored::Repeated) | Taken::Applied => {}
                Taken::Ignored(_) if state.is_terminal() || state == ExecutionState::Canceling => {}
                Taken::Ignored(_) => out.push(Command::CancelTask { attempt, task_manager: from.clone() }),
            }
        }
        failures.extend(self.missing_from_report(now, from, &listed, out)?);
        self.tasks_failed(now, failures, out)?;
        self.compare_allocations(now, from, allocations, out)
    }

    /// Tasks that were on a TaskManager and are not in its report: gone.
    fn missing_from_report(
        &mut self,
        now: Now,
        from: &TaskManagerId,
        listed: &BTreeSet<ExecutionAttemptId>,
        out: &mut Commands,
    ) -> Result<Vec<(TaskIndex, Failure)>, ControlError> {
        let mut failures = Vec::new();
        for task in self.topology.tasks() {
            let execution = self.tasks.current_mut(task);
            let attempt = self.topology.id(task).attempt(execution.attempt());
            let is_here = execution.place().is_some_and(|place| place.slot.task_manager == *from);
            if !is_here || !execution.state().is_deployed() || listed.contains(&attempt) {
                continue;
            }
            match (execution.state(), execution.acknowledged) {
                (ExecutionState::Canceling, true) => execution.enter(now, ExecutionState::Canceled)?,
                (ExecutionState::Canceling, false) => self.send_cancel(task, out),
                // The deployment may still be on its way.
                (_, false) => {}
                (_, true) => failures.push((task, Failure::retryable(format!("{from} no longer has the task")))),
            }
        }
        Ok(failures)
    }

    /// Grants that only one side knows of.
    fn compare_allocations(
        &mut self,
        now: Now,
        from: &TaskManagerId,
        reported: &[AllocationId],
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        let gone: Vec<_> = self.slots.held_from(from).filter(|held| !reported.contains(held)).collect();
        if !gone.is_empty() {
            self.slots_lost(now, gone, "the TaskManager no longer holds it for this job", out)?;
        }
        let returned = reported.iter().filter_map(|allocation| self.slots.closed_slot(*allocation));
        let on_it: Vec<PooledSlot> = returned.filter(|slot| slot.slot.task_manager == *from).collect();
        release(on_it, out);
        Ok(())
    }

    /// What it has of this job it will report; what it has not, it never got.
    pub(super) fn task_manager_reconnected(&mut self, from: &TaskManagerId) -> Handled {
        let mut handled = Handled::Ignored(Ignored::Repeated);
        for task in self.topology.tasks() {
            let execution = self.tasks.current_mut(task);
            let is_here = execution.place().is_some_and(|place| place.slot.task_manager == *from);
            if is_here && execution.state().is_deployed() && !std::mem::replace(&mut execution.acknowledged, true) {
                handled = Handled::Applied;
            }
        }
        handled
    }

    pub(super) fn deploy_failed(
        &mut self,
        now: Now,
        attempt: ExecutionAttemptId,
        failure: Failure,
        out: &mut Commands,
    ) -> Result<Handled, ControlError> {
        match self.deployed_task(attempt) {
            Err(why) => Ok(Handled::Ignored(why)),
            Ok(task) => {
                self.tasks_failed(now, vec![(task, failure)], out)?;
                Ok(Handled::Applied)
            }
        }
    }

    pub(super) fn coordinator_message(
        &mut self,
        now: Now,
        attempt: u32,
        message: CoordinatorMessage,
        out: &mut Commands,
    ) -> Result<Handled, ControlError> {
        if attempt != self.coordinators.attempt {
            return Ok(Handled::Ignored(Ignored::OtherCoordinators));
        }
        match message {
            CoordinatorMessage::CommitFinished => self.commit_finished(now, out),
            CoordinatorMessage::CommitFailed(failure) => self.commit_refused(now, failure, out),
            CoordinatorMessage::Failed(failure) => self.coordinators_failed(now, failure, out),
        }
    }

    fn commit_refused(&mut self, now: Now, failure: Failure, out: &mut Commands) -> Result<Handled, ControlError> {
        match &mut self.phase {
            Phase::Active(active) if active.committing => self.commit_failed(now, failure, out)?,
            Phase::Stopping(stopping) => {
                stopping.commit = AwaitedCommit::None;
                self.exceptions.push_concurrent(failure, now.wall_ms);
            }
            _ => return Ok(Handled::Ignored(Ignored::Repeated)),
        }
        Ok(Handled::Applied)
    }

    fn coordinators_failed(&mut self, now: Now, failure: Failure, out: &mut Commands) -> Result<Handled, ControlError> {
        if let Phase::Stopping(stopping) = &mut self.phase {
            stopping.commit = AwaitedCommit::None;
        }
        if !std::mem::take(&mut self.coordinators.running) {
            return Ok(Handled::Ignored(Ignored::Repeated));
        }
        let failure = match failure.operator {
            Some(_) => failure,
            None => Failure { message: format!("the job's coordinators failed: {}", failure.message), ..failure },
        };
        self.fail(now, failure, None, out)?;
        Ok(Handled::Applied)
    }
}

/// What a task's status came to.
enum Taken {
    Applied,
    Ignored(Ignored),
    Failed(TaskIndex, Failure),
}

fn unexplained() -> Failure {
    Failure::new(ErrorKind::Fatal, "failed without giving a reason: see the log of its TaskManager")
}

fn cancelled_by_nobody() -> Failure {
    Failure::retryable("was cancelled by its TaskManager, though the job did not ask for it")
}
