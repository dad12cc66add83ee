//! What is the same for every operator of a job.

use weft_common::configuration::Configuration;

/// What operators and coordinators may want to know of the job they belong to.
#[derive(Clone, Debug)]
pub struct JobInfo {
    /// Whether all of its sources come to an end by themselves.
    pub bounded: bool,
    /// What others call the machine that the operators run on: what their TaskManager advertises.
    pub machine: Option<String>,
    /// Its configuration: the program's over the cluster's.
    pub configuration: Configuration,
}

impl Default for JobInfo {
    /// A bounded job with every option at its default.
    fn default() -> Self {
        JobInfo { bounded: true, machine: None, configuration: Configuration::new() }
    }
}
