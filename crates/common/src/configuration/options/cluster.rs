//! How the processes of a cluster find each other, and notice each other's end.

use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use std::time::Duration;

choice! {
    /// How slots are taken from TaskManagers.
    LoadBalanceMode {
        /// A TaskManager is filled before the next is touched.
        None = "none",
        /// The least used TaskManager is next.
        Slots = "slots",
        /// So that every TaskManager has as many tasks; for now, as many slots in use.
        Tasks = "tasks",
    }
}

section! {
    "Clusters",
    "How the processes of a cluster find each other, and notice each other's end.";

    /// The host at which TaskManagers find the JobManager.
    JOB_MANAGER_RPC_ADDRESS: String = "jobmanager.rpc.address".default("localhost");

    /// The port at which TaskManagers find the JobManager.
    JOB_MANAGER_RPC_PORT: u16 = "jobmanager.rpc.port".default("6123");

    /// The host under which others reach this TaskManager. If it is not set: the machine's name, or `localhost` where
    /// `taskmanager.bind-host` is that.
    TASK_MANAGER_HOST: Option<String> = "taskmanager.host";

    /// The host at which a TaskManager listens.
    TASK_MANAGER_BIND_HOST: String = "taskmanager.bind-host".default("localhost");

    /// The ports at which a TaskManager may listen for its JobManager, such as `50100-50200,50300`; 0: any.
    TASK_MANAGER_RPC_PORT: String = "taskmanager.rpc.port".default("0");

    /// The ports at which the workers of a TaskManager may listen for others, one for each job; 0: any.
    TASK_MANAGER_DATA_PORT: String = "taskmanager.data.port".default("0");

    /// The name of a TaskManager. If it is not set: one for every life of its process.
    TASK_MANAGER_RESOURCE_ID: Option<String> = "taskmanager.resource-id";

    /// How often JobManager and TaskManagers tell each other that they live.
    HEARTBEAT_INTERVAL: Duration = "heartbeat.interval".default("10 s").must("more than 0", |d| !d.is_zero());

    /// How long one of them may be silent before the other gives it up.
    HEARTBEAT_TIMEOUT: Duration = "heartbeat.timeout".default("50 s").must("more than 0", |d| !d.is_zero());

    /// How many connections in a row a process whose connection broke must refuse before it is taken for dead, without waiting for
    /// `heartbeat.timeout`; 0 or less: it is always waited for.
    HEARTBEAT_FAILURE_THRESHOLD: i64 = "heartbeat.rpc-failure-threshold".default("2");

    /// How long a TaskManager waits for the answer to its first registration; doubled with every further one.
    REGISTRATION_INITIAL_TIMEOUT: Duration =
        "cluster.registration.initial-timeout".default("100 ms").must("more than 0", |d| !d.is_zero());

    /// The longest that a TaskManager waits for the answer to a registration.
    REGISTRATION_MAX_TIMEOUT: Duration =
        "cluster.registration.max-timeout".default("30 s").must("more than 0", |d| !d.is_zero());

    /// How long a TaskManager waits after a registration that went wrong. Nobody listening at the JobManager's address is no such thing:
    /// it may still be starting.
    REGISTRATION_ERROR_DELAY: Duration =
        "cluster.registration.error-delay".default("10 s").must("more than 0", |d| !d.is_zero());

    /// How long a TaskManager waits after the JobManager refused it.
    REGISTRATION_REFUSED_DELAY: Duration =
        "cluster.registration.refused-registration-delay".default("30 s").must("more than 0", |d| !d.is_zero());

    /// How long a TaskManager tries to register before it ends.
    TASK_MANAGER_REGISTRATION_TIMEOUT: Duration =
        "taskmanager.registration.timeout".default("5 min").must("more than 0", |d| !d.is_zero());

    /// How long a TaskManager keeps a slot for a job that does not take it.
    TASK_MANAGER_SLOT_TIMEOUT: Duration =
        "taskmanager.slot.timeout".default("10 s").must("more than 0", |d| !d.is_zero());

    /// From which TaskManager the next slot is taken: `none` fills one before the next, `slots` takes the least used one, `tasks` too.
    LOAD_BALANCE_MODE: Option<LoadBalanceMode> = "taskmanager.load-balance.mode";

    /// Whether the next slot is taken from the least used TaskManager. `taskmanager.load-balance.mode` says it where both are set.
    EVENLY_SPREAD_OUT_SLOTS: bool = "cluster.evenly-spread-out-slots".default("false");

    /// The most slots that a cluster may have: a TaskManager with which there would be more is refused.
    MAX_SLOTS: u32 = "slotmanager.number-of-slots.max".default("2147483647").must("at least 1", |n| *n >= 1);

    /// How many TaskManagers a cluster that starts its own keeps beyond what its jobs need.
    REDUNDANT_TASK_MANAGERS: u32 = "slotmanager.redundant-taskmanager-num".default("0");
}
