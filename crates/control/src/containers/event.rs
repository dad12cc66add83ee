//! What a container ledger is told.

use std::fmt;

/// A container, within its application. A TaskManager runs in it and bears its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId {
    /// The application's attempt that was given the container.
    pub attempt: u32,
    /// YARN's own number, which includes how often the ResourceManager had been restarted.
    pub number: u64,
}

/// A sort of worker: its containers all have one size. The number is the YARN priority of its requests, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub u32);

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "container {} of attempt {}", self.number, self.attempt)
    }
}

/// A container that YARN gave to the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedContainer {
    /// Which one.
    pub container: ContainerId,
    /// For which sort of worker, told by its priority.
    pub profile: ProfileId,
    /// Where it is.
    pub host: String,
}

/// A container that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedContainer {
    /// Which one.
    pub container: ContainerId,
    /// The exit status, YARN's or the program's.
    pub status: i32,
    /// What YARN says about it.
    pub diagnostics: String,
}

/// What a heartbeat was answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeartbeatAnswer {
    /// New containers.
    pub granted: Vec<GrantedContainer>,
    /// Containers that ended.
    pub completed: Vec<CompletedContainer>,
    /// Containers of earlier attempts that live on and were not known before.
    pub inherited: Vec<GrantedContainer>,
    /// Containers that are to be taken away.
    pub preempted: Vec<ContainerId>,
    /// How many nodes the cluster has.
    pub cluster_nodes: u32,
}

/// How the start of a container failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFailure {
    /// The node did not take it, or could not be reached.
    Refused,
    /// A ResourceManager that is no more had given the container out. Nobody's fault.
    Outdated,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerEvent {
    /// The attempt is registered for the first time.
    Registered {
        /// Containers of earlier attempts that live on.
        inherited: Vec<GrantedContainer>,
    },
    /// The ResourceManager had forgotten the attempt, which is registered again.
    Resynced {
        /// Containers of earlier attempts that live on.
        inherited: Vec<GrantedContainer>,
    },
    /// How many workers of a sort there ought to be; replaces what was said before.
    WorkersWanted {
        /// The sort.
        profile: ProfileId,
        /// How many.
        workers: u32,
    },
    /// A heartbeat was answered.
    Answered {
        /// Which one.
        number: u64,
        /// With what.
        answer: HeartbeatAnswer,
    },
    /// A heartbeat got no answer; whether it arrived is unknown.
    HeartbeatFailed {
        /// Which one.
        number: u64,
    },
    /// A node took a container to start it.
    Started {
        /// Which one.
        container: ContainerId,
    },
    /// A container was not started.
    StartFailed {
        /// Which one.
        container: ContainerId,
        /// Whose fault that is.
        failure: StartFailure,
        /// Why, in a sentence.
        cause: String,
    },
    /// The TaskManager in a container has registered.
    WorkerRegistered {
        /// Its container.
        container: ContainerId,
    },
    /// All slots of a TaskManager are free.
    WorkerIdle {
        /// Its container.
        container: ContainerId,
    },
    /// A slot of a TaskManager is in use, or requested.
    WorkerBusy {
        /// Its container.
        container: ContainerId,
    },
    /// A TaskManager has not been heard of for too long, or has ended.
    WorkerLost {
        /// Its container.
        container: ContainerId,
    },
    /// Nothing is to run at a host until it is unblocked.
    HostBlocked {
        /// The host.
        host: String,
    },
    /// A host may be used again.
    HostUnblocked {
        /// The host.
        host: String,
    },
    /// Time has passed: due when [`next_deadline`](super::ContainerLedger::next_deadline) is reached; harmless at any time.
    Tick,
    /// The application ends, or this attempt of it: no heartbeat is sent any more.
    Ended,
}
