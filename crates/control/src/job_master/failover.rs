//! Failures: what they take down, and whether it runs again.
//!
//! The first failure of a region is the root cause; the restart strategy is asked once for it. While the rest of the
//! region is being cancelled further failures of its tasks are filed beside the root and change nothing.

use super::phase::{Active, PendingRestart, Phase};
use super::{Command, Commands, FailoverStrategy, FinalFailure, JobMaster};
use crate::{
    ControlError, ExecutionState, Failure, FailureOrigin, JobStatus, Recoverability, RestartStrategy, TaskIndex,
};
use std::collections::BTreeSet;
use weft_common::{ErrorKind, Mono, Now};

/// A stream of random numbers from a seed (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
#[derive(Clone, Copy, Debug)]
pub(super) struct Entropy(pub(super) u64);

impl Entropy {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl JobMaster {
    /// Tasks that failed at one moment, for one reason. Those that were being cancelled anyway are not news.
    pub(super) fn tasks_failed(
        &mut self,
        now: Now,
        failures: Vec<(TaskIndex, Failure)>,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        let mut roots = Vec::new();
        for (task, failure) in failures {
            let failure = failure.at(self.origin_of(task));
            let execution = self.tasks.current_mut(task);
            let was_cancelled = execution.state() == ExecutionState::Canceling;
            execution.fail(now, failure.clone())?;
            if was_cancelled {
                self.exceptions.push_concurrent(failure, now.wall_ms);
            } else {
                roots.push((task, failure));
            }
        }
        let tasks: Vec<_> = roots.iter().map(|(task, _)| *task).collect();
        let mut failures = roots.into_iter().map(|(_, failure)| failure);
        let Some(root) = failures.next() else { return Ok(()) };
        self.fail(now, root, Some(tasks), out)?;
        failures.for_each(|failure| self.exceptions.push_concurrent(failure, now.wall_ms));
        Ok(())
    }

    fn origin_of(&self, task: TaskIndex) -> FailureOrigin {
        let execution = self.tasks.current(task);
        FailureOrigin {
            attempt: Some(self.topology.id(task).attempt(execution.attempt())),
            task: Some(self.topology.name_of(task, execution.attempt())),
            task_manager: execution.place().map(|place| place.slot.task_manager.clone()),
        }
    }

    /// A failure of some tasks, or of the job as a whole (`None`).
    pub(super) fn fail(
        &mut self,
        now: Now,
        failure: Failure,
        tasks: Option<Vec<TaskIndex>>,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        let Phase::Active(_) = self.phase else {
            self.exceptions.push_concurrent(failure, now.wall_ms);
            return Ok(());
        };
        if failure.recoverability == Recoverability::NonRecoverable {
            return self.fail_for_good(now, failure, "not restarted: running again would not help", out);
        }
        let entropy = self.entropy.next();
        let decision = self.backoff.on_failure(now.mono, entropy);
        let Some(delay) = decision.restart_after else {
            let why = format!("not restarted again: {}", self.backoff.strategy());
            return self.fail_for_good(now, failure, &why, out);
        };
        if decision.new_attempt {
            self.exceptions.push_root(failure, now.wall_ms);
        } else {
            self.exceptions.push_concurrent(failure, now.wall_ms);
        }
        let tasks = self.tasks_to_restart(tasks);
        self.cancel_tasks(now, &tasks, out)?;
        self.add_restart(now, PendingRestart { tasks, due: now.mono + delay }, out)
    }

    fn add_restart(&mut self, now: Now, restart: PendingRestart, out: &mut Commands) -> Result<(), ControlError> {
        if let Some(active) = self.phase.active_mut() {
            active.committing = false;
            active.add_restart(restart);
        }
        if self.status != JobStatus::Restarting {
            self.enter(now, JobStatus::Restarting, out)?;
        }
        Ok(())
    }

