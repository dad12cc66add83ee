//! Why something failed.

use weft_common::{ErrorKind, ExecutionAttemptId, TaskManagerId};

/// Whether running again may help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recoverability {
    /// The restart strategy decides.
    #[default]
    Recoverable,
    /// The same failure is certain to come again: the job fails at once, whatever the restart strategy.
    NonRecoverable,
}

/// Where a failure arose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureOrigin {
    /// The attempt that failed; `None` for a failure of the job as a whole.
    pub attempt: Option<ExecutionAttemptId>,
    /// The task as people know it, `Flat Map (2/4)#0`.
    pub task: Option<String>,
    /// The TaskManager that ran it.
    pub task_manager: Option<TaskManagerId>,
}

/// One failure, with what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, in a sentence.
    pub message: String,
    /// Who can do something about it.
    pub kind: ErrorKind,
    /// Whether running again may help.
    pub recoverability: Recoverability,
    /// The operator whose code failed, where that is known.
    pub operator: Option<String>,
    /// Where it arose. Filled in by the JobMaster.
    pub origin: FailureOrigin,
}

impl Failure {
    /// A failure that the restart strategy decides on.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            kind,
            recoverability: Recoverability::Recoverable,
            operator: None,
            origin: FailureOrigin::default(),
        }
    }

    /// A passing condition, such as a lost machine.
    pub fn retryable(message: impl Into<String>) -> Self {
        Failure::new(ErrorKind::Retryable, message)
    }

    /// The same failure, known to come again on every run.
    pub fn non_recoverable(self) -> Self {
        Failure { recoverability: Recoverability::NonRecoverable, ..self }
    }

    /// The same failure, in the code of `operator`.
    pub fn in_operator(self, operator: impl Into<String>) -> Self {
        Failure { operator: Some(operator.into()), ..self }
    }

    pub(crate) fn at(self, origin: FailureOrigin) -> Self {
        Failure { origin, ..self }
    }
}
