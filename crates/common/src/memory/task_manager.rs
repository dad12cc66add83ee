//! The memory of a TaskManager and its workers.

use super::bounded::{Bounded, rest_of};
use super::part::{MemoryPart, PartBounds, sum};
use super::process::{Process, Reserve, TASK_MANAGER};
use super::{HostResources, MemoryError, MemoryModel, fraction};
use crate::configuration::options;
use crate::{Configuration, MemorySize};

/// The memory of a TaskManager and its workers. `Display` shows who gets what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskManagerMemory {
    /// Which defaults were taken.
    pub model: MemoryModel,
    /// For the TaskManager's own objects.
    pub framework_heap: MemorySize,
    /// For the TaskManager beside its objects, and the fixed part of workers.
    pub framework_off_heap: MemorySize,
    /// For the objects of user functions.
    pub task_heap: MemorySize,
    /// For user functions beside their objects.
    pub task_off_heap: MemorySize,
    /// For exchanging records.
    pub network: MemorySize,
    /// For state.
    pub managed: MemorySize,
    /// What a virtual machine would need for code.
    pub metaspace: MemorySize,
    /// What nobody counts.
    pub overhead: MemorySize,
    /// Among how many slots it is divided; at least 1.
    pub slots: u32,
}

impl TaskManagerMemory {
    /// Divides what is configured, or what the machine has.
    ///
    /// # Errors
    /// Nothing says how much there is, a value cannot be read, or the parts and the whole do not fit together.
    pub fn from_configuration(configuration: &Configuration, host: &HostResources) -> Result<Self, MemoryError> {
        let division = Division(Process::new(&TASK_MANAGER, configuration)?);
        if let (Some(task_heap), Some(managed)) = (division.task_heap()?, division.managed_size()?) {
            let parts = division.of_parts(task_heap, managed)?;
            let key = "taskmanager.memory.task.heap.size, taskmanager.memory.managed.size";
            let of_parts =
                MemoryPart { name: "task heap, managed memory and what goes with them", key, size: parts.flink_size() };
            let reserve = division.0.enclose(division.0.flink()?.unwrap_or(of_parts))?;
            return division.memory(parts, reserve);
        }
        if let Some(flink) = division.0.flink()? {
            let parts = division.of_flink(flink)?;
            let reserve = division.0.enclose(flink)?;
            return division.memory(parts, reserve);
        }
        let process = division.0.process(host, MemorySize::MAX)?;
        let (reserve, flink) = division.0.divide(process)?;
        let parts = division.of_flink(MemoryPart { name: "a flink size of", key: process.key, size: flink })?;
        division.memory(parts, reserve)
    }

    /// All but overhead and metaspace.
    pub fn flink_size(&self) -> MemorySize {
        MemorySize::from_bytes(self.framework() + self.of_tasks())
    }

    /// Everything: what a container for the TaskManager and its workers needs.
    pub fn process_size(&self) -> MemorySize {
        MemorySize::from_bytes(self.flink_size().bytes() + self.metaspace.bytes() + self.overhead.bytes())
    }

    /// A slot's part of the network memory: the pool of its channels.
    pub fn network_per_slot(&self) -> MemorySize {
        self.per_slot(self.network.bytes())
    }

    /// A slot's part of the managed memory.
    pub fn managed_per_slot(&self) -> MemorySize {
        self.per_slot(self.managed.bytes())
    }

    /// A slot's part of the task heap.
    pub fn task_heap_per_slot(&self) -> MemorySize {
        self.per_slot(self.task_heap.bytes())
    }

    /// A slot's part of the task off-heap memory.
    pub fn task_off_heap_per_slot(&self) -> MemorySize {
        self.per_slot(self.task_off_heap.bytes())
    }

    /// What a worker may use for being there, and what the TaskManager itself may use.
    pub fn base(&self) -> MemorySize {
        let reserve = self.framework() + self.metaspace.bytes() + self.overhead.bytes();
        MemorySize::from_bytes(reserve / (u64::from(self.slots) + 1))
    }

    /// What a worker with so many of the slots may use in all.
    pub fn worker_limit(&self, slots: u32) -> MemorySize {
        let of_slots = self.per_slot(self.of_tasks()).bytes().saturating_mul(u64::from(slots));
        MemorySize::from_bytes(of_slots.saturating_add(self.base().bytes()))
    }

    /// Bytes that belong to tasks.
    fn of_tasks(&self) -> u64 {
        [self.task_heap, self.task_off_heap, self.network, self.managed].iter().map(|size| size.bytes()).sum()
    }

    fn framework(&self) -> u64 {
        self.framework_heap.bytes() + self.framework_off_heap.bytes()
    }

    fn per_slot(&self, bytes: u64) -> MemorySize {
        MemorySize::from_bytes(bytes / u64::from(self.slots.max(1)))
    }
}

/// The parts of the flink size.
struct Parts {
    framework_heap: MemoryPart,
    framework_off_heap: MemoryPart,
    task_heap: MemorySize,
    task_off_heap: MemoryPart,
    network: MemorySize,
    managed: MemoryPart,
}

