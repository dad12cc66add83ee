//! What a TaskManager and a JobManager tell each other.

use super::ids::{read_id, read_port, say_id};
use super::{Wire, WireError, optional, present, read_all, required, say_all};
use crate::proto::session::from_task_manager::Message as From;
use crate::proto::session::to_task_manager::Message as To;
use crate::proto::{model, session};
use crate::session::{FromTaskManager, LeaderCall, TaskManagerCall, ToTaskManager, Welcome};
use crate::view::{LogFile, ProcessMemory};
use crate::{BlobRef, Fence, Hardware, JobSource, OperatorEvent, TaskManagerRegistration, WorkerAddress};
use weft_common::{AllocationId, ExecutionAttemptId, LeaderEpoch, SlotId, TaskManagerId};

fn read_allocation(field: &'static str, bytes: &[u8]) -> Result<AllocationId, WireError> {
    read_id(field, bytes).map(AllocationId)
}

fn read_allocations(field: &'static str, all: &[Vec<u8>]) -> Result<Vec<AllocationId>, WireError> {
    all.iter().map(|bytes| read_allocation(field, bytes)).collect()
}

fn say_allocations(all: Vec<AllocationId>) -> Vec<Vec<u8>> {
    all.into_iter().map(|id| say_id(id.0)).collect()
}

fn say_event(fence: Fence, event: OperatorEvent) -> session::JobEvent {
    session::JobEvent { fence: Some(fence.into_wire()), event: Some(event.into_wire()) }
}

fn read_event(said: session::JobEvent) -> Result<(Fence, OperatorEvent), WireError> {
    Ok((required("JobEvent.fence", said.fence)?, required("JobEvent.event", said.event)?))
}

impl Wire for FromTaskManager {
    type Message = session::FromTaskManager;

    fn into_wire(self) -> session::FromTaskManager {
        let message = match self {
            FromTaskManager::Register(registration) => From::Register(registration.into_wire()),
            FromTaskManager::Call(call) => say_task_manager_call(call),
            FromTaskManager::Large(blob) => From::Large(blob.into_wire()),
            FromTaskManager::Fetched(blob) => From::Fetched(blob.into_wire()),
            FromTaskManager::LogList { request, files } => {
                let (files, failure) = files.map_or_else(|failure| (vec![], Some(failure)), |files| (files, None));
                From::LogList(session::LogList { request, files: say_all(files), failure })
            }
            FromTaskManager::LogPart { request, bytes } => {
                let (bytes, failure) = bytes.map_or_else(|failure| (vec![], Some(failure)), |bytes| (bytes, None));
                From::LogPart(session::LogPart { request, bytes, failure })
            }
        };
        session::FromTaskManager { message: Some(message) }
    }

    fn from_wire(message: session::FromTaskManager) -> Result<Self, WireError> {
        Ok(match present("FromTaskManager.message", message.message)? {
            From::Register(said) => FromTaskManager::Register(TaskManagerRegistration::from_wire(said)?),
            From::Large(blob) => FromTaskManager::Large(BlobRef::from_wire(blob)?),
            From::Fetched(blob) => FromTaskManager::Fetched(BlobRef::from_wire(blob)?),
            From::LogList(said) => {
                let files = match said.failure {
                    None => Ok(read_all(said.files)?),
                    Some(failure) => Err(failure),
                };
                FromTaskManager::LogList { request: said.request, files }
            }
            From::LogPart(said) => {
                let bytes = said.failure.map_or(Ok(said.bytes), Err);
                FromTaskManager::LogPart { request: said.request, bytes }
            }
            call => FromTaskManager::Call(read_task_manager_call(call)?),
        })
    }
}

