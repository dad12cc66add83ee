//! The decisions of a cluster as state machines without I/O.
//!
//! A machine is told what happened and what time it is, and answers with commands; it reads no clock, draws no random
//! number, sends nothing and blocks on nothing. The shells around it turn messages into events and commands into
//! messages, and decide nothing. So every decision can be asserted command by command, and whole histories of lost,
//! late and repeated messages can be played from a seed.
//!
//! ```text
//!               RequirementsDeclared                       RequestSlot
//!  JobMaster ──────────────────────────► ResourceManager ───────────────► TaskManager
//!  one per job ◄──────────────────────── one per cluster ◄─────────────── slots, workers
//!      │  ▲          SlotsLost, shortage                    slot reports      │   ▲
//!      │  └────────────── slot offers, task states, task reports ─────────────┘   │
//!      └───────────────── Deploy, CancelTask, ReleaseSlots ──────────────────────►┘
//! ```
//!
//! * [`JobMaster`] runs one job: its life cycle, the tasks and their attempts, the slots it holds, failover and
//!   restarts, the commit of its sinks.
//! * [`ResourceManager`] shares the slots of the registered TaskManagers among the jobs.
//! * [`TaskManager`] keeps the slots of one process, the worker of each job in it, and what runs there.
//! * [`ContainerLedger`] asks YARN for the containers that TaskManagers run in, and gives them back.
//! * [`HeartbeatMonitor`] says who of its peers is alive.
//! * [`LifeCycle`] is what [`JobStatus`], [`ExecutionState`] and [`SlotState`] have in common: a fixed set of states and
//!   a table of legal transitions. An illegal transition is an error value.
//! * [`RestartStrategy`] says whether and when a failed job runs again.
//!
//! Invariants: no machine panics on any sequence of events; what comes from another process carries the leader's epoch
//! and is refused with [`Fenced`] when that is not the current one; a message about an attempt that is over changes
//! nothing; with time-outs above zero, after `Tick` at or past [`JobMaster::next_deadline`] the next deadline lies in the
//! future.

mod containers;
mod error;
mod exception_history;
mod failure;
mod heartbeat;
mod job_master;
mod lifecycle;
mod resource_manager;
mod restart;
mod slot_pool;
mod task_manager;
mod topology;

pub use containers::{
    CompletedContainer, ContainerAsk, ContainerCommand, ContainerCommands, ContainerEvent, ContainerHeartbeat,
    ContainerId, ContainerLedger, ContainerLoss, ContainerOverview, ContainerSettings, GrantedContainer,
    HeartbeatAnswer, HeartbeatPace, ProfileId, ReleaseReason, StartFailure,
};
pub use error::{ControlError, Fenced, IllegalTransition};
pub use exception_history::{ConcurrentFailure, ExceptionEntry, ExceptionHistory, explained, names_task_manager};
pub use failure::{Failure, FailureOrigin, Recoverability};
pub use heartbeat::{HeartbeatCommand, HeartbeatEvent, HeartbeatMonitor, HeartbeatSettings};
pub use job_master::{
    Command, Commands, CoordinatorMessage, Event, Execution, ExecutionVertexHistory, FailoverStrategy, FinalFailure,
    Handled, Ignored, JobMaster, JobMasterSettings, JobResult, OfferedSlot, TaskStatus, WorkerMessage,
};
pub use lifecycle::{ExecutionState, JobStatus, LifeCycle, SlotState, StateTimestamps};
pub use resource_manager::{
    ResourceCommand, ResourceCommands, ResourceEvent, ResourceManager, ResourceManagerSettings, SlotOverview,
    SlotReport, SlotSpread, TaskManagerMessage,
};
pub use restart::{Decision, ExponentialDelay, FailureRate, FixedDelay, RestartBackoff, RestartStrategy};
pub use slot_pool::PooledSlot;
pub use task_manager::{
    Exit, LeaderOrder, MemorySample, RegistrationFailure, RegistrationSettings, TaskManager, TaskManagerCommand,
    TaskManagerCommands, TaskManagerEvent, TaskManagerSettings, WorkerEnd, WorkerMemory,
};
pub use topology::{SliceIndex, TaskIndex, Topology, TopologyRegion, TopologyVertex};