impl Parts {
    fn flink_size(&self) -> MemorySize {
        let fixed = sum(&[self.framework_heap, self.framework_off_heap, self.task_off_heap, self.managed]).bytes();
        MemorySize::from_bytes(fixed.saturating_add(self.task_heap.bytes()).saturating_add(self.network.bytes()))
    }
}

/// How a TaskManager's flink size is divided.
struct Division<'a>(Process<'a>);

impl Division<'_> {
    /// Task heap and managed memory are set.
    fn of_parts(&self, task_heap: MemoryPart, managed: MemoryPart) -> Result<Parts, MemoryError> {
        let [framework_heap, framework_off_heap, task_off_heap] = self.fixed()?;
        let others = [framework_heap, framework_off_heap, task_heap, task_off_heap, managed];
        let network = match self.0.flink()? {
            Some(flink) => self.network_left(flink, &others)?,
            None => self.network()?.beside(sum(&others)),
        };
        let task_heap = task_heap.size;
        Ok(Parts { framework_heap, framework_off_heap, task_heap, task_off_heap, network, managed })
    }

    /// The flink size is known. At most one of task heap and managed memory is set.
    fn of_flink(&self, flink: MemoryPart) -> Result<Parts, MemoryError> {
        let [framework_heap, framework_off_heap, task_off_heap] = self.fixed()?;
        let managed = self.managed(flink.size)?;
        let fixed = [framework_heap, framework_off_heap, task_off_heap, managed];
        let (task_heap, network) = match self.task_heap()? {
            Some(task_heap) => {
                let [a, b, c, d] = fixed;
                (task_heap.size, self.network_left(flink, &[a, b, task_heap, c, d])?)
            }
            None => {
                let network = self.network()?.of(flink.size);
                let [a, b, c, d] = fixed;
                (rest_of(TASK_MANAGER.name, flink, &[a, b, c, d, network])?, network.size)
            }
        };
        Ok(Parts { framework_heap, framework_off_heap, task_heap, task_off_heap, network, managed })
    }

    fn fixed(&self) -> Result<[MemoryPart; 3], MemoryError> {
        let (process, defaults) = (&self.0, self.0.defaults());
        let heap = &options::TASK_MANAGER_FRAMEWORK_HEAP;
        let off_heap = &options::TASK_MANAGER_FRAMEWORK_OFF_HEAP;
        let task_off_heap = &options::TASK_MANAGER_TASK_OFF_HEAP;
        Ok([
            process.part("framework heap", heap, defaults.framework_heap)?,
            process.part("framework off-heap", off_heap, defaults.framework_off_heap)?,
            MemoryPart {
                name: "task off-heap",
                key: task_off_heap.key(),
                size: process.configuration.get(task_off_heap)?,
            },
        ])
    }

    fn task_heap(&self) -> Result<Option<MemoryPart>, MemoryError> {
        self.0.set("task heap", &options::TASK_MANAGER_TASK_HEAP)
    }

    fn managed_size(&self) -> Result<Option<MemoryPart>, MemoryError> {
        self.0.set("managed memory", &options::TASK_MANAGER_MANAGED_SIZE)
    }

    /// As set, or its fraction of the flink size.
    fn managed(&self, flink: MemorySize) -> Result<MemoryPart, MemoryError> {
        if let Some(managed) = self.managed_size()? {
            return Ok(managed);
        }
        let option = &options::TASK_MANAGER_MANAGED_FRACTION;
        let fraction = fraction::of_option(self.0.configuration.get(option)?);
        Ok(MemoryPart { name: "managed memory", key: option.key(), size: fraction::of_size(flink, fraction) })
    }

    /// What the other parts leave of the flink size.
    fn network_left(&self, flink: MemoryPart, others: &[MemoryPart]) -> Result<MemorySize, MemoryError> {
        rest_of(TASK_MANAGER.name, flink, others)?;
        self.network()?.rest_of(flink, others)
    }

    fn network(&self) -> Result<Bounded, MemoryError> {
        let configuration = self.0.configuration;
        let min = &options::NETWORK_MEMORY_MIN;
        let bounded = Bounded {
            role: TASK_MANAGER.name,
            fraction: fraction::of_option(configuration.get(&options::NETWORK_MEMORY_FRACTION)?),
            fraction_key: options::NETWORK_MEMORY_FRACTION.key(),
            bounds: PartBounds {
                name: "network memory",
                min: if configuration.contains(min) { configuration.get(min)? } else { self.0.defaults().network_min },
                min_key: min.key(),
                max: configuration.get(&options::NETWORK_MEMORY_MAX)?,
                max_key: options::NETWORK_MEMORY_MAX.key(),
            },
        };
        bounded.checked()
    }

    fn memory(&self, parts: Parts, reserve: Reserve) -> Result<TaskManagerMemory, MemoryError> {
        Ok(TaskManagerMemory {
            model: self.0.model,
            framework_heap: parts.framework_heap.size,
            framework_off_heap: parts.framework_off_heap.size,
            task_heap: parts.task_heap,
            task_off_heap: parts.task_off_heap.size,
            network: parts.network,
            managed: parts.managed.size,
            metaspace: reserve.metaspace,
            overhead: reserve.overhead,
            slots: self.0.configuration.get(&options::TASK_MANAGER_SLOTS)?,
        })
    }
}
