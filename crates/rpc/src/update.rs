//! What tasks and coordinators tell each other.

use weft_common::{ErrorKind, ExecutionAttemptId, OperatorId};
use weft_control::{ExecutionState, Failure, TaskStatus};

/// Where a task is in its life, as its TaskManager sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Its operators are being opened and its state restored.
    Initializing,
    /// It processes records.
    Running,
    /// It came to the end of its input and everything it wrote was handed over.
    Finished,
    /// It was told to stop and did.
    Canceled,
    /// It failed.
    Failed(TaskFailure),
}

impl TaskState {
    /// Whether the attempt is over.
    pub fn is_terminal(&self) -> bool {
        matches!(self, TaskState::Finished | TaskState::Canceled | TaskState::Failed(_))
    }
}

/// Why a task failed: one sentence, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFailure {
    /// What happened.
    pub message: String,
    /// The operator's name, where one is to blame.
    pub operator: Option<String>,
    /// Who can do something about it.
    pub kind: ErrorKind,
}

/// A change in a task's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskUpdate {
    /// Which attempt.
    pub attempt: ExecutionAttemptId,
    /// Its new state.
    pub state: TaskState,
}

/// A message between an operator's subtask and its coordinator (split enumerator, committer). Its payload is theirs alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorEvent {
    /// The operator.
    pub operator: OperatorId,
    /// Which attempt of which subtask sent it or is to receive it.
    pub attempt: ExecutionAttemptId,
    /// Encoded by the operator's own types.
    pub payload: Vec<u8>,
}

/// What a worker says of a task, as the JobMaster is told.
impl From<TaskUpdate> for TaskStatus {
    fn from(update: TaskUpdate) -> Self {
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
}
