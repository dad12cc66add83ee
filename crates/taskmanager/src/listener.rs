//! From what lanes say to messages for the JobMaster.

use std::sync::{Arc, Weak};

use crate::TaskManager;
use weft_common::ExecutionAttemptId;
use weft_control::WorkerMessage;
use weft_rpc::{Fence, OperatorEvent, TaskUpdate};
use weft_runtime::{EventSender, TaskListener, TaskMetrics};

/// Hears the lanes of one job.
pub(crate) struct LaneListener {
    pub(crate) task_manager: Weak<TaskManager>,
    pub(crate) fence: Fence,
}

impl TaskListener for LaneListener {
    fn task_update(&self, update: TaskUpdate) {
        let Some(task_manager) = self.task_manager.upgrade() else { return };
        task_manager.report(self.fence, WorkerMessage::TaskStateChanged(update.into()));
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
