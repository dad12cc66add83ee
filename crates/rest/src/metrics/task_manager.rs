//! Metrics of TaskManagers and of the JobManager.

use super::metric::Metric;
use crate::task_managers::memory;
use weft_rpc::view::{ClusterOverview, TaskManagerView};

/// A TaskManager's. Where dashboards expect a virtual machine's heap, they see the memory of its processes.
pub(super) fn metrics(view: &TaskManagerView) -> Vec<Metric> {
    let network = memory(view, "networkMemory");
    let used = view.memory.network_used.min(network);
    vec![
        Metric::count("Status.JVM.Memory.Heap.Used", view.memory.resident),
        Metric::count("Status.JVM.Memory.Heap.Committed", view.memory.resident),
        Metric::count("Status.JVM.Memory.Heap.Max", view.memory.limit),
        Metric::count("Status.Flink.Memory.Managed.Total", memory(view, "managedMemory")),
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
