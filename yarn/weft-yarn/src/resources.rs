//! How large a container becomes that is asked for.

use std::fmt;

use weft_hadoop_conf::{HadoopConf, HadoopConfError};

/// How a scheduler sizes containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The smallest container, in MiB (`yarn.scheduler.minimum-allocation-mb`).
    pub minimum_mib: u64,
    /// Sizes are multiples of this, in MiB.
    pub step_mib: u64,
    /// The key that says the step.
    pub step_key: &'static str,
    /// The largest container, in MiB, as the ResourceManager says.
    pub maximum_mib: u64,
    /// The most virtual cores of one container.
    pub maximum_vcores: u32,
}

const MINIMUM: &str = "yarn.scheduler.minimum-allocation-mb";
const FAIR_INCREMENT: &str = "yarn.scheduler.increment-allocation-mb";
const FAIR_RESOURCE_INCREMENT: &str = "yarn.resource-types.memory-mb.increment-allocation";
const SCHEDULER: &str = "yarn.resourcemanager.scheduler.class";
const UNDECLARED_POOLS: &str = "yarn.scheduler.fair.allow-undeclared-pools";
/// What Hadoop takes for both when they are not set, in MiB.
const DEFAULT_MIB: u64 = 1024;

impl Sizes {
    /// By the client's copy of the scheduler's settings, which says how it rounds, and the ResourceManager's word on the largest
    /// container. The CapacityScheduler's step is its minimum; the FairScheduler has a step of its own.
    ///
    /// # Errors
    /// A setting is not a number.
    pub fn new(conf: &HadoopConf, maximum_mib: u64, maximum_vcores: u32) -> Result<Self, HadoopConfError> {
        let minimum_mib = positive(conf, MINIMUM)?.unwrap_or(DEFAULT_MIB);
        let (step_mib, step_key) = if is_fair(conf) {
            match positive(conf, FAIR_RESOURCE_INCREMENT)? {
                Some(step) => (step, FAIR_RESOURCE_INCREMENT),
                None => (positive(conf, FAIR_INCREMENT)?.unwrap_or(DEFAULT_MIB), FAIR_INCREMENT),
            }
        } else {
            (minimum_mib, MINIMUM)
        };
        Ok(Sizes { minimum_mib, step_mib, step_key, maximum_mib, maximum_vcores })
    }

    /// What a request for so much memory becomes.
    pub fn granted(&self, asked_mib: u64) -> Granted {
        let floor = asked_mib.max(self.minimum_mib).max(1);
        let granted_mib = floor.div_ceil(self.step_mib.max(1)).saturating_mul(self.step_mib.max(1));
        // The largest container need not be a multiple; what is asked within it is given.
        let granted_mib = if asked_mib <= self.maximum_mib { granted_mib.min(self.maximum_mib) } else { granted_mib };
        Granted { asked_mib, granted_mib: granted_mib.max(asked_mib), step_mib: self.step_mib, step_key: self.step_key }
    }
}

fn is_fair(conf: &HadoopConf) -> bool {
    conf.get(SCHEDULER).is_some_and(|class| class.ends_with("FairScheduler"))
}

/// Whether the scheduler makes a queue that nobody has declared: the FairScheduler does, unless it is told not to.
///
/// # Errors
/// A setting is not what it should be.
pub(crate) fn makes_queues(conf: &HadoopConf) -> Result<bool, HadoopConfError> {
    Ok(is_fair(conf) && conf.boolean(UNDECLARED_POOLS)?.unwrap_or(true))
}

fn positive(conf: &HadoopConf, key: &str) -> Result<Option<u64>, HadoopConfError> {
    let number: Option<i64> = conf.integer(key)?;
    Ok(number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0))
}

/// The size of a container that is asked for. `Display` says it, and why it is not what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What the process needs.
    pub asked_mib: u64,
    /// What the container will have.
    pub granted_mib: u64,
    step_mib: u64,
    step_key: &'static str,
}

impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.granted_mib == self.asked_mib {
            true => write!(f, "{} mb", self.asked_mib),
            false => write!(
                f,
                "{} mb, for which YARN gives {} mb (steps of {} mb, {})",
                self.asked_mib, self.granted_mib, self.step_mib, self.step_key
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_hadoop_conf::{Environment, Sources};

    fn sizes(settings: &[(&str, &str)]) -> Sizes {
        let sources = settings
            .iter()
            .fold(Sources::new(Environment::empty()), |sources, (key, value)| sources.with_setting(*key, *value));
        Sizes::new(&HadoopConf::load(&sources).unwrap(), 8192, 4).unwrap()
    }

    #[test]
    fn schedulers_round() {
        let capacity = sizes(&[]);
        let fair = sizes(&[
            (SCHEDULER, "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler"),
            (MINIMUM, "1024"),
            (FAIR_INCREMENT, "512"),
        ]);
        let small = sizes(&[(MINIMUM, "64")]);
        let table = [
            (capacity, 1024, 1024),
            (capacity, 1025, 2048),
            (capacity, 1, 1024),
            (capacity, 0, 1024),
            (fair, 1100, 1536),
            (fair, 100, 1024),
            (small, 500, 512),
            (small, 8192, 8192),
            (small, 8193, 8256),
        ];
        for (sizes, asked, granted) in table {
            assert_eq!(sizes.granted(asked).granted_mib, granted, "{sizes:?} {asked}");
        }
    }

    #[test]
    fn the_largest_container_is_given_though_it_is_no_multiple() {
        let sizes = Sizes { maximum_mib: 5000, ..sizes(&[]) };
        assert_eq!(sizes.granted(4500).granted_mib, 5000);
    }

    #[test]
    fn a_size_says_why_it_is_not_what_was_asked() {
        let sizes = sizes(&[]);
        assert_eq!(sizes.granted(2048).to_string(), "2048 mb");
        assert_eq!(
            sizes.granted(1728).to_string(),
            "1728 mb, for which YARN gives 2048 mb (steps of 1024 mb, yarn.scheduler.minimum-allocation-mb)"
        );
    }
}
