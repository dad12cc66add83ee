//! How large containers are where nobody says so.
//!
//! Elsewhere a process without a size counts on what its machine has. Here one would be sized by the client's machine, by the
//! ApplicationMaster's and by its own, which are three.

use weft_common::configuration::{Configuration, Origin};
use weft_common::memory::{HostResources, JobManagerMemory, MemoryError, TaskManagerMemory};

use crate::DeployError;

/// What the field's own files say.
const SIZES: [(&str, &str); 2] =
    [("jobmanager.memory.process.size", "1600m"), ("taskmanager.memory.process.size", "1728m")];

/// Sets the sizes that nothing else decides; gives a sentence for each.
///
/// # Errors
/// Values that are set and cannot be.
pub fn set_default_sizes(configuration: &mut Configuration) -> Result<Vec<String>, DeployError> {
    let nowhere = HostResources::default();
    let none_set = |sizes: Result<(), MemoryError>| match sizes {
        Err(MemoryError::NoneSet { .. }) => Ok(true),
        other => other.map(|()| false),
    };
    let (master, worker) = (
        none_set(JobManagerMemory::from_configuration(configuration, &nowhere).map(drop))?,
        none_set(TaskManagerMemory::from_configuration(configuration, &nowhere).map(drop))?,
    );
    let set = SIZES.into_iter().zip([master, worker]).filter(|(_, unset)| *unset);
    Ok(set
        .map(|((key, size), _)| {
            configuration.set_raw(key, size, Origin::Default);
            format!("{key} is not set: {size}")
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nothing_decides_is_set() {
        let sizes = |set: &[&str]| {
            let mut configuration = Configuration::default();
            configuration.apply_dynamic(set).unwrap();
            set_default_sizes(&mut configuration).unwrap()
        };
        let (of_master, of_worker) =
            ("jobmanager.memory.process.size is not set: 1600m", "taskmanager.memory.process.size is not set: 1728m");
        assert_eq!(sizes(&[]), [of_master, of_worker]);
        assert_eq!(sizes(&["taskmanager.memory.flink.size=1g"]), [of_master]);
        assert_eq!(sizes(&["jobmanager.memory.process.size=1g"]), [of_worker]);
        assert_eq!(sizes(&["memory.model=flink"]), [of_master, of_worker]);
    }

    #[test]
    fn every_machine_finds_the_same() {
        let mut configuration = Configuration::default();
        set_default_sizes(&mut configuration).unwrap();
        let here =
            HostResources { host_memory: Some(weft_common::MemorySize::from_mib(1 << 20)), ..HostResources::default() };
        for host in [&here, &HostResources::default()] {
            let worker = TaskManagerMemory::from_configuration(&configuration, host).unwrap();
            assert_eq!(worker.process_size(), weft_common::MemorySize::from_mib(1728));
        }
    }
}
