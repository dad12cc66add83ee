//! How slots are shared out, and how many there may be.

use weft_common::configuration::options;
use weft_common::configuration::options::LoadBalanceMode;
use weft_common::{ConfigError, Configuration};

/// On which TaskManager the next slot is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlotSpread {
    /// The first that has one: fills a TaskManager before the next is touched.
    #[default]
    Fill,
    /// The least used one (`taskmanager.load-balance.mode`, `cluster.evenly-spread-out-slots`).
    Even,
}

/// Settings of a ResourceManager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceManagerSettings {
    /// Where slots are taken.
    pub spread: SlotSpread,
    /// The most slots that the cluster may have. Default 2147483647.
    pub max_slots: u32,
    /// TaskManagers beyond what jobs need. Default 0.
    pub redundant_task_managers: u32,
}

impl Default for ResourceManagerSettings {
    fn default() -> Self {
        ResourceManagerSettings { spread: SlotSpread::Fill, max_slots: i32::MAX as u32, redundant_task_managers: 0 }
    }
}

impl ResourceManagerSettings {
    /// Reads all settings.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        let evenly = configuration.get(&options::EVENLY_SPREAD_OUT_SLOTS)?;
        let spread = match configuration.get(&options::LOAD_BALANCE_MODE)? {
            Some(LoadBalanceMode::Slots | LoadBalanceMode::Tasks) => SlotSpread::Even,
            None if evenly => SlotSpread::Even,
            Some(LoadBalanceMode::None) | None => SlotSpread::Fill,
        };
        Ok(ResourceManagerSettings {
            spread,
            max_slots: configuration.get(&options::MAX_SLOTS)?,
            redundant_task_managers: configuration.get(&options::REDUNDANT_TASK_MANAGERS)?,
        })
    }
}
