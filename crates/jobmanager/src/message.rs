//! What the JobManager's thread is told.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use crate::job_manager::Shell;
use crate::submission::PlannedJob;
use crate::{AtTheEnd, CoordinatorListener, JobWatch, Submission};
use weft_common::{JobId, LeaderEpoch, OperatorId, TaskManagerId};
use weft_control::{CoordinatorMessage, TaskManagerMessage, WorkerMessage};
use weft_graph::GraphError;
use weft_rpc::program::TaskReport;
use weft_rpc::{Fence, JobMasterGateway, OperatorEvent, ResourceManagerGateway, TaskManagerGateway, WorkerAddress};

/// Looks at the JobManager's books, on its thread.
pub(crate) type Question = Box<dyn FnOnce(&Shell) + Send>;

pub(crate) enum Message {
    Submit(Box<PlannedJob>, Arc<JobWatch>),
    Cancel(JobId),
    RegisterTaskManager {
        id: TaskManagerId,
        worker: u32,
        host: String,
        gateway: Arc<dyn TaskManagerGateway>,
    },
    TaskManager {
        epoch: LeaderEpoch,
        task_manager: TaskManagerId,
        sequence: u64,
        message: TaskManagerMessage,
    },
    Worker {
        fence: Fence,
        task_manager: TaskManagerId,
        sequence: u64,
        message: WorkerMessage,
    },
    OperatorEvent {
        fence: Fence,
        event: OperatorEvent,
    },
    /// A coordinator answers one of its subtasks.
    Reply {
        job: JobId,
        event: OperatorEvent,
    },
    Coordinator {
        job: JobId,
        attempt: u32,
        message: CoordinatorMessage,
    },
    /// What a committer had to say to the client.
    Result {
        job: JobId,
        operator: OperatorId,
        payload: Vec<u8>,
    },
    /// Where a TaskManager's worker of a job is.
    WorkerAddress {
        fence: Fence,
        task_manager: TaskManagerId,
        address: WorkerAddress,
    },
    /// What tasks of a job have counted.
    TaskReports {
        fence: Fence,
        reports: Vec<TaskReport>,
    },
    /// A TaskManager left, or was given up.
    TaskManagerLost {
        id: TaskManagerId,
        cause: String,
    },
    /// More is known of why a TaskManager was lost.
    TaskManagerExplained {
        id: TaskManagerId,
        why: String,
    },
    /// Somebody wants to look.
    Ask(Question),
    /// Somebody starts TaskManagers, and wants to know how many.
    #[cfg(feature = "process")]
    Staffing(crate::staffing::Watcher),
    /// A job's coordinators have cleaned up.
    CoordinatorsEnded(JobId),
    Stop,
}

/// The way to a JobManager's thread. Messages to one that has stopped are dropped.
#[derive(Clone)]
pub struct JobManagerHandle {
    pub(crate) queue: Sender<Message>,
}

impl JobManagerHandle {
    pub(crate) fn send(&self, message: Message) {
        let _ = self.queue.send(message);
    }

    /// Plans a job, submits it and returns what watches it. A program that cannot be planned, or whose channels do not fit
    /// into the exchange pool, is refused here. `at_the_end` is called when the job is over, before anybody is told.
    pub fn submit(&self, submission: Submission, at_the_end: AtTheEnd) -> Result<Arc<JobWatch>, GraphError> {
        let planned = submission.plan()?;
        let watch = JobWatch::new(at_the_end);
        self.send(Message::Submit(Box::new(planned), watch.clone()));
        Ok(watch)
    }

    /// Asks for a job's end.
    pub fn cancel(&self, job: JobId) {
        self.send(Message::Cancel(job));
    }

    /// A TaskManager is there, or there again; it reports its slots itself. `worker` is its number in slot addresses, `host` is for people.
    pub fn register_task_manager(
        &self,
        id: TaskManagerId,
        worker: u32,
        host: String,
        gateway: Arc<dyn TaskManagerGateway>,
    ) {
        self.send(Message::RegisterTaskManager { id, worker, host, gateway });
    }

    /// A TaskManager left, or cannot be reached any more: its slots are lost. `cause` is a sentence.
    pub fn task_manager_lost(&self, id: TaskManagerId, cause: String) {
        self.send(Message::TaskManagerLost { id, cause });
    }

    /// More is known of why a TaskManager was lost; `why` follows the sentence that said so.
    pub fn task_manager_explained(&self, id: TaskManagerId, why: String) {
        self.send(Message::TaskManagerExplained { id, why });
    }

    /// Has `question` look at the JobManager's books, on its thread; not called when that has stopped.
    pub(crate) fn ask(&self, question: impl FnOnce(&Shell) + Send + 'static) {
        self.send(Message::Ask(Box::new(question)));
    }

    /// Stops the thread; jobs still running are given up.
    pub fn stop(&self) {
        self.send(Message::Stop);
    }
}

impl JobMasterGateway for JobManagerHandle {
    fn worker_message(&self, fence: Fence, task_manager: &TaskManagerId, sequence: u64, message: WorkerMessage) {
        self.send(Message::Worker { fence, task_manager: task_manager.clone(), sequence, message });
    }

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        self.send(Message::OperatorEvent { fence, event });
    }

    fn worker_address(&self, fence: Fence, task_manager: &TaskManagerId, address: WorkerAddress) {
        self.send(Message::WorkerAddress { fence, task_manager: task_manager.clone(), address });
    }

    fn task_reports(&self, fence: Fence, _task_manager: &TaskManagerId, reports: Vec<TaskReport>) {
        self.send(Message::TaskReports { fence, reports });
    }
}

impl ResourceManagerGateway for JobManagerHandle {
    fn task_manager_message(
        &self,
        epoch: LeaderEpoch,
        from: &TaskManagerId,
        sequence: u64,
        message: TaskManagerMessage,
    ) {
        self.send(Message::TaskManager { epoch, task_manager: from.clone(), sequence, message });
    }
}

/// Coordinators of one job, as the JobManager's queue hears them.
pub(crate) struct JobListener {
    pub(crate) job: JobId,
    pub(crate) handle: JobManagerHandle,
}

impl CoordinatorListener for JobListener {
    fn coordinator(&self, attempt: u32, message: CoordinatorMessage) {
        self.handle.send(Message::Coordinator { job: self.job, attempt, message });
    }

    fn reply(&self, event: OperatorEvent) {
        self.handle.send(Message::Reply { job: self.job, event });
    }

    fn result(&self, operator: OperatorId, payload: Vec<u8>) {
        self.handle.send(Message::Result { job: self.job, operator, payload });
    }

    fn ended(&self) {
        self.handle.send(Message::CoordinatorsEnded(self.job));
    }
}
