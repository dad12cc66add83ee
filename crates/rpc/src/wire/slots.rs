//! What a TaskManager says of its slots and tasks.

use super::enums::Numbered;
use super::ids::{read_id, say_id};
use super::{Wire, WireError, optional, read_all, required, say_all};
use crate::proto::session;
use session::tell_job_master::Message as ToJobMaster;
use session::tell_resource_manager::Message as ToResourceManager;
use weft_common::{AllocationId, JobId};
use weft_control::{ExecutionState, OfferedSlot, SlotReport, TaskManagerMessage, TaskStatus, WorkerMessage};

impl Wire for TaskManagerMessage {
    type Message = ToResourceManager;

    fn into_wire(self) -> ToResourceManager {
        let change = |index, allocation: AllocationId| session::SlotChange { index, allocation: say_id(allocation.0) };
        match self {
            TaskManagerMessage::SlotReport(slots) => {
                ToResourceManager::SlotReport(session::SlotReports { slots: say_all(slots) })
            }
            TaskManagerMessage::SlotGranted { index, allocation } => {
                ToResourceManager::SlotGranted(change(index, allocation))
            }
            TaskManagerMessage::SlotFreed { index, allocation } => {
                ToResourceManager::SlotFreed(change(index, allocation))
            }
        }
    }

    fn from_wire(message: ToResourceManager) -> Result<Self, WireError> {
        let grant = |said: &session::SlotChange| read_id("SlotChange.allocation", &said.allocation).map(AllocationId);
        Ok(match message {
            ToResourceManager::SlotReport(said) => TaskManagerMessage::SlotReport(read_all(said.slots)?),
            ToResourceManager::SlotGranted(said) => {
                TaskManagerMessage::SlotGranted { index: said.index, allocation: grant(&said)? }
            }
            ToResourceManager::SlotFreed(said) => {
                TaskManagerMessage::SlotFreed { index: said.index, allocation: grant(&said)? }
            }
        })
    }
}

impl Wire for SlotReport {
    type Message = session::SlotReport;

    fn into_wire(self) -> session::SlotReport {
        let (job, allocation) = self.grant.map(|(job, grant)| (say_id(job.0), say_id(grant.0))).unzip();
        session::SlotReport { index: self.index, job, allocation }
    }

    fn from_wire(message: session::SlotReport) -> Result<Self, WireError> {
        let grant = match (message.job, message.allocation) {
            (None, None) => None,
            (job, allocation) => Some((
                JobId(read_id("SlotReport.job", &job.unwrap_or_default())?),
                AllocationId(read_id("SlotReport.allocation", &allocation.unwrap_or_default())?),
            )),
        };
        Ok(SlotReport { index: message.index, grant })
    }
}

impl Wire for WorkerMessage {
    type Message = ToJobMaster;

    fn into_wire(self) -> ToJobMaster {
        match self {
            WorkerMessage::SlotsOffered(slots) => {
                ToJobMaster::SlotsOffered(session::SlotsOffered { slots: say_all(slots) })
            }
            WorkerMessage::TaskStateChanged(status) => ToJobMaster::TaskStateChanged(status.into_wire()),
            WorkerMessage::Report { tasks, allocations } => ToJobMaster::Report(session::Report {
                tasks: say_all(tasks),
                allocations: allocations.into_iter().map(|id| say_id(id.0)).collect(),
            }),
        }
    }

    fn from_wire(message: ToJobMaster) -> Result<Self, WireError> {
        Ok(match message {
            ToJobMaster::SlotsOffered(said) => WorkerMessage::SlotsOffered(read_all(said.slots)?),
            ToJobMaster::TaskStateChanged(status) => WorkerMessage::TaskStateChanged(TaskStatus::from_wire(status)?),
            ToJobMaster::Report(said) => {
                let grant = |bytes: &Vec<u8>| read_id("Report.allocations", bytes).map(AllocationId);
                let allocations = said.allocations.iter().map(grant).collect::<Result<_, _>>()?;
                WorkerMessage::Report { tasks: read_all(said.tasks)?, allocations }
            }
        })
    }
}

impl Wire for OfferedSlot {
    type Message = session::OfferedSlot;

    fn into_wire(self) -> session::OfferedSlot {
        session::OfferedSlot { allocation: say_id(self.allocation.0), slot: Some(self.slot.into_wire()) }
    }

    fn from_wire(message: session::OfferedSlot) -> Result<Self, WireError> {
        Ok(OfferedSlot {
            allocation: AllocationId(read_id("OfferedSlot.allocation", &message.allocation)?),
            slot: required("OfferedSlot.slot", message.slot)?,
        })
    }
}

impl Wire for TaskStatus {
    type Message = session::TaskStatus;

    fn into_wire(self) -> session::TaskStatus {
        session::TaskStatus {
            attempt: Some(self.attempt.into_wire()),
            state: self.state.number(),
            failure: self.failure.map(Wire::into_wire),
        }
    }

    fn from_wire(message: session::TaskStatus) -> Result<Self, WireError> {
        Ok(TaskStatus {
            attempt: required("TaskStatus.attempt", message.attempt)?,
            state: ExecutionState::from_number("TaskStatus.state", message.state)?,
            failure: optional(message.failure)?,
        })
    }
}