    /// Files the failure and ends the job with it. Why it is not restarted is told where somebody may expect a restart.
    pub(super) fn fail_for_good(
        &mut self,
        now: Now,
        failure: Failure,
        why_not_restarted: &str,
        out: &mut Commands,
    ) -> Result<(), ControlError> {
        let message = match (&failure.origin.task, &failure.operator) {
            (Some(task), Some(operator)) => format!("operator `{operator}` in {task}: {}", failure.message),
            (Some(task), None) => format!("{task}: {}", failure.message),
            (None, Some(operator)) => format!("operator `{operator}`: {}", failure.message),
            (None, None) => failure.message.clone(),
        };
        let message = match self.backoff.strategy() {
            RestartStrategy::None => message,
            _ => format!("{message}; {why_not_restarted}"),
        };
        let end = FinalFailure { message, kind: failure.kind };
        self.exceptions.push_root(failure, now.wall_ms);
        self.begin_failing(now, end, out)
    }

    fn tasks_to_restart(&self, failed: Option<Vec<TaskIndex>>) -> BTreeSet<TaskIndex> {
        match (failed, self.settings.failover) {
            (Some(failed), FailoverStrategy::Region) => self.regions_downstream_of(&failed),
            (None, _) | (_, FailoverStrategy::Full) => self.topology.tasks().collect(),
        }
    }

    /// The tasks of the regions of `failed`, and of all regions that consume from them directly or not.
    fn regions_downstream_of(&self, failed: &[TaskIndex]) -> BTreeSet<TaskIndex> {
        let regions = self.topology.regions();
        let mut to_visit: Vec<usize> = failed.iter().map(|task| self.topology.region_of(*task)).collect();
        let mut seen = BTreeSet::new();
        while let Some(number) = to_visit.pop() {
            if let Some(region) = regions.get(number).filter(|_| seen.insert(number)) {
                to_visit.extend(&region.consumers);
            }
        }
        seen.iter().filter_map(|number| regions.get(*number)).flat_map(|region| region.tasks.iter().copied()).collect()
    }

    /// Begins the restarts whose tasks have stopped and whose back-off is over.
    pub(super) fn begin_due_restarts(&mut self, now: Now, out: &mut Commands) -> Result<(), ControlError> {
        let Some(active) = self.phase.active_mut() else { return Ok(()) };
        let tasks = &self.tasks;
        let ready = |restart: &PendingRestart| {
            restart.due <= now.mono && restart.tasks.iter().all(|task| tasks.state(*task).is_terminal())
        };
        let (due, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut active.restarts).into_iter().partition(ready);
        active.restarts = waiting;
        let all_begun = active.restarts.is_empty() && !due.is_empty();
        for restart in due {
            self.begin_restart(now, restart, out)?;
        }
        if all_begun {
            self.enter(now, JobStatus::Running, out)?;
        }
        Ok(())
    }

    fn begin_restart(&mut self, now: Now, restart: PendingRestart, out: &mut Commands) -> Result<(), ControlError> {
        self.coordinators.attempt += 1;
        let attempt = self.coordinators.attempt;
        if std::mem::replace(&mut self.coordinators.running, true) {
            let subtasks = restart.tasks.iter().map(|task| self.topology.id(*task)).collect();
            out.push(Command::ResetCoordinators { attempt, subtasks });
        } else {
            out.push(Command::StartCoordinators { attempt });
        }
        for task in restart.tasks {
            self.tasks.history_mut(task).begin_next(now);
            self.tasks.current_mut(task).enter(now, ExecutionState::Scheduled)?;
        }
        Ok(())
    }

    /// When the next restart can begin whose tasks have all stopped.
    pub(super) fn next_restart(&self, active: &Active) -> Option<Mono> {
        let stopped =
            |restart: &&PendingRestart| restart.tasks.iter().all(|task| self.tasks.state(*task).is_terminal());
        active.restarts.iter().filter(stopped).map(|restart| restart.due).min()
    }

    /// Decides on a commit that failed: only a passing condition is worth another run.
    pub(super) fn commit_failed(&mut self, now: Now, failure: Failure, out: &mut Commands) -> Result<(), ControlError> {
        let failure = Failure { message: format!("committing the sinks: {}", failure.message), ..failure };
        match failure.kind {
            ErrorKind::Retryable => self.fail(now, failure, None, out),
            _ => self.fail_for_good(now, failure, "not restarted: running again would not help", out),
        }
    }
}
