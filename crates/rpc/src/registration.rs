//! How a TaskManager introduces itself.

use weft_common::TaskManagerId;

/// What a TaskManager says of itself when it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskManagerRegistration {
    /// Its name: one life of one process. A restarted TaskManager has another, unless `taskmanager.resource-id` fixes it.
    pub id: TaskManagerId,
    /// The host under which others reach it (`taskmanager.host`), never the local address of a socket.
    pub host: String,
    /// Where it listens for the JobManager's check that it can be reached.
    pub rpc_port: u16,
    /// Where its workers' data plane listens, when that is one port (`taskmanager.data.port`); 0: each worker its own.
    pub data_port: u16,
    /// How many slots it has.
    pub slots: u32,
    /// What the machine, or its container, offers.
    pub hardware: Hardware,
    /// How its memory is divided, in bytes by the names of the REST API (`taskHeap`, `networkMemory`, …).
    pub memory: Vec<(String, u64)>,
    /// Its process.
    pub pid: u32,
}

/// What a machine, or a container on it, offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// Cores that may be used.
    pub cpu_cores: u32,
    /// Bytes of memory of the machine.
    pub physical_memory: u64,
    /// Bytes that the process may use in all.
    pub free_memory: u64,
    /// Bytes of managed memory.
    pub managed_memory: u64,
}
