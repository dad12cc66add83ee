//! From what lanes say to messages for the JobMaster.

use std::sync::{Arc, Weak};

use crate::TaskManager;
use weft_common::ExecutionAttemptId;
use weft_control::{ExecutionState, Failure, TaskStatus, WorkerMessage};
use weft_rpc::{Fence, OperatorEvent, TaskState, TaskUpdate};
use weft_runtime::{EventSender, TaskListener, TaskMetrics};

/// Hears the lanes of one job.
pub(crate) struct LaneListener {
    pub(crate) task_manager: Weak<TaskManager>,
    pub(crate) fence: Fence,
}

impl TaskListener for LaneListener {
    fn task_update(&self, update: TaskUpdate) {
        let Some(task_manager) = self.task_manager.upgrade() else { return };
        task_manager.report(self.fence, WorkerMessage::TaskStateChanged(status(update)));
    }

    fn task_metrics(&self, attempt: ExecutionAttemptId, metrics: Arc<TaskMetrics>) {
        if let Some(task_manager) = self.task_manager.upgrade() {
            task_manager.keep_metrics(self.fence.job, attempt, metrics);
        }
    }
}

impl EventSender for LaneListener {
    fn send(&self, event: OperatorEvent) {
        if let Some(task_manager) = self.task_manager.upgrade() {
            task_manager.job_master().operator_event(self.fence, event);
        }
    }
}

fn status(update: TaskUpdate) -> TaskStatus {
    let (state, failure) = match update.state {
        TaskState::Initializing => (ExecutionState::Initializing, None),
        TaskState::Running => (ExecutionState::Running, None),
        TaskState::Finished => (ExecutionState::Finished, None),
        TaskState::Canceled => (ExecutionState::Canceled, None),
        TaskState::Failed(failure) => {
            let mut cause = Failure::new(failure.kind, failure.message);
            cause.operator = failure.operator;
            (ExecutionState::Failed, Some(cause))
        }
    };
    TaskStatus { attempt: update.attempt, state, failure }
}
