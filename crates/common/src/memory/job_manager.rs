//! The memory of a JobManager.

use super::bounded::rest_of;
use super::part::MemoryPart;
use super::process::{JOB_MANAGER, Process, Reserve};
use super::{HostResources, MemoryError, MemoryModel};
use crate::configuration::options;
use crate::{Configuration, MemorySize};

/// What a JobManager takes of a machine when nothing is set.
const MOST_OF_A_MACHINE: MemorySize = MemorySize::from_mib(1600);

/// The memory of a JobManager. `Display` shows who gets what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobManagerMemory {
    /// Which defaults were taken.
    pub model: MemoryModel,
    /// For its objects.
    pub heap: MemorySize,
    /// For what it takes beside them.
    pub off_heap: MemorySize,
    /// What a virtual machine would need for code.
    pub metaspace: MemorySize,
    /// What nobody counts.
    pub overhead: MemorySize,
}

impl JobManagerMemory {
    /// Divides what is configured, or a part of what the machine has.
    ///
    /// # Errors
    /// Nothing says how much there is, a value cannot be read, or the parts and the whole do not fit together.
    pub fn from_configuration(configuration: &Configuration, host: &HostResources) -> Result<Self, MemoryError> {
        let process = Process::new(&JOB_MANAGER, configuration)?;
        let (heap, off_heap, reserve) = match (process.set("heap", &options::JOB_MANAGER_HEAP)?, process.flink()?) {
            (Some(heap), flink) => {
                let off_heap = off_heap_beside(&process, heap, flink)?;
                let both = MemorySize::from_bytes(heap.size.bytes().saturating_add(off_heap.bytes()));
                let key = "jobmanager.memory.heap.size, jobmanager.memory.off-heap.size";
                let of_parts = MemoryPart { name: "heap and off-heap", key, size: both };
                (heap.size, off_heap, process.enclose(flink.unwrap_or(of_parts))?)
            }
            (None, Some(flink)) => {
                let (heap, off_heap) = of_flink(&process, flink)?;
                (heap, off_heap, process.enclose(flink)?)
            }
            (None, None) => {
                let whole = process.process(host, MOST_OF_A_MACHINE)?;
                let (reserve, flink) = process.divide(whole)?;
                let flink = MemoryPart { name: "a flink size of", key: whole.key, size: flink };
                let (heap, off_heap) = of_flink(&process, flink)?;
                (heap, off_heap, reserve)
            }
        };
        let Reserve { metaspace, overhead } = reserve;
        Ok(JobManagerMemory { model: process.model, heap, off_heap, metaspace, overhead })
    }

    /// All but overhead and metaspace.
    pub fn flink_size(&self) -> MemorySize {
        MemorySize::from_bytes(self.heap.bytes() + self.off_heap.bytes())
    }

    /// Everything: what a container for the JobManager needs.
    pub fn process_size(&self) -> MemorySize {
        MemorySize::from_bytes(self.flink_size().bytes() + self.metaspace.bytes() + self.overhead.bytes())
    }
}

fn off_heap(process: &Process<'_>) -> Result<MemoryPart, MemoryError> {
    let option = &options::JOB_MANAGER_OFF_HEAP;
    Ok(MemoryPart { name: "off-heap", key: option.key(), size: process.configuration.get(option)? })
}

/// The off-heap memory when the heap is set: what it leaves of the flink size, if that is set too.
fn off_heap_beside(
    process: &Process<'_>,
    heap: MemoryPart,
    flink: Option<MemoryPart>,
) -> Result<MemorySize, MemoryError> {
    let part = off_heap(process)?;
    let Some(whole) = flink else { return Ok(part.size) };
    let left = rest_of(JOB_MANAGER.name, whole, &[heap])?;
    if process.configuration.contains(&options::JOB_MANAGER_OFF_HEAP) && part.size != left {
        let (role, part) = (JOB_MANAGER.name, Box::new(part));
        return Err(MemoryError::Contradiction { role, whole, taken: heap, left, part });
    }
    Ok(left)
}

/// Heap and off-heap of a flink size.
fn of_flink(process: &Process<'_>, flink: MemoryPart) -> Result<(MemorySize, MemorySize), MemoryError> {
    let off_heap = off_heap(process)?;
    Ok((rest_of(JOB_MANAGER.name, flink, &[off_heap])?, off_heap.size))
}
