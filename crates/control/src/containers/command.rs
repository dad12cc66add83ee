//! What a container ledger wants done.

use super::{ContainerId, ProfileId};
use weft_common::Mono;

/// Commands in the order in which they are to be carried out.
pub type ContainerCommands = Vec<ContainerCommand>;

/// Something that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerCommand {
    /// Send a heartbeat, and tell how it was answered. Only one is under way at a time.
    Heartbeat(ContainerHeartbeat),
    /// Have a worker started in a container, and tell whether its node took it.
    Start {
        /// The container.
        container: ContainerId,
        /// What to start in it.
        profile: ProfileId,
    },
    /// The TaskManager of a container counts no more: whatever it says is answered with dismissal, and what it held is lost.
    Fence {
        /// The container.
        container: ContainerId,
        /// Why.
        loss: ContainerLoss,
    },
    /// Workers fail to start so often that none is asked for until later. Told once for every pause.
    StartsPaused {
        /// Until when.
        until: Mono,
        /// How many starts failed within the last minute.
        failures: u32,
    },
    /// Workers failed to start at a host so often that it is not used for a while.
    HostAvoided {
        /// The host.
        host: String,
        /// Until when.
        until: Mono,
    },
}

/// One heartbeat of an ApplicationMaster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerHeartbeat {
    /// Tells heartbeats apart. One that is repeated keeps its number and is to be sent with the response id of the first time.
    pub number: u64,
    /// What is asked for, absolutely: replaces what was asked before for that profile. Profiles that are not here stay as they are.
    pub asks: Vec<ContainerAsk>,
    /// Containers to take back.
    pub releases: Vec<ContainerId>,
    /// Hosts that are not to be used.
    pub block: Vec<String>,
    /// Hosts that may be used again.
    pub unblock: Vec<String>,
}

/// How many containers are still to come for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerAsk {
    /// The profile.
    pub profile: ProfileId,
    /// How many.
    pub containers: u32,
}

/// How a container was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerLoss {
    /// It ended.
    Completed {
        /// The exit status, YARN's or the program's.
        status: i32,
        /// What YARN says about it.
        diagnostics: String,
        /// Whether a TaskManager had registered from it.
        had_registered: bool,
    },
    /// It is given back.
    Released(ReleaseReason),
}

/// Why a container is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseReason {
    /// It was not used for `resourcemanager.taskmanager-timeout`.
    Idle,
    /// It was idle, and was to be taken away anyway.
    Preempted,
    /// Its TaskManager was lost, did not come back, and YARN did not say what became of it.
    Lost,
    /// No TaskManager registered from it within `resourcemanager.taskmanager-registration.timeout`.
    NotRegistered,
    /// It was not started, for this reason.
    NotStarted {
        /// Why, in a sentence.
        cause: String,
    },
    /// It is of an earlier attempt, and nobody wants such workers now.
    NotWanted,
}
