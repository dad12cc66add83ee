//! Metrics of TaskManagers and of the JobManager.

use super::metric::Metric;
use crate::task_managers;
use weft_rpc::TaskManagerRegistration;
use weft_rpc::view::{ClusterOverview, ProcessMemory};

/// A TaskManager's. Where dashboards expect a virtual machine's heap, they see the memory of its processes.
pub(super) fn metrics(registration: &TaskManagerRegistration, memory: &ProcessMemory) -> Vec<Metric> {
    let network = task_managers::memory(registration, "networkMemory");
    let used = memory.network_used.min(network);
    vec![
        Metric::count("Status.JVM.Memory.Heap.Used", memory.resident),
        Metric::count("Status.JVM.Memory.Heap.Committed", memory.resident),
        Metric::count("Status.JVM.Memory.Heap.Max", memory.limit),
        Metric::count("Status.Flink.Memory.Managed.Total", task_managers::memory(registration, "managedMemory")),
        Metric::count("Status.Shuffle.Netty.TotalMemory", network),
        Metric::count("Status.Shuffle.Netty.UsedMemory", used),
        Metric::count("Status.Shuffle.Netty.AvailableMemory", network - used),
    ]
}

/// The JobManager's.
pub(super) fn job_manager(overview: &ClusterOverview) -> Vec<Metric> {
    vec![
        Metric::count("numRegisteredTaskManagers", overview.task_managers.into()),
        Metric::count("numRunningJobs", overview.jobs_running.into()),
        Metric::count("taskSlotsAvailable", overview.slots_available.into()),
        Metric::count("taskSlotsTotal", overview.slots_total.into()),
    ]
}
