//! What the models differ in.

use super::MemoryModel;
use crate::MemorySize;

const fn mb(n: u64) -> MemorySize {
    MemorySize::from_mib(n)
}

/// Sizes that hold where nothing is set.
pub(super) struct Defaults {
    pub(super) metaspace: MemorySize,
    pub(super) overhead_min: MemorySize,
    pub(super) overhead_max: MemorySize,
    pub(super) overhead_fraction: f64,
    pub(super) framework_heap: MemorySize,
    pub(super) framework_off_heap: MemorySize,
    pub(super) network_min: MemorySize,
}

const NATIVE: Defaults = Defaults {
    metaspace: mb(0),
    overhead_min: mb(48),
    overhead_max: mb(1024),
    overhead_fraction: 0.08,
    framework_heap: mb(0),
    framework_off_heap: mb(64),
    network_min: mb(16),
};

const FLINK: Defaults = Defaults {
    metaspace: mb(256),
    overhead_min: mb(192),
    overhead_max: mb(1024),
    overhead_fraction: 0.1,
    framework_heap: mb(128),
    framework_off_heap: mb(128),
    network_min: mb(64),
};

impl Defaults {
    /// Those of a model.
    pub(super) const fn of(model: MemoryModel) -> &'static Self {
        match model {
            MemoryModel::Native => &NATIVE,
            MemoryModel::Flink => &FLINK,
        }
    }
}