fn say_task_manager_call(call: TaskManagerCall) -> From {
    match call {
        TaskManagerCall::Heartbeat { memory, warnings } => {
            let ProcessMemory { resident, limit, network_used } = memory;
            From::Heartbeat(session::Heartbeat { resident, limit, network_used, warnings })
        }
        TaskManagerCall::Goodbye { cause } => From::Goodbye(session::Goodbye { cause }),
        TaskManagerCall::ResourceManager { epoch, sequence, message } => {
            let (epoch, message) = (Some(epoch.into_wire()), Some(message.into_wire()));
            From::ResourceManager(session::TellResourceManager { epoch, sequence, message })
        }
        TaskManagerCall::JobMaster { fence, sequence, message } => {
            let (fence, message) = (Some(fence.into_wire()), Some(message.into_wire()));
            From::JobMaster(session::TellJobMaster { fence, sequence, message })
        }
        TaskManagerCall::OperatorEvent { fence, event } => From::OperatorEvent(say_event(fence, event)),
        TaskManagerCall::WorkerAddress { fence, address } => {
            let (fence, address) = (Some(fence.into_wire()), Some(address.into_wire()));
            From::WorkerAddress(session::JobWorkerAddress { fence, address })
        }
        TaskManagerCall::TaskReports { fence, reports } => {
            let (fence, reports) = (Some(fence.into_wire()), say_all(reports));
            From::TaskReports(session::JobReports { fence, reports })
        }
    }
}

fn read_task_manager_call(said: From) -> Result<TaskManagerCall, WireError> {
    Ok(match said {
        From::Heartbeat(session::Heartbeat { resident, limit, network_used, warnings }) => {
            TaskManagerCall::Heartbeat { memory: ProcessMemory { resident, limit, network_used }, warnings }
        }
        From::Goodbye(said) => TaskManagerCall::Goodbye { cause: said.cause },
        From::ResourceManager(said) => TaskManagerCall::ResourceManager {
            epoch: required("TellResourceManager.epoch", said.epoch)?,
            sequence: said.sequence,
            message: required("TellResourceManager.message", said.message)?,
        },
        From::JobMaster(said) => TaskManagerCall::JobMaster {
            fence: required("TellJobMaster.fence", said.fence)?,
            sequence: said.sequence,
            message: required("TellJobMaster.message", said.message)?,
        },
        From::OperatorEvent(said) => {
            let (fence, event) = read_event(said)?;
            TaskManagerCall::OperatorEvent { fence, event }
        }
        From::WorkerAddress(said) => TaskManagerCall::WorkerAddress {
            fence: required("JobWorkerAddress.fence", said.fence)?,
            address: required::<WorkerAddress>("JobWorkerAddress.address", said.address)?,
        },
        From::TaskReports(said) => TaskManagerCall::TaskReports {
            fence: required("JobReports.fence", said.fence)?,
            reports: read_all(said.reports)?,
        },
        From::Register(_) | From::Large(_) | From::Fetched(_) | From::LogList(_) | From::LogPart(_) => {
            return Err(WireError::Missing { field: "a call in FromTaskManager.message" });
        }
    })
}

impl Wire for ToTaskManager {
    type Message = session::ToTaskManager;

    fn into_wire(self) -> session::ToTaskManager {
        let message = match self {
            ToTaskManager::Welcome { welcome, session } => {
                To::Welcome(session::Welcome { session, ..welcome.into_wire() })
            }
            ToTaskManager::Refused(reason) => To::Refused(reason),
            ToTaskManager::Call(call) => say_leader_call(call),
            ToTaskManager::Large(blob) => To::Large(blob.into_wire()),
        };
        session::ToTaskManager { message: Some(message) }
    }

    fn from_wire(message: session::ToTaskManager) -> Result<Self, WireError> {
        Ok(match present("ToTaskManager.message", message.message)? {
            To::Welcome(said) => ToTaskManager::Welcome { session: said.session, welcome: Welcome::from_wire(said)? },
            To::Refused(reason) => ToTaskManager::Refused(reason),
            To::Large(blob) => ToTaskManager::Large(BlobRef::from_wire(blob)?),
            call => ToTaskManager::Call(read_leader_call(call)?),
        })
    }
}

