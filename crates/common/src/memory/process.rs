//! What TaskManager and JobManager have in common: process size, overhead, metaspace, flink size.

use super::bounded::{Bounded, rest_of};
use super::defaults::Defaults;
use super::part::{MemoryPart, PartBounds};
use super::{HostResources, MemoryError, MemoryModel, fraction};
use crate::configuration::options;
use crate::{ConfigOption, Configuration, MemorySize};

type SizeOption = ConfigOption<Option<MemorySize>>;

/// A kind of process and the keys of its memory.
pub(super) struct Role {
    pub(super) name: &'static str,
    /// The keys of which one has to be set.
    pub(super) needed: &'static str,
    pub(super) process: SizeOption,
    pub(super) flink: SizeOption,
    metaspace: SizeOption,
    overhead_min: SizeOption,
    overhead_max: SizeOption,
    overhead_fraction: ConfigOption<Option<f64>>,
}

pub(super) static TASK_MANAGER: Role = Role {
    name: "TaskManager",
    needed: "taskmanager.memory.process.size, taskmanager.memory.flink.size, or both taskmanager.memory.task.heap.size \
             and taskmanager.memory.managed.size",
    process: options::TASK_MANAGER_PROCESS_SIZE,
    flink: options::TASK_MANAGER_FLINK_SIZE,
    metaspace: options::TASK_MANAGER_METASPACE,
    overhead_min: options::TASK_MANAGER_OVERHEAD_MIN,
    overhead_max: options::TASK_MANAGER_OVERHEAD_MAX,
    overhead_fraction: options::TASK_MANAGER_OVERHEAD_FRACTION,
};

pub(super) static JOB_MANAGER: Role = Role {
    name: "JobManager",
    needed: "jobmanager.memory.process.size, jobmanager.memory.flink.size or jobmanager.memory.heap.size",
    process: options::JOB_MANAGER_PROCESS_SIZE,
    flink: options::JOB_MANAGER_FLINK_SIZE,
    metaspace: options::JOB_MANAGER_METASPACE,
    overhead_min: options::JOB_MANAGER_OVERHEAD_MIN,
    overhead_max: options::JOB_MANAGER_OVERHEAD_MAX,
    overhead_fraction: options::JOB_MANAGER_OVERHEAD_FRACTION,
};

/// What is not the flink size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reserve {
    pub(super) metaspace: MemorySize,
    pub(super) overhead: MemorySize,
}

/// A role's configuration on a machine.
pub(super) struct Process<'a> {
    pub(super) role: &'static Role,
    pub(super) model: MemoryModel,
    pub(super) configuration: &'a Configuration,
}

impl<'a> Process<'a> {
    pub(super) fn new(role: &'static Role, configuration: &'a Configuration) -> Result<Self, MemoryError> {
        Ok(Process { role, model: configuration.get(&options::MEMORY_MODEL)?, configuration })
    }

    pub(super) fn defaults(&self) -> &'static Defaults {
        Defaults::of(self.model)
    }

    /// A size as set, as a part.
    pub(super) fn set(&self, name: &'static str, option: &SizeOption) -> Result<Option<MemoryPart>, MemoryError> {
        let size = self.configuration.get(option)?;
        Ok(size.map(|size| MemoryPart { name, key: option.key(), size }))
    }

    /// A size as set, or the model's default.
    pub(super) fn part(
        &self,
        name: &'static str,
        option: &SizeOption,
        default: MemorySize,
    ) -> Result<MemoryPart, MemoryError> {
        Ok(self.set(name, option)?.unwrap_or(MemoryPart { name, key: option.key(), size: default }))
    }

    /// The flink size as set.
    pub(super) fn flink(&self) -> Result<Option<MemoryPart>, MemoryError> {
        self.set("a flink size of", &self.role.flink)
    }

    /// The process size as set, or in the native model what the machine gives, which is at most `most`.
    pub(super) fn process(&self, host: &HostResources, most: MemorySize) -> Result<MemoryPart, MemoryError> {
        let none_set = MemoryError::NoneSet { role: self.role.name, keys: self.role.needed };
        match (self.configured_process()?, self.model) {
            (Some(part), _) => Ok(part),
            (None, MemoryModel::Flink) => Err(none_set),
            (None, MemoryModel::Native) => {
                let size = host.memory_for_a_process().ok_or(none_set)?.min(most);
                Ok(MemoryPart { name: PROCESS_SIZE, key: self.role.process.key(), size })
            }
        }
    }

    /// From the process size down: what is reserved, and the flink size.
    pub(super) fn divide(&self, process: MemoryPart) -> Result<(Reserve, MemorySize), MemoryError> {
        let metaspace = self.metaspace()?;
        let overhead = self.overhead()?.of(process.size);
        let flink = rest_of(self.role.name, process, &[metaspace, overhead])?;
        Ok((Reserve { metaspace: metaspace.size, overhead: overhead.size }, flink))
    }

    /// From the flink size up: what has to be reserved beside it.
    pub(super) fn enclose(&self, flink: MemoryPart) -> Result<Reserve, MemoryError> {
        let metaspace = self.metaspace()?;
        let parts = [flink, metaspace];
        let overhead = match self.configured_process()? {
            Some(process) => {
                rest_of(self.role.name, process, &parts)?;
                self.overhead()?.rest_of(process, &parts)?
            }
            None => self.overhead()?.beside(super::part::sum(&parts)),
        };
        Ok(Reserve { metaspace: metaspace.size, overhead })
    }

    fn configured_process(&self) -> Result<Option<MemoryPart>, MemoryError> {
        self.set(PROCESS_SIZE, &self.role.process)
    }

    fn metaspace(&self) -> Result<MemoryPart, MemoryError> {
        self.part("metaspace", &self.role.metaspace, self.defaults().metaspace)
    }

    fn overhead(&self) -> Result<Bounded, MemoryError> {
        let (role, defaults, configuration) = (self.role, self.defaults(), self.configuration);
        let fraction = configuration.get(&role.overhead_fraction)?.unwrap_or(defaults.overhead_fraction);
        let bounded = Bounded {
            role: role.name,
            fraction: fraction::of_option(fraction),
            fraction_key: role.overhead_fraction.key(),
            bounds: PartBounds {
                name: "overhead",
                min: configuration.get(&role.overhead_min)?.unwrap_or(defaults.overhead_min),
                min_key: role.overhead_min.key(),
                max: configuration.get(&role.overhead_max)?.unwrap_or(defaults.overhead_max),
                max_key: role.overhead_max.key(),
            },
        };
        bounded.checked()
    }
}

const PROCESS_SIZE: &str = "a process size of";
