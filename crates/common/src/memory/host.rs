//! What a process can have of its machine.

use super::cgroup;
use crate::configuration::options;
use crate::{ConfigError, Configuration, MemorySize};

/// What a process can have of its machine: what its cgroup allows, and what there is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostResources {
    /// Processors of the machine that the process may run on.
    pub host_cores: Option<u32>,
    /// Memory of the machine.
    pub host_memory: Option<MemorySize>,
    /// Processors' worth of time that the cgroup allows.
    pub cgroup_cores: Option<f64>,
    /// Memory that the cgroup allows.
    pub cgroup_memory: Option<MemorySize>,
}

impl HostResources {
    /// Reads what the kernel of a Linux machine says. `read` gives the text of a file by its absolute path, or nothing if there
    /// is no such file; for the process itself that is `|path| std::fs::read_to_string(path).ok()`.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let host_memory = read("/proc/meminfo").and_then(|text| total_memory(&text));
        let limits = cgroup::limits(&read);
        HostResources {
            host_cores: read("/proc/self/status").and_then(|text| allowed_cores(&text)),
            host_memory,
            cgroup_cores: limits.cores,
            // The first version writes a number beyond any machine for "no limit".
            cgroup_memory: limits.memory.filter(|limit| host_memory.is_none_or(|host| *limit < host)),
        }
    }

    /// The memory that a process counts on when nothing is configured: what the cgroup allows, else three quarters of the
    /// machine, whole megabytes.
    pub(super) fn memory_for_a_process(&self) -> Option<MemorySize> {
        let of_host = |memory: MemorySize| MemorySize::from_mib((memory.bytes() >> 20) / 4 * 3);
        self.cgroup_memory.or(self.host_memory.map(of_host))
    }

    /// The cores that a TaskManager counts on: as configured, else what its cgroup allows, else the machine's. At least a
    /// tenth of one.
    ///
    /// # Errors
    /// `taskmanager.cpu.cores` is not a number above 0.
    pub fn cores(&self, configuration: &Configuration) -> Result<f64, ConfigError> {
        let configured = configuration.get(&options::TASK_MANAGER_CPU_CORES)?;
        let host = f64::from(self.host_cores.unwrap_or(1));
        Ok(configured.or(self.cgroup_cores.map(|cores| cores.min(host))).unwrap_or(host).max(0.1))
    }
}

/// `MemTotal` of `/proc/meminfo`.
fn total_memory(text: &str) -> Option<MemorySize> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok().map(MemorySize::from_kib)
}

/// The processors in `Cpus_allowed_list` of `/proc/self/status`: numbers and ranges with commas between them.
fn allowed_cores(text: &str) -> Option<u32> {
    let list = text.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim();
    let count = |range: &str| -> Option<u32> {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        last.checked_sub(first)?.checked_add(1)
    };
    list.split(',').map(count).sum::<Option<u32>>().filter(|cores| *cores > 0)
}