fn say_leader_call(call: LeaderCall) -> To {
    let say = |fence: Fence| Some(fence.into_wire());
    match call {
        LeaderCall::Heartbeat => To::Heartbeat(model::Empty {}),
        LeaderCall::Dismiss { cause } => To::Dismiss(cause),
        LeaderCall::RequestSlot { fence, slot, allocation, source } => To::RequestSlot(session::RequestSlot {
            fence: say(fence),
            slot: Some(slot.into_wire()),
            allocation: say_id(allocation.0),
            source: match source {
                JobSource::InProcess => None,
                JobSource::Blob(blob) => Some(blob.into_wire()),
            },
        }),
        LeaderCall::Prepare { fence, source } => {
            To::Prepare(session::Prepare { fence: say(fence), source: Some(source.into_wire()) })
        }
        LeaderCall::FreeSlot { epoch, allocation } => {
            To::FreeSlot(session::FreeSlot { epoch: Some(epoch.into_wire()), allocation: say_id(allocation.0) })
        }
        LeaderCall::Deploy { fence, tasks } => {
            To::Deploy(session::Deploy { fence: say(fence), tasks: Some(tasks.into_wire()) })
        }
        LeaderCall::Cancel { fence, attempt } => {
            To::Cancel(session::Cancel { fence: say(fence), attempt: Some(attempt.into_wire()) })
        }
        LeaderCall::OperatorEvent { fence, event } => To::OperatorEvent(say_event(fence, event)),
        LeaderCall::GiveUp { fence, attempts } => {
            To::GiveUp(session::GiveUp { fence: say(fence), attempts: say_all(attempts) })
        }
        LeaderCall::Acknowledge { fence, sequence, accepted } => {
            To::Acknowledge(session::Acknowledge { fence: say(fence), sequence, accepted: say_allocations(accepted) })
        }
        LeaderCall::JobFinished { fence } => To::JobFinished(fence.into_wire()),
        LeaderCall::ListLogs { request } => To::ListLogs(session::ListLogs { request }),
        LeaderCall::ReadLog { request, name, offset, length } => {
            To::ReadLog(session::ReadLog { request, name, offset, length })
        }
    }
}

fn read_leader_call(said: To) -> Result<LeaderCall, WireError> {
    Ok(match said {
        To::Heartbeat(_) => LeaderCall::Heartbeat,
        To::Dismiss(cause) => LeaderCall::Dismiss { cause },
        To::RequestSlot(said) => LeaderCall::RequestSlot {
            fence: required("RequestSlot.fence", said.fence)?,
            slot: required::<SlotId>("RequestSlot.slot", said.slot)?,
            allocation: read_allocation("RequestSlot.allocation", &said.allocation)?,
            source: optional::<BlobRef>(said.source)?.map_or(JobSource::InProcess, JobSource::Blob),
        },
        To::Prepare(said) => LeaderCall::Prepare {
            fence: required("Prepare.fence", said.fence)?,
            source: required::<BlobRef>("Prepare.source", said.source)?,
        },
        To::FreeSlot(said) => LeaderCall::FreeSlot {
            epoch: required("FreeSlot.epoch", said.epoch)?,
            allocation: read_allocation("FreeSlot.allocation", &said.allocation)?,
        },
        To::Deploy(said) => LeaderCall::Deploy {
            fence: required("Deploy.fence", said.fence)?,
            tasks: required("Deploy.tasks", said.tasks)?,
        },
        To::Cancel(said) => LeaderCall::Cancel {
            fence: required("Cancel.fence", said.fence)?,
            attempt: required::<ExecutionAttemptId>("Cancel.attempt", said.attempt)?,
        },
        To::OperatorEvent(said) => {
            let (fence, event) = read_event(said)?;
            LeaderCall::OperatorEvent { fence, event }
        }
        To::GiveUp(said) => {
            LeaderCall::GiveUp { fence: required("GiveUp.fence", said.fence)?, attempts: read_all(said.attempts)? }
        }
        To::Acknowledge(said) => LeaderCall::Acknowledge {
            fence: required("Acknowledge.fence", said.fence)?,
            sequence: said.sequence,
            accepted: read_allocations("Acknowledge.accepted", &said.accepted)?,
        },
        To::JobFinished(fence) => LeaderCall::JobFinished { fence: Fence::from_wire(fence)? },
        To::ListLogs(said) => LeaderCall::ListLogs { request: said.request },
        To::ReadLog(said) => {
            let session::ReadLog { request, name, offset, length } = said;
            LeaderCall::ReadLog { request, name, offset, length }
        }
        To::Welcome(_) | To::Refused(_) | To::Large(_) => {
            return Err(WireError::Missing { field: "a call in ToTaskManager.message" });
        }
    })
}

