//! What a parent and a program tell each other.

use super::ids::{read_id, say_id};
use super::job::{read_graph, say_graph};
use super::{Wire, WireError, present, read_all, required, say_all};
use crate::program::{
    CoordinateSpec, CoordinatorOrder, DriveSpec, FromProgram, PROTOCOL_VERSION, Submission, ToProgram, WorkSpec,
};
use crate::proto::program as said;
use crate::proto::{model, program};
use crate::{OperatorEvent, TaskUpdate};
use said::coordinator_order::{self, Order};
use said::from_program::Message as From;
use said::submitted::Answer;
use said::to_program::Message as To;
use weft_common::{ExecutionAttemptId, JobId};

impl Wire for ToProgram {
    type Message = program::ToProgram;

    fn into_wire(self) -> program::ToProgram {
        let version = if self.is_start() { PROTOCOL_VERSION } else { 0 };
        let message = match self {
            ToProgram::Drive(spec) => To::Drive(spec.into_wire()),
            ToProgram::Work(spec) => To::Work(spec.into_wire()),
            ToProgram::Coordinate(spec) => To::Coordinate(spec.into_wire()),
            ToProgram::Submitted(answer) => To::Submitted(say_answer(answer)),
            ToProgram::Ended(outcome) => To::Ended(outcome.into_wire()),
            ToProgram::Status(status) => To::Status(status),
            ToProgram::Deploy(tasks) => To::Deploy(tasks.into_wire()),
            ToProgram::Cancel(attempt) => To::Cancel(attempt.into_wire()),
            ToProgram::OperatorEvent(event) => To::OperatorEvent(event.into_wire()),
            ToProgram::FreeSlot(slot) => To::FreeSlot(slot),
            ToProgram::Coordinator(order) => To::Coordinator(order.into_wire()),
            ToProgram::Logging(configuration) => To::Logging(program::Logging { configuration }),
            ToProgram::Stop => To::Stop(model::Empty {}),
        };
        program::ToProgram { message: Some(message), version }
    }

    fn from_wire(message: program::ToProgram) -> Result<Self, WireError> {
        Ok(match present("ToProgram.message", message.message)? {
            To::Drive(spec) => ToProgram::Drive(DriveSpec::from_wire(spec)?),
            To::Work(spec) => ToProgram::Work(Box::new(WorkSpec::from_wire(spec)?)),
            To::Coordinate(spec) => ToProgram::Coordinate(Box::new(CoordinateSpec::from_wire(spec)?)),
            To::Submitted(answer) => ToProgram::Submitted(read_answer(answer)?),
            To::Ended(outcome) => ToProgram::Ended(Wire::from_wire(outcome)?),
            To::Status(status) => ToProgram::Status(status),
            To::Deploy(tasks) => ToProgram::Deploy(Wire::from_wire(tasks)?),
            To::Cancel(attempt) => ToProgram::Cancel(ExecutionAttemptId::from_wire(attempt)?),
            To::OperatorEvent(event) => ToProgram::OperatorEvent(OperatorEvent::from_wire(event)?),
            To::FreeSlot(slot) => ToProgram::FreeSlot(slot),
            To::Coordinator(order) => ToProgram::Coordinator(CoordinatorOrder::from_wire(order)?),
            To::Logging(said) => ToProgram::Logging(said.configuration),
            To::Stop(_) => ToProgram::Stop,
        })
    }
}

impl Wire for FromProgram {
    type Message = program::FromProgram;

    fn into_wire(self) -> program::FromProgram {
        let message = match self {
            FromProgram::Failed(sentence) => From::Failed(sentence),
            FromProgram::Submit(submission) => From::Submit(submission.into_wire()),
            FromProgram::Wait(job) => From::Wait(say_id(job.0)),
            FromProgram::AskStatus(job) => From::AskStatus(say_id(job.0)),
            FromProgram::CancelJob(job) => From::CancelJob(say_id(job.0)),
            FromProgram::Ready => From::Ready(model::Empty {}),
            FromProgram::Task(update) => From::Task(update.into_wire()),
            FromProgram::OperatorEvent(event) => From::OperatorEvent(event.into_wire()),
            FromProgram::Metrics(reports) => From::Metrics(program::Metrics { reports: say_all(reports) }),
            FromProgram::Coordinator { attempt, message } => {
                From::Coordinator(program::Coordinator { attempt, message: Some(message.into_wire()) })
            }
            FromProgram::Reply(event) => From::Reply(event.into_wire()),
            FromProgram::Result { operator, payload } => From::Result((operator, payload).into_wire()),
            FromProgram::Ended => From::Ended(model::Empty {}),
        };
        program::FromProgram { message: Some(message) }
    }

