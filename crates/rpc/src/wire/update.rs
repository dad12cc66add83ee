//! What tasks and coordinators say.

use super::enums::Numbered;
use super::ids::{read_id, say_id};
use super::{Wire, WireError, optional, present, read_all, required, say_all};
use crate::program::{TaskCounters, TaskReport};
use crate::proto::model;
use crate::{OperatorEvent, TaskFailure, TaskState, TaskUpdate};
use model::coordinator_message::Message as Said;
use model::task_update::State;
use weft_common::{ErrorKind, OperatorId, TaskManagerId};
use weft_control::{CoordinatorMessage, Failure, FailureOrigin, Recoverability};

impl Wire for OperatorEvent {
    type Message = model::OperatorEvent;

    fn into_wire(self) -> model::OperatorEvent {
        let attempt = Some(self.attempt.into_wire());
        model::OperatorEvent { operator: say_id(self.operator.0), attempt, payload: self.payload }
    }

    fn from_wire(message: model::OperatorEvent) -> Result<Self, WireError> {
        Ok(OperatorEvent {
            operator: OperatorId(read_id("OperatorEvent.operator", &message.operator)?),
            attempt: required("OperatorEvent.attempt", message.attempt)?,
            payload: message.payload,
        })
    }
}

impl Wire for TaskUpdate {
    type Message = model::TaskUpdate;

    fn into_wire(self) -> model::TaskUpdate {
        let state = match self.state {
            TaskState::Initializing => State::Initializing(model::Empty {}),
            TaskState::Running => State::Running(model::Empty {}),
            TaskState::Finished => State::Finished(model::Empty {}),
            TaskState::Canceled => State::Canceled(model::Empty {}),
            TaskState::Failed(failure) => State::Failed(failure.into_wire()),
        };
        model::TaskUpdate { attempt: Some(self.attempt.into_wire()), state: Some(state) }
    }

    fn from_wire(message: model::TaskUpdate) -> Result<Self, WireError> {
        let state = match present("TaskUpdate.state", message.state)? {
            State::Initializing(_) => TaskState::Initializing,
            State::Running(_) => TaskState::Running,
            State::Finished(_) => TaskState::Finished,
            State::Canceled(_) => TaskState::Canceled,
            State::Failed(failure) => TaskState::Failed(TaskFailure::from_wire(failure)?),
        };
        Ok(TaskUpdate { attempt: required("TaskUpdate.attempt", message.attempt)?, state })
    }
}

impl Wire for TaskFailure {
    type Message = model::TaskFailure;

    fn into_wire(self) -> model::TaskFailure {
        model::TaskFailure { message: self.message, operator: self.operator, kind: self.kind.number() }
    }

    fn from_wire(message: model::TaskFailure) -> Result<Self, WireError> {
        let kind = ErrorKind::from_number("TaskFailure.kind", message.kind)?;
        Ok(TaskFailure { message: message.message, operator: message.operator, kind })
    }
}

impl Wire for Failure {
    type Message = model::Failure;

    fn into_wire(self) -> model::Failure {
        model::Failure {
            message: self.message,
            kind: self.kind.number(),
            recoverability: self.recoverability.number(),
            operator: self.operator,
            origin_attempt: self.origin.attempt.map(Wire::into_wire),
            origin_task: self.origin.task,
            origin_task_manager: self.origin.task_manager.map(|id| id.0),
        }
    }

    fn from_wire(message: model::Failure) -> Result<Self, WireError> {
        Ok(Failure {
            message: message.message,
            kind: ErrorKind::from_number("Failure.kind", message.kind)?,
            recoverability: Recoverability::from_number("Failure.recoverability", message.recoverability)?,
            operator: message.operator,
            origin: FailureOrigin {
                attempt: optional(message.origin_attempt)?,
                task: message.origin_task,
                task_manager: message.origin_task_manager.map(TaskManagerId),
            },
        })
    }
}

impl Wire for CoordinatorMessage {
    type Message = model::CoordinatorMessage;

    fn into_wire(self) -> model::CoordinatorMessage {
        let message = match self {
            CoordinatorMessage::CommitFinished => Said::CommitFinished(model::Empty {}),
            CoordinatorMessage::CommitFailed(failure) => Said::CommitFailed(failure.into_wire()),
            CoordinatorMessage::Failed(failure) => Said::Failed(failure.into_wire()),
        };
        model::CoordinatorMessage { message: Some(message) }
    }

    fn from_wire(message: model::CoordinatorMessage) -> Result<Self, WireError> {
        Ok(match present("CoordinatorMessage.message", message.message)? {
            Said::CommitFinished(_) => CoordinatorMessage::CommitFinished,
            Said::CommitFailed(failure) => CoordinatorMessage::CommitFailed(Failure::from_wire(failure)?),
            Said::Failed(failure) => CoordinatorMessage::Failed(Failure::from_wire(failure)?),
        })
    }
}

impl Wire for TaskReport {
    type Message = model::TaskReport;

    fn into_wire(self) -> model::TaskReport {
        model::TaskReport {
            attempt: Some(self.attempt.into_wire()),
            counters: Some(self.counters.into_wire()),
            watermark: self.watermark,
            accumulators: say_all(self.accumulators),
        }
    }

    fn from_wire(message: model::TaskReport) -> Result<Self, WireError> {
        Ok(TaskReport {
            attempt: required("TaskReport.attempt", message.attempt)?,
            counters: required("TaskReport.counters", message.counters)?,
            watermark: message.watermark,
            accumulators: read_all(message.accumulators)?,
        })
    }
}

impl Wire for (String, Vec<u8>) {
    type Message = model::Accumulator;

    fn into_wire(self) -> model::Accumulator {
        model::Accumulator { name: self.0, value: self.1 }
    }

    fn from_wire(message: model::Accumulator) -> Result<Self, WireError> {
        Ok((message.name, message.value))
    }
}

impl Wire for TaskCounters {
    type Message = model::TaskCounters;

    fn into_wire(self) -> model::TaskCounters {
        model::TaskCounters {
            records_in: self.records_in,
            records_out: self.records_out,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            busy_ns: self.busy_ns,
            idle_ns: self.idle_ns,
            back_pressured_ns: self.back_pressured_ns,
            source_done: self.source_done,
            source_size: self.source_size,
        }
    }

    fn from_wire(message: model::TaskCounters) -> Result<Self, WireError> {
        Ok(TaskCounters {
            records_in: message.records_in,
            records_out: message.records_out,
            bytes_in: message.bytes_in,
            bytes_out: message.bytes_out,
            busy_ns: message.busy_ns,
            idle_ns: message.idle_ns,
            back_pressured_ns: message.back_pressured_ns,
            source_done: message.source_done,
            source_size: message.source_size,
        })
    }
}
