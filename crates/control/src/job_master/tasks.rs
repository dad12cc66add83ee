//! The state of every task of the job.

use super::ExecutionVertexHistory;
use super::execution::Execution;
use crate::{ExecutionState, TaskIndex, Topology};
use weft_common::Now;

/// One history per task of a topology.
#[derive(Clone, Debug)]
pub(super) struct TaskTable(Vec<ExecutionVertexHistory>);

impl TaskTable {
    /// Every task of `topology` in CREATED.
    pub(super) fn new(now: Now, topology: &Topology, history: usize) -> Self {
        TaskTable(topology.tasks().map(|_| ExecutionVertexHistory::new(now, history)).collect())
    }

    pub(super) fn history(&self, task: TaskIndex) -> &ExecutionVertexHistory {
        self.0.get(task.get()).expect("invariant: the table has an entry for every task of its topology")
    }

    pub(super) fn history_mut(&mut self, task: TaskIndex) -> &mut ExecutionVertexHistory {
        self.0.get_mut(task.get()).expect("invariant: the table has an entry for every task of its topology")
    }

    pub(super) fn current(&self, task: TaskIndex) -> &Execution {
        self.history(task).current()
    }

    pub(super) fn current_mut(&mut self, task: TaskIndex) -> &mut Execution {
        self.history_mut(task).current_mut()
    }

    pub(super) fn state(&self, task: TaskIndex) -> ExecutionState {
        self.current(task).state()
    }

    pub(super) fn currents(&self) -> impl Iterator<Item = &Execution> {
        self.0.iter().map(ExecutionVertexHistory::current)
    }

    pub(super) fn all(&self, is: impl Fn(ExecutionState) -> bool) -> bool {
        self.currents().all(|execution| is(execution.state()))
    }
}