    fn from_wire(message: program::FromProgram) -> Result<Self, WireError> {
        Ok(match present("FromProgram.message", message.message)? {
            From::Failed(sentence) => FromProgram::Failed(sentence),
            From::Submit(submission) => FromProgram::Submit(Box::new(Submission::from_wire(submission)?)),
            From::Wait(job) => FromProgram::Wait(JobId(read_id("FromProgram.wait", &job)?)),
            From::AskStatus(job) => FromProgram::AskStatus(JobId(read_id("FromProgram.ask_status", &job)?)),
            From::CancelJob(job) => FromProgram::CancelJob(JobId(read_id("FromProgram.cancel_job", &job)?)),
            From::Ready(_) => FromProgram::Ready,
            From::Task(update) => FromProgram::Task(TaskUpdate::from_wire(update)?),
            From::OperatorEvent(event) => FromProgram::OperatorEvent(OperatorEvent::from_wire(event)?),
            From::Metrics(metrics) => FromProgram::Metrics(read_all(metrics.reports)?),
            From::Coordinator(said) => FromProgram::Coordinator {
                attempt: said.attempt,
                message: required("Coordinator.message", said.message)?,
            },
            From::Reply(event) => FromProgram::Reply(OperatorEvent::from_wire(event)?),
            From::Result(result) => {
                let (operator, payload) = Wire::from_wire(result)?;
                FromProgram::Result { operator, payload }
            }
            From::Ended(_) => FromProgram::Ended,
        })
    }
}

fn say_answer(answer: Result<JobId, String>) -> program::Submitted {
    let answer = match answer {
        Ok(job) => Answer::Accepted(say_id(job.0)),
        Err(refusal) => Answer::Refused(refusal),
    };
    program::Submitted { answer: Some(answer) }
}

fn read_answer(message: program::Submitted) -> Result<Result<JobId, String>, WireError> {
    Ok(match present("Submitted.answer", message.answer)? {
        Answer::Accepted(job) => Ok(JobId(read_id("Submitted.accepted", &job)?)),
        Answer::Refused(refusal) => Err(refusal),
    })
}

impl Wire for DriveSpec {
    type Message = program::Drive;

    fn into_wire(self) -> program::Drive {
        program::Drive { configuration: self.configuration, detached: self.detached }
    }

    fn from_wire(message: program::Drive) -> Result<Self, WireError> {
        Ok(DriveSpec { configuration: message.configuration, detached: message.detached })
    }
}

impl Wire for WorkSpec {
    type Message = program::Work;

    fn into_wire(self) -> program::Work {
        program::Work {
            job: Some(self.job.into_wire()),
            epoch: Some(self.epoch.into_wire()),
            worker: self.worker,
            configuration: self.configuration,
            network_memory_per_slot: self.network_memory_per_slot,
            address: Some(self.address.into_wire()),
            key: self.key,
        }
    }

    fn from_wire(message: program::Work) -> Result<Self, WireError> {
        Ok(WorkSpec {
            job: required("Work.job", message.job)?,
            epoch: required("Work.epoch", message.epoch)?,
            worker: message.worker,
            configuration: message.configuration,
            network_memory_per_slot: message.network_memory_per_slot,
            address: required("Work.address", message.address)?,
            key: message.key,
        })
    }
}

impl Wire for CoordinateSpec {
    type Message = program::Coordinate;

    fn into_wire(self) -> program::Coordinate {
        program::Coordinate { job: Some(self.job.into_wire()), configuration: self.configuration }
    }

    fn from_wire(message: program::Coordinate) -> Result<Self, WireError> {
        Ok(CoordinateSpec { job: required("Coordinate.job", message.job)?, configuration: message.configuration })
    }
}

impl Wire for CoordinatorOrder {
    type Message = program::CoordinatorOrder;

    fn into_wire(self) -> program::CoordinatorOrder {
        let order = match self {
            CoordinatorOrder::Start { attempt } => Order::Start(coordinator_order::Start { attempt }),
            CoordinatorOrder::Event(event) => Order::Event(event.into_wire()),
            CoordinatorOrder::Reset { attempt, subtasks } => {
                Order::Reset(coordinator_order::Reset { attempt, subtasks: say_all(subtasks) })
            }
            CoordinatorOrder::Commit { attempt } => Order::Commit(coordinator_order::Commit { attempt }),
            CoordinatorOrder::End { success } => Order::End(coordinator_order::End { success }),
        };
        program::CoordinatorOrder { order: Some(order) }
    }

    fn from_wire(message: program::CoordinatorOrder) -> Result<Self, WireError> {
        Ok(match present("CoordinatorOrder.order", message.order)? {
            Order::Start(start) => CoordinatorOrder::Start { attempt: start.attempt },
            Order::Event(event) => CoordinatorOrder::Event(OperatorEvent::from_wire(event)?),
            Order::Reset(reset) => {
                CoordinatorOrder::Reset { attempt: reset.attempt, subtasks: read_all(reset.subtasks)? }
            }
            Order::Commit(commit) => CoordinatorOrder::Commit { attempt: commit.attempt },
            Order::End(end) => CoordinatorOrder::End { success: end.success },
        })
    }
}

impl Wire for Submission {
    type Message = program::Submission;

    fn into_wire(self) -> program::Submission {
        program::Submission {
            execution: self.execution,
            graph: say_graph(&self.graph),
            configuration: self.configuration,
            once: self.once,
        }
    }

    fn from_wire(message: program::Submission) -> Result<Self, WireError> {
        Ok(Submission {
            execution: message.execution,
            graph: read_graph("Submission.graph", &message.graph)?,
            configuration: message.configuration,
            once: message.once,
        })
    }
}