impl Wire for TaskManagerRegistration {
    type Message = session::Registration;

    fn into_wire(self) -> session::Registration {
        let memory = self.memory.into_iter().map(|(name, bytes)| session::MemoryPart { name, bytes });
        session::Registration {
            id: self.id.0,
            host: self.host,
            rpc_port: self.rpc_port.into(),
            data_port: self.data_port.into(),
            slots: self.slots,
            hardware: Some(self.hardware.into_wire()),
            memory: memory.collect(),
            pid: self.pid,
        }
    }

    fn from_wire(message: session::Registration) -> Result<Self, WireError> {
        Ok(TaskManagerRegistration {
            id: TaskManagerId(message.id),
            host: message.host,
            rpc_port: read_port("Registration.rpc_port", message.rpc_port)?,
            data_port: read_port("Registration.data_port", message.data_port)?,
            slots: message.slots,
            hardware: required("Registration.hardware", message.hardware)?,
            memory: message.memory.into_iter().map(|part| (part.name, part.bytes)).collect(),
            pid: message.pid,
        })
    }
}

impl Wire for Hardware {
    type Message = session::Hardware;

    fn into_wire(self) -> session::Hardware {
        let Hardware { cpu_cores, physical_memory, free_memory, managed_memory } = self;
        session::Hardware { cpu_cores, physical_memory, free_memory, managed_memory }
    }

    fn from_wire(message: session::Hardware) -> Result<Self, WireError> {
        let session::Hardware { cpu_cores, physical_memory, free_memory, managed_memory } = message;
        Ok(Hardware { cpu_cores, physical_memory, free_memory, managed_memory })
    }
}

impl Wire for Welcome {
    type Message = session::Welcome;

    fn into_wire(self) -> session::Welcome {
        session::Welcome {
            epoch: Some(self.epoch.into_wire()),
            worker: self.worker,
            heartbeat_interval: Some(self.heartbeat_interval.into_wire()),
            heartbeat_timeout: Some(self.heartbeat_timeout.into_wire()),
            session: 0,
        }
    }

    fn from_wire(message: session::Welcome) -> Result<Self, WireError> {
        Ok(Welcome {
            epoch: required::<LeaderEpoch>("Welcome.epoch", message.epoch)?,
            worker: message.worker,
            heartbeat_interval: required("Welcome.heartbeat_interval", message.heartbeat_interval)?,
            heartbeat_timeout: required("Welcome.heartbeat_timeout", message.heartbeat_timeout)?,
        })
    }
}

impl Wire for LogFile {
    type Message = session::LogFile;

    fn into_wire(self) -> session::LogFile {
        session::LogFile { name: self.name, size: self.size, modified_ms: self.modified_ms }
    }

    fn from_wire(message: session::LogFile) -> Result<Self, WireError> {
        Ok(LogFile { name: message.name, size: message.size, modified_ms: message.modified_ms })
    }
}
