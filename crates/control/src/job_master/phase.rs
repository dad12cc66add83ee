//! What a job is about, beside its public status.

use super::FinalFailure;
use crate::TaskIndex;
use std::collections::BTreeSet;
use weft_common::Mono;

/// The part of a job's life that decides how events are taken.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// Not started.
    Waiting,
    /// CREATED, RUNNING or RESTARTING.
    Active(Active),
    /// FAILING or CANCELLING: tasks are being stopped.
    Stopping(Stopping),
    /// Over for this leader.
    Over,
}

/// A job that runs, or is to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Active {
    /// Restarts that wait for their tasks to stop and for the back-off; no task is in two of them.
    pub(super) restarts: Vec<PendingRestart>,
    /// When waiting for slots ends; set while tasks are scheduled that have no slot.
    pub(super) slot_deadline: Option<Mono>,
    /// Every task has finished and the sinks are committing.
    pub(super) committing: bool,
}

/// Tasks that will run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PendingRestart {
    pub(super) tasks: BTreeSet<TaskIndex>,
    /// When the back-off ends.
    pub(super) due: Mono,
}

/// A job on its way to its end.
#[derive(Clone, Debug)]
pub(super) struct Stopping {
    pub(super) end: End,
    /// A commit was under way when the job was stopped; its outcome is awaited, so that nobody is told the job is over
    /// while files are still being published.
    pub(super) commit: AwaitedCommit,
}

/// Whether a commit's outcome is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AwaitedCommit {
    /// No.
    None,
    /// Yes, until this moment; for ever without one.
    Until(Option<Mono>),
}

/// How a job that is being stopped will end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Failed(FinalFailure),
    Canceled,
}

impl Phase {
    pub(super) fn active(&self) -> Option<&Active> {
        match self {
            Phase::Active(active) => Some(active),
            _ => None,
        }
    }

    pub(super) fn active_mut(&mut self) -> Option<&mut Active> {
        match self {
            Phase::Active(active) => Some(active),
            _ => None,
        }
    }
}

impl Active {
    /// Adds a restart, in one with those it overlaps: the latest moment wins.
    pub(super) fn add_restart(&mut self, mut new: PendingRestart) {
        let (overlapping, apart) =
            std::mem::take(&mut self.restarts).into_iter().partition(|old| !old.tasks.is_disjoint(&new.tasks));
        self.restarts = apart;
        let overlapping: Vec<PendingRestart> = overlapping;
        for old in overlapping {
            new.tasks.extend(old.tasks);
            new.due = new.due.max(old.due);
        }
        self.restarts.push(new);
    }
}
