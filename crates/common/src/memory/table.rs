//! Who gets what, for people.

use super::part::in_mb;
use super::{JobManagerMemory, TaskManagerMemory};
use crate::MemorySize;
use std::fmt;

/// Width of the names, with their indentation.
const NAMES: usize = 38;
/// Width of the sizes.
const SIZES: usize = 14;

fn line(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    name: &str,
    size: MemorySize,
    per_slot: Option<MemorySize>,
) -> fmt::Result {
    let name = format!("{:1$}{name}", "", depth * 2);
    write!(f, "{name:NAMES$}{:>SIZES$}", in_mb(size))?;
    match per_slot {
        Some(size) => writeln!(f, "{:>SIZES$}", in_mb(size)),
        None => writeln!(f),
    }
}

impl fmt::Display for TaskManagerMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots = if self.slots == 1 { "slot" } else { "slots" };
        let title = format!("TaskManager memory ({}, {} {slots})", self.model, self.slots);
        writeln!(f, "{title:NAMES$}{:>SIZES$}{:>SIZES$}", "in all", "per slot")?;
        line(f, 1, "process size", self.process_size(), None)?;
        line(f, 2, "flink size", self.flink_size(), None)?;
        line(f, 3, "framework heap", self.framework_heap, None)?;
        line(f, 3, "framework off-heap", self.framework_off_heap, None)?;
        line(f, 3, "task heap", self.task_heap, Some(self.task_heap_per_slot()))?;
        line(f, 3, "task off-heap", self.task_off_heap, Some(self.task_off_heap_per_slot()))?;
        line(f, 3, "network", self.network, Some(self.network_per_slot()))?;
        line(f, 3, "managed", self.managed, Some(self.managed_per_slot()))?;
        line(f, 2, "metaspace", self.metaspace, None)?;
        line(f, 2, "overhead", self.overhead, None)?;
        line(f, 1, "limit of the TaskManager itself", self.base(), None)?;
        line(f, 1, "limit of a worker", self.worker_limit(self.slots), Some(self.worker_limit(1)))
    }
}

impl fmt::Display for JobManagerMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = format!("JobManager memory ({})", self.model);
        writeln!(f, "{title:NAMES$}{:>SIZES$}", "in all")?;
        line(f, 1, "process size", self.process_size(), None)?;
        line(f, 2, "flink size", self.flink_size(), None)?;
        line(f, 3, "heap", self.heap, None)?;
        line(f, 3, "off-heap", self.off_heap, None)?;
        line(f, 2, "metaspace", self.metaspace, None)?;
        line(f, 2, "overhead", self.overhead, None)
    }
}
